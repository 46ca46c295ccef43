// What a user's clients make of her on the network: the aggregate of their presence, told when it changes and not otherwise.

import { expect, test } from 'vitest';
import { isSamePresence } from '../../src/bridge/clients.ts';
import type { Answers } from '../../src/model/form.ts';
import { ACCOUNT, BridgeStage, HOME, PHONE, ROMEO } from '../support/bridge-stage.ts';
import type { ScriptedSession } from '../support/scripted-network.ts';

const appearances = (session: ScriptedSession): readonly unknown[] =>
  session.sent.flatMap(({ command }) => (command.kind === 'appear' ? [command.presence] : []));

async function online(settings: Answers = {}): Promise<{ stage: BridgeStage; session: ScriptedSession }> {
  const stage = new BridgeStage();
  await stage.withAccount(settings);
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  return { stage, session: await stage.network.opening.succeed() };
}

test('the highest priority counts, then the most available; below zero nobody is reached', async () => {
  const { stage, session } = await online();
  expect(appearances(session)).toEqual([]);
  stage.bridge.clientPresence(HOME, { show: 'away', status: 'lunch' }, 0);
  stage.bridge.clientPresence(PHONE, { show: 'dnd' }, 0);
  stage.bridge.clientPresence(PHONE, { show: 'xa' }, 5);
  stage.bridge.clientPresence(PHONE, { show: 'chat' }, -1);
  stage.bridge.clientPresence(HOME, { show: 'online' }, -1);
  stage.bridge.clientPresence(PHONE, { show: 'offline' }, 0);
  stage.bridge.clientPresence(HOME, { show: 'offline' }, 0);
  expect(appearances(session)).toEqual([
    { show: 'away', status: 'lunch' },
    { show: 'dnd' },
    { show: 'xa' },
    { show: 'away', status: 'lunch' },
    { show: 'away' },
    { show: 'offline' },
  ]);
});

test('what did not change is not told again; each new session is told what differs from being there', async () => {
  const { stage, session } = await online();
  for (let again = 0; again < 3; again++) stage.bridge.clientPresence(HOME, { show: 'away' }, again);
  stage.bridge.clientPresence(PHONE, { show: 'xa' }, 1);
  expect(appearances(session)).toEqual([{ show: 'away' }]);
  session.emit({ kind: 'disconnected', account: ACCOUNT, final: false });
  stage.bridge.clientPresence(HOME, { show: 'dnd' }, 2);
  stage.clock.advance(10_000);
  const next = await stage.network.opening.succeed();
  expect(appearances(next)).toEqual([{ show: 'dnd' }]);
});

test('who stays connected and is not there is offline, and there again in a room', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.network.opening.succeed();
  expect(appearances(session)).toEqual([]);
  stage.bridge.clientPresence(HOME, { show: 'offline' }, 0);
  expect(appearances(session)).toEqual([{ show: 'offline' }]);
  stage.join(HOME, 'j');
  expect(appearances(session)).toEqual([{ show: 'offline' }, { show: 'online' }]);
});

test('who does not want to be seen is not shown', async () => {
  const { stage, session } = await online({ mirrorPresence: false });
  stage.bridge.clientPresence(HOME, { show: 'away' }, 0);
  stage.bridge.clientGone(HOME);
  expect(appearances(session)).toEqual([]);
  expect(stage.bridge.accountStates(ROMEO)).toEqual([{ account: ACCOUNT, state: 'online' }]);
});

test('presence is the same with the same show, status and time', () => {
  const since = new Date(0);
  expect(isSamePresence({ show: 'away', status: '' }, { show: 'away' })).toBe(true);
  expect(isSamePresence({ show: 'away', since }, { show: 'away', since: new Date(0) })).toBe(true);
  expect(isSamePresence({ show: 'away', since }, { show: 'away' })).toBe(false);
  expect(isSamePresence({ show: 'away', status: 'lunch' }, { show: 'away' })).toBe(false);
});

test('what is said in rooms counts where nothing is said to the gateway, as long as that client is in one', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.network.opening.succeed();
  stage.join(HOME, 'j');
  stage.bridge.clientPresence(HOME, { show: 'away', status: 'lunch' }, 0, 'room');
  stage.join(PHONE, 'k');
  stage.bridge.clientPresence(PHONE, { show: 'dnd' }, -1, 'room');
  stage.bridge.clientGone(PHONE);
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  stage.bridge.clientPresence(HOME, { show: 'xa' }, 0, 'room');
  stage.bridge.clientPresence(HOME, { show: 'offline' }, 0);
  expect(appearances(session)).toEqual([
    { show: 'away', status: 'lunch' },
    // The other has said nothing yet, and is there.
    { show: 'online' },
    { show: 'dnd' },
    { show: 'away', status: 'lunch' },
    { show: 'online' },
    { show: 'xa' },
  ]);
});
