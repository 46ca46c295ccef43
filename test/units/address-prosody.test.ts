// Localparts under the preparation of a real server (MAP-1, MAP-2), with names drawn from the networks' grammars and from the odd
// corners of Unicode.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conversationId } from '../../src/model/ids.ts';
import { decodeLocalpart, encodeLocalpart, isCanonicalLocalpart } from '../../src/xmpp/address.ts';
import { isPlainInLocalpart } from '../../src/xmpp/prepare.ts';
import { PLAIN_IN_LOCALPARTS } from '../../src/xmpp/stringprep-ranges.ts';
import { foreignIds } from '../support/foreign-names.ts';
import { isUsernameCaseMapped } from '../support/precis.ts';
import { ProsodyPrep } from '../support/prosody-prep.ts';
import { plainInLocalparts } from '../support/stringprep-ranges.ts';

const NAMES_A_RUN = 12_000;
let prosody: ProsodyPrep;
beforeAll(async () => {
  prosody = await ProsodyPrep.start();
}, 900_000);
afterAll(() => prosody?.stop());

/** Undefined for ids that only an alias can stand for. */
const encode = (id: string): string | undefined => encodeLocalpart(conversationId(id));

test(`${NAMES_A_RUN} names of the networks are left as they are by Nodeprep and UsernameCaseMapped, and read back`, {
  timeout: 120_000,
}, async () => {
  let aliases = 0;
  const name = fc.asyncProperty(foreignIds, async (id) => {
    const localpart = encode(id);
    if (localpart === undefined) {
      aliases++;
      return;
    }
    expect(await prosody.prepare('nodeprep', true, [localpart])).toEqual([localpart]);
    expect(isUsernameCaseMapped(localpart)).toBe(true);
    expect(localpart).not.toMatch(/^\\20|\\20$|[\s"&'/:<>@]/);
    expect(decodeLocalpart(localpart)).toBe(id);
    expect(isCanonicalLocalpart(localpart)).toBe(true);
  });
  await fc.assert(name, { numRuns: NAMES_A_RUN });
  expect(aliases).toBeLessThan(NAMES_A_RUN / 20);
});

test('whatever a server hands on is refused, or stands for an id whose own localpart is stable', {
  timeout: 60_000,
}, async () => {
  const anything = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async (text) => {
    const [prepared] = await prosody.prepare('nodeprep', false, [text]);
    if (prepared === undefined) return;
    const id = decodeLocalpart(prepared);
    if (id === undefined) return;
    const canonical = encode(id);
    if (canonical !== undefined) expect(decodeLocalpart(canonical)).toBe(id);
  });
  await fc.assert(anything, { numRuns: 2_000 });
});

test('each code point that stands as it is in a localpart does so beside others, too', {
  timeout: 60_000,
}, async () => {
  const plain: string[] = [];
  for (let point = 0x80; point <= 0x10ffff; point++) {
    const char = String.fromCodePoint(point);
    if (isPlainInLocalpart(char, '')) plain.push(char);
  }
  expect(plain.length).toBeGreaterThan(80_000);
  const texts = plain.map((char) => `#a${char}${char}b%=${char}`);
  const prepared = await prosody.prepare('nodeprep', true, texts);
  expect(prepared.filter((text, index) => text !== texts[index])).toEqual([]);
  expect(plain.filter((char) => !isUsernameCaseMapped(char))).toEqual([]);
});

test('two names never meet after preparation', { timeout: 60_000 }, async () => {
  const names = fc.asyncProperty(fc.uniqueArray(foreignIds, { minLength: 2, maxLength: 60 }), async (ids) => {
    const localparts = ids.map(encode).filter((localpart) => localpart !== undefined);
    const prepared = await prosody.prepare('nodeprep', false, localparts);
    expect(new Set(prepared).size).toBe(localparts.length);
  });
  await fc.assert(names, { numRuns: 100 });
});

test('the committed table is what Prosody and the Unicode tables say', { timeout: 60_000 }, async () => {
  expect(await plainInLocalparts(prosody)).toBe(PLAIN_IN_LOCALPARTS.trimStart());
});
