// Who is who in a channel whose people change their nicks, as several sessions read of it, each in its own time.

import { expect, test } from 'vitest';
import { Identities } from '../../adapters/irc/identities.ts';
import { OwnPeople } from '../../adapters/irc/own-people.ts';
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

/** Users of the gateway. */
const own = new Map<ParticipantId, string>();

function channel(...ids: ParticipantId[]): { readonly here: Set<ParticipantId>; readonly identities: Identities } {
  const here = new Set(ids);
  return {
    here,
    identities: new Identities(
      (id) => here.has(id),
      (id) => own.get(id),
    ),
  };
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

test('a user of the gateway is who she is under any nick, and nobody else is by taking it', () => {
  const { identities } = channel();
  own.set(A, 'user 1');
  expect(identities.enter(A, undefined)).toBe('user 1');
  expect(identities.enter(A, undefined)).toBe('user 1');
  identities.rename(B, 'user 1');
  identities.leave(person(A, 'user 1'));
  own.delete(A);
  own.set(B, 'user 1');
  expect(identities.enter(A, undefined)).toBeUndefined();
  identities.leave(person(B, 'user 1'));
  expect(identities.enter(B, 'montague')).toBe('user 1');
  identities.rename(C, 'a');
  own.set(C, 'user 2');
  expect(identities.enter(C, undefined)).toBe('user 2');
  identities.leave(person(C, 'user 2'));
  own.clear();
  expect(identities.enter(C, 'montague')).toBeUndefined();
});

test('of one who is called what another of ours was, what stands for her goes with her alone', () => {
  const people = new OwnPeople();
  const [romeo, juliet] = [{ identity: 'user 1' }, { identity: 'user 2' }];
  people.renamed(romeo, undefined, A);
  people.renamed(juliet, undefined, A);
  people.renamed(romeo, A, B);
  expect([people.identityOf(A), people.identityOf(B)]).toEqual(['user 2', 'user 1']);
  people.renamed(juliet, A, undefined);
  expect(people.identityOf(A)).toBeUndefined();
});
