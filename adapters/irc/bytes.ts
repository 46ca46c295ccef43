// Bytes of IRC and strings: UTF-8 where it is that, otherwise each odd byte as a lone surrogate U+DC80 to U+DCFF, so that names come
// back as they were; texts are read again in the server's fallback encoding.

import { isAscii, isUtf8 } from 'node:buffer';

const ODD = /[\udc80-\udcff]/;
const LONE_ODD = /(?<![\ud800-\udbff])[\udc80-\udcff]/;

/** Has bytes that were not UTF-8. */
export function isOdd(text: string): boolean {
  return ODD.test(text) && LONE_ODD.test(text);
}

/** Text of bytes, reversible by `encodeBytes`. */
export function decodeBytes(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let out = '';
  let at = 0;
  while (at < bytes.length) {
    const size = sequenceAt(bytes, at);
    if (size === 0) {
      out += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at++;
    } else {
      out += bytes.toString('utf8', at, at + size);
      at += size;
    }
  }
  return out;
}

/** Length of the UTF-8 sequence that begins here, 0 where none does. */
function sequenceAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)) ? size : 0;
}

const ODD_END = /(?:(?<![\ud800-\udbff])[\udc80-\udcff]){1,3}$/;
/** Who ends so long a text, all ASCII before, with a single letter of another character set, is rarer than a server that cuts. */
const OFTEN_CUT_FROM = 150;

/** Without the beginning of a character that servers leave at the end of what is too long for them (UTF-8, RFC 3629 3); other text as it is. */
export function withoutCutEnd(text: string): string {
  const end = ODD_END.exec(text)?.[0] ?? '';
  const rest = text.slice(0, text.length - end.length);
  if (!isBegun(end) || isOdd(rest)) return text;
  // eslint-disable-next-line no-control-regex
  return end.length > 1 || text.length >= OFTEN_CUT_FROM || /[^\x00-\x7f]/.test(rest) ? rest : text;
}

/** The first bytes of one character of UTF-8, and not all. */
function isBegun(odd: string): boolean {
  const [first = 0, ...others] = Array.from(odd, (_, at) => odd.charCodeAt(at) - 0xdc00);
  const size = first < 0xc2 || first > 0xf4 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return odd.length < size && others.every((byte) => byte < 0xc0);
}

export function encodeBytes(text: string): Buffer {
  if (!isOdd(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) i++;
    else if (code >= 0xdc80 && code <= 0xdcff) {
      parts.push(Buffer.from(text.slice(from, i), 'utf8'), Buffer.of(code - 0xdc00));
      from = i + 1;
    }
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

/** A character set that some servers speak instead of UTF-8. */
export interface Charset {
  readonly name: string;
  decode(bytes: Uint8Array): string;
  /** What the set can't say becomes `?`. */
  encode(text: string): Buffer;
}

/** @throws RangeError for a name that is unknown, or a set with shift states. */
export function charsetOf(label: string): Charset {
  const decoder = new TextDecoder(label);
  if (decoder.encoding === 'utf-8')
    return { name: 'utf-8', decode: (bytes) => decoder.decode(bytes), encode: encodeBytes };
  if (/^(iso-2022|utf-16|replacement)/.test(decoder.encoding)) throw new RangeError(`IRC can't be spoken in ${label}`);
  let table: ReadonlyMap<string, Buffer> | undefined;
  return {
    name: decoder.encoding,
    decode: (bytes) => decoder.decode(bytes),
    encode(text) {
      table ??= encodingTable(decoder);
      const known = table;
      return Buffer.concat(Array.from(text, (char) => known.get(char) ?? Buffer.from('?')));
    },
  };
}

// Node has no encoder but UTF-8's; decoding every one and two byte code gives the table for the way back.
function encodingTable(decoder: InstanceType<typeof TextDecoder>): Map<string, Buffer> {
  const table = new Map<string, Buffer>();
  const note = (bytes: Buffer): boolean => {
    const text = decoder.decode(bytes);
    if (text.includes('\ufffd') || Array.from(text).length !== 1) return false;
    if (!table.has(text)) table.set(text, bytes);
    return true;
  };
  const leads: number[] = [];
  for (let byte = 0; byte < 0x100; byte++) if (!note(Buffer.of(byte)) && byte >= 0x80) leads.push(byte);
  for (const lead of leads) for (let trail = 0x30; trail < 0xff; trail++) note(Buffer.of(lead, trail));
  return table;
}
