// Preparation of resourceparts and localparts against Prosody's and against the PRECIS classes (MAP-6).

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareLocalpart, prepareResource } from '../../src/xmpp/prepare.ts';
import { displayNames } from '../support/foreign-names.ts';
import { isOpaqueString } from '../support/precis.ts';
import { ProsodyPrep } from '../support/prosody-prep.ts';

let prosody: ProsodyPrep;
beforeAll(async () => {
  prosody = await ProsodyPrep.start();
}, 900_000);
afterAll(() => prosody?.stop());

describe('resources', () => {
  test.each([
    ['  Juliet   Capulet ', 'Juliet Capulet'],
    ['a\u0002b\u0003c\u202ed\u2066e', 'abcde'],
    ['a\nb\tc', 'a b c'],
    ['👨‍👩‍👧 ❤️', '👨👩👧 ❤'],
    ['a\u200b\u00ad\ufeff\u034fb', 'ab'],
    ['ﬁ Ａ ½', 'fi A 1⁄2'],
    ['e\u200d\u0301', 'é'],
    ['\u0301\u0301x', 'x'],
    ['a\u3000\u2003\u2800b', 'a b'],
    ['\ud800x\udc80', 'x'],
    ['col·lab', 'col·lab'],
    ['a·b', 'a‧b'],
    ['ジョン・スミス', 'ジョン・スミス'],
    ['John・Smith', 'John‧Smith'],
    ['דוד', 'דוד'],
    ['דוד 1', 'דוד 1־'],
    ['(דוד)', 'דוד'],
    ['David דוד', 'David'],
    ['דוד המלך X', 'דוד המלך'],
    ['علي 2', 'علي 2۔'],
    ['١٢ ۳', '١٢ ٣'],
    ['דוד\u1ad6א', 'דודא'],
    ['\u200b\u2800\u202e', ''],
  ])('%j is prepared as %j', (text, prepared) => {
    expect(prepareResource(text)).toBe(prepared);
  });

  test('each code point alone is left as it is by Resourceprep and OpaqueString once it is prepared', {
    timeout: 60_000,
  }, async () => {
    const prepared: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const text = prepareResource(String.fromCodePoint(point));
      if (text !== '') prepared.push(text);
    }
    expect(prepared.length).toBeGreaterThan(100_000);
    const again = await prosody.prepare('resourceprep', false, prepared);
    expect(prepared.filter((text, index) => again[index] !== text)).toEqual([]);
    expect(prepared.filter((text) => !isOpaqueString(text))).toEqual([]);
  });

  test('each code point between right-to-left letters is left as it is by Resourceprep once it is prepared', {
    timeout: 60_000,
  }, async () => {
    const prepared: string[] = [];
    for (let point = 0xa0; point <= 0x10ffff; point++) {
      const char = String.fromCodePoint(point);
      if (prepareResource(char) !== '') prepared.push(prepareResource(`א${char}ב`));
    }
    const again = await prosody.prepare('resourceprep', false, prepared);
    expect(prepared.filter((text, index) => again[index] !== text)).toEqual([]);
  });

  test('names of any kind are left as they are once they are prepared', { timeout: 60_000 }, async () => {
    const name = fc.asyncProperty(displayNames, async (display) => {
      const prepared = prepareResource(display);
      if (prepared === '') return;
      expect(await prosody.prepare('resourceprep', false, [prepared])).toEqual([prepared]);
      expect(isOpaqueString(prepared)).toBe(true);
      expect(prepareResource(prepared)).toBe(prepared);
      expect(prepared).not.toMatch(/^ | $| {2}/);
    });
    await fc.assert(name, { numRuns: 4_000 });
  });
});

describe('localparts', () => {
  test('are prepared as Prosody does it where both know the letters', async () => {
    const texts = [
      'Juliet',
      'ＪＵＬＩＥＴ',
      'É',
      'e\u0301',
      'a\u00adb',
      '#Verona%LIBERA',
      'Ǆ',
      '½',
      'ЖЗ',
      'ไทย',
      '\\20a',
      '=41',
    ];
    const prepared = await prosody.prepare('nodeprep', false, texts);
    expect(texts.map(prepareLocalpart)).toEqual(prepared);
  });

  test('are refused where Prosody refuses them', async () => {
    const texts = [
      ' ',
      '"',
      '&',
      "'",
      '/',
      ':',
      '<',
      '>',
      '@',
      '\u0000',
      '\u007f',
      '\u0085',
      '\u00a0',
      '\u3000',
      '\u200e',
      '\ue000',
    ];
    const prepared = await prosody.prepare('nodeprep', false, texts);
    expect(prepared.filter((text) => text !== undefined)).toEqual([]);
    expect(texts.map(prepareLocalpart).filter((text) => text !== undefined)).toEqual([]);
  });
});
