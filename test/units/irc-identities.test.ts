// Who is who in a channel whose people change their nicks, as several sessions read of it, each in its own time.

import { expect, test } from 'vitest';
import { Identities } from '../../adapters/irc/identities.ts';
import type { Participant } from '../../src/model/conversation.ts';
import { type ParticipantId, participantId } from '../../src/model/ids.ts';

const [A, B, C] = ['a', 'b', 'c'].map(participantId) as [ParticipantId, ParticipantId, ParticipantId];
const person = (id: ParticipantId, identity?: string): Participant => ({
  id,
  nick: id,
  rank: 'member',
  presence: { show: 'online' },
  ...(identity !== undefined && { identity }),
});

function channel(...ids: ParticipantId[]): { readonly here: Set<ParticipantId>; readonly identities: Identities } {
  const here = new Set(ids);
  return { here, identities: new Identities((id) => here.has(id)) };
}

test('an id stands for itself until it is somebody else’s', () => {
  const { identities } = channel();
  expect(identities.enter(A, undefined)).toBeUndefined();
  identities.rename(B, 'a');
  expect(identities.isOf(person(A))).toBe(false);
  expect(identities.isOf(person(B, 'a'))).toBe(true);
  expect(identities.enter(A, undefined)).toBe('a 2');
  expect(identities.enter(A, undefined)).toBe('a 2');
  identities.leave(person(B, 'a'));
  expect(identities.enter(C, undefined)).toBeUndefined();
  identities.leave(person(A, 'a 2'));
  expect(identities.enter(A, undefined)).toBeUndefined();
});

test('two who exchange their nicks by a third stay who they are', () => {
  const { identities } = channel(A, B);
  identities.rename(C, 'a');
  identities.leave(person(A));
  identities.rename(A, 'b');
  identities.leave(person(B));
  identities.rename(B, 'a');
  identities.leave(person(C, 'a'));
  expect([identities.isOf(person(A, 'b')), identities.isOf(person(B, 'a'))]).toEqual([true, true]);
  expect(identities.enter(C, undefined)).toBeUndefined();
});

test('a session that is behind undoes nothing of what another has read already', () => {
  const { identities } = channel();
  identities.rename(B, 'a');
  identities.leave(person(B, 'a'));
  expect(identities.enter(B, undefined)).toBeUndefined();
  identities.rename(C, 'a');
  // The other session reads the same from the beginning.
  identities.leave(person(B, 'a'));
  expect(identities.isOf(person(C, 'a'))).toBe(true);
  expect(identities.isOf(person(B))).toBe(true);
});

test('an account is known again, unless what stands for it is taken; of many the oldest is forgotten', () => {
  const { here, identities } = channel(A);
  expect(identities.enter(A, 'montague')).toBeUndefined();
  expect(identities.enter(B, 'montague')).toBeUndefined();
  here.add(B);
  expect(identities.enter(C, 'montague')).toBeUndefined();
  here.delete(A);
  identities.recognise(person(A), 'capulet');
  expect(identities.enter(participantId('d'), 'capulet')).toBe('a');
  for (let nth = 0; nth < 2_001; nth++) identities.recognise(person(participantId(`n${nth}`)), `account${nth}`);
  expect(identities.enter(participantId('e'), 'capulet')).toBeUndefined();
});
