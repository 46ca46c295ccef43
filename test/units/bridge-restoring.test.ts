// What happens when a session is lost: who is told what, and how it comes back.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId } from '../../src/model/ids.ts';
import { ACCOUNT, BridgeStage, HOME, PHONE, ROMEO, ROOM } from '../support/bridge-stage.ts';

const TYBALT = conversationId('tybalt');
const hey = (conversation = TYBALT) => ({ kind: 'say', conversation, body: { kind: 'text', text: 'hey' } }) as const;
const DOWN = new BridgeError('network-down', 'No answer.');

test('a lost link: rooms are told, lines under way fail, and the session comes back because she is online', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  const session = await stage.joined(HOME, PHONE);
  stage.say('hello', 'm1');
  session.cut(false, DOWN);
  expect(stage.presenter.heard()).toEqual(['closed lost > home phone', 'network-down > home m1']);
  expect(stage.presenter.stated()).toEqual(['waiting network-down']);
  expect(stage.bridge.joined(ROMEO, ROOM)).toEqual([]);
  await session.last.accept('late');
  expect(stage.presenter.heard()).toEqual([]);
  stage.clock.advance(2_000);
  expect(stage.network.openings).toHaveLength(2);
  await stage.network.opening.succeed();
  expect(stage.presenter.stated()).toEqual(['connecting network-down', 'online']);
});

test('events of a session that is over are not heard any more', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.cut(false, DOWN);
  stage.presenter.heard();
  session.emit({ kind: 'told', account: ACCOUNT, text: 'ghost' });
  session.cut(true);
  expect(stage.presenter.heard()).toEqual([]);
});

test("a guest's lost session comes back for the rooms that her clients were in, and they find them open", async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.cut(false, DOWN);
  expect(stage.presenter.stated()).toEqual(['waiting network-down']);
  stage.clock.advance(2_000);
  await stage.network.opening.fail(DOWN);
  stage.clock.advance(10_000);
  const next = await stage.network.opening.succeed();
  expect(next.account).toMatchObject({ guest: true, wantedNick: 'romeo' });
  expect(next.sent.map(({ command }) => command)).toMatchObject([{ kind: 'join', conversation: ROOM, nick: 'romeo' }]);
  await next.open(ROOM, 'tybalt');
  stage.join(HOME, 'j2');
  expect(next.sent).toHaveLength(1);
  expect(stage.presenter.heard()).toEqual(['closed lost > home', 'opened > home j2']);
});

test('a client that joins again while the link is away waits for it, however long that takes', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.cut(false, DOWN);
  stage.presenter.heard();
  stage.join(HOME, 'j2');
  for (let minute = 0; minute < 5; minute++) {
    stage.clock.advance(60_000);
    await stage.network.opening.fail(DOWN);
  }
  expect(stage.presenter.heard()).toEqual([]);
  const { length } = stage.network.openings;
  while (stage.network.openings.length === length) stage.clock.advance(1_000);
  const next = await stage.network.opening.succeed();
  expect(next.kinds).toEqual(['join']);
  await next.open(ROOM);
  expect(stage.presenter.heard()).toEqual(['opened > home j2']);
});

test('a link that is lost in the middle of a join: the join is sent again', async () => {
  const stage = new BridgeStage();
  stage.join(HOME, 'j1');
  const session = await stage.network.opening.succeed();
  expect(session.kinds).toEqual(['join']);
  session.cut(false, DOWN);
  stage.clock.advance(5_000);
  const next = await stage.network.opening.succeed();
  expect(next.kinds).toEqual(['join']);
  await next.open(ROOM);
  expect(stage.presenter.heard()).toEqual(['opened > home j1']);
});

test('rooms come back one a second, with their keys, and empty ones are left again', async () => {
  const stage = new BridgeStage();
  const rooms = ['#a', '#b', '#c'].map((name) => conversationId(name));
  for (const conversation of rooms) {
    stage.submit({ kind: 'join', conversation, nick: 'romeo', password: `key of ${conversation}` });
  }
  const session = await stage.network.opening.succeed();
  for (const room of rooms) await session.open(room);
  session.cut(false, DOWN);
  stage.clock.advance(2_000);
  const next = await stage.network.opening.succeed();
  const sent = (): readonly unknown[] => next.sent.map(({ command }) => command);
  expect(sent()).toMatchObject([{ conversation: '#a', password: 'key of #a' }]);
  stage.clock.advance(1_000);
  expect(sent()).toHaveLength(2);
  stage.clock.advance(1_000);
  expect(sent()).toMatchObject(rooms.map((conversation) => ({ conversation, password: `key of ${conversation}` })));
  for (const room of rooms) await next.open(room);
  stage.presenter.heard();
  stage.submit({ kind: 'join', conversation: rooms[1] ?? ROOM, nick: 'romeo' });
  stage.clock.advance(300_000);
  expect(next.kinds.slice(3)).toEqual(['leave', 'leave']);
});

test('a nick that she took later is the one that she comes back with', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.submit({ kind: 'setNick', account: ACCOUNT, nick: 'montague' });
  await session.last.accept();
  session.cut(false, DOWN);
  stage.clock.advance(2_000);
  expect(stage.network.opening.account.wantedNick).toBe('montague');
});

test('what was never got back in an hour is let go', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.cut(false, DOWN);
  for (let minute = 0; minute < 70; minute++) {
    stage.clock.advance(60_000);
    await stage.network.opening.fail(DOWN);
  }
  expect(stage.presenter.stated().at(-1)).toBe('offline network-down');
  expect(stage.bridge.size).toBe(0);
});

test('a final end is not followed by another attempt until somebody asks', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.joined(HOME);
  session.cut(true, new BridgeError('banned', 'K-lined'));
  expect(stage.presenter.stated()).toEqual(['failed banned']);
  stage.clock.advance(3_600_000);
  expect(stage.network.openings).toHaveLength(1);
  stage.submit(hey());
  expect(stage.network.openings).toHaveLength(2);
});

test('attempts to come back are made ever more seldom, and not sooner than the network wants', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.network.opening.succeed();
  session.cut(false, DOWN);
  const delays: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    const [delayMs = 0] = stage.clock.pending();
    delays.push(delayMs);
    stage.clock.advance(delayMs);
    await stage.network.opening.fail(DOWN);
  }
  delays.forEach((delayMs, attempt) => {
    const step = Math.min(300_000, 2_000 * 2 ** attempt);
    expect(delayMs).toBeGreaterThanOrEqual(step / 2);
    expect(delayMs).toBeLessThanOrEqual(step);
  });
  stage.clock.advance(stage.clock.pending()[0] ?? 0);
  await stage.network.opening.fail(new BridgeError('rate-limited', 'Later.', { retryAfterMs: 900_000 }));
  expect(stage.clock.pending()).toEqual([900_000]);
});

test('lines are held while the link is restored: sent when it is, failed after twenty seconds', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.network.opening.succeed();
  session.cut(false, DOWN);
  stage.submit(hey(), HOME, 'm1');
  stage.clock.advance(2_000);
  await stage.network.opening.fail(DOWN);
  expect(stage.presenter.heard()).toEqual([]);
  stage.submit(hey(), HOME, 'm2');
  stage.clock.advance(18_000);
  expect(stage.presenter.heard()).toEqual(['network-down > home m1']);
  const next = await stage.network.opening.succeed();
  expect(next.sent.map(({ command }) => command.kind)).toEqual(['say']);
  await next.last.accept('n2');
  stage.clock.advance(60_000);
  expect(stage.presenter.heard()).toEqual([]);
});

test('no more than sixty-four lines are held', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.network.opening.succeed();
  session.cut(false, DOWN);
  for (let line = 0; line < 65; line++) stage.submit(hey(), HOME, `m${line}`);
  expect(stage.presenter.heard()).toEqual(['rate-limited > home m64']);
  stage.clock.advance(2_000);
  const next = await stage.network.opening.succeed();
  expect(next.sent).toHaveLength(64);
});

test('lines that waited for the window when the link was lost are sent by the next session', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.network.opening.succeed();
  for (let line = 0; line < 66; line++) stage.submit(hey(), HOME, `m${line}`);
  session.cut(false, DOWN);
  expect(stage.presenter.heard()).toHaveLength(64);
  stage.clock.advance(2_000);
  const next = await stage.network.opening.succeed();
  expect(next.sent).toHaveLength(2);
});
