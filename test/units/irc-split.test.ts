import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutText, splitText } from '../../adapters/irc/split.ts';

const bytes = (text: string): number => Buffer.byteLength(text);
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const text = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.stringMatching(/^[a-z ]{0,60}$/),
    fc.constantFrom('\n', '\r\n', '👩‍👩‍👧‍👦', 'é', 'ก้', ' ', '  '),
  ),
  { maxLength: 12 },
);

test('no piece is longer than it may be, and none is empty or has a line end', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 120 }), (parts, max) => {
      for (const piece of splitText(parts.join(''), max)) {
        expect(bytes(piece)).toBeLessThanOrEqual(max);
        expect(piece).toMatch(/^[^\r\n]+$/);
      }
    }),
    { numRuns: 3000 },
  );
});

test('nothing but spaces and line ends is lost, and nothing changes places', () => {
  const bare = (all: string): string => all.replace(/[ \r\n]/g, '');
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 120 }), (parts, max) => {
      const whole = parts.join('');
      expect(bare(splitText(whole, max).join(''))).toBe(bare(whole));
    }),
    { numRuns: 3000 },
  );
});

test('graphemes that fit stay whole', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 40, max: 120 }), (parts, max) => {
      const line = parts.join('').replace(/[\r\n ]/g, '');
      const inside = Array.from(graphemes.segment(line), ({ segment }) => segment);
      if (inside.some((one) => bytes(one) > max)) return;
      const found = splitText(line, max).flatMap((piece) =>
        Array.from(graphemes.segment(piece), ({ segment }) => segment),
      );
      expect(found).toEqual(inside);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['short', 100, ['short']],
  ['a\nb\r\n\nc', 100, ['a', 'b', 'c']],
  ['one two three', 8, ['one two', 'three']],
  ['one two  three', 8, ['one two ', 'three']],
  ['aaaaaaaaaa', 4, ['aaaa', 'aaaa', 'aa']],
  ['see https://example.org/long', 24, ['see', 'https://example.org/long']],
  ['éééé', 5, ['éé', 'éé']],
  ['👩‍👩‍👧‍👦', 8, ['👩‍', '👩‍', '👧‍', '👦']],
  ['', 10, []],
  ['\n\n', 10, []],
])('%j in pieces of %i', (whole, max, pieces) => {
  expect(splitText(whole, max)).toEqual(pieces);
});

test('the measure decides, not UTF-8', () => {
  expect(splitText('éééé', 4, (part) => part.length)).toEqual(['éééé']);
});

test.each([
  ['short', 10, 'short'],
  ['größer', 4, 'grö'],
  ['größer', 3, 'gr'],
  ['a👩‍👩‍👧‍👦b', 20, 'a'],
  ['two words', 5, 'two w'],
  ['anything', 0, ''],
])('%j in %d bytes is %j', (whole, most, kept) => {
  expect(cutText(whole, most)).toBe(kept);
});
