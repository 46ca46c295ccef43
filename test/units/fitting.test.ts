// CORE-12: what of a list one stanza takes, in bytes as they are written.

import { expect, test } from 'vitest';
import { fitting, LIST_BYTES, pieces } from '../../src/xmpp/fitting.ts';
import { el, type Element } from '../../src/xmpp/xml.ts';

const itemOf = (name: string): Element => el('item', { name });
const bytesOf = (names: readonly string[]): number =>
  Buffer.byteLength(names.map((name) => itemOf(name).toString()).join(''));

for (const [kind, text] of [
  ['plain', 'x'],
  ['of three bytes', '愛'],
  ['escaped', '"'],
] as const) {
  test(`lists of names that are ${kind} are cut where they would be too long, from either end`, () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `${text.repeat(40)}${i}`);
    const items = names.map(itemOf);
    const first = fitting(items);
    expect(bytesOf(names.slice(0, first))).toBeLessThanOrEqual(LIST_BYTES);
    expect(bytesOf(names.slice(0, first + 1))).toBeGreaterThan(LIST_BYTES);
    const last = fitting(items, true);
    expect(bytesOf(names.slice(-last))).toBeLessThanOrEqual(LIST_BYTES);
    expect(bytesOf(names.slice(-last - 1))).toBeGreaterThan(LIST_BYTES);
    const cut = pieces(names, 5_000, itemOf);
    expect(cut.flat()).toEqual(names);
    expect(cut.length).toBeGreaterThan(1);
    for (const piece of cut) expect(bytesOf(piece)).toBeLessThanOrEqual(LIST_BYTES);
  });
}

test('what is too long alone stands alone; short lists are one piece, or as many as they may be', () => {
  const long = 'x'.repeat(LIST_BYTES + 1);
  expect(fitting([itemOf(long), itemOf('a')])).toBe(1);
  expect(pieces(['a', long, 'b', 'c'], 100, itemOf)).toEqual([['a'], [long], ['b', 'c']]);
  expect(pieces(['a', 'b', 'c'], 2, itemOf)).toEqual([['a', 'b'], ['c']]);
  expect([fitting([]), pieces([], 2, itemOf)]).toEqual([0, []]);
});
