// Tells whether two processes were given the same store, gateways and secrets, without telling any of them.

import { createHash, createHmac } from 'node:crypto';
import type { Config } from './config.ts';

const SHOWN_CHARS = 12;

/** The same for configurations that serve the same; 12 hex digits, too few to guess a secret by. */
export function fingerprintOf({ store, gateways }: Config): string {
  const hash = createHash('sha256').update(JSON.stringify(store));
  for (const { domain, server, secret } of gateways) {
    hash.update(createHmac('sha256', secret.reveal()).update(`${domain} ${server.host} ${server.port}`).digest());
  }
  return hash.digest('hex').slice(0, SHOWN_CHARS);
}
