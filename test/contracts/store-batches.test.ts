// The contract of atomic batches and their fences (src/model/stores.ts), the same for every backend.

import { describe, expect, test } from 'vitest';
import type { Write } from '../../src/model/stores.ts';
import { onEveryBackend } from './store-backends.ts';
import { add, append, fresh, put, range } from './store-material.ts';

onEveryBackend((given) => {
  describe('batch', () => {
    test('writes all of it', async () => {
      const [table, log, queue] = [fresh('table'), fresh('log'), fresh('queue')];
      await given.store.table(table).put('gone', '1');
      await given.store.queue.add(queue, { id: 'finished', lane: 'a', due: 0, value: '' });
      const writes: readonly Write[] = [
        put(table, 'key', 'value'),
        { op: 'delete', table, key: 'gone' },
        append(log, 'e1'),
        append(log, 'e2'),
        { op: 'done', queue, id: 'finished' },
        add(queue, 'next', 'a'),
      ];
      expect(await given.store.batch(writes)).toBe('written');
      expect(await given.store.table(table).list('')).toEqual([['key', 'value']]);
      expect((await given.store.log.range(log, { limit: 9 })).map(({ id }) => id)).toEqual(['e1', 'e2']);
      expect(await given.store.queue.claim(queue, 0, 5, 9)).toMatchObject([{ id: 'next', lane: 'a' }]);
      expect(await given.store.batch([])).toBe('written');
    });

    test('writes nothing where an id is there already, in the store or in the batch itself', async () => {
      const [table, log, queue] = [fresh('table'), fresh('log'), fresh('queue')];
      expect(await given.store.batch([append(log, 'known'), add(queue, 'known')])).toBe('written');
      const refused: readonly (readonly Write[])[] = [
        [put(table, 'a'), append(log, 'new'), append(log, 'known')],
        [put(table, 'a'), add(queue, 'new'), add(queue, 'known')],
        [append(log, 'new'), put(table, 'a'), append(log, 'new')],
        [add(queue, 'new'), put(table, 'a'), add(queue, 'new')],
        [{ op: 'done', queue, id: 'known' }, append(log, 'known')],
        [add(queue, 'new'), { op: 'done', queue, id: 'new' }, add(queue, 'new'), add(queue, 'known')],
      ];
      for (const writes of refused) expect(await given.store.batch(writes)).toBe('seen');
      expect(await given.store.table(table).list('')).toEqual([]);
      expect(await given.store.log.count(log)).toBe(1);
      expect(await given.store.queue.size(queue)).toBe(1);
      expect(await given.store.batch([{ op: 'done', queue, id: 'known' }, add(queue, 'known')])).toBe('written');
      expect(await given.store.queue.size(queue)).toBe(1);
    });

    test('does not skip positions for what was refused in a way that a reader could see', async () => {
      const log = fresh('log');
      await given.store.batch([append(log, 'a')]);
      await given.store.batch([append(log, 'b'), append(log, 'a')]);
      await given.store.batch([append(log, 'c')]);
      const entries = await given.store.log.range(log, { limit: 9 });
      expect(entries.map(({ id }) => id)).toEqual(['a', 'c']);
      expect(await given.store.log.find(log, 'b')).toBeUndefined();
    });

    test('refuses an old fence', async () => {
      const [table, name] = [fresh('table'), fresh('fence')];
      expect(await given.store.batch([put(table, 'a')], { name, epoch: 7 })).toBe('written');
      expect(await given.store.batch([put(table, 'b')], { name, epoch: 7 })).toBe('written');
      expect(await given.store.batch([put(table, 'c')], { name, epoch: 6 })).toBe('fenced');
      expect(await given.store.batch([put(table, 'd')], { name, epoch: 100 })).toBe('written');
      expect(await given.store.batch([put(table, 'e')], { name, epoch: 9 })).toBe('fenced');
      expect(await given.store.batch([put(table, 'f')], { name: fresh('fence'), epoch: 1 })).toBe('written');
      expect((await given.store.table(table).list('')).map(([key]) => key)).toEqual(['a', 'b', 'd', 'f']);
    });

    test('remembers the fence of a batch that wrote nothing', async () => {
      const [log, name] = [fresh('log'), fresh('fence')];
      await given.store.batch([append(log, 'a')], { name, epoch: 1 });
      expect(await given.store.batch([append(log, 'a')], { name, epoch: 3 })).toBe('seen');
      expect(await given.store.batch([append(log, 'b')], { name, epoch: 2 })).toBe('fenced');
      expect(await given.store.batch([append(log, 'b')], { name, epoch: 3 })).toBe('written');
    });

    test('keeps to one tag and its own node where names have one', async () => {
      const tag = `{romeo ${fresh('')}@example.org}`;
      const writes = [put(`${tag}seen`, 'a'), append(`${tag}inbox`, 'e'), add(`${tag}outbox`, 'i')];
      expect(await given.store.batch(writes, { name: `${tag}fence`, epoch: 1 })).toBe('written');
      expect(await given.store.batch(writes, { name: `${tag}fence`, epoch: 1 })).toBe('seen');
      expect(await given.store.log.find(`${tag}inbox`, 'e')).toMatchObject({ id: 'e' });
      expect(await given.store.queue.claim(`${tag}outbox`, 1, 2, 3)).toMatchObject([{ id: 'i' }]);
    });

    test('lets many batches at once stay whole', async () => {
      const [log, table] = [fresh('log'), fresh('table')];
      const outcomes = await Promise.all(
        range(60).map((writer) => given.store.batch([put(table, `k${writer}`), append(log, `id ${writer % 20}`)])),
      );
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(20);
      expect(await given.store.table(table).list('')).toHaveLength(20);
      expect(await given.store.log.count(log)).toBe(20);
    });
  });
});
