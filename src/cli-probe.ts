// What `check` can learn from outside: whether a gateway's link can be made, and what a Viaduct that is already running says of itself.

import type { Config, GatewayConfig } from './config.ts';
import type { Clock, Log } from './model/ports.ts';
import type { Secret } from './observe/secret.ts';
import { Link } from './xmpp/link.ts';
import type { LinkError } from './xmpp/link-error.ts';

const CONNECT_MS = 10_000;
const STOP_MS = 2_000;
const ASK_MS = 2_000;

/** A log of what nobody wants to read: the outcome is told by the probe itself. */
const SILENT: Log = {
  debugging: false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};

/** Connects once, and leaves again. @returns why it could not; undefined if it could. */
export async function probeLink(gateway: GatewayConfig, clock: Clock): Promise<LinkError | undefined> {
  const { promise, resolve } = Promise.withResolvers<LinkError | undefined>();
  const secret: Secret = gateway.secret;
  const link = new Link(
    {
      domain: gateway.domain,
      secret: secret.reveal(),
      ...gateway.server,
      serverDomain: gateway.serverDomain,
      log: SILENT,
      clock,
      limits: { connectMs: CONNECT_MS, stopMs: STOP_MS },
    },
    {
      onStanza: () => undefined,
      onUp: () => resolve(undefined),
      onDown: () => undefined,
      onPressure: () => undefined,
      onState: ({ state, error }) => {
        if (error !== undefined && (state === 'offline' || state === 'refused')) resolve(error);
      },
    },
  );
  link.start();
  const outcome = await promise;
  await link.stop();
  return outcome;
}

/** The domains that a running Viaduct with this configuration serves now; undefined where none is running. */
export async function runningGateways({ http }: Config): Promise<ReadonlySet<string> | undefined> {
  const { host, port } = http.private.listen;
  if (port === 0) return undefined;
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/readyz`;
  try {
    const answer: unknown = await (await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })).json();
    const gateways: unknown =
      typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'gateways') : undefined;
    if (typeof gateways !== 'object' || gateways === null) return undefined;
    return new Set(Object.entries(gateways).flatMap(([domain, { state }]) => (state === 'online' ? [domain] : [])));
  } catch {
    // Nobody there, or somebody else.
    return undefined;
  }
}
