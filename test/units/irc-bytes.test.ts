// Bytes of IRC as text: UTF-8, other character sets, and what was cut.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charsetOf, decodeBytes, encodeBytes, isOdd, withoutCutEnd } from '../../adapters/irc/bytes.ts';

describe('bytes', () => {
  test('every byte string comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = decodeBytes(Buffer.from(bytes));
        expect(encodeBytes(text).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
  test('UTF-8 is that, and an emoji is nothing odd', () => {
    expect(decodeBytes(Buffer.from('grüße 🎭'))).toBe('grüße 🎭');
    expect(isOdd('grüße 🎭')).toBe(false);
    expect(decodeBytes(Buffer.from('gr\xfc\xdfe', 'latin1'))).toBe('gr\udcfc\udcdfe');
    expect(isOdd('gr\udcfc')).toBe(true);
  });
  test('wherever UTF-8 is cut, it stays that', () => {
    const whole = 'ä€🎭 grüße';
    const bytes = Buffer.from(whole);
    for (let end = 2; end < bytes.length; end++) {
      const cut = withoutCutEnd(decodeBytes(bytes.subarray(0, end)));
      expect([end, whole.startsWith(cut), bytes.length - Buffer.byteLength(cut) < bytes.length - end + 4]).toEqual([
        end,
        true,
        true,
      ]);
    }
  });
  test.each([
    ['caf\udce9', 'caf\udce9'],
    [`${'a'.repeat(200)}\udcc3`, 'a'.repeat(200)],
    ['a \udcf0\udc9f\udc8e', 'a '],
    ['gr\udcfc\udcdfe ä\udcc3', 'gr\udcfc\udcdfe ä\udcc3'],
    ['ä\udcc3\udcc3', 'ä\udcc3\udcc3'],
    ['ä\udca4', 'ä\udca4'],
    ['ä💀', 'ä💀'],
    ['', ''],
  ])('%j without what was cut is %j', (text, kept) => {
    expect(withoutCutEnd(text)).toBe(kept);
  });
  test.each([
    ['windows-1252', 'größer € 10', 11],
    ['koi8-r', 'привет', 6],
    ['shift_jis', 'こんにちは', 10],
    ['euc-kr', '안녕', 4],
    ['utf-8', 'né', 3],
  ])('%s writes and reads the same', (label, text, length) => {
    const charset = charsetOf(label);
    const bytes = charset.encode(text);
    expect(bytes).toHaveLength(length);
    expect(charset.decode(bytes)).toBe(text);
  });
  test('what a character set can not say', () => {
    expect(charsetOf('koi8-r').encode('a🎭b').toString('latin1')).toBe('a?b');
    expect(() => charsetOf('no-such-set')).toThrow(RangeError);
    expect(() => charsetOf('iso-2022-jp')).toThrow(RangeError);
  });
});
