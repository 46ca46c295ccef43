// The bench gives no figures where presence is told again that has not changed.

import { expect, test } from 'vitest';
import { PresenceCount } from '../bench/presence-count.ts';
import { Verdict } from '../bench/wrong.ts';

const HEAD = "<presence from='a@x' to='romeo@y'>";
const away = `${HEAD}<show>away</show></presence>`;
const there = `${HEAD}</presence>`;

function counted(...stanzas: readonly (readonly [head: string, stanza: string])[]): {
  readonly count: PresenceCount;
  readonly verdict: Verdict;
} {
  const verdict = new Verdict();
  const count = new PresenceCount(verdict);
  for (const [head, stanza] of stanzas) count.heard(head, stanza);
  return { count, verdict };
}

test('what changes is counted, for each pair by itself; requests are not', () => {
  const other = "<presence from='b@x' to='romeo@y'>";
  const asks = "<presence from='a@x' to='romeo@y' type='subscribe'/>";
  const changes = [
    [HEAD, away],
    [other, other],
    [HEAD, there],
    [asks, asks],
    [asks, asks],
    [HEAD, away],
  ] as const;
  const { count, verdict } = counted(...changes);
  expect(count.stanzas).toBe(4);
  expect(count.repeated).toBe(0);
  expect(count.showing('away')).toBe(1);
  expect(verdict.failed).toBeUndefined();
});

test.each([
  [[HEAD, away] as const, [HEAD, away] as const],
  [[HEAD, there] as const, [HEAD, there] as const],
])('what is told again is wrong', (...stanzas) => {
  expect(counted(...stanzas).verdict.failed?.message).toContain('presence that changes nothing');
});
