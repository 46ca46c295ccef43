// The localparts of a gateway's own addresses: network ids written so that every server leaves them as they are and that they can be
// read back without a database (RFC 7622, XEP-0106).

import { createHash } from 'node:crypto';
import { type ConversationId, conversationId } from '../model/ids.ts';
import type { Log } from '../model/ports.ts';
import type { Table } from '../model/stores.ts';
import { isPlainInLocalpart, MAX_PART_BYTES, prepareLocalpart } from './prepare.ts';

/*
 * Three layers, all undone in one pass from left to right:
 *   =xx   a byte that is not UTF-8 (U+DC80 to U+DCFF in an id), and each UTF-8 byte of a character that some server would fold,
 *         compose, remove or refuse; a space at either end; `=` itself, but only in front of two hex digits
 *   \xx   XEP-0106: space " & ' / : < > @, and \ itself, but only in front of one of those codes
 *   h-... SHA-256 of an id that would be longer than 1023 bytes so; the only form that needs a row in the store
 *
 *   #verona%libera        #verona%libera
 *   #a/b&c%libera         #a\2fb\26c%libera
 *   Ana=b:hs.example      =41na=b\3ahs.example
 *   #caf<E9>%libera       #caf=e9%libera
 */

const PLAIN = /^(?!h-)[!#$%()*+,\-.0-9;?[\]^_`a-z{|}~]*$/;
const ALIAS = /^h-[a-z2-7]{52}$/;
const HEX_PAIR = /[0-9a-f]{2}/y;
const CODE = /2[0267f]|3[ace]|40|5c/y;
const WRITTEN = /((?:=[0-9a-f]{2})+)|\\(2[0267f]|3[ace]|40|5c)/g;
const ESCAPED = /["&'/:<>@]/;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * @returns undefined where no localpart can stand for the id by itself: it would be longer than 1023 bytes, or the id is ill-formed
 * (lone surrogates that are not the bytes of something that is not UTF-8). The empty id has the empty localpart.
 */
export function encodeLocalpart(id: ConversationId): string | undefined {
  if (PLAIN.test(id)) return id.length > MAX_PART_BYTES ? undefined : id;
  if (ALIAS.test(id)) return `=68${id.slice(1)}`;
  let out = '';
  let before = '';
  let at = 0;
  for (const char of id) {
    const written = encodeChar(char, before, id, at);
    before = written === char ? char : '';
    out += written;
    at += char.length;
  }
  if (Buffer.byteLength(out) > MAX_PART_BYTES) return undefined;
  return LONE_SURROGATE.test(id) && read(out) !== id ? undefined : out;
}

function encodeChar(char: string, before: string, id: string, at: number): string {
  if (char > '\x7f') return isPlainInLocalpart(char, before) ? char : asBytes(char);
  if (char === '=') return matchesAt(HEX_PAIR, id, at + 1) ? '=3d' : char;
  if (char === '\\') return matchesAt(CODE, id, at + 1) ? '\\5c' : char;
  // XEP-0106, 3.2: \20 never begins or ends a localpart.
  if (char === ' ' && at > 0 && at < id.length - 1) return '\\20';
  if (ESCAPED.test(char)) return `\\${hex(char.charCodeAt(0))}`;
  return PLAIN.test(char) ? char : asBytes(char);
}

function matchesAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function asBytes(char: string): string {
  const unit = char.charCodeAt(0);
  const bytes = unit >= 0xdc80 && unit <= 0xdcff ? [unit & 0xff] : Buffer.from(char);
  let out = '';
  for (const byte of bytes) out += `=${hex(byte)}`;
  return out;
}

/**
 * The id that a localpart stands for, also where it is not written the canonical way: `isCanonicalLocalpart` tells.
 * @returns undefined where it can't be a localpart, or is an alias (which only `Addresses` knows).
 */
export function decodeLocalpart(localpart: string): ConversationId | undefined {
  if (localpart.length > MAX_PART_BYTES) return undefined;
  if (PLAIN.test(localpart)) return conversationId(localpart);
  const prepared = prepareLocalpart(localpart);
  if (prepared === undefined || prepared === '' || ALIAS.test(prepared)) return undefined;
  return Buffer.byteLength(prepared) > MAX_PART_BYTES ? undefined : conversationId(read(prepared));
}

/** Whether it is what `encodeLocalpart` makes of the id that it stands for (MAP-3). */
export function isCanonicalLocalpart(localpart: string): boolean {
  const id = decodeLocalpart(localpart);
  return id !== undefined && encodeLocalpart(id) === localpart;
}

/** One pass: what comes out of an escape is never looked at again. */
function read(localpart: string): string {
  return localpart.replace(WRITTEN, (_, bytes: string | undefined, code: string) =>
    bytes === undefined
      ? String.fromCharCode(Number.parseInt(code, 16))
      : textOf(Buffer.from(bytes.replaceAll('=', ''), 'hex')),
  );
}

/** UTF-8; bytes that are none become U+DC80 to U+DCFF. */
function textOf(bytes: Buffer): string {
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at] ?? 0));
    const char = sequence.toString();
    const valid = Buffer.from(char).equals(sequence);
    out += valid ? char : String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += valid ? sequence.length : 1;
  }
  return out;
}

/** RFC 3629 3: by the first byte. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** RFC 4648 6, in lower case and without padding. */
function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) out += BASE32.charAt((bits >> (count - 5)) & 31);
    bits &= 0xff;
  }
  return count === 0 ? out : out + BASE32.charAt((bits << (5 - count)) & 31);
}
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Hashed and kept as UTF-16, because UTF-8 would make all lone surrogates the same. */
const aliasOf = (id: ConversationId): string => `h-${base32(createHash('sha256').update(id, 'utf16le').digest())}`;

/**
 * The addresses of one gateway. Total: every id has an address, and no two the same. Ids that no localpart can hold get an alias,
 * known at once and written to the store behind (MAP-4).
 */
export class Addresses {
  readonly #domain: string;
  readonly #table: Table;
  readonly #log: Log;
  readonly #aliases = new Map<string, ConversationId>();
  readonly #writing = new Map<string, Promise<void>>();
  readonly #failed = new Set<string>();

  constructor(domain: string, aliases: Table, log: Log) {
    this.#domain = domain;
    this.#table = aliases;
    this.#log = log;
  }

  /** Reads the aliases; to be awaited before the first address comes in. Rejects where the store does. */
  async load(): Promise<void> {
    for (const [alias, value] of await this.#table.list('h-')) {
      const id = conversationId(Buffer.from(value, 'base64').toString('utf16le'));
      if (aliasOf(id) === alias) this.#aliases.set(alias, id);
      else this.#log.warn('a stored alias does not belong to its id and is left out', { alias });
    }
  }

  /** The empty id, the only server of a gateway, is the bare domain. */
  jidOf(id: ConversationId): string {
    return id === '' ? this.#domain : `${encodeLocalpart(id) ?? this.#alias(id)}@${this.#domain}`;
  }

  /** @returns undefined where the localpart stands for nothing (MAP-5: `jid-malformed`). */
  idOf(localpart: string): ConversationId | undefined {
    return ALIAS.test(localpart) ? this.#aliases.get(localpart) : decodeLocalpart(localpart);
  }

  /** Whether `jidOf` of its id gives this very localpart (MAP-3). */
  isCanonical(localpart: string): boolean {
    return ALIAS.test(localpart) ? this.#aliases.has(localpart) : isCanonicalLocalpart(localpart);
  }

  /** Resolves when each alias that was being written is safe, or could not be written (that is tried again with its next use). */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  #alias(id: ConversationId): string {
    const alias = aliasOf(id);
    if (!this.#aliases.has(alias) || this.#failed.delete(alias)) {
      this.#aliases.set(alias, id);
      this.#writing.set(alias, this.#write(alias, Buffer.from(id, 'utf16le').toString('base64')));
    }
    return alias;
  }

  #write(alias: string, value: string): Promise<void> {
    const failed = (error: unknown): void => {
      this.#failed.add(alias);
      this.#log.warn('an alias could not be stored', { alias, error });
    };
    return this.#table
      .put(alias, value)
      .then(undefined, failed)
      .then(() => void this.#writing.delete(alias));
  }
}
