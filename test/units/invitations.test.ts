// The same invitation is told once, and not again after she has declined it, until she has been in the room.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { accountKey, conversationId, participantId, userId } from '../../src/model/ids.ts';
import { BridgeStage, HOME, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { DurableStage } from '../support/durable-stage.ts';
import { COMMAND_KINDS } from '../../src/model/commands.ts';
import { EVERYTHING, type ScriptedSession } from '../support/scripted-network.ts';

const FEAST = conversationId('#feast');
const JULIET = userId('juliet@example.org');
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Invited {
  readonly stage: BridgeStage;
  readonly session: ScriptedSession;
  /** What she is told when that person invites her. */
  readonly invites: (by: string) => readonly string[];
}

async function inARoom(): Promise<Invited> {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  return {
    stage,
    session,
    invites(by) {
      session.emit({ kind: 'invited', conversation: FEAST, by, inviter: participantId(`id of ${by}`) });
      return stage.presenter.heard();
    },
  };
}
const TOLD = ['invited > bare'];

test('the same person’s is told once in ten minutes, another’s for itself', async () => {
  const { stage, invites } = await inARoom();
  expect(invites('tybalt')).toEqual(TOLD);
  expect(invites('tybalt')).toEqual([]);
  expect(invites('benvolio')).toEqual(TOLD);
  stage.clock.advance(9 * MINUTE_MS);
  expect(invites('tybalt')).toEqual([]);
  stage.clock.advance(MINUTE_MS);
  expect(invites('tybalt')).toEqual(TOLD);
});

test('what she has declined is not told again for a day; whoever asks later is heard', async () => {
  const { stage, invites } = await inARoom();
  expect(invites('tybalt')).toEqual(TOLD);
  stage.clock.advance(60 * MINUTE_MS);
  stage.submit({ kind: 'decline', conversation: FEAST });
  stage.presenter.heard();
  stage.clock.advance(DAY_MS - 1);
  expect(invites('tybalt')).toEqual([]);
  expect(invites('benvolio')).toEqual(TOLD);
  stage.clock.advance(1);
  expect(invites('tybalt')).toEqual(TOLD);
});

test('who wants in, or is put out, may be invited again', async () => {
  const { stage, session, invites } = await inARoom();
  expect(invites('tybalt')).toEqual(TOLD);
  stage.submit({ kind: 'decline', conversation: FEAST });
  stage.submit({ kind: 'join', conversation: FEAST, nick: 'romeo' });
  await session.open(FEAST);
  stage.presenter.heard();
  expect(invites('tybalt')).toEqual(TOLD);
  session.emit({ kind: 'closed', conversation: FEAST, why: 'ejected' });
  stage.presenter.heard();
  expect(invites('tybalt')).toEqual(TOLD);
});

test('a kept one that says nothing new need not be kept', async () => {
  const stage = new DurableStage();
  await stage.start();
  const event = { kind: 'invited', conversation: FEAST, by: 'tybalt' } as const;
  await stage.keep(['1', event], ['2', event]);
  expect(stage.deliveries()).toHaveLength(1);
  expect(await stage.kept()).toBe(1);
  await stage.confirmAll();
  expect(await stage.kept()).toBe(0);
});

test('what came to nothing is not remembered', () => {
  const { bridge } = new BridgeStage();
  const invited = { user: JULIET, room: FEAST, by: 'romeo' };
  bridge.invitations.told(invited);
  expect(bridge.invitations.isKnown(invited)).toBe(true);
  bridge.invitations.untold(invited);
  expect(bridge.invitations.isKnown(invited)).toBe(false);
});

test('ten thousand rooms are remembered, the latest', () => {
  const { bridge } = new BridgeStage();
  const invited = (n: number) => ({ user: JULIET, room: conversationId(`#${n}`), by: 'romeo' });
  for (let n = 0; n <= 10_000; n++) bridge.invitations.told(invited(n));
  expect([0, 1, 10_000].map((n) => bridge.invitations.isKnown(invited(n)))).toEqual([false, true, true]);
});

test('a user is known to the network as long as she has a session there: by her nick where nicks are unique', async () => {
  const stage = new BridgeStage();
  stage.network.capabilities = { ...EVERYTHING, uniqueNicks: true };
  const { invitations } = stage.bridge;
  const session = await stage.joined(HOME);
  session.emit({ kind: 'connected', account: accountKey('a'), nick: 'romeo_' });
  expect(invitations.personOf(ROMEO, FEAST)).toBe('romeo_');
  expect(invitations.personOf(ROMEO, conversationId('#feast@b'))).toBeUndefined();
  expect(invitations.personOf(JULIET, FEAST)).toBeUndefined();
  session.cut(true, new BridgeError('network-down', 'The wire is cut.'));
  expect(invitations.personOf(ROMEO, FEAST)).toBeUndefined();
});

test('where nicks are not unique it is her address there, as a room that she is in has it', async () => {
  const stage = new BridgeStage();
  stage.network.directOf = (who?: string) => conversationId(`@${who}`);
  const session = await stage.joined(HOME);
  session.emit({ kind: 'connected', account: accountKey('a'), nick: 'Romeo Montague' });
  expect(stage.bridge.invitations.personOf(ROMEO, FEAST)).toBe('@romeo');
  stage.leave();
  expect(stage.bridge.invitations.personOf(ROMEO, FEAST)).toBeUndefined();
});

test('of a room nothing is promised that some servers lack, until a session says what its own can', async () => {
  const stage = new BridgeStage();
  const accepts = (id = ROOM) => stage.bridge.capabilities(ROMEO, id).accepts;
  stage.network.capabilities = { ...EVERYTHING, mayLack: ['moderate', 'type'] };
  const sure = COMMAND_KINDS.filter((kind) => kind !== 'moderate' && kind !== 'type');
  expect(accepts()).toEqual(sure);
  expect(accepts(conversationId('tybalt'))).toEqual(COMMAND_KINDS);
  const session = await stage.joined(HOME);
  expect(accepts(FEAST)).toEqual(sure);
  Object.assign(session, { capabilitiesOf: () => EVERYTHING });
  expect(accepts(FEAST)).toEqual(COMMAND_KINDS);
});
