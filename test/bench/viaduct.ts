// Viaduct as the subject: its own process with a config file, compiled as the image is.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { privateFolder, startProcess } from '../support/processes.ts';
import { SECRET, SERVER } from './component-side.ts';
import type { RunningSubject, Subject } from './subject.ts';

const DOMAIN = 'irc.localhost';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a run adds to the gateway that everybody has. */
export interface Extra {
  /** Modules loaded before it. */
  readonly preload?: readonly string[];
  /** More keys of the IRC gateway, in YAML. */
  readonly irc?: string;
  /** More entries under `gateways`, in YAML. */
  readonly gateways?: string;
}

export function viaductWith(name: string, extra: Extra): Subject {
  return {
    name,
    domain: DOMAIN,
    unavailable: () => undefined,
    channel: (channel) => channel,
    person: (nick) => nick,
    start: (ports) =>
      startViaduct(ports.component, { ...extra, gateways: ircGateway(ports.irc, extra.irc) + (extra.gateways ?? '') }),
  };
}

export const viaduct: Subject = viaductWith('viaduct', {});

let program: string | undefined;

/** Compiles once a run, where the packages are found. @returns the file to run. */
function compiled(): string {
  if (program !== undefined) return program;
  const folder = `${ROOT}node_modules/.cache/viaduct-bench-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const args = [`${ROOT}node_modules/typescript/bin/tsc`, '-p', `${ROOT}tsconfig.build.json`, '--outDir', folder];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Viaduct does not compile:\n${stdout}`);
  copyFileSync(`${ROOT}package.json`, `${folder}/package.json`);
  program = `${folder}/src/main.js`;
  return program;
}

/** With the gateways of `extra` alone. */
export async function startViaduct(
  componentPort: number,
  { preload = [], gateways = '' }: Extra,
): Promise<RunningSubject> {
  const folder = privateFolder('bench-viaduct');
  const file = folder.write('viaduct.yaml', config(componentPort, folder.path) + gateways);
  const gateway = startProcess({
    program: process.execPath,
    args: [...preload.flatMap((one) => ['--import', one]), compiled(), 'run', '--config', file],
    cwd: folder.path,
    env: { NODE_OPTIONS: undefined },
  });
  return {
    process: gateway,
    folder: folder.path,
    ready: gateway.untilLog(/ready/, 20_000),
    async stop() {
      await gateway.stop(6_000);
      folder.remove();
    },
  };
}

function config(componentPort: number, folder: string): string {
  return `xmpp:
  server: xmpp://127.0.0.1:${componentPort}
  domain: ${SERVER}
  allow: ['*']
store: file:${folder}/viaduct.db
http:
  public: { listen: 127.0.0.1:0 }
  private: { listen: 127.0.0.1:0 }
gateways:
`;
}

const ircGateway = (port: number, more = ''): string => `  - domain: ${DOMAIN}
    secret: ${SECRET}
    network: irc
    connectsPerSecond: 10000
${more}    settings:
      servers: { bench: { host: 127.0.0.1, port: ${port}, tls: false, linesPerSecond: 0 } }
      fixedServer: bench
`;
