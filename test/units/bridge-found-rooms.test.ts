// Rooms that the network has put the user into: no client of hers has asked for them.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId } from '../../src/model/ids.ts';
import { BridgeStage, HOME, PHONE, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { settled } from '../support/scripted-network.ts';

const FORCED = conversationId('#forced');
const DOWN = new BridgeError('network-down', 'No answer.');

test('is told of once, and left by whichever client says so', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  await session.open(FORCED, 'tybalt');
  expect(stage.presenter.found).toEqual([FORCED]);
  expect(stage.presenter.heard()).toEqual([]);
  stage.submit({ kind: 'leave', conversation: FORCED }, PHONE);
  expect(stage.presenter.heard()).toEqual(['closed left > phone']);
  expect(session.last.command).toEqual({ kind: 'leave', conversation: FORCED });
  await session.last.accept();
  expect(stage.bridge.conversation(ROMEO, FORCED)).toBeUndefined();
  const { length } = session.sent;
  stage.submit({ kind: 'leave', conversation: FORCED }, PHONE);
  expect(session.sent).toHaveLength(length);
});

test('a client that comes into it is in it like in any other', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  await session.open(FORCED);
  stage.submit({ kind: 'join', conversation: FORCED, nick: 'romeo', password: 'sesame' }, HOME, 'j2');
  expect(stage.presenter.heard()).toEqual(['opened > home j2']);
  stage.submit({ kind: 'leave', conversation: FORCED }, PHONE);
  expect(session.kinds).toEqual(['join']);
  session.cut(false, DOWN);
  stage.clock.advance(2_000);
  const next = await stage.network.opening.succeed();
  stage.clock.advance(2_000);
  expect(next.sent.map(({ command }) => command)).toMatchObject([
    { kind: 'join', conversation: ROOM },
    { kind: 'join', conversation: FORCED, password: 'sesame' },
  ]);
});

test('when the link comes back she is not put there again by us, however she likes her rooms', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayJoined: true, stayConnected: true });
  const session = await stage.joined(HOME);
  await session.open(FORCED);
  session.cut(false, DOWN);
  expect(stage.presenter.heard()).toEqual(['closed lost > home']);
  stage.clock.advance(2_000);
  const next = await stage.network.opening.succeed();
  stage.clock.advance(5_000);
  expect(next.sent.map(({ command }) => command)).toMatchObject([{ kind: 'join', conversation: ROOM }]);
  expect(stage.bridge.rooms(ROMEO)).toEqual([ROOM]);
});

test('holds no session, and is gone with it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  await session.open(FORCED);
  stage.leave();
  await session.last.accept();
  stage.clock.advance(600_000);
  expect(session.closed).toEqual(['paused']);
  expect(stage.bridge.rooms(ROMEO)).toEqual([]);
  stage.submit({ kind: 'join', conversation: FORCED, nick: 'romeo' });
  await settled();
  expect(stage.network.openings).toHaveLength(2);
});
