// A proxy that holds what goes to Twilio and comes from it against Twilio's own description of its API (OpenAPI). The description is not
// part of this project: it lies beside it, or what needs it is skipped.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort, privateFolder, startServer } from './processes.ts';

const OPENAPI = fileURLToPath(new URL('../../../shared/twilio-openapi/messages.json', import.meta.url));
const PRISM = fileURLToPath(import.meta.resolve('@stoplight/prism-cli/dist/index.js'));
const PATHS = /\/Accounts\/\{AccountSid\}\/(?:Messages|IncomingPhoneNumbers)(?:\/\{Sid\})?\.json$/;
/** Errors that it does not describe; the fake's own contract holds them to their shape. */
const UNDESCRIBED = /Unable to match the returned status code/;

/** Why there is no wire; undefined where there is. */
export const whyNoWire = existsSync(OPENAPI)
  ? undefined
  : 'the OpenAPI description of Twilio is not in ../shared/twilio-openapi';

export interface Wire {
  readonly url: string;
  /** What broke the description until now, in the proxy's words. */
  violations(): readonly string[];
  stop(): Promise<void>;
}

/** `strict`: what breaks the description is refused (422 for a request, 500 for an answer); else it passes, and is noted. */
export async function startWire(target: string, { strict }: { readonly strict: boolean }): Promise<Wire> {
  const folder = privateFolder('wire');
  const file = folder.write('messages.json', JSON.stringify(description()));
  const port = await freePort();
  const args = [PRISM, 'proxy', ...(strict ? ['--errors'] : []), '--port', String(port), file, target];
  const plan = { program: process.execPath, args, env: { NODE_OPTIONS: undefined, NO_COLOR: '1' } };
  const server = await startServer(plan, (prism) => prism.untilLog(/listening on/, 60_000));
  return {
    url: `http://127.0.0.1:${port}`,
    violations: () =>
      server
        .logs()
        .split('\n')
        .filter((line) => /Violation:|prism\/errors#/.test(line) && !UNDESCRIBED.test(line)),
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

interface Description {
  readonly paths: Record<string, unknown>;
}

function description(): Description {
  const whole = JSON.parse(readFileSync(OPENAPI, 'utf8'), (key, value: unknown) =>
    withRelativeUris(key, value),
  ) as Description;
  const paths = Object.fromEntries(Object.entries(whole.paths).filter(([path]) => PATHS.test(path)));
  return { ...whole, paths };
}

/** The pages' own addresses are relative in Twilio's examples, and a number without a webhook has an empty one: no whole URI, as said. */
function withRelativeUris(key: string, value: unknown): unknown {
  const isAddress = /_ur[il]$|^uri$|^status_callback$/.test(key);
  if (!isAddress || typeof value !== 'object' || value === null || !('format' in value)) return value;
  return value.format === 'uri' ? { ...value, format: 'uri-reference' } : value;
}
