// What `viaduct check` asks a gateway's one homeserver; where people choose theirs there is nothing to ask.

import { BridgeError } from '../../src/model/errors.ts';
import type { Probe } from '../../src/model/network.ts';
import { unreachable } from './errors.ts';
import { fields } from './fields.ts';
import type { MatrixSettings } from './settings.ts';

const REMEDY = `homeserver is the address of the client-server API: what https://DOMAIN/.well-known/matrix/client of the server's domain
gives as base_url, such as https://matrix.example.org.`;

export function probesOf({ homeserver }: MatrixSettings): readonly Probe[] {
  if (homeserver === undefined) return [];
  return [{ about: homeserver, remedy: REMEDY, ask: (signal) => versionsOf(homeserver, signal) }];
}

/** Client-server API, 2.1. */
async function versionsOf(homeserver: string, signal: AbortSignal): Promise<string> {
  const { hostname } = new URL(homeserver);
  const url = `${homeserver}/_matrix/client/versions`;
  const response = await fetch(url, { redirect: 'error', signal }).catch((cause: unknown) => {
    throw unreachable(hostname, cause);
  });
  const { versions } = fields(await response.json().catch(() => undefined));
  if (!response.ok || !Array.isArray(versions)) {
    throw new BridgeError('internal', `what answers there is no homeserver (HTTP ${response.status}).`);
  }
  return `is a homeserver, with Matrix up to ${String(versions.at(-1))}`;
}
