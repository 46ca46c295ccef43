// The rooms of the bridge as a user's clients see them.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, messageId, participantId, resourceId } from '../../src/model/ids.ts';
import { BridgeStage, HOME, PHONE, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { conversationWith, personCalled, type ScriptedSession, settled } from '../support/scripted-network.ts';

test('a join connects as a guest with the nick of the join, and is answered by one snapshot', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  expect(stage.network.openings).toHaveLength(1);
  expect(stage.network.opening.account).toMatchObject({ guest: true, wantedNick: 'romeo', user: ROMEO });
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([HOME]);
  expect(stage.bridge.conversation(ROMEO, ROOM)).toBeUndefined();
  const session = await stage.network.opening.succeed();
  expect(session.kinds).toEqual(['join']);
  const snapshot = await session.open(ROOM, 'tybalt');
  expect(stage.presenter.deliveries[0]).toMatchObject({ conversation: snapshot, event: { kind: 'opened', snapshot } });
  expect(stage.presenter.heard()).toEqual(['opened > home j1']);
  expect(stage.bridge.conversation(ROMEO, ROOM)).toBe(snapshot);
});

test('joins of several clients while it opens send one join, and each client gets the snapshot for its own request', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  stage.join(PHONE, 'j2');
  stage.join(HOME, 'j3');
  const session = await stage.network.opening.succeed();
  await session.open(ROOM);
  expect(session.kinds).toEqual(['join']);
  expect(stage.presenter.heard()).toEqual(['opened > phone j2', 'opened > home j3']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([HOME, PHONE]);
});

test('a join that comes while another is refused for its nick is tried with its own', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  stage.submit({ kind: 'join', conversation: ROOM, nick: 'montague' }, HOME, 'j2');
  stage.join(PHONE, 'j3');
  await stage.network.opening.fail(new BridgeError('nick-taken', 'Taken.'));
  expect(stage.presenter.heard()).toEqual(['nick-taken > home j1', 'nick-taken > phone j3']);
  expect(stage.network.openings).toHaveLength(2);
  expect(stage.network.opening.account.wantedNick).toBe('montague');
  const session = await stage.network.opening.succeed();
  await session.open(ROOM);
  expect(session.kinds).toEqual(['join']);
  expect(stage.presenter.heard()).toEqual(['opened > home j2']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([HOME]);
});

test('of joins with different passwords each is refused for its own', async () => {
  const stage = new BridgeStage();
  const withPassword = (password: string, id: string) =>
    stage.submit({ kind: 'join', conversation: ROOM, nick: 'romeo', password }, HOME, id);
  withPassword('rose', 'j1');
  withPassword('thorn', 'j2');
  const session = await stage.network.opening.succeed();
  await session.last.refuse(new BridgeError('bad-password', 'No.'));
  expect(stage.presenter.heard()).toEqual(['bad-password > home j1']);
  expect(session.last.command).toMatchObject({ kind: 'join', password: 'thorn' });
  await session.last.refuse(new BridgeError('bad-password', 'No.'));
  expect(stage.presenter.heard()).toEqual(['bad-password > home j2']);
  expect(session.kinds).toEqual(['join', 'join']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([]);
});

test('a second client in an open room costs the network nothing, and the same client gets everything again', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.join(PHONE, 'j2');
  stage.join(HOME, 'j3');
  expect(session.kinds).toEqual(['join']);
  expect(stage.presenter.heard()).toEqual(['opened > phone j2', 'opened > home j3']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([HOME, PHONE]);
});

test('the snapshot for a second client shows the room as it is by then', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const people = stage.bridge.conversation(ROMEO, ROOM)?.participants as Map<unknown, unknown>;
  const who = personCalled('mercutio');
  people.set(who.id, who);
  session.emit({ kind: 'joined', conversation: ROOM, who });
  stage.join(PHONE);
  const opened = stage.presenter.deliveries.at(-1)?.event;
  expect(opened).toMatchObject({ kind: 'opened' });
  expect(opened?.kind === 'opened' && opened.snapshot.participants.has(participantId('mercutio'))).toBe(true);
});

test('one client leaves: only it is told; the last one leaves: the network is told', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  stage.leave(PHONE, 'l1');
  expect(stage.presenter.heard()).toEqual(['closed left > phone l1']);
  expect(session.kinds).toEqual(['join']);
  stage.leave(HOME, 'l2');
  expect(stage.presenter.heard()).toEqual(['closed left > home l2']);
  expect(session.kinds).toEqual(['join', 'leave']);
  await session.last.accept();
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([]);
});

test('the leave of a client that is not in the room does nothing', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.leave(PHONE, 'l1');
  stage.submit({ kind: 'leave', conversation: conversationId('#elsewhere') });
  expect(stage.presenter.heard()).toEqual([]);
  expect(session.kinds).toEqual(['join']);
});

test('a room that is left while it opens is left at the network too, and its late snapshot goes to nobody', async () => {
  const stage = new BridgeStage();
  stage.join(HOME);
  const session = await stage.network.opening.succeed();
  stage.leave(HOME, 'l1');
  expect(session.kinds).toEqual(['join', 'leave']);
  await session.open(ROOM);
  await session.last.accept();
  expect(stage.presenter.heard()).toEqual(['closed left > home l1']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([]);
});

test('a join that is left again before there is a connection is never sent', async () => {
  const stage = new BridgeStage();
  stage.join(HOME);
  stage.leave(HOME);
  stage.join(HOME);
  const session = await stage.network.opening.succeed();
  expect(session.kinds).toEqual(['join']);
  stage.leave(HOME);
  expect(session.kinds).toEqual(['join', 'leave']);
});

test('joining again while the leave is under way', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.leave(HOME);
  stage.join(HOME, 'j2');
  expect(session.kinds).toEqual(['join', 'leave', 'join']);
  await session.sent[1]?.accept();
  await session.open(ROOM);
  expect(stage.presenter.heard()).toEqual(['closed left > home', 'opened > home j2']);
});

test('an account that stays joined keeps the room when its last client leaves', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayJoined: true });
  const session = await stage.joined(HOME);
  stage.leave(HOME, 'l1');
  expect(session.kinds).toEqual(['join']);
  stage.presenter.heard();
  session.emit({ kind: 'said', conversation: ROOM, message: message('while away') });
  expect(stage.presenter.heard()).toEqual([]);
  stage.join(PHONE, 'j2');
  expect(session.kinds).toEqual(['join']);
  expect(stage.presenter.heard()).toEqual(['opened > phone j2']);
});

test('put out by the network: all clients are told, and the room forgets them', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  session.emit({ kind: 'closed', conversation: ROOM, why: 'ejected', by: 'tybalt', text: 'out' });
  expect(stage.presenter.heard()).toEqual(['closed ejected > home phone']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([]);
  stage.say('still here?', 'm1');
  expect(stage.presenter.heard()).toEqual(['not-joined > home m1']);
  stage.join(HOME, 'j2');
  expect(session.kinds).toEqual(['join', 'join']);
});

test('a join that is refused is refused to each client that waits, with its own id', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  stage.join(PHONE, 'j2');
  const session = await stage.network.opening.succeed();
  await session.last.refuse(new BridgeError('banned', 'No.'));
  expect(stage.presenter.heard()).toEqual(['banned > home j1', 'banned > phone j2']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([]);
});

test('an answer to an earlier join does not end a later one', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  const session = await stage.network.opening.succeed();
  stage.leave(HOME);
  stage.join(HOME, 'j2');
  stage.presenter.heard();
  await session.sent[0]?.refuse(new BridgeError('not-joined', 'You left.'));
  expect(stage.presenter.heard()).toEqual([]);
  await session.open(ROOM);
  expect(stage.presenter.heard()).toEqual(['opened > home j2']);
});

test('a join that is not answered in a minute is refused, and taken back', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  const session = await stage.network.opening.succeed();
  stage.clock.advance(59_999);
  expect(stage.presenter.heard()).toEqual([]);
  stage.clock.advance(1);
  expect(stage.presenter.heard()).toEqual(['timeout > home j1']);
  expect(session.kinds).toEqual(['join', 'leave']);
  await session.open(ROOM);
  expect(stage.presenter.heard()).toEqual([]);
});

test('a client that signs off is told of the room; one that is gone leaves without a word, and as the last one takes it along', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  stage.bridge.clientGone(PHONE);
  expect(stage.presenter.heard()).toEqual(['closed ejected > phone']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([HOME]);
  stage.bridge.clientGone(HOME, conversationId('#elsewhere'));
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([HOME]);
  stage.bridge.clientGone(HOME, ROOM);
  expect(stage.presenter.heard()).toEqual([]);
  expect(session.kinds).toEqual(['join', 'leave']);
});

test('only clients that are in the room may speak there; others of hers may manage it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.say('hello', 'm1', PHONE);
  stage.submit({ kind: 'type', conversation: ROOM, state: 'composing' }, PHONE, 't1');
  expect(stage.presenter.heard()).toEqual(['not-joined > phone m1', 'not-joined > phone t1']);
  stage.submit({ kind: 'eject', conversation: ROOM, who: participantId('tybalt'), ban: false }, PHONE);
  expect(session.kinds).toEqual(['join', 'eject']);
});

test('events of a room reach the clients in it by one array, until somebody comes or goes', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  session.emit({ kind: 'said', conversation: ROOM, message: message('one') });
  session.emit({ kind: 'said', conversation: ROOM, message: message('two') });
  const [one, two] = stage.presenter.deliveries;
  expect(one?.to).toBe(two?.to);
  stage.leave(PHONE);
  expect(one?.to).toEqual([HOME, PHONE]);
  session.emit({ kind: 'said', conversation: ROOM, message: message('three') });
  expect(stage.presenter.deliveries.at(-1)?.to).toEqual([HOME]);
});

test('events of rooms that she is not in go nowhere, and what is for herself goes to her bare address', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const other = conversationId('#other');
  session.emit({ kind: 'said', conversation: other, message: message('psst') });
  expect(stage.presenter.heard()).toEqual([]);
  session.emit({ kind: 'invited', conversation: other, by: 'tybalt' });
  session.emit({ kind: 'said', conversation: conversationId('tybalt'), message: message('psst') });
  session.emit({ kind: 'told', account: session.account.key, text: 'maintenance' });
  expect(stage.presenter.heard()).toEqual(['invited > bare', 'said > bare', 'told > bare']);
});

test('a room that she joined elsewhere is there when a client joins it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const other = conversationId('#other');
  session.emit({ kind: 'opened', conversation: other, snapshot: conversationWith(other) });
  expect(stage.presenter.heard()).toEqual([]);
  stage.submit({ kind: 'join', conversation: other }, PHONE, 'j2');
  expect(session.kinds).toEqual(['join']);
  expect(stage.presenter.heard()).toEqual(['opened > phone j2']);
});

test('a hundred rooms at once are all joined', async () => {
  const stage = new BridgeStage();
  const rooms = Array.from({ length: 100 }, (_, at) => conversationId(`#room${at}`));
  for (const conversation of rooms) stage.submit({ kind: 'join', conversation }, resourceId(HOME));
  const session: ScriptedSession = await stage.network.opening.succeed();
  expect(session.kinds).toHaveLength(100);
  for (const room of rooms) await session.open(room);
  await settled();
  expect(stage.presenter.heard()).toHaveLength(100);
});

function message(text: string) {
  const from = personCalled('tybalt');
  return { id: from.id as never, from, own: false, body: { kind: 'text', text } } as const;
}

test('a leave that the network never answers ends in its time', async () => {
  const stage = new BridgeStage({ joinTimeoutMs: 1_000 });
  await stage.joined(HOME);
  stage.leave(HOME);
  expect(stage.bridge.rooms(ROMEO)).toEqual([ROOM]);
  stage.clock.advance(999);
  expect(stage.bridge.rooms(ROMEO)).toEqual([ROOM]);
  stage.clock.advance(1);
  expect(stage.bridge.rooms(ROMEO)).toEqual([]);
});

test('nobody is in more rooms than allowed; those she is in stay open to her', async () => {
  const stage = new BridgeStage({ roomsMost: 1 });
  await stage.joined(HOME);
  stage.submit({ kind: 'join', conversation: conversationId('#second') }, HOME, 'j2');
  expect(stage.presenter.heard()).toEqual(['quota > home j2']);
  stage.join(PHONE, 'j3');
  expect(stage.presenter.heard()).toEqual(['opened > phone j3']);
});

test('who speaks from outside comes in for it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const from = personCalled('mercutio');
  const body = { kind: 'text', text: 'from the street' } as const;
  session.emit({ kind: 'said', conversation: ROOM, message: { id: messageId('m1'), from, own: false, body } });
  expect(stage.presenter.heard()).toEqual(['joined > home', 'said > home', 'left left > home']);
});
