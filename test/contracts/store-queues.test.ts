// The contract of work queues (src/model/stores.ts), the same for every backend.

import { describe, expect, test } from 'vitest';
import { onEveryBackend } from './store-backends.ts';
import { fresh, ODD_KEYS, range } from './store-material.ts';

onEveryBackend((given) => {
  describe('queue', () => {
    test('hands out what is due, in due order, and hides it until the lease ends', async () => {
      const queue = fresh('queue');
      const item = (id: string, due: number) => ({ id, lane: id, due, value: `value of ${id}` });
      expect(await given.store.queue.add(queue, item('late', 300))).toBe(true);
      expect(await given.store.queue.add(queue, item('second', 200))).toBe(true);
      expect(await given.store.queue.add(queue, item('first', 100))).toBe(true);
      expect(await given.store.queue.add(queue, { ...item('first', 1), value: 'other' })).toBe(false);
      expect(await given.store.queue.size(queue)).toBe(3);

      const claimed = await given.store.queue.claim(queue, 200, 1_000, 10);
      expect(claimed).toEqual([
        { id: 'first', lane: 'first', due: 100, attempts: 0, value: 'value of first' },
        { id: 'second', lane: 'second', due: 200, attempts: 0, value: 'value of second' },
      ]);
      expect(await given.store.queue.claim(queue, 999, 2_000, 10)).toMatchObject([{ id: 'late' }]);
      expect(await given.store.queue.claim(queue, 999, 2_000, 10)).toEqual([]);
      expect((await given.store.queue.claim(queue, 1_000, 3_000, 1)).map(({ id }) => id)).toEqual(['first']);
      await given.store.queue.done(queue, 'first');
      await given.store.queue.done(queue, 'never there');
      expect(await given.store.queue.size(queue)).toBe(2);
    });

    test('breaks ties by age and honours the limit', async () => {
      const queue = fresh('queue');
      for (const id of ['c', 'a', 'b']) await given.store.queue.add(queue, { id, lane: id, due: 5, value: '' });
      expect(await given.store.queue.claim(queue, 5, 9, 0)).toEqual([]);
      expect((await given.store.queue.claim(queue, 5, 9, 2)).map(({ id }) => id)).toEqual(['c', 'a']);
      expect((await given.store.queue.claim(queue, 5, 9, 2)).map(({ id }) => id)).toEqual(['b']);
    });

    test('keeps the order of a lane: only its oldest unfinished item can be claimed', async () => {
      const queue = fresh('queue');
      await given.store.queue.add(queue, { id: '1', lane: 'room', due: 100, value: '' });
      await given.store.queue.add(queue, { id: '2', lane: 'room', due: 0, value: '' });
      await given.store.queue.add(queue, { id: '3', lane: 'room', due: 0, value: '' });
      await given.store.queue.add(queue, { id: 'other', lane: 'room 2', due: 0, value: '' });
      const claim = async (now: number): Promise<readonly string[]> =>
        (await given.store.queue.claim(queue, now, now + 50, 10)).map(({ id }) => id);
      expect(await claim(50)).toEqual(['other']);
      expect(await claim(100)).toEqual(['other', '1']);
      expect(await claim(120)).toEqual([]);
      await given.store.queue.done(queue, '1');
      expect(await claim(121)).toEqual(['2']);
      await given.store.queue.fail(queue, '2', 400);
      expect(await claim(300)).toEqual(['other']);
      expect(await given.store.queue.claim(queue, 400, 500, 10)).toMatchObject([
        { id: 'other', attempts: 0 },
        { id: '2', attempts: 1, due: 400 },
      ]);
      await given.store.queue.done(queue, '3');
      await given.store.queue.done(queue, '2');
      await given.store.queue.done(queue, 'other');
      expect(await given.store.queue.size(queue)).toBe(0);
      await given.store.queue.add(queue, { id: '1', lane: 'room', due: 0, value: 'anew' });
      expect(await given.store.queue.claim(queue, 600, 700, 10)).toMatchObject([
        { id: '1', attempts: 0, value: 'anew' },
      ]);
    });

    test('gives one item to one claimer only', async () => {
      const queue = fresh('queue');
      await Promise.all(
        range(60).map((id) => given.store.queue.add(queue, { id: `i${id}`, lane: `l${id}`, due: 0, value: '' })),
      );
      const claims = await Promise.all(range(12).map(() => given.store.queue.claim(queue, 1, 1_000, 7)));
      const ids = claims.flat().map(({ id }) => id);
      expect(ids).toHaveLength(60);
      expect(new Set(ids).size).toBe(60);
    });

    test('shows the oldest without claiming, failed ones included', async () => {
      const queue = fresh('queue');
      for (const id of ['x', 'y', 'z']) await given.store.queue.add(queue, { id, lane: 'one', due: 9, value: id });
      await given.store.queue.fail(queue, 'x', 77);
      await given.store.queue.fail(queue, 'nobody', 77);
      expect(await given.store.queue.peek(queue, 2)).toEqual([
        { id: 'x', lane: 'one', due: 77, attempts: 1, value: 'x' },
        { id: 'y', lane: 'one', due: 9, attempts: 0, value: 'y' },
      ]);
      expect(await given.store.queue.claim(queue, 50, 60, 5)).toEqual([]);
      expect(await given.store.queue.peek(fresh('queue'), 5)).toEqual([]);
    });

    test('tells lanes apart whose names are alike', async () => {
      const queue = fresh('queue');
      const lanes = [...ODD_KEYS, '1', '11', '1:', ':1', '3:a:', 'a:0000000000000001'];
      for (const [id, lane] of lanes.entries()) {
        await given.store.queue.add(queue, { id: `a${id}`, lane, due: 0, value: lane });
        await given.store.queue.add(queue, { id: `b${id}`, lane, due: 0, value: lane });
      }
      const claimed = await given.store.queue.claim(queue, 0, 100, 1_000);
      expect(claimed.map(({ id, lane, value }) => [id, lane, value])).toEqual(
        lanes.map((lane, id) => [`a${id}`, lane, lane]),
      );
    });
  });
});
