// When a session is opened, kept and ended, and what becomes of commands meanwhile.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { accountKey, conversationId, userId } from '../../src/model/ids.ts';
import { ACCOUNT, BridgeStage, HOME, PHONE, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { settled } from '../support/scripted-network.ts';

const TYBALT = conversationId('tybalt');
const hey = (conversation = TYBALT) => ({ kind: 'say', conversation, body: { kind: 'text', text: 'hey' } }) as const;
const DOWN = new BridgeError('network-down', 'No answer.');

test('without an account, where there are no guests, commands are refused as not registered', () => {
  const stage = new BridgeStage();
  stage.network.guests = false;
  stage.join(HOME, 'j1');
  stage.submit(hey(), HOME, 'm1');
  expect(stage.presenter.heard()).toEqual(['not-registered > home j1', 'not-registered > home m1']);
  expect(stage.network.openings).toHaveLength(0);
});

test('a connection that fails refuses everything that waited for it, with its reason', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  stage.submit(hey(), HOME, 'm1');
  await stage.network.opening.fail(new BridgeError('host-unknown', 'There is no such server.'));
  expect(stage.presenter.heard()).toEqual(['host-unknown > home j1', 'host-unknown > home m1']);
  expect(stage.presenter.stated()).toEqual(['connecting', 'offline host-unknown']);
  stage.clock.advance(3_600_000);
  expect(stage.network.openings).toHaveLength(1);
  stage.join(HOME, 'j2');
  expect(stage.network.openings).toHaveLength(2);
});

test('a connection that takes a minute is given up', async () => {
  const stage = new BridgeStage();
  stage.submit(hey(), HOME, 'm1');
  stage.clock.advance(60_000);
  expect(stage.network.opening.signal.aborted).toBe(true);
  expect(stage.presenter.heard()).toHaveLength(1);
  const late = await stage.network.opening.succeed();
  await settled();
  expect(late.closed).toEqual(['paused']);
});

test('wrong credentials are not tried again until the account changes', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  await stage.network.opening.fail(new BridgeError('bad-credentials', 'Wrong password.'));
  expect(stage.presenter.stated()).toEqual(['connecting', 'failed bad-credentials']);
  stage.bridge.clientPresence(PHONE, { show: 'online' }, 0);
  stage.join(HOME, 'j1');
  expect(stage.presenter.heard()).toEqual(['bad-credentials > home j1']);
  stage.clock.advance(3_600_000);
  expect(stage.network.openings).toHaveLength(1);
  await stage.bridge.desk.signUp(ROMEO, { server: 'a', password: 'better' }, new AbortController().signal);
  expect(stage.network.openings).toHaveLength(1);
  stage.clock.advance(0);
  expect(stage.network.openings).toHaveLength(2);
  expect(stage.network.opening.account.settings).toMatchObject({ password: 'better' });
});

test('that they are wrong is not forgotten while nobody is there', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.submit(hey(), HOME, 'm1');
  await stage.network.opening.fail(new BridgeError('bad-credentials', 'Wrong password.'));
  stage.clock.advance(3_600_000);
  stage.submit(hey(), HOME, 'm2');
  expect(stage.presenter.heard()).toEqual(['bad-credentials > home m1', 'bad-credentials > home m2']);
  expect(stage.network.openings).toHaveLength(1);
});

test('her first client online connects her accounts, her last one offline ends them after a while', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  expect(stage.bridge.accountStates(ROMEO)).toEqual([{ account: ACCOUNT, state: 'offline' }]);
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  stage.bridge.clientPresence(PHONE, { show: 'away' }, -1);
  stage.network.opening.emit({ kind: 'connected', account: ACCOUNT, nick: 'romeo' });
  const session = await stage.network.opening.succeed();
  expect(stage.network.openings).toHaveLength(1);
  expect(stage.bridge.accountStates(ROMEO)).toEqual([{ account: ACCOUNT, state: 'online', nick: 'romeo' }]);
  stage.bridge.clientPresence(HOME, { show: 'offline' }, 0);
  stage.clock.advance(120_000);
  expect(session.closed).toEqual([]);
  stage.bridge.clientPresence(PHONE, { show: 'offline' }, 0);
  stage.clock.advance(29_999);
  expect(session.closed).toEqual([]);
  stage.clock.advance(1);
  expect(session.closed).toEqual(['paused']);
  expect(stage.presenter.stated()).toEqual(['connecting', 'online', 'offline']);
});

test('a client that comes back in time keeps the session', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  const session = await stage.network.opening.succeed();
  stage.bridge.clientPresence(HOME, { show: 'offline' }, 0);
  stage.clock.advance(20_000);
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  stage.clock.advance(120_000);
  expect(session.closed).toEqual([]);
});

test('a session that stays does so without clients, and begins with the gateway, five a second', async () => {
  const stage = new BridgeStage();
  for (let n = 0; n < 12; n++) {
    const settings = { server: 'a', stayConnected: true };
    await stage.records.save({ user: userId(`u${n}@example.org`), key: ACCOUNT, title: '', settings });
  }
  await stage.records.save({ user: ROMEO, key: ACCOUNT, title: '', settings: { server: 'a' } });
  await stage.bridge.start();
  expect(stage.network.openings).toHaveLength(5);
  stage.clock.advance(1_000);
  expect(stage.network.openings).toHaveLength(10);
  stage.clock.advance(1_000);
  expect(stage.network.openings).toHaveLength(12);
  const session = await stage.network.opening.succeed();
  stage.clock.advance(3_600_000);
  expect(session.closed).toEqual([]);
});

test("a guest's session ends a while after the last room was left", async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.leave();
  await session.last.accept();
  stage.clock.advance(29_000);
  expect(session.closed).toEqual([]);
  stage.clock.advance(1_000);
  expect(session.closed).toEqual(['paused']);
  await settled();
  expect(stage.bridge.accountStates(ROMEO)).toEqual([]);
});

test('the while begins anew whenever a room is left again', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  for (let round = 0; round < 3; round++) {
    stage.leave();
    await session.last.accept();
    stage.clock.advance(25_000);
    expect(session.closed).toEqual([]);
    stage.join();
    await session.open(ROOM);
    stage.clock.advance(25_000);
  }
  expect(session.closed).toEqual([]);
  stage.leave();
  await session.last.accept();
  stage.clock.advance(30_000);
  expect(session.closed).toEqual(['paused']);
});

test('a guest who comes back later may have another nick', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  await stage.network.opening.fail(new BridgeError('nick-taken', 'Taken.'));
  stage.submit({ kind: 'join', conversation: ROOM, nick: 'romeo_' }, HOME, 'j2');
  expect(stage.network.opening.account.wantedNick).toBe('romeo_');
  stage.submit({ kind: 'join', conversation: TYBALT, nick: 'other' }, HOME, 'j3');
  expect(stage.network.openings).toHaveLength(2);
});

test('whoever is banned from the network does not knock with every line', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.join(HOME, 'j1');
  await stage.network.opening.fail(new BridgeError('banned', 'K-lined'));
  stage.join(HOME, 'j2');
  expect(stage.presenter.heard()).toEqual(['banned > home j1', 'banned > home j2']);
  expect(stage.network.openings).toHaveLength(1);
  stage.clock.advance(5_000);
  stage.join(HOME, 'j3');
  expect(stage.network.openings).toHaveLength(2);
});

test('a session that is closing is waited for by the next one', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const { promise, resolve } = Promise.withResolvers<void>();
  session.closing = promise;
  stage.leave();
  await session.last.accept();
  stage.clock.advance(30_000);
  stage.join(HOME, 'j2');
  await settled();
  expect(stage.network.openings).toHaveLength(1);
  resolve();
  await settled();
  expect(stage.network.openings).toHaveLength(2);
});

test('a session that does not close is not waited for longer than five seconds', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.closing = Promise.withResolvers<void>().promise;
  stage.leave();
  await session.last.accept();
  stage.clock.advance(30_000);
  stage.join(HOME, 'j2');
  stage.clock.advance(5_000);
  await settled();
  expect(stage.network.openings).toHaveLength(2);
});

test('what is asked of a network is answered by the session, or by the one that it is worth opening', async () => {
  const stage = new BridgeStage();
  const preview = { kind: 'preview', account: ACCOUNT, conversation: ROOM } as const;
  const directory = { kind: 'directory', account: ACCOUNT, limit: 10 } as const;
  await expect(stage.bridge.ask(ROMEO, preview)).rejects.toMatchObject({ code: 'network-down' });
  await expect(stage.bridge.ask(ROMEO, { kind: 'search', account: ACCOUNT, text: '', limit: 1 })).rejects.toMatchObject(
    {
      code: 'unsupported',
    },
  );
  expect(stage.network.openings).toHaveLength(0);
  const answer = stage.bridge.ask(ROMEO, directory);
  await stage.network.opening.succeed();
  expect(await answer).toMatchObject({ name: 'asked for directory' });
  expect(await stage.bridge.ask(ROMEO, preview)).toMatchObject({ name: 'asked for preview' });
  stage.network.guests = false;
  const other = { ...directory, account: accountKey('b') };
  await expect(stage.bridge.ask(ROMEO, other)).rejects.toMatchObject({ code: 'not-registered' });
});

test('a question whose connection fails hears why', async () => {
  const stage = new BridgeStage();
  const answer = stage.bridge.ask(ROMEO, { kind: 'directory', account: ACCOUNT, limit: 10 });
  const caught = expect(answer).rejects.toMatchObject({ code: 'network-down' });
  await stage.network.opening.fail(DOWN);
  await caught;
});

test('accounts of one user have sessions and rooms of their own', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const other = conversationId('#verona@b');
  stage.submit({ kind: 'join', conversation: other }, HOME, 'j2');
  expect(stage.network.opening.account.key).toBe('b');
  const second = await stage.network.opening.succeed();
  await second.open(other);
  stage.presenter.heard();
  session.cut(false, DOWN);
  expect(stage.presenter.heard()).toEqual(['closed lost > home']);
  expect(stage.bridge.joined(ROMEO, other)).toEqual([HOME]);
});

test('stopping tells the rooms, closes every session, and takes nothing more', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  await stage.bridge.stop();
  expect(session.closed).toEqual(['shutdown']);
  stage.join(HOME, 'j2');
  expect(stage.presenter.heard()).toEqual(['closed shutdown > home', 'network-down > home j2']);
  expect(stage.clock.pending()).toEqual([]);
});

test('nothing is left of users who did nothing that lasts', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.leave();
  await session.last.accept();
  stage.clock.advance(60_000);
  await settled();
  stage.presenter.states.length = 0;
  stage.network.guests = false;
  for (let n = 0; n < 100; n++) stage.bridge.submit(userId(`u${n}@example.org`), hey(), { resource: HOME });
  expect(stage.clock.pending()).toEqual([]);
  expect(stage.bridge.size).toBe(0);
});
