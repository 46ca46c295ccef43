// The contract of tables and of claims on names (src/model/stores.ts), the same for every backend.

import { describe, expect, test } from 'vitest';
import { until } from '../support/processes.ts';
import { onEveryBackend } from './store-backends.ts';
import { fresh, ODD_KEYS, range } from './store-material.ts';

onEveryBackend((given) => {
  describe('table', () => {
    test('gives back what was put last, and nothing once it is deleted', async () => {
      const table = given.store.table(fresh('table'));
      expect(await table.get('a')).toBeUndefined();
      await table.put('a', 'one');
      await table.put('a', 'two');
      expect(await table.get('a')).toBe('two');
      await table.delete('a');
      expect(await table.get('a')).toBeUndefined();
      expect(await table.list('')).toEqual([]);
      await table.delete('never there');
    });

    test('keeps the empty text apart from nothing, as key and as value', async () => {
      const table = given.store.table(fresh('table'));
      await table.put('', '');
      expect(await table.get('')).toBe('');
      expect(await table.list('')).toEqual([['', '']]);
    });

    test('lists in order of code units, whatever is in the keys', async () => {
      const table = given.store.table(fresh('table'));
      for (const key of ODD_KEYS.toReversed()) await table.put(key, `value of ${key}`);
      expect(await table.list('')).toEqual([...ODD_KEYS].sort().map((key) => [key, `value of ${key}`]));
      for (const key of ODD_KEYS) expect(await table.get(key)).toBe(`value of ${key}`);
    });

    test('takes a prefix as it is written', async () => {
      const table = given.store.table(fresh('table'));
      for (const key of ODD_KEYS) {
        await table.put(`${key}1`, '');
        await table.put(`${key}2`, '');
      }
      for (const prefix of ODD_KEYS) {
        const found = (await table.list(prefix)).map(([key]) => key);
        const wanted = ODD_KEYS.flatMap((key) => [`${key}1`, `${key}2`]).filter((key) => key.startsWith(prefix));
        expect(found).toEqual(wanted.sort());
      }
    });

    test('does not mix tables whose names are alike', async () => {
      const names = ['x', 'x:y', 'x/y', '*', '{x}', '{}x', 'X', 'x\u0000', '\udc80'].map(
        (name) => `${name} ${fresh('')}`,
      );
      for (const name of names) await given.store.table(name).put('key', name);
      for (const name of names) expect(await given.store.table(name).list('')).toEqual([['key', name]]);
    });

    test('holds values of a few megabytes, NULs and lone surrogates', async () => {
      const table = given.store.table(fresh('table'));
      const values = ['\u0000\u0000', 'a\udc80\ud83d', '\ud83d\ude00'.repeat(300_000), 'x'.repeat(3_000_000)];
      for (const [index, value] of values.entries()) await table.put(String(index), value);
      for (const [index, value] of values.entries()) expect((await table.get(String(index))) === value).toBe(true);
    });

    test('lists more than a page', async () => {
      const table = given.store.table(fresh('table'));
      const keys = range(1_203).map((key) => `p${String(key).padStart(5, '0')}`);
      await Promise.all(keys.map((key) => table.put(key, key)));
      await table.put('q', 'q');
      expect(await table.list('p')).toEqual(keys.map((key) => [key, key]));
    });

    test('performs writes of one caller in the order they were asked for, without waiting in between', async () => {
      const table = given.store.table(fresh('table'));
      const asked = range(50).map((value) => table.put('key', String(value)));
      const read = table.get('key');
      await Promise.all(asked);
      expect(await read).toBe('49');
    });
  });

  describe('expiring', () => {
    test('lets one hold a name, extend and release it', async () => {
      const name = fresh('hold \udc80');
      const claims = await Promise.all(
        range(10).map((who) => given.store.expiring.putIfAbsent(name, `holder ${who}`, 60_000)),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      const holder = (await given.store.expiring.get(name)) ?? '';
      expect(claims[Number(holder.replace('holder ', ''))]).toBe(true);
      expect(await given.store.expiring.extend(name, 'stranger', 60_000)).toBe(false);
      expect(await given.store.expiring.extend(name, holder, 60_000)).toBe(true);
      await given.store.expiring.release(name, 'stranger');
      expect(await given.store.expiring.get(name)).toBe(holder);
      await given.store.expiring.release(name, holder);
      expect(await given.store.expiring.get(name)).toBeUndefined();
      expect(await given.store.expiring.putIfAbsent(name, 'next', 60_000)).toBe(true);
    });

    test('forgets at the end of the time, unless extended', async () => {
      const short = fresh('hold');
      const long = fresh('hold');
      await given.store.expiring.putIfAbsent(short, 'me', 40);
      await given.store.expiring.putIfAbsent(long, 'me', 40);
      expect(await given.store.expiring.extend(long, 'me', 60_000)).toBe(true);
      await until('the hold ends', async () => (await given.store.expiring.get(short)) === undefined, { everyMs: 5 });
      expect(await given.store.expiring.extend(short, 'me', 60_000)).toBe(false);
      expect(await given.store.expiring.get(long)).toBe('me');
      expect(await given.store.expiring.putIfAbsent(short, 'you', 60_000)).toBe(true);
      expect(await given.store.expiring.get(short)).toBe('you');
    });
  });
});
