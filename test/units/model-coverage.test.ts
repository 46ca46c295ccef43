// The table of the product's lines is complete: every kind of the model is wanted by some line, every line is carried by something.

import { expect, test } from 'vitest';
import { COMMAND_KINDS } from '../../src/model/commands.ts';
import { ERROR_CODES } from '../../src/model/errors.ts';
import { EVENT_KINDS } from '../../src/model/events.ts';
import { QUERY_KINDS } from '../../src/model/queries.ts';
import { COVERAGE } from '../model-coverage.ts';

const lines = Object.values(COVERAGE).flat();
const named = new Set<string>(lines.flatMap(([, ...parts]) => parts));

test.each([
  ['command', COMMAND_KINDS],
  ['event', EVENT_KINDS],
  ['query', QUERY_KINDS],
  ['error', ERROR_CODES],
] as const)('every %s is wanted by a line of the product', (family, kinds) => {
  expect(kinds.filter((kind) => !named.has(`${family} ${kind}`))).toEqual([]);
});

test('every line stands once and names no part twice', () => {
  const odd = lines.filter(([text, ...parts], at) => {
    const first = lines.findIndex(([other, ...otherParts]) => other === text && otherParts.join() === parts.join());
    return first !== at || new Set(parts).size !== parts.length;
  });
  expect(odd).toEqual([]);
});

test('networks tried on paper only want nothing that the networks being built do not', () => {
  const paper = Object.entries(COVERAGE).filter(([area]) => area.startsWith('On paper'));
  const built = Object.entries(COVERAGE).filter(([area]) => !area.startsWith('On paper'));
  const wanted = new Set<string>(built.flatMap(([, area]) => area.flatMap(([, ...parts]) => [...parts])));
  const alone = paper
    .flatMap(([, area]) => area.flatMap(([, ...parts]) => [...parts]))
    .filter((part) => !wanted.has(part));
  expect(alone).toEqual([]);
});
