// The contract of append-only logs (src/model/stores.ts), the same for every backend.

import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/model/stores.ts';
import { onEveryBackend } from './store-backends.ts';
import { fresh, ODD_KEYS, range } from './store-material.ts';

onEveryBackend((given) => {
  describe('log', () => {
    test('gives growing positions, and each id once', async () => {
      const log = fresh('log');
      const first = await given.store.log.append(log, { id: 'a', at: 10, value: 'one' });
      const second = await given.store.log.append(log, { id: 'b', at: 5, value: 'two' });
      expect(await given.store.log.append(log, { id: 'a', at: 11, value: 'again' })).toBeUndefined();
      expect(second).toBeGreaterThan(first ?? Number.NaN);
      expect(await given.store.log.find(log, 'a')).toEqual({ position: first, id: 'a', at: 10, value: 'one' });
      expect(await given.store.log.find(log, 'c')).toBeUndefined();
      expect(await given.store.log.count(log)).toBe(2);
      expect(await given.store.log.count(fresh('log'))).toBe(0);
    });

    test('never gives a position twice, not after the newest or all are gone', async () => {
      const log = fresh('log');
      const first = (await given.store.log.append(log, { id: 'a', at: 1, value: '' })) ?? 0;
      await given.store.log.remove(log, [first]);
      const second = (await given.store.log.append(log, { id: 'a', at: 1, value: '' })) ?? 0;
      await given.store.log.trim(log, { keep: 0 });
      const third = (await given.store.log.append(log, { id: 'a', at: 1, value: '' })) ?? 0;
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
    });

    test('reads ranges by position and time, forwards and backwards, oldest first', async () => {
      const log = fresh('log');
      const times = [100, 300, 200, 500, 400, 600];
      const positions: number[] = [];
      for (const [index, at] of times.entries()) {
        positions.push((await given.store.log.append(log, { id: `m${index}`, at, value: `v${index}` })) ?? 0);
      }
      const ids = async (wanted: Parameters<Store['log']['range']>[1]): Promise<string> =>
        (await given.store.log.range(log, wanted)).map(({ id }) => id.slice(1)).join('');
      const [p0 = 0, p1 = 0, , p3 = 0, p4 = 0] = positions;
      expect(await ids({ limit: 100 })).toBe('012345');
      expect(await ids({ limit: 2 })).toBe('01');
      expect(await ids({ limit: 2, backwards: true })).toBe('45');
      expect(await ids({ limit: 0 })).toBe('');
      expect(await ids({ afterPosition: p0, limit: 100 })).toBe('12345');
      expect(await ids({ afterPosition: p0, beforePosition: p4, limit: 100 })).toBe('123');
      expect(await ids({ afterPosition: p1, limit: 2, backwards: true })).toBe('45');
      expect(await ids({ beforePosition: p3, limit: 2, backwards: true })).toBe('12');
      expect(await ids({ beforePosition: p0, limit: 5 })).toBe('');
      expect(await ids({ afterPosition: positions[5] ?? 0, limit: 5 })).toBe('');
      expect(await ids({ from: 200, limit: 100 })).toBe('12345');
      expect(await ids({ from: 200, to: 400, limit: 100 })).toBe('124');
      expect(await ids({ from: 200, to: 400, limit: 2 })).toBe('12');
      expect(await ids({ from: 200, to: 400, limit: 2, backwards: true })).toBe('24');
      expect(await ids({ to: 400, afterPosition: p1, limit: 100 })).toBe('24');
      expect(await ids({ from: 200, beforePosition: p4, limit: 2, backwards: true })).toBe('23');
      expect(await ids({ from: 601, limit: 5 })).toBe('');
      expect(await given.store.log.range(fresh('log'), { limit: 5 })).toEqual([]);
    });

    test('trims by age and by count, and says how many went', async () => {
      const log = fresh('log');
      for (const at of [10, 40, 20, 50, 30]) await given.store.log.append(log, { id: `t${at}`, at, value: '' });
      const left = async (): Promise<readonly number[]> =>
        (await given.store.log.range(log, { limit: 100 })).map(({ at }) => at);
      expect(await given.store.log.trim(log, {})).toBe(0);
      expect(await given.store.log.trim(log, { before: 20 })).toBe(1);
      expect(await left()).toEqual([40, 20, 50, 30]);
      expect(await given.store.log.trim(log, { keep: 4 })).toBe(0);
      expect(await given.store.log.trim(log, { keep: 3, before: 35 })).toBe(3);
      expect(await left()).toEqual([50]);
      expect(await given.store.log.count(log)).toBe(1);
      expect(await given.store.log.append(log, { id: 't40', at: 1, value: '' })).toBeGreaterThan(0);
      expect(await given.store.log.trim(fresh('log'), { keep: 0 })).toBe(0);
    });

    test('trims thousands', async () => {
      const log = fresh('log');
      await Promise.all(range(2_500).map((at) => given.store.log.append(log, { id: String(at), at, value: '' })));
      expect(await given.store.log.trim(log, { keep: 7 })).toBe(2_493);
      expect(await given.store.log.count(log)).toBe(7);
      expect(await given.store.log.range(log, { limit: 10 })).toHaveLength(7);
    });

    test('removes by position, and the id may come again', async () => {
      const log = fresh('log');
      const first = (await given.store.log.append(log, { id: 'a', at: 1, value: 'old' })) ?? 0;
      await given.store.log.append(log, { id: 'b', at: 2, value: '' });
      await given.store.log.remove(log, [first, 999_999]);
      await given.store.log.remove(log, []);
      expect(await given.store.log.count(log)).toBe(1);
      expect(await given.store.log.find(log, 'a')).toBeUndefined();
      expect(await given.store.log.append(log, { id: 'a', at: 3, value: 'new' })).toBeGreaterThan(first);
      expect((await given.store.log.range(log, { limit: 9 })).map(({ value }) => value)).toEqual(['', 'new']);
    });

    test('keeps odd names, ids and values whole', async () => {
      for (const odd of ODD_KEYS) {
        const log = `${odd}${fresh('log')}`;
        await given.store.log.append(log, { id: odd, at: 1_700_000_000_123, value: odd });
        expect(await given.store.log.range(log, { limit: 1 })).toMatchObject([
          { id: odd, at: 1_700_000_000_123, value: odd },
        ]);
      }
    });

    test('lets exactly one of many writers of an id win', async () => {
      const log = fresh('log');
      const outcomes = await Promise.all(
        range(40).map((writer) => given.store.log.append(log, { id: `id ${writer % 10}`, at: writer, value: '' })),
      );
      const positions = outcomes.filter((position) => position !== undefined);
      expect(positions).toHaveLength(10);
      expect(new Set(positions).size).toBe(10);
    });
  });
});
