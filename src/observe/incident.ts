// Incident ids: what a person can quote to the operator, and the operator can find in the log.

import { randomInt } from 'node:crypto';

/** Crockford's base 32: nothing that is misread when read out. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 8;

export function newIncidentId(): string {
  let id = '';
  for (let i = 0; i < LENGTH; i++) id += ALPHABET[randomInt(ALPHABET.length)];
  return id;
}
