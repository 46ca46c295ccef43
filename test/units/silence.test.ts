// Networks that never tell who is there get ten seconds for it, once for each sign-in.

import { expect, test } from 'vitest';
import { accountKey, userId } from '../../src/model/ids.ts';
import { Silence } from '../../src/xmpp/contacts/silence.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ROMEO = userId('romeo@localhost');
const A = accountKey('a');
const B = accountKey('b');

function stage(): { readonly clock: ManualClock; readonly silence: Silence; readonly ended: string[] } {
  const clock = new ManualClock();
  const ended: string[] = [];
  return { clock, silence: new Silence(clock, (user, account) => ended.push(`${user} ${account}`)), ended };
}

test('each account has its own time, and has it anew with the next session', () => {
  const { clock, silence, ended } = stage();
  silence.stateOf(ROMEO, A, 'connecting');
  silence.stateOf(ROMEO, A, 'online');
  clock.advance(6_000);
  silence.stateOf(ROMEO, B, 'online');
  clock.advance(4_000);
  expect([...silence.of(ROMEO)]).toEqual([A]);
  clock.advance(6_000);
  expect([...silence.of(ROMEO)]).toEqual([A, B]);
  silence.stateOf(ROMEO, A, 'waiting');
  expect([...silence.of(ROMEO)]).toEqual([B]);
  silence.stateOf(ROMEO, A, 'online');
  clock.advance(9_999);
  expect([...silence.of(ROMEO)]).toEqual([B]);
  clock.advance(1);
  expect([...silence.of(ROMEO)]).toEqual([B, A]);
  expect(ended).toEqual([`${ROMEO} a`, `${ROMEO} b`, `${ROMEO} a`]);
});

test('a session that is lost in that time has heard nobody out, and another nick is no new session', () => {
  const { clock, silence, ended } = stage();
  silence.stateOf(ROMEO, A, 'online');
  clock.advance(5_000);
  silence.stateOf(ROMEO, A, 'online');
  clock.advance(5_000);
  expect(ended).toHaveLength(1);
  silence.stateOf(ROMEO, A, 'offline');
  silence.stateOf(ROMEO, A, 'online');
  clock.advance(9_000);
  silence.stateOf(ROMEO, A, 'offline');
  clock.advance(60_000);
  expect(ended).toHaveLength(1);
  expect([...silence.of(ROMEO)]).toEqual([]);
  expect(clock.pending()).toEqual([]);
});
