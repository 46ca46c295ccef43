// Text as the bytes that databases keep: nothing is lost (lone surrogates stand in ids for bytes that are not UTF-8, NUL may be in
// any value), and the order of the bytes is the order of JavaScript's code units.

const SURROGATE = /[\ud800-\udfff]/;

/** UTF-8, except that each surrogate is encoded by itself in three bytes (CESU-8). */
export function toOctets(text: string): Buffer {
  return SURROGATE.test(text) ? encodeUnits(text) : Buffer.from(text, 'utf8');
}

export function fromOctets(octets: Uint8Array): string {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  // 0xED leads every encoded surrogate, and a few Hangul syllables that the slow way reads just as well.
  return buffer.includes(0xed) ? decodeUnits(buffer) : buffer.toString('utf8');
}

function encodeUnits(text: string): Buffer {
  const octets = Buffer.allocUnsafe(text.length * 3);
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      octets[end++] = unit;
    } else if (unit < 0x800) {
      octets[end++] = 0xc0 | (unit >> 6);
      octets[end++] = 0x80 | (unit & 0x3f);
    } else {
      octets[end++] = 0xe0 | (unit >> 12);
      octets[end++] = 0x80 | ((unit >> 6) & 0x3f);
      octets[end++] = 0x80 | (unit & 0x3f);
    }
  }
  return octets.subarray(0, end);
}

function decodeUnits(octets: Buffer): string {
  const units = Buffer.allocUnsafe(octets.length * 2);
  let end = 0;
  for (let at = 0; at < octets.length; ) {
    const first = octets[at] ?? 0;
    const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : 3;
    let unit = size === 1 ? first : size === 2 ? first & 0x1f : first & 0x0f;
    for (let more = 1; more < size; more++) unit = (unit << 6) | ((octets[at + more] ?? 0) & 0x3f);
    end = units.writeUInt16LE(unit, end);
    at += size;
  }
  return units.toString('utf16le', 0, end);
}
