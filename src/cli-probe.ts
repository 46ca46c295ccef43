// What `check` can learn from outside: whether a gateway's link can be made, and what a Viaduct that is already running says of itself.

import { fingerprintOf } from './config-fingerprint.ts';
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

/** A Viaduct that answers on this configuration's private listener. */
export interface Running {
  /** Domains that are online. */
  readonly domains: ReadonlySet<string>;
  /** It was given the same store, gateways and secrets. */
  readonly isOurs: boolean;
}

/** Undefined where none is running. */
export async function runningViaduct(config: Config): Promise<Running | undefined> {
  const { host, port } = config.http.private.listen;
  if (port === 0) return undefined;
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/readyz`;
  try {
    const answer: unknown = await (await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })).json();
    if (typeof answer !== 'object' || answer === null) return undefined;
    const gateways: unknown = Reflect.get(answer, 'gateways');
    if (typeof gateways !== 'object' || gateways === null) return undefined;
    const domains = Object.entries(gateways).flatMap(([domain, { state }]) => (state === 'online' ? [domain] : []));
    return { domains: new Set(domains), isOurs: Reflect.get(answer, 'settings') === fingerprintOf(config) };
  } catch {
    // Nobody there, or somebody else.
    return undefined;
  }
}
