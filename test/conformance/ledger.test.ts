// The ledger itself: what counts as proved, what as claimed, and that nothing unknown is named.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseXml } from '../support/xml-tree.ts';
import { ledgerOf, type NamedTest, namesIn, tallies } from './ledger.ts';
import { REQUIREMENTS } from './requirements.ts';
import { features } from '../../src/xmpp/features/index.ts';
import type { Sabotage } from './sabotage.ts';
import { SABOTAGES } from './sabotages.ts';

const named = (...titles: readonly string[]): NamedTest[] => titles.map((title) => ({ title, file: 'some.test.ts' }));

test('every requirement has an id of its own and one line of words', () => {
  expect(new Set(REQUIREMENTS.map(({ id }) => id)).size).toBe(REQUIREMENTS.length);
  for (const { id, wording } of REQUIREMENTS) expect(wording, id).toMatch(/^\S.{4,}[^.]$/);
});

test.each([
  ['a title [CORE-2 20.1.3 24.2.M_FORBIDDEN] {no answers}', ['CORE-2', '20.1.3', '24.2.M_FORBIDDEN'], true],
  ['a title [CORE-2]', ['CORE-2'], false],
  ['group ESC-1: the example "a b" (MAP-2)', ['ESC-1', 'MAP-2'], false],
  ['nothing named, not even [in brackets]', [], false],
])('the ids in a title, %#', (title, ids, proves) => {
  expect(namesIn(title)).toEqual({ ids, proves, claims: [] });
});

test('proved beats claimed beats open; a proof in doubt only claims; unknown ids are told', () => {
  const titles = named('a [CORE-1] {x}', 'b [CORE-1]', 'c [CORE-2] {x}', 'd [CORE-3]', 'e [CORE-99]');
  const { standing, unknown } = ledgerOf(titles, new Set(['c [CORE-2] {x}']));
  expect(['CORE-1', 'CORE-2', 'CORE-3', 'CORE-4'].map((id) => standing.get(id))).toEqual([
    'proved',
    'claimed',
    'claimed',
    'open',
  ]);
  expect(unknown.map(({ id }) => id)).toEqual(['CORE-99']);
});

test('what a proof shows in part is claimed', () => {
  const { standing } = ledgerOf(named('a [CORE-1] {x; y} claims [CORE-2 4.2.4]'));
  expect(['CORE-1', 'CORE-2', '4.2.4'].map((id) => standing.get(id))).toEqual(['proved', 'claimed', 'claimed']);
});

test('the tallies count every requirement once', () => {
  const rows = tallies(ledgerOf(named('a [CORE-1] {x}')));
  expect(rows.reduce((sum, { proved, claimed, open }) => sum + proved + claimed + open, 0)).toBe(REQUIREMENTS.length);
  expect(rows[0]).toMatchObject({ section: '1 Stanza rules', priority: 'P0', proved: 1 });
});

test('every sabotage is used, takes out what there is, and changes something', () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith('.test.ts') && !name.startsWith('ledger'),
  );
  const texts = files.map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');
  for (const [name, sabotage] of Object.entries<Sabotage>(SABOTAGES)) {
    expect(texts.includes(`'${name}'`), name).toBe(true);
    for (const feature of sabotage.without ?? []) expect(Object.keys(features), name).toContain(feature);
    expect(Object.keys(sabotage), name).toHaveLength(1);
  }
});

test('a rule sees what the gateway sends and puts something else in its place', () => {
  const rule = SABOTAGES['every error can be retried'].spoiling?.().stanza ?? ((given: string) => given);
  const raw = "<iq type='error'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
  expect(rule(raw, parseXml(raw))).toContain("<error type='wait'>");
  expect(rule(raw.replaceAll('error', 'result'), parseXml("<iq type='result'/>"))).toContain("<result type='cancel'>");
});
