// Sealing of secrets at rest: AES-256-GCM with the key's id in front, so that keys can be rotated, and bound to the place where the
// text belongs, so that one sealed text can't be put in place of another.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { BridgeError } from '../model/errors.ts';
import { fromOctets, toOctets } from './octets.ts';

export interface Secrets {
  /** @param context where the text belongs, e.g. `gateway/user/account`; `open` must name the same. */
  seal(text: string, context: string): string;
  /** @throws BridgeError `internal` where the key is not configured, or the text is damaged or of another context. */
  open(sealed: string, context: string): string;
  /** Which key it was sealed with: what was sealed with an older one should be sealed anew, `unknown` can't be opened. */
  keyOf(sealed: string): 'current' | 'older' | 'unknown';
}

const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

/** @param keys the first is the current one, the others still open what they sealed. 32 bytes each. */
export function secretsWith(keys: readonly [Buffer, ...Buffer[]]): Secrets {
  const byId = new Map(keys.toReversed().map((key) => [idOf(key), key]));
  const [current] = keys;
  const currentId = idOf(current);
  return {
    seal: (text, context) => `v1.${currentId}.${encrypt(text, context, current).toString('base64url')}`,
    open(sealed, context) {
      const [, id = '', body = ''] = SEALED.exec(sealed) ?? [];
      const key = byId.get(id);
      if (key === undefined) throw unreadable(`it was sealed with the key ${id || '(none)'}, which is not configured`);
      return decrypt(Buffer.from(body, 'base64url'), context, key);
    },
    keyOf(sealed) {
      const id = SEALED.exec(sealed)?.[1] ?? '';
      return id === currentId ? 'current' : byId.has(id) ? 'older' : 'unknown';
    },
  };
}

/**
 * 32 bytes in base64, base64url or hex, as `openssl rand -base64 32` and `openssl rand -hex 32` print them; several keys stand one
 * after the other, parted by commas or white space, the current one first.
 * @throws BridgeError `malformed`; no key is in the text.
 */
export function parseKeys(text: string): readonly Buffer[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.map(parseKey);
}

function parseKey(text: string): Buffer {
  const key = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) || key.length !== KEY_BYTES) {
    throw new BridgeError(
      'malformed',
      'A secrets key is 32 bytes in base64 or hex; `openssl rand -base64 32` makes one.',
    );
  }
  return key;
}

const idOf = (key: Buffer): string =>
  createHash('sha256').update('viaduct key id\0').update(key).digest('hex').slice(0, 8);

function encrypt(text: string, context: string, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(toOctets(context));
  return Buffer.concat([nonce, cipher.update(toOctets(text)), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Buffer, context: string, key: Buffer): string {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(toOctets(context));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const body = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
    return fromOctets(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch (error) {
    throw unreadable('it is damaged, or was copied from another place', error);
  }
}

const unreadable = (why: string, cause?: unknown): BridgeError =>
  new BridgeError('internal', `A stored secret can't be read: ${why}.`, { cause });
