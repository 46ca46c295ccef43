// Strings of a stream: whole characters out of packets, and addresses that are kept without the packet they came in.

import { isAscii, isUtf8 } from 'node:buffer';
const NOTHING = Buffer.alloc(0);
const MAX_INTERNED = 4096;
const MAX_INTERNED_LENGTH = 256;

/** UTF-8 whose characters may be cut by packets. */
export class Utf8Decoder {
  #pending: Buffer = NOTHING;
  /** Whether the last text was ASCII alone. */
  ascii = true;

  /** Whether there was something else: what was decoded is all there will be. */
  broken = false;

  decode(bytes: Uint8Array): string {
    const all = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const end = wholeLength(all);
    this.#pending = end === all.length ? NOTHING : Buffer.from(all.subarray(end));
    const whole = Buffer.from(all.buffer, all.byteOffset, end);
    this.ascii = isAscii(whole);
    if (this.ascii) return whole.toString('latin1');
    this.broken = !isUtf8(whole);
    return (this.broken ? validPrefix(whole) : whole).toString('utf8');
  }
}

/** All before the first byte that is not UTF-8. */
function validPrefix(bytes: Buffer): Buffer {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, wholeLength(bytes.subarray(0, middle))))) good = middle;
    else bad = middle;
  }
  return bytes.subarray(0, wholeLength(bytes.subarray(0, good)));
}

/** Length without a character that may go on in the next packet. */
function wholeLength(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return size > back ? length - back : length;
  }
  return length;
}

/** One string for equal strings, and not a slice of anything. */
export class Interner {
  readonly #known = new Map<string, string>();

  intern(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined || text.length > MAX_INTERNED_LENGTH) return known ?? text;
    if (this.#known.size >= MAX_INTERNED) this.#known.clear();
    const own = copyOf(text);
    this.#known.set(own, own);
    return own;
  }
}

/** With one byte for a character where that can be: every stanza that it becomes a part of is then half as long in memory. */
function copyOf(text: string): string {
  const narrow = Buffer.from(text, 'latin1').toString('latin1');
  return narrow === text ? narrow : Buffer.from(text, 'utf16le').toString('utf16le');
}
