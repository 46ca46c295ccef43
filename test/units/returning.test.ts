// Everybody back after a restart: rooms, clients, nicks, keys; each client told once, at the moment when it helps.

import { expect, test } from 'vitest';
import { GatewayBridge } from '../../src/bridge/bridge.ts';
import type { JoinBook, KeptJoin } from '../../src/bridge/ports.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, gatewayId, resourceId, userId } from '../../src/model/ids.ts';
import { JoinRecords } from '../../src/store/join-records.ts';
import { openMemory } from '../../src/store/memory.ts';
import { KEY_BYTES, secretsWith } from '../../src/store/secrets.ts';
import { HOME, MemoryRecords, PHONE, RecordingPresenter, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ScriptedNetwork, settled } from '../support/scripted-network.ts';

const OTHER = conversationId('#mantua');
const DOWN = new BridgeError('network-down', 'No answer.');

class MemoryBook implements JoinBook {
  readonly rows = new Map<string, KeptJoin>();
  list(): Promise<readonly KeptJoin[]> {
    return Promise.resolve([...this.rows.values()]);
  }
  set(user: string, room: string, join: KeptJoin | undefined): void {
    if (join === undefined) this.rows.delete(`${user} ${room}`);
    else this.rows.set(`${user} ${room}`, join);
  }
}

class Restarts {
  readonly clock = new ManualClock();
  readonly records = new MemoryRecords();
  readonly book = new MemoryBook();
  network = new ScriptedNetwork();
  presenter = new RecordingPresenter();
  bridge = this.#begin();

  /** The process is gone, and the next has begun; the XMPP server is there. */
  async restart(): Promise<void> {
    this.network = new ScriptedNetwork();
    this.presenter = new RecordingPresenter();
    this.bridge = this.#begin();
    await this.bridge.start();
    this.bridge.linkUp();
    await settled();
  }

  join(resource = HOME, conversation = ROOM, password?: string): void {
    const join = { kind: 'join', conversation, nick: 'romeo', ...(password !== undefined && { password }) } as const;
    this.bridge.submit(ROMEO, join, { resource, id: 'j' });
  }

  confirm(): void {
    for (const delivery of this.presenter.deliveries) delivery.confirmed?.();
  }

  #begin(): GatewayBridge {
    return new GatewayBridge({
      network: this.network,
      presenter: this.presenter,
      records: this.records,
      joins: this.book,
      clock: this.clock,
      log: new LogRecorder(),
      userOf: (resource) => userId(resource.slice(0, resource.indexOf('/'))),
    });
  }
}

/** Romeo in a room with two clients, with a key. */
async function inside(): Promise<Restarts> {
  const stage = new Restarts();
  await stage.bridge.start();
  stage.bridge.linkUp();
  stage.join(HOME, ROOM, 'sesame');
  const session = await stage.network.opening.succeed();
  await session.open(ROOM, 'tybalt');
  stage.join(PHONE);
  expect([...stage.book.rows.values()]).toMatchObject([{ resources: [HOME, PHONE], password: 'sesame' }]);
  return stage;
}

test('after a restart each client is told once, from the nick that it had, and finds its room open', async () => {
  const stage = await inside();
  await stage.restart();
  const [delivery] = stage.presenter.deliveries;
  expect(delivery).toMatchObject({ event: { kind: 'closed', why: 'lost' }, to: [HOME, PHONE] });
  expect(delivery?.conversation?.participants.get(delivery.conversation.self)?.nick).toBe('romeo');
  expect(stage.network.opening.account).toMatchObject({ guest: true, wantedNick: 'romeo' });
  const session = await stage.network.opening.succeed();
  expect(session.sent[0]?.command).toMatchObject({ kind: 'join', conversation: ROOM, password: 'sesame' });
  await session.open(ROOM, 'tybalt');
  stage.confirm();
  stage.presenter.heard();
  stage.join(HOME);
  expect(session.sent).toHaveLength(1);
  expect([...stage.book.rows.values()]).toMatchObject([{ resources: [HOME, PHONE] }]);
  stage.clock.advance(15_000);
  expect(stage.presenter.heard()).toEqual(['opened > home j']);
  expect([...stage.book.rows.values()]).toMatchObject([{ resources: [HOME], password: 'sesame' }]);
});

test('who was not told for certain is told after the next restart; who was is not', async () => {
  const stage = await inside();
  await stage.restart();
  expect(stage.presenter.heard()).toEqual(['closed lost > home phone']);
  await stage.restart();
  stage.confirm();
  expect(stage.presenter.heard()).toEqual(['closed lost > home phone']);
  stage.clock.advance(15_000);
  await stage.restart();
  expect(stage.presenter.heard()).toEqual([]);
});

test('a client that could not be told that its room was lost is told after the restart', async () => {
  const stage = new Restarts();
  await stage.bridge.start();
  stage.bridge.linkUp();
  stage.join(HOME);
  const session = await stage.network.opening.succeed();
  await session.open(ROOM, 'tybalt');
  stage.join(PHONE);
  stage.presenter.heard();
  session.cut();
  expect(stage.presenter.heard()).toEqual(['closed lost > home phone']);
  await stage.restart();
  expect(stage.presenter.heard()).toEqual(['closed lost > home phone']);
});

test('a client that has come back by itself, or has gone, is not told', async () => {
  const stage = await inside();
  stage.network = new ScriptedNetwork();
  await stage.restart();
  expect(stage.presenter.heard()).toEqual(['closed lost > home phone']);
  const early = await inside();
  early.bridge = await beforeTheLink(early);
  early.join(HOME);
  early.bridge.clientGone(PHONE);
  early.bridge.linkUp();
  expect(early.presenter.heard()).toEqual([]);
});

async function beforeTheLink(stage: Restarts): Promise<GatewayBridge> {
  const { bridge } = Object.assign(stage, { network: new ScriptedNetwork(), presenter: new RecordingPresenter() });
  const next = new GatewayBridge({
    network: stage.network,
    presenter: stage.presenter,
    records: stage.records,
    joins: stage.book,
    clock: stage.clock,
    log: new LogRecorder(),
    userOf: (resource) => userId(resource.slice(0, resource.indexOf('/'))),
  });
  expect(next).not.toBe(bridge);
  await next.start();
  return next;
}

test('a planned stop keeps what a kill would have kept', async () => {
  const stage = await inside();
  const stopping = stage.bridge.stop();
  await settled();
  stage.clock.advance(10_000);
  await stopping;
  expect([...stage.book.rows.values()]).toMatchObject([{ resources: [HOME, PHONE] }]);
});

test('who has left is not brought back', async () => {
  const stage = await inside();
  stage.bridge.submit(ROMEO, { kind: 'leave', conversation: ROOM }, { resource: HOME });
  stage.bridge.submit(ROMEO, { kind: 'leave', conversation: ROOM }, { resource: PHONE });
  await stage.restart();
  expect(stage.presenter.heard()).toEqual([]);
  expect(stage.network.openings).toEqual([]);
});

test('a client that was still joining is told too', async () => {
  const stage = await inside();
  stage.join(PHONE, OTHER);
  await stage.restart();
  expect(stage.presenter.heard().toSorted()).toEqual(['closed lost > home phone', 'closed lost > phone']);
});

test('a server that is away: clients that join again wait, and are in when it is back', async () => {
  const stage = await inside();
  await stage.restart();
  stage.confirm();
  stage.presenter.heard();
  stage.join(HOME);
  await stage.network.opening.fail(DOWN);
  stage.clock.advance(60_000);
  await stage.network.opening.fail(DOWN);
  stage.clock.advance(60_000);
  const session = await stage.network.opening.succeed();
  await session.open(ROOM);
  expect(stage.presenter.heard()).toEqual(['opened > home j']);
});

test('five users of a server a second', async () => {
  const stage = new Restarts();
  for (let n = 0; n < 20; n++) {
    const user = userId(`user${n}@example.org`);
    const resources = [resourceId(`${user}/home`)];
    stage.book.set(user, ROOM, { user, room: ROOM, self: { id: 'x' as never, nick: `nick${n}` }, resources });
  }
  await stage.restart();
  expect(stage.presenter.deliveries).toHaveLength(5);
  expect(stage.network.openings).toHaveLength(5);
  stage.clock.advance(1_000);
  expect(stage.presenter.deliveries).toHaveLength(10);
  stage.clock.advance(10_000);
  expect(stage.presenter.deliveries).toHaveLength(20);
  expect(stage.network.openings).toHaveLength(20);
});

test('joins lie sealed in the store, and come out as they were', async () => {
  const store = openMemory();
  const clock = new ManualClock();
  const secrets = secretsWith([Buffer.alloc(KEY_BYTES, 7)]);
  const gateway = gatewayId('irc.example.org');
  const records = new JoinRecords({ store, secrets, gateway, clock, log: new LogRecorder() });
  const join: KeptJoin = {
    user: ROMEO,
    room: ROOM,
    self: { id: 'r' as never, nick: 'romeo' },
    password: 'sesame',
    resources: [HOME],
  };
  records.set(ROMEO, ROOM, join);
  records.set(ROMEO, OTHER, { ...join, room: OTHER });
  records.set(ROMEO, OTHER, undefined);
  await records.settled();
  const rows = await store.table('joins').list('');
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('sesame');
  expect(await records.list()).toEqual([join]);
  await records.deleteAllOf(ROMEO);
  expect(await records.list()).toEqual([]);
});
