// How long a session stays that nobody needs any more.

import { expect, test } from 'vitest';
import type { AnyEvent } from '../../src/model/events.ts';
import { conversationId, messageId } from '../../src/model/ids.ts';
import { BridgeStage, HOME, PHONE } from '../support/bridge-stage.ts';
import { personCalled, settled } from '../support/scripted-network.ts';

const TYBALT = conversationId('tybalt');
const hey = () => ({ kind: 'say', conversation: TYBALT, body: { kind: 'text', text: 'hey' } }) as const;
const said: AnyEvent = {
  kind: 'said',
  conversation: TYBALT,
  message: {
    id: messageId('s1'),
    from: personCalled('tybalt'),
    body: { kind: 'text', text: 'still there?' },
    own: false,
    at: new Date(0),
  },
};

test('a direct line keeps a session that nobody else needs for two minutes after the last one', async () => {
  const stage = new BridgeStage();
  stage.submit(hey());
  const session = await stage.network.opening.succeed();
  await session.last.accept('n1');
  stage.clock.advance(100_000);
  stage.submit(hey());
  stage.clock.advance(100_000);
  expect(session.closed).toEqual([]);
  stage.clock.advance(20_000);
  expect(session.closed).toEqual(['paused']);
});

test('with her last client a session goes soon, whatever was said before, and whatever is said to her', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  stage.bridge.clientPresence(PHONE, { show: 'online' }, 0);
  const session = await stage.network.opening.succeed();
  stage.submit(hey());
  await session.last.accept('n1');
  stage.bridge.clientPresence(PHONE, { show: 'offline' }, 0);
  stage.submit(hey());
  await session.last.accept('n2');
  stage.bridge.clientGone(HOME);
  stage.clock.advance(10_000);
  session.emit(said);
  stage.clock.advance(19_999);
  expect(session.closed).toEqual([]);
  stage.clock.advance(1);
  expect(session.closed).toEqual(['paused']);
});

test('who has signed off and talks all the same has as long as others for it', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  const first = await stage.network.opening.succeed();
  stage.bridge.clientGone(HOME);
  stage.clock.advance(30_000);
  expect(first.closed).toEqual(['paused']);
  await settled();
  stage.submit(hey());
  const session = await stage.network.opening.succeed();
  await session.last.accept('n1');
  stage.clock.advance(119_000);
  expect(session.closed).toEqual([]);
  stage.clock.advance(1_000);
  expect(session.closed).toEqual(['paused']);
});
