// The contract of the store port (src/model/stores.ts), the same for every backend.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store, Write } from '../../src/model/stores.ts';
import { until } from '../support/processes.ts';
import { BACKENDS, type Backend, open } from './store-backends.ts';

/** Keys in the order of code units, with all that trips globs, encodings and C strings. */
const ODD_KEYS = [
  '\u0000',
  ' ',
  '%_',
  '*',
  '/a/b',
  '?',
  '[a-z]',
  '\\',
  'a',
  'a\u0000b',
  'ab',
  '{tag}rest',
  '~',
  '\u00e9t\u00e9',
  '\u0950',
  '\ud55c\uae00',
  '\ud83d\ude00 smile',
  '\udc80\udcff',
  '\ue000 private',
  '\ufeffmark',
  '\uffff',
];

let number = 0;
/** A name that no other test uses. */
const fresh = (kind: string): string => `${kind} ${++number}`;
const range = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index);
const put = (table: string, key: string, value = key): Write => ({ op: 'put', table, key, value });
const append = (log: string, id: string, at = 1, value = id): Write => ({ op: 'append', log, id, at, value });
const add = (queue: string, id: string, lane = id): Write => ({ op: 'add', queue, id, lane, due: 0, value: id });

describe.each(BACKENDS)('$name', (kind) => {
  let backend: Backend;
  let store: Store;

  beforeAll(async () => {
    backend = await kind.start();
    store = await open(backend);
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await backend.stop();
  });

  describe('table', () => {
    test('gives back what was put last, and nothing once it is deleted', async () => {
      const table = store.table(fresh('table'));
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
      const table = store.table(fresh('table'));
      await table.put('', '');
      expect(await table.get('')).toBe('');
      expect(await table.list('')).toEqual([['', '']]);
    });

    test('lists in order of code units, whatever is in the keys', async () => {
      const table = store.table(fresh('table'));
      for (const key of ODD_KEYS.toReversed()) await table.put(key, `value of ${key}`);
      expect(await table.list('')).toEqual([...ODD_KEYS].sort().map((key) => [key, `value of ${key}`]));
      for (const key of ODD_KEYS) expect(await table.get(key)).toBe(`value of ${key}`);
    });

    test('takes a prefix as it is written', async () => {
      const table = store.table(fresh('table'));
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
      for (const name of names) await store.table(name).put('key', name);
      for (const name of names) expect(await store.table(name).list('')).toEqual([['key', name]]);
    });

    test('holds values of a few megabytes, NULs and lone surrogates', async () => {
      const table = store.table(fresh('table'));
      const values = ['\u0000\u0000', 'a\udc80\ud83d', '\ud83d\ude00'.repeat(300_000), 'x'.repeat(3_000_000)];
      for (const [index, value] of values.entries()) await table.put(String(index), value);
      for (const [index, value] of values.entries()) expect((await table.get(String(index))) === value).toBe(true);
    });

    test('lists more than a page', async () => {
      const table = store.table(fresh('table'));
      const keys = range(1_203).map((key) => `p${String(key).padStart(5, '0')}`);
      await Promise.all(keys.map((key) => table.put(key, key)));
      await table.put('q', 'q');
      expect(await table.list('p')).toEqual(keys.map((key) => [key, key]));
    });

    test('performs writes of one caller in the order they were asked for, without waiting in between', async () => {
      const table = store.table(fresh('table'));
      const asked = range(50).map((value) => table.put('key', String(value)));
      const read = table.get('key');
      await Promise.all(asked);
      expect(await read).toBe('49');
    });
  });

  describe('log', () => {
    test('gives growing positions, and each id once', async () => {
      const log = fresh('log');
      const first = await store.log.append(log, { id: 'a', at: 10, value: 'one' });
      const second = await store.log.append(log, { id: 'b', at: 5, value: 'two' });
      expect(await store.log.append(log, { id: 'a', at: 11, value: 'again' })).toBeUndefined();
      expect(second).toBeGreaterThan(first ?? Number.NaN);
      expect(await store.log.find(log, 'a')).toEqual({ position: first, id: 'a', at: 10, value: 'one' });
      expect(await store.log.find(log, 'c')).toBeUndefined();
      expect(await store.log.count(log)).toBe(2);
      expect(await store.log.count(fresh('log'))).toBe(0);
    });

    test('never gives a position twice, not after the newest or all are gone', async () => {
      const log = fresh('log');
      const first = (await store.log.append(log, { id: 'a', at: 1, value: '' })) ?? 0;
      await store.log.remove(log, [first]);
      const second = (await store.log.append(log, { id: 'a', at: 1, value: '' })) ?? 0;
      await store.log.trim(log, { keep: 0 });
      const third = (await store.log.append(log, { id: 'a', at: 1, value: '' })) ?? 0;
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
    });

    test('reads ranges by position and time, forwards and backwards, oldest first', async () => {
      const log = fresh('log');
      const times = [100, 300, 200, 500, 400, 600];
      const positions: number[] = [];
      for (const [index, at] of times.entries()) {
        positions.push((await store.log.append(log, { id: `m${index}`, at, value: `v${index}` })) ?? 0);
      }
      const ids = async (wanted: Parameters<Store['log']['range']>[1]): Promise<string> =>
        (await store.log.range(log, wanted)).map(({ id }) => id.slice(1)).join('');
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
      expect(await store.log.range(fresh('log'), { limit: 5 })).toEqual([]);
    });

    test('trims by age and by count, and says how many went', async () => {
      const log = fresh('log');
      for (const at of [10, 40, 20, 50, 30]) await store.log.append(log, { id: `t${at}`, at, value: '' });
      const left = async (): Promise<readonly number[]> =>
        (await store.log.range(log, { limit: 100 })).map(({ at }) => at);
      expect(await store.log.trim(log, {})).toBe(0);
      expect(await store.log.trim(log, { before: 20 })).toBe(1);
      expect(await left()).toEqual([40, 20, 50, 30]);
      expect(await store.log.trim(log, { keep: 4 })).toBe(0);
      expect(await store.log.trim(log, { keep: 3, before: 35 })).toBe(3);
      expect(await left()).toEqual([50]);
      expect(await store.log.count(log)).toBe(1);
      expect(await store.log.append(log, { id: 't40', at: 1, value: '' })).toBeGreaterThan(0);
      expect(await store.log.trim(fresh('log'), { keep: 0 })).toBe(0);
    });

    test('trims thousands', async () => {
      const log = fresh('log');
      await Promise.all(range(2_500).map((at) => store.log.append(log, { id: String(at), at, value: '' })));
      expect(await store.log.trim(log, { keep: 7 })).toBe(2_493);
      expect(await store.log.count(log)).toBe(7);
      expect(await store.log.range(log, { limit: 10 })).toHaveLength(7);
    });

    test('removes by position, and the id may come again', async () => {
      const log = fresh('log');
      const first = (await store.log.append(log, { id: 'a', at: 1, value: 'old' })) ?? 0;
      await store.log.append(log, { id: 'b', at: 2, value: '' });
      await store.log.remove(log, [first, 999_999]);
      await store.log.remove(log, []);
      expect(await store.log.count(log)).toBe(1);
      expect(await store.log.find(log, 'a')).toBeUndefined();
      expect(await store.log.append(log, { id: 'a', at: 3, value: 'new' })).toBeGreaterThan(first);
      expect((await store.log.range(log, { limit: 9 })).map(({ value }) => value)).toEqual(['', 'new']);
    });

    test('keeps odd names, ids and values whole', async () => {
      for (const odd of ODD_KEYS) {
        const log = `${odd}${fresh('log')}`;
        await store.log.append(log, { id: odd, at: 1_700_000_000_123, value: odd });
        expect(await store.log.range(log, { limit: 1 })).toMatchObject([
          { id: odd, at: 1_700_000_000_123, value: odd },
        ]);
      }
    });

    test('lets exactly one of many writers of an id win', async () => {
      const log = fresh('log');
      const outcomes = await Promise.all(
        range(40).map((writer) => store.log.append(log, { id: `id ${writer % 10}`, at: writer, value: '' })),
      );
      const given = outcomes.filter((position) => position !== undefined);
      expect(given).toHaveLength(10);
      expect(new Set(given).size).toBe(10);
    });
  });

  describe('queue', () => {
    test('hands out what is due, in due order, and hides it until the lease ends', async () => {
      const queue = fresh('queue');
      const item = (id: string, due: number) => ({ id, lane: id, due, value: `value of ${id}` });
      expect(await store.queue.add(queue, item('late', 300))).toBe(true);
      expect(await store.queue.add(queue, item('second', 200))).toBe(true);
      expect(await store.queue.add(queue, item('first', 100))).toBe(true);
      expect(await store.queue.add(queue, { ...item('first', 1), value: 'other' })).toBe(false);
      expect(await store.queue.size(queue)).toBe(3);

      const claimed = await store.queue.claim(queue, 200, 1_000, 10);
      expect(claimed).toEqual([
        { id: 'first', lane: 'first', due: 100, attempts: 0, value: 'value of first' },
        { id: 'second', lane: 'second', due: 200, attempts: 0, value: 'value of second' },
      ]);
      expect(await store.queue.claim(queue, 999, 2_000, 10)).toMatchObject([{ id: 'late' }]);
      expect(await store.queue.claim(queue, 999, 2_000, 10)).toEqual([]);
      expect((await store.queue.claim(queue, 1_000, 3_000, 1)).map(({ id }) => id)).toEqual(['first']);
      await store.queue.done(queue, 'first');
      await store.queue.done(queue, 'never there');
      expect(await store.queue.size(queue)).toBe(2);
    });

    test('breaks ties by age and honours the limit', async () => {
      const queue = fresh('queue');
      for (const id of ['c', 'a', 'b']) await store.queue.add(queue, { id, lane: id, due: 5, value: '' });
      expect(await store.queue.claim(queue, 5, 9, 0)).toEqual([]);
      expect((await store.queue.claim(queue, 5, 9, 2)).map(({ id }) => id)).toEqual(['c', 'a']);
      expect((await store.queue.claim(queue, 5, 9, 2)).map(({ id }) => id)).toEqual(['b']);
    });

    test('keeps the order of a lane: only its oldest unfinished item can be claimed', async () => {
      const queue = fresh('queue');
      await store.queue.add(queue, { id: '1', lane: 'room', due: 100, value: '' });
      await store.queue.add(queue, { id: '2', lane: 'room', due: 0, value: '' });
      await store.queue.add(queue, { id: '3', lane: 'room', due: 0, value: '' });
      await store.queue.add(queue, { id: 'other', lane: 'room 2', due: 0, value: '' });
      const claim = async (now: number): Promise<readonly string[]> =>
        (await store.queue.claim(queue, now, now + 50, 10)).map(({ id }) => id);
      expect(await claim(50)).toEqual(['other']);
      expect(await claim(100)).toEqual(['other', '1']);
      expect(await claim(120)).toEqual([]);
      await store.queue.done(queue, '1');
      expect(await claim(121)).toEqual(['2']);
      await store.queue.fail(queue, '2', 400);
      expect(await claim(300)).toEqual(['other']);
      expect(await store.queue.claim(queue, 400, 500, 10)).toMatchObject([
        { id: 'other', attempts: 0 },
        { id: '2', attempts: 1, due: 400 },
      ]);
      await store.queue.done(queue, '3');
      await store.queue.done(queue, '2');
      await store.queue.done(queue, 'other');
      expect(await store.queue.size(queue)).toBe(0);
      await store.queue.add(queue, { id: '1', lane: 'room', due: 0, value: 'anew' });
      expect(await store.queue.claim(queue, 600, 700, 10)).toMatchObject([{ id: '1', attempts: 0, value: 'anew' }]);
    });

    test('gives one item to one claimer only', async () => {
      const queue = fresh('queue');
      await Promise.all(
        range(60).map((id) => store.queue.add(queue, { id: `i${id}`, lane: `l${id}`, due: 0, value: '' })),
      );
      const claims = await Promise.all(range(12).map(() => store.queue.claim(queue, 1, 1_000, 7)));
      const ids = claims.flat().map(({ id }) => id);
      expect(ids).toHaveLength(60);
      expect(new Set(ids).size).toBe(60);
    });

    test('shows the oldest without claiming, failed ones included', async () => {
      const queue = fresh('queue');
      for (const id of ['x', 'y', 'z']) await store.queue.add(queue, { id, lane: 'one', due: 9, value: id });
      await store.queue.fail(queue, 'x', 77);
      await store.queue.fail(queue, 'nobody', 77);
      expect(await store.queue.peek(queue, 2)).toEqual([
        { id: 'x', lane: 'one', due: 77, attempts: 1, value: 'x' },
        { id: 'y', lane: 'one', due: 9, attempts: 0, value: 'y' },
      ]);
      expect(await store.queue.claim(queue, 50, 60, 5)).toEqual([]);
      expect(await store.queue.peek(fresh('queue'), 5)).toEqual([]);
    });

    test('tells lanes apart whose names are alike', async () => {
      const queue = fresh('queue');
      const lanes = [...ODD_KEYS, '1', '11', '1:', ':1', '3:a:', 'a:0000000000000001'];
      for (const [id, lane] of lanes.entries()) {
        await store.queue.add(queue, { id: `a${id}`, lane, due: 0, value: lane });
        await store.queue.add(queue, { id: `b${id}`, lane, due: 0, value: lane });
      }
      const claimed = await store.queue.claim(queue, 0, 100, 1_000);
      expect(claimed.map(({ id, lane, value }) => [id, lane, value])).toEqual(
        lanes.map((lane, id) => [`a${id}`, lane, lane]),
      );
    });
  });

  describe('expiring', () => {
    test('lets one hold a name, extend and release it', async () => {
      const name = fresh('hold \udc80');
      const claims = await Promise.all(
        range(10).map((who) => store.expiring.putIfAbsent(name, `holder ${who}`, 60_000)),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      const holder = (await store.expiring.get(name)) ?? '';
      expect(claims[Number(holder.replace('holder ', ''))]).toBe(true);
      expect(await store.expiring.extend(name, 'stranger', 60_000)).toBe(false);
      expect(await store.expiring.extend(name, holder, 60_000)).toBe(true);
      await store.expiring.release(name, 'stranger');
      expect(await store.expiring.get(name)).toBe(holder);
      await store.expiring.release(name, holder);
      expect(await store.expiring.get(name)).toBeUndefined();
      expect(await store.expiring.putIfAbsent(name, 'next', 60_000)).toBe(true);
    });

    test('forgets at the end of the time, unless extended', async () => {
      const short = fresh('hold');
      const long = fresh('hold');
      await store.expiring.putIfAbsent(short, 'me', 40);
      await store.expiring.putIfAbsent(long, 'me', 40);
      expect(await store.expiring.extend(long, 'me', 60_000)).toBe(true);
      await until('the hold ends', async () => (await store.expiring.get(short)) === undefined, { everyMs: 5 });
      expect(await store.expiring.extend(short, 'me', 60_000)).toBe(false);
      expect(await store.expiring.get(long)).toBe('me');
      expect(await store.expiring.putIfAbsent(short, 'you', 60_000)).toBe(true);
      expect(await store.expiring.get(short)).toBe('you');
    });
  });

  describe('batch', () => {
    test('writes all of it', async () => {
      const [table, log, queue] = [fresh('table'), fresh('log'), fresh('queue')];
      await store.table(table).put('gone', '1');
      await store.queue.add(queue, { id: 'finished', lane: 'a', due: 0, value: '' });
      const writes: readonly Write[] = [
        put(table, 'key', 'value'),
        { op: 'delete', table, key: 'gone' },
        append(log, 'e1'),
        append(log, 'e2'),
        { op: 'done', queue, id: 'finished' },
        add(queue, 'next', 'a'),
      ];
      expect(await store.batch(writes)).toBe('written');
      expect(await store.table(table).list('')).toEqual([['key', 'value']]);
      expect((await store.log.range(log, { limit: 9 })).map(({ id }) => id)).toEqual(['e1', 'e2']);
      expect(await store.queue.claim(queue, 0, 5, 9)).toMatchObject([{ id: 'next', lane: 'a' }]);
      expect(await store.batch([])).toBe('written');
    });

    test('writes nothing where an id is there already, in the store or in the batch itself', async () => {
      const [table, log, queue] = [fresh('table'), fresh('log'), fresh('queue')];
      expect(await store.batch([append(log, 'known'), add(queue, 'known')])).toBe('written');
      const refused: readonly (readonly Write[])[] = [
        [put(table, 'a'), append(log, 'new'), append(log, 'known')],
        [put(table, 'a'), add(queue, 'new'), add(queue, 'known')],
        [append(log, 'new'), put(table, 'a'), append(log, 'new')],
        [add(queue, 'new'), put(table, 'a'), add(queue, 'new')],
        [{ op: 'done', queue, id: 'known' }, append(log, 'known')],
        [add(queue, 'new'), { op: 'done', queue, id: 'new' }, add(queue, 'new'), add(queue, 'known')],
      ];
      for (const writes of refused) expect(await store.batch(writes)).toBe('seen');
      expect(await store.table(table).list('')).toEqual([]);
      expect(await store.log.count(log)).toBe(1);
      expect(await store.queue.size(queue)).toBe(1);
      expect(await store.batch([{ op: 'done', queue, id: 'known' }, add(queue, 'known')])).toBe('written');
      expect(await store.queue.size(queue)).toBe(1);
    });

    test('does not skip positions for what was refused in a way that a reader could see', async () => {
      const log = fresh('log');
      await store.batch([append(log, 'a')]);
      await store.batch([append(log, 'b'), append(log, 'a')]);
      await store.batch([append(log, 'c')]);
      const entries = await store.log.range(log, { limit: 9 });
      expect(entries.map(({ id }) => id)).toEqual(['a', 'c']);
      expect(await store.log.find(log, 'b')).toBeUndefined();
    });

    test('refuses an old fence', async () => {
      const [table, name] = [fresh('table'), fresh('fence')];
      expect(await store.batch([put(table, 'a')], { name, epoch: 7 })).toBe('written');
      expect(await store.batch([put(table, 'b')], { name, epoch: 7 })).toBe('written');
      expect(await store.batch([put(table, 'c')], { name, epoch: 6 })).toBe('fenced');
      expect(await store.batch([put(table, 'd')], { name, epoch: 100 })).toBe('written');
      expect(await store.batch([put(table, 'e')], { name, epoch: 9 })).toBe('fenced');
      expect(await store.batch([put(table, 'f')], { name: fresh('fence'), epoch: 1 })).toBe('written');
      expect((await store.table(table).list('')).map(([key]) => key)).toEqual(['a', 'b', 'd', 'f']);
    });

    test('remembers the fence of a batch that wrote nothing', async () => {
      const [log, name] = [fresh('log'), fresh('fence')];
      await store.batch([append(log, 'a')], { name, epoch: 1 });
      expect(await store.batch([append(log, 'a')], { name, epoch: 3 })).toBe('seen');
      expect(await store.batch([append(log, 'b')], { name, epoch: 2 })).toBe('fenced');
      expect(await store.batch([append(log, 'b')], { name, epoch: 3 })).toBe('written');
    });

    test('keeps to one tag and its own node where names have one', async () => {
      const tag = `{romeo ${fresh('')}@example.org}`;
      const writes = [put(`${tag}seen`, 'a'), append(`${tag}inbox`, 'e'), add(`${tag}outbox`, 'i')];
      expect(await store.batch(writes, { name: `${tag}fence`, epoch: 1 })).toBe('written');
      expect(await store.batch(writes, { name: `${tag}fence`, epoch: 1 })).toBe('seen');
      expect(await store.log.find(`${tag}inbox`, 'e')).toMatchObject({ id: 'e' });
      expect(await store.queue.claim(`${tag}outbox`, 1, 2, 3)).toMatchObject([{ id: 'i' }]);
    });

    test('lets many batches at once stay whole', async () => {
      const [log, table] = [fresh('log'), fresh('table')];
      const outcomes = await Promise.all(
        range(60).map((writer) => store.batch([put(table, `k${writer}`), append(log, `id ${writer % 20}`)])),
      );
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(20);
      expect(await store.table(table).list('')).toHaveLength(20);
      expect(await store.log.count(log)).toBe(20);
    });
  });

  test('answers a ping', async () => {
    await store.ping();
  });

  test('finishes what was asked before it was closed, and refuses what comes later', async () => {
    const table = fresh('table');
    const other = kind.keeps && kind.name !== 'embedded' ? await open(backend) : store;
    const asked = range(30).map((key) => other.table(table).put(String(key), ''));
    await other.close();
    expect((await Promise.allSettled(asked)).every(({ status }) => status === 'fulfilled')).toBe(true);
    await expect(other.table(table).get('1')).rejects.toMatchObject({ name: 'BridgeError' });
    await other.close();
    if (other === store) store = await open(backend);
  });

  test.runIf(kind.keeps)('finds everything again when it is opened anew', async () => {
    const [table, log, queue, name] = [fresh('table'), fresh('log'), fresh('queue'), fresh('fence')];
    for (const key of ODD_KEYS) await store.table(table).put(key, key);
    const last = await store.log.append(log, { id: 'a', at: 1, value: 'v' });
    await store.log.trim(log, { keep: 0 });
    for (const id of ['1', '2']) await store.queue.add(queue, { id, lane: 'l', due: 0, value: id });
    await store.queue.claim(queue, 0, 50, 9);
    await store.expiring.putIfAbsent(name, 'me', 60_000);
    await store.batch([], { name, epoch: 5 });
    await store.close();
    store = await open(backend);
    expect(await store.table(table).list('')).toEqual([...ODD_KEYS].sort().map((key) => [key, key]));
    expect(await store.log.append(log, { id: 'a', at: 1, value: 'v' })).toBeGreaterThan(last ?? Number.NaN);
    expect(await store.queue.claim(queue, 49, 90, 9)).toEqual([]);
    expect(await store.queue.claim(queue, 50, 90, 9)).toMatchObject([{ id: '1' }]);
    expect(await store.expiring.get(name)).toBe('me');
    expect(await store.batch([put(table, 'x')], { name, epoch: 4 })).toBe('fenced');
  });
});
