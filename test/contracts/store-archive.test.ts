// The records of the archive (src/bridge/ports.ts), and the archive on them, the same on every backend.

import { describe, expect, test } from 'vitest';
import { KeptArchive } from '../../src/bridge/kept-archive.ts';
import { ONLINE } from '../../src/model/conversation.ts';
import type { EventOf } from '../../src/model/events.ts';
import { conversationId, gatewayId, messageId, participantId, userId } from '../../src/model/ids.ts';
import { ArchiveRecords } from '../../src/store/archive-records.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { onEveryBackend, silentLog } from './store-backends.ts';
import { fresh, ODD_KEYS } from './store-material.ts';

const ROMEO = userId('romeo@example.org');
const JULIET = userId('juliet@example.org');
const ROOM = conversationId('#verona/tower%server');
const OTHER = conversationId('#verona');
const DAY_MS = 86_400_000;

const entry = (id: string, at: number): { id: string; at: number; value: string } => ({ id, at, value: `of ${id}` });

onEveryBackend((given) => {
  const records = (gateway = fresh('gateway')): ArchiveRecords => new ArchiveRecords(given.store, gatewayId(gateway));

  describe('archive records', () => {
    test('entries of a room are ranges of its log; of an id that is there nothing is written again', async () => {
      const archive = records();
      await archive.append(ROOM, [entry('a', 10), entry('b', 20)]);
      await archive.append(ROOM, [entry('b', 99), entry('c', 30)]);
      await archive.append(OTHER, [entry('a', 11)]);
      const all = await archive.range(ROOM, { limit: 10 });
      expect(all.map(({ id, at }) => [id, at])).toEqual([
        ['a', 10],
        ['b', 20],
        ['c', 30],
      ]);
      expect((await archive.range(ROOM, { from: 11, to: 29, limit: 10 })).map(({ id }) => id)).toEqual(['b']);
      expect(await archive.entry(ROOM, 'c')).toMatchObject({ at: 30, value: 'of c' });
      expect(await archive.entry(OTHER, 'c')).toBeUndefined();
      await archive.remove(
        ROOM,
        all.slice(0, 1).map(({ position }) => position),
      );
      expect(await archive.trim(ROOM, { before: 25, keep: 100 })).toBe(1);
      expect((await archive.range(ROOM, { limit: 10 })).map(({ id }) => id)).toEqual(['c']);
      expect(await archive.range(OTHER, { limit: 10 })).toHaveLength(1);
    });

    test('more entries than go in one batch are all written', async () => {
      const archive = records();
      const many = Array.from({ length: 1_203 }, (_, at) => entry(`m${at}`, at));
      await archive.append(ROOM, many);
      expect(await archive.range(ROOM, { limit: 5_000 })).toHaveLength(many.length);
      expect(await archive.trim(ROOM, { keep: 3 })).toBe(1_200);
    });

    test('views are of one user in one room, whatever rooms are called; one without spans is gone', async () => {
      const archive = records();
      const rooms = [ROOM, OTHER, ...ODD_KEYS.map((key) => conversationId(key))];
      await archive.putViews(rooms.map((room, at) => ({ user: ROMEO, room, spans: [{ from: at, to: at + 1 }] })));
      await archive.putViews([{ user: JULIET, room: ROOM, spans: [{ from: 1, to: 2 }, { from: 5 }] }]);
      expect(await archive.spans(JULIET, ROOM)).toEqual([{ from: 1, to: 2 }, { from: 5 }]);
      expect(await archive.spans(JULIET, OTHER)).toEqual([]);
      const his = await archive.views(ROMEO);
      expect(his.map(({ room }) => room).toSorted()).toEqual(rooms.toSorted());
      expect(his.every(({ user }) => user === ROMEO)).toBe(true);
      await archive.putViews(his.map((view) => ({ ...view, spans: [] })));
      expect(await archive.views()).toEqual([{ user: JULIET, room: ROOM, spans: [{ from: 1, to: 2 }, { from: 5 }] }]);
    });

    test('gateways see nothing of each other', async () => {
      const [one, other] = [records(), records()];
      await one.append(ROOM, [entry('a', 1)]);
      await one.putViews([{ user: ROMEO, room: ROOM, spans: [{ from: 1 }] }]);
      expect([await other.range(ROOM, { limit: 9 }), await other.views(), await other.spans(ROMEO, ROOM)]).toEqual([
        [],
        [],
        [],
      ]);
    });
  });

  describe('archive', () => {
    test('is read after a restart, kept no longer than it may be, and forgotten with its user', async () => {
      const store = records();
      const clock = new ManualClock();
      const open = (): KeptArchive =>
        new KeptArchive({
          records: store,
          limits: { days: 2, messages: 3 },
          ids: { remember: () => undefined },
          clock,
          log: silentLog,
          counts: { unarchived: 0 },
          isWanted: () => true,
        });
      const first = open();
      await first.start();
      const stay = first.enter(ROMEO, ROOM);
      const hers = first.enter(JULIET, ROOM);
      for (const text of ['one', 'two', 'three', 'four']) {
        clock.advance(1_000);
        const line = said(text);
        stay?.note(line);
        hers?.note(line);
      }
      stay?.noteOwn(said('mine'), 'm1');
      await first.stop();

      const second = open();
      await second.start();
      const texts = async (user = ROMEO): Promise<readonly string[]> =>
        (await second.page(user, ROOM, { limit: 10 })).items.map(({ event }) =>
          event.kind === 'said' ? event.message.body.text : event.kind,
        );
      expect(await texts()).toEqual(['one', 'two', 'three', 'four', 'mine']);
      expect(await texts(JULIET)).toEqual(['one', 'two', 'three', 'four']);
      expect(await store.spans(ROMEO, ROOM)).toMatchObject([{ to: expect.any(Number) }]);

      await second.forget(ROMEO);
      await expect(texts()).rejects.toMatchObject({ code: 'forbidden' });
      expect(await texts(JULIET)).toEqual(['one', 'two', 'three', 'four']);
      expect((await store.range(ROOM, { limit: 10 })).map(({ value }) => value).join()).not.toContain('mine');

      await eventually(clock, async () => (await store.range(ROOM, { limit: 10 })).length === 3);
      expect(await texts(JULIET)).toEqual(['two', 'three', 'four']);
      clock.advance(2 * DAY_MS);
      await eventually(clock, async () => (await store.views()).length === 0);
      expect(await store.range(ROOM, { limit: 10 })).toEqual([]);
      await second.stop();
    });
  });
});

/** As minutes go by. */
async function eventually(clock: ManualClock, isTrue: () => Promise<boolean>): Promise<void> {
  const later = (): Promise<boolean> => {
    clock.advance(60_000);
    return isTrue();
  };
  await expect.poll(later, { timeout: 10_000 }).toBe(true);
}

function said(text: string): EventOf<'said'> {
  const from = { id: participantId('benvolio'), nick: 'benvolio', rank: 'member', presence: ONLINE } as const;
  const message = { id: messageId(`id of ${text}`), from, own: false, body: { kind: 'text', text } } as const;
  return { kind: 'said', conversation: ROOM, message };
}
