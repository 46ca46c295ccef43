// What becomes of a session whose account is changed: it takes that over, or the next one goes on with all that was in it.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import type { Answers } from '../../src/model/form.ts';
import { conversationId } from '../../src/model/ids.ts';
import { ACCOUNT, BridgeStage, HOME, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { settled } from '../support/scripted-network.ts';

const SIGNAL = new AbortController().signal;
async function signUp(stage: BridgeStage, answers: Answers): Promise<void> {
  await stage.bridge.desk.signUp(ROMEO, answers, SIGNAL);
  stage.clock.advance(0);
}

async function isThere(settings: Answers = {}) {
  const stage = new BridgeStage();
  await stage.withAccount({ password: 'x', ...settings });
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  return { stage, session: await stage.joined(HOME) };
}

test('what only a new session can have: she is told that the room was lost, and is in it again without asking', async () => {
  const { stage, session } = await isThere();
  await signUp(stage, { server: 'a', password: 'other' });
  await settled();
  expect(session.closed).toEqual(['paused']);
  expect(stage.presenter.heard()).toEqual(['closed lost > home']);
  const next = await stage.network.opening.succeed();
  expect(next.account).toMatchObject({ guest: false, settings: { password: 'other' } });
  expect(next.sent.map(({ command }) => command)).toMatchObject([{ kind: 'join', conversation: ROOM, nick: 'romeo' }]);
  stage.join(HOME, 'j2');
  await next.open(ROOM, 'tybalt');
  expect(stage.presenter.heard()).toEqual(['opened > home j2']);
  expect(next.kinds).toEqual(['join']);
});

test('a session that was lost is counted as back once it is; one that a change of the account ended is neither', async () => {
  const { stage, session } = await isThere();
  const { counts } = stage.bridge;
  await signUp(stage, { server: 'a', password: 'other' });
  await settled();
  const next = await stage.network.opening.succeed();
  expect(session.closed).toEqual(['paused']);
  expect([counts.lost, counts.restored]).toEqual([0, 0]);
  next.cut(false, new BridgeError('network-down', 'No answer.'));
  expect([counts.lost, counts.restored]).toEqual([1, 0]);
  stage.clock.advance(2_000);
  await stage.network.opening.succeed();
  expect([counts.lost, counts.restored]).toEqual([1, 1]);
});

test('the next session begins when the network has let go of the one before, and what is said meanwhile waits for it', async () => {
  const { stage, session } = await isThere();
  const { promise, resolve } = Promise.withResolvers<void>();
  session.closing = promise;
  await signUp(stage, { server: 'a', password: 'other' });
  stage.submit(
    { kind: 'say', conversation: conversationId('tybalt'), body: { kind: 'text', text: 'hey' } },
    HOME,
    'm1',
  );
  await settled();
  expect(stage.network.openings).toHaveLength(1);
  resolve();
  await settled();
  const next = await stage.network.opening.succeed();
  expect(next.kinds.toSorted()).toEqual(['join', 'say']);
  expect(stage.presenter.heard()).toEqual(['closed lost > home']);
});

test('a session that takes the change over goes on, with the settings as they are now', async () => {
  const { stage, session } = await isThere();
  const adopted: Answers[] = [];
  session.adopt = ({ settings }) => adopted.push(settings) > 0;
  const changed = await stage.bridge.desk.prefer(ROMEO, ACCOUNT, { motto: 'for love' });
  expect(changed).not.toMatchObject({ reconnects: true });
  expect(adopted).toMatchObject([{ motto: 'for love' }]);
  session.adopt = () => false;
  expect(await stage.bridge.desk.prefer(ROMEO, ACCOUNT, { motto: '' })).toMatchObject({ reconnects: true });
  expect(session.closed).toEqual(['paused']);
});

test('while it connects it connects anew, and whoever waits goes on waiting', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ password: 'x' });
  stage.join(HOME, 'j1');
  await signUp(stage, { server: 'a', password: 'other' });
  expect(stage.network.openings.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  const session = await stage.network.opening.succeed();
  await session.open(ROOM, 'tybalt');
  expect(stage.presenter.heard()).toEqual(['opened > home j1']);
});

test('an account that was refused is tried with its new password', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ password: 'x' });
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  await stage.network.opening.fail(new BridgeError('bad-credentials', 'Wrong.'));
  await signUp(stage, { server: 'a', password: 'other' });
  expect(stage.network.openings).toHaveLength(2);
});
