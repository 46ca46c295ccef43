// The archive in memory on its way to the store: what is written, when, and who may read it then.

import { expect, test } from 'vitest';
import { KeptArchive } from '../../src/bridge/kept-archive.ts';
import type { Participant } from '../../src/model/conversation.ts';
import type { AnyEvent, EventOf } from '../../src/model/events.ts';
import { conversationId, gatewayId, messageId, participantId, type UserId, userId } from '../../src/model/ids.ts';
import type { LogEntry, Store } from '../../src/model/stores.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { ArchiveRecords } from '../../src/store/archive-records.ts';
import { openMemory } from '../../src/store/memory.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ROOM = conversationId('#verona');
const [ROMEO, JULIET, NURSE] = ['romeo', 'juliet', 'nurse'].map((name) => userId(`${name}@example.org`)) as [
  UserId,
  UserId,
  UserId,
];
const BENVOLIO: Participant = {
  id: participantId('benvolio'),
  nick: 'benvolio',
  rank: 'moderator',
  presence: { show: 'away', status: 'in the square' },
  address: 'benvolio!b@house.montague.example',
};

const said = (text: string, id = text): EventOf<'said'> => ({
  kind: 'said',
  conversation: ROOM,
  message: { id: messageId(id), from: BENVOLIO, own: false, body: { kind: 'text', text } },
});

class Stage {
  readonly clock = new ManualClock();
  readonly log = new LogRecorder();
  readonly store: Store = openMemory();
  readonly records = new ArchiveRecords(this.store, gatewayId('irc.example.org'));
  readonly unwanted = new Set<UserId>();
  readonly names: string[] = [];
  readonly counts = { unarchived: 0 };
  /** Set: the store takes nothing. */
  failure: BridgeError | undefined;
  writes = 0;
  readonly archive = new KeptArchive({
    records: {
      append: (room, entries) => this.#write(() => this.records.append(room, entries)),
      putViews: (views) => this.#write(() => this.records.putViews(views)),
      spans: (user, room) => this.records.spans(user, room),
      views: (user) => this.records.views(user),
      range: (room, range) => this.records.range(room, range),
      entry: (room, id) => this.records.entry(room, id),
      remove: (room, positions) => this.records.remove(room, positions),
      trim: (room, limits) => this.records.trim(room, limits),
    },
    limits: { days: 30, messages: 1_000 },
    ids: { remember: (_user, _room, name) => void this.names.push(name) },
    clock: this.clock,
    log: this.log,
    counts: this.counts,
    isWanted: (user) => !this.unwanted.has(user),
  });

  async #write(write: () => Promise<void>): Promise<void> {
    this.writes++;
    if (this.failure !== undefined) throw this.failure;
    await write();
  }

  entries(): Promise<readonly LogEntry[]> {
    return this.records.range(ROOM, { limit: 10_000 });
  }

  async read(user: UserId): Promise<readonly string[]> {
    const { items } = await this.archive.page(user, ROOM, { limit: 1_000 });
    return items.map(({ event, id }) => (event.kind === 'said' ? event.message.body.text : `${event.kind} ${id}`));
  }

  /** As time passes and the store answers. */
  async later(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
}

test('nothing is written while people speak; what is old enough is, a line once for all who were shown it', async () => {
  const stage = new Stage();
  const stays = Array.from({ length: 200 }, (_, at) => stage.archive.enter(userId(`u${at}@example.org`), ROOM));
  for (const line of [said('one'), said('two')]) for (const stay of stays) stay?.note(line);
  await stage.later(249);
  expect(stage.writes).toBe(0);
  await stage.later(1);
  expect((await stage.entries()).map(({ id }) => id)).toEqual(['one', 'two']);
  expect(stage.writes).toBe(2);
  await stage.later(10_000);
  expect(stage.writes).toBe(2);
  expect(await stage.read(userId('u199@example.org'))).toEqual(['one', 'two']);
});

test('each reads what she was there for, and her own lines by her own ids', async () => {
  const stage = new Stage();
  const romeo = stage.archive.enter(ROMEO, ROOM);
  romeo?.note(said('before juliet'));
  const juliet = stage.archive.enter(JULIET, ROOM);
  const shared = said('for both');
  romeo?.note(shared);
  juliet?.note(shared);
  romeo?.noteOwn(said('mine', 'own-1'), 'x1');
  juliet?.note(said('mine', 'seen-1'));
  juliet?.end();
  romeo?.note(said('after juliet'));
  stage.archive.enter(JULIET, ROOM);
  expect(await stage.read(ROMEO)).toEqual(['before juliet', 'for both', 'mine', 'after juliet']);
  expect(await stage.read(JULIET)).toEqual(['for both', 'mine']);
  const [own] = await stage.archive.find(ROMEO, ROOM, ['own-1']);
  expect(own).toMatchObject({ id: 'own-1', name: 'x1' });
  expect(await stage.archive.find(JULIET, ROOM, ['own-1', 'before juliet'])).toEqual([]);
  expect(await stage.archive.find(JULIET, ROOM, ['seen-1'])).toHaveLength(1);
  await expect(stage.read(NURSE)).rejects.toMatchObject({ code: 'forbidden' });
});

test('what is said in the same moment has times in the order in which it was said, for clients that go by them', async () => {
  const stage = new Stage();
  const romeo = stage.archive.enter(ROMEO, ROOM);
  for (let nth = 1; nth <= 5; nth++) romeo?.note(said(`line ${nth}`));
  romeo?.end();
  stage.archive.enter(ROMEO, ROOM)?.note(said('line 6'));
  const { items } = await stage.archive.page(ROMEO, ROOM, { limit: 10 });
  const times = items.map(({ at }) => at.getTime());
  expect(times).toEqual([...new Set(times)].toSorted((one, other) => one - other));
  expect(times).toHaveLength(6);
});

test('the network’s own id is one id for all: of the one who wrote, of those who heard, and of those who hear it late', async () => {
  const stage = new Stage();
  const [romeo, juliet, nurse] = [ROMEO, JULIET, NURSE].map((user) => stage.archive.enter(user, ROOM));
  romeo?.noteOwn(said('mine', 'net-1'), 'x1');
  juliet?.note(said('mine', 'net-1'));
  await stage.later(300);
  nurse?.note(said('mine', 'net-1'));
  for (const user of [ROMEO, JULIET, NURSE]) {
    expect(await stage.read(user)).toEqual(['mine']);
    expect(await stage.archive.find(user, ROOM, ['net-1'])).toHaveLength(1);
  }
});

test('what happens to messages is there as entries of its own, with one id for all; where somebody writes from is not', async () => {
  const stage = new Stage();
  const [romeo, juliet] = [ROMEO, JULIET].map((user) => stage.archive.enter(user, ROOM));
  const target = messageId('one');
  const events: readonly AnyEvent[] = [
    said('one'),
    { kind: 'edited', conversation: ROOM, target, message: said('two').message },
    { kind: 'reacted', conversation: ROOM, target, by: BENVOLIO, emoji: ['👍'] },
    { kind: 'retracted', conversation: ROOM, target, by: BENVOLIO },
    { kind: 'topicSet', conversation: ROOM, topic: { text: 'No brawling', at: new Date(0) } },
    { kind: 'joined', conversation: ROOM, who: BENVOLIO },
    { kind: 'typed', conversation: ROOM, by: BENVOLIO, state: 'composing' },
  ];
  for (const event of events) for (const stay of [romeo, juliet]) stay?.note(event);
  const page = await stage.archive.page(ROMEO, ROOM, { limit: 10 });
  expect(page.items.map(({ event }) => event.kind)).toEqual(['said', 'edited', 'reacted', 'retracted', 'topicSet']);
  expect(await stage.archive.page(JULIET, ROOM, { limit: 10 })).toEqual(page);
  expect(new Set(page.items.map(({ id }) => id)).size).toBe(5);
  expect(page.items[1]?.id).toBe(stage.archive.eventIds.of(events[1] as EventOf<'edited'>));
  expect(page.items[4]?.event).toMatchObject({ topic: { at: new Date(0) } });
  const kept = (await stage.entries()).map(({ value }) => value).join();
  for (const private_ of ['house.montague', 'square', 'moderator']) expect(kept).not.toContain(private_);
  expect(await stage.archive.recent(ROMEO, ROOM, 10)).toEqual([]);
});

test('who comes in gets the last messages as they stand now, with her own names for hers', async () => {
  const stage = new Stage();
  const romeo = stage.archive.enter(ROMEO, ROOM);
  romeo?.noteOwn(said('first', 'm1'), 'x1');
  romeo?.note(said('second'));
  romeo?.note({ kind: 'edited', conversation: ROOM, target: messageId('second'), message: said('changed').message });
  romeo?.note(said('third'));
  romeo?.note({ kind: 'retracted', conversation: ROOM, target: messageId('third') });
  const recent = await stage.archive.recent(ROMEO, ROOM, 10);
  expect(recent.map(({ id, body, at }) => [id, body.text, at !== undefined])).toEqual([
    ['m1', 'first', true],
    ['second', 'changed', true],
  ]);
  expect(stage.names).toEqual(['x1']);
  expect(await stage.archive.recent(JULIET, ROOM, 10)).toEqual([]);
});

test('a store that takes nothing is tried again, told of once, and the oldest is given up where it is too much', async () => {
  const stage = new Stage();
  stage.failure = new BridgeError('internal', 'The disk is full.');
  const stay = stage.archive.enter(ROMEO, ROOM);
  for (let line = 1; line <= 20_010; line++) stay?.note(said(`line ${line}`));
  for (let second = 0; second < 10; second++) await stage.later(1_000);
  expect(stage.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  expect(stage.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(stage.counts.unarchived).toBe(10);
  stage.failure = undefined;
  await stage.later(5_000);
  const ids = (await stage.records.range(ROOM, { limit: 30_000 })).map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([20_000, 'line 11', 'line 20010']);
});

test('who wants nothing kept has nothing, and loses what there was; others keep theirs', async () => {
  const stage = new Stage();
  const [romeo, juliet] = [ROMEO, JULIET].map((user) => stage.archive.enter(user, ROOM));
  for (const stay of [romeo, juliet]) stay?.note(said('for both'));
  romeo?.noteOwn(said('a secret', 's1'), undefined);
  expect(await stage.read(ROMEO)).toEqual(['for both', 'a secret']);
  stage.unwanted.add(ROMEO);
  romeo?.end();
  stage.archive.settingsChanged(ROMEO, () => true);
  await stage.later(300);
  expect(stage.archive.keepsOf(ROMEO)).toBe(false);
  expect(stage.archive.has(ROMEO, ROOM)).toBe(false);
  expect(stage.archive.enter(ROMEO, ROOM)).toBeUndefined();
  expect((await stage.entries()).map(({ value }) => value).join()).not.toContain('a secret');
  expect(await stage.read(JULIET)).toEqual(['for both']);
});
