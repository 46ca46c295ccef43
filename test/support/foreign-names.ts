// Names as the networks' grammars and the odd corners of Unicode allow them: what the address tests draw from.

import fc from 'fast-check';

/** A fragment that has broken address mappings before. */
const NASTY = [
  [
    '\\',
    '\\5c',
    '\\5C',
    '\\20',
    '\\2f',
    '\\2F',
    '\\3a',
    '\\3A',
    '\\5c40',
    '\\40',
    '=',
    '==',
    '=3d',
    '=3D',
    '=4',
    '=e9',
  ],
  [' ', '  ', '"', '&', "'", '/', ':', '<', '>', '@', '%', '%%', '#', '##', '!', '$', '+', '~', '|', 'h-', 'A', 'Z'],
  ['ı', 'İ', 'I', 'i', 'ß', 'ẞ', 'ς', 'Σ', 'ſ', 'K', 'Å', 'ŉ', 'ǰ', 'ΐ', 'ﬁ', 'ĳ', 'ǆ', 'ª', '²', '½', '™', 'Ω', 'ᴬ'],
  ['Ａ', 'ａ', '１', '＝', '＠', '：', '￥', 'ｱ', 'ﾞ', '　', '\u00a0', '\u2003', '\u1680', '\u2028', '\u0085', '\u2800'],
  ['e\u0301', '\u0301', '\u0338', '=\u0338', '\u0323\u0307', '\u0307\u0323', '\u0345', '\u0e33', '\u0e47', '\u0e31'],
  [
    'क्ष',
    'க்',
    'नि',
    'ড়',
    '\u0958',
    '가',
    '\u1100\u1161',
    '\u1161',
    '\u11a8',
    'が',
    'か\u3099',
    '\u3099',
    '㌀',
    '・',
    '·',
  ],
  [
    '😀',
    '👨‍👩‍👧',
    '❤️',
    '🇩🇪',
    '1️⃣',
    '👍🏽',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u00ad',
    '\u034f',
    '\ufe0f',
    '\ufeff',
    '\u2060',
  ],
  ['שלום', 'ا', 'مرحبا', '١', '۱', 'א1', '\u200e', '\u200f', '\u202e', '\u2066', '\u05f3', '\u06dd', '\u070f', '߀'],
  [
    'Ꭰ',
    'ꭰ',
    'Ა',
    'ა',
    '𐐀',
    '𐐨',
    'Ⰰ',
    'ⱥ',
    'Ɐ',
    'ꞌ',
    '𝐀',
    '𝔸',
    '🄰',
    '𠀀',
    '豈',
    '你',
    '\u2f868',
    '\u{2f868}',
    '\u{1d15e}',
  ],
  [
    '\u0378',
    '\u{1f8ff}',
    '\u{e0041}',
    '\u{e000}',
    '\u{10fffd}',
    '\ufffe',
    '\ufffd',
    '\ufffc',
    '\u0000',
    '\u0007',
    '\u007f',
  ],
].flat();

const SCRIPTS: readonly (readonly [number, number])[] = [
  [0x21, 0x7e],
  [0x80, 0x24f],
  [0x250, 0x6ff],
  [0x700, 0x109f],
  [0x10a0, 0x1cff],
  [0x1d00, 0x2fff],
  [0x3000, 0x9fff],
  [0xa000, 0xd7ff],
  [0xf900, 0xffff],
  [0x10000, 0x1ffff],
  [0x20000, 0x2ffff],
  [0xe0000, 0x10ffff],
];

const fromScripts = fc.oneof(
  ...SCRIPTS.map(([min, max]) => fc.integer({ min, max }).map((point) => String.fromCodePoint(point))),
);
const piece = fc.oneof(fc.constantFrom(...NASTY), fromScripts);
const unicode = fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));

const word = (alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength });
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALNUM = LOWER + LOWER.toUpperCase() + DIGITS;
const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join('');

/** Python's `surrogateescape`, the way an adapter reads bytes of a network that has no encoding; not shared with the sources. */
function fromBytes(bytes: Uint8Array): string {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((size) => canDecode(utf8, bytes.subarray(at, at + size)));
    out +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
        : utf8.decode(bytes.subarray(at, at + length));
    at += length ?? 1;
  }
  return out;
}

function canDecode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const foldAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const host = fc.oneof(
  fc.array(word(`${LOWER}${DIGITS}-`, 1, 10), { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
  fc.ipV4(),
);
const matrixServer = fc
  .tuple(
    fc.oneof(
      host,
      fc.ipV6().map((address) => `[${address}]`),
    ),
    fc.option(fc.integer({ min: 1, max: 65_535 })),
  )
  .map(([name, port]) => (port === null ? name : `${name}:${port}`));

/** RFC 2812 1.3: any bytes but NUL, BEL, CR, LF, space and comma. */
const channelBytes = fc
  .uint8Array({ minLength: 1, maxLength: 50 })
  .map((bytes) => fromBytes(bytes.filter((byte) => ![0, 7, 10, 13, 32, 44].includes(byte))));
const channelName = fc.oneof(
  word(VISIBLE.replace(',', ''), 1, 50),
  unicode.map((text) => text.replace(/[\0\x07\r\n ,]/g, '')),
  channelBytes,
);
const ircServer = fc.oneof(
  fc.constantFrom('', '%libera', '%oftc'),
  host.map((name) => `%${name}`),
);
const ircChannels = fc
  .tuple(fc.constantFrom('#', '&', '##', '+', '!'), channelName, ircServer)
  .map((parts) => foldAscii(parts.join('')));
const ircNicks = fc
  .tuple(
    fc.oneof(
      word(`${ALNUM}[]\\\`_^{|}-`, 1, 30),
      unicode.map((text) => text.replace(/[\0\r\n ]/g, '')),
    ),
    ircServer,
  )
  .map((parts) => foldAscii(parts.join('')));

const matrixLocal = fc.oneof(word(`${LOWER}${DIGITS}._=-/+`, 1, 60), word(VISIBLE.replace(':', ''), 1, 120), unicode);
const at255 = (text: string): string =>
  Buffer.from(text)
    .subarray(0, 255)
    .toString()
    .replace(/\ufffd$/, '');
export const matrixUsers = fc.tuple(matrixLocal, matrixServer).map((parts) => at255(parts.join(':')));
const matrixRooms = fc.oneof(
  fc.tuple(word(ALNUM, 18, 18), matrixServer).map(([opaque, server]) => `!${opaque}:${server}`),
  word(`${ALNUM}-_`, 43, 43).map((hash) => `!${hash}`),
  fc.tuple(unicode, matrixServer).map(([alias, server]) => at255(`#${alias}:${server}`)),
);

const phoneAddresses = fc.oneof(
  word(DIGITS, 2, 15).map((digits) => `+${digits}`),
  fc
    .tuple(word(DIGITS, 3, 8), fc.constantFrom('US', 'gb', '+1', 'example.org'))
    .map((parts) => parts.join(';phone-context=')),
  word(`${ALNUM} &._-+`, 1, 11).map((sender) => `${sender};sender`),
  word(`abcdef${DIGITS}`, 64, 64).map((hash) => `g-${hash}`),
);
const xmppAddresses = fc.tuple(unicode, host, fc.option(unicode)).map(([local, domain, resource]) => {
  return resource === null ? `${local}@${domain}` : `${local}@${domain}/${resource}`;
});
const longest = fc.tuple(piece, fc.integer({ min: 1, max: 255 })).map(([part, times]) => at255(part.repeat(times)));
const aliasLike = word(`${LOWER}234567`, 51, 53).map((hash) => `h-${hash}`);

/** Well-formed ids of any network; never empty. */
export const foreignIds = fc
  .oneof(ircChannels, ircNicks, matrixUsers, matrixRooms, phoneAddresses, xmppAddresses, unicode, longest, aliasLike)
  .map((id) => fromBytes(bytesOf(id)))
  .filter((id) => id !== '');

/** The bytes that an id stands for. */
function bytesOf(id: string): Uint8Array {
  return Buffer.concat(
    Array.from(id).map((char) => {
      const unit = char.charCodeAt(0);
      return char.length === 1 && unit >= 0xdc80 && unit <= 0xdcff ? Buffer.from([unit - 0xdc00]) : Buffer.from(char);
    }),
  );
}

/** What people call themselves. */
export const displayNames = fc.oneof(
  unicode,
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme-composite', maxLength: 90 }),
  longest,
  fc
    .array(fc.constantFrom('א', 'ש', 'ا', 'ب', '1', '2', ' ', '-', '(', ')', 'a', '\u05b0', '\u064e', '١', '😀'), {
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
  fc.constantFrom('', ' ', '\u200b', '\u2800', 'Bob', 'bob', ' BOB ', 'Bob (2)', 'ＢＯＢ'),
);
