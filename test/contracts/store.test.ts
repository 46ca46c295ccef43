// Opening, closing and opening again (src/model/stores.ts), the same for every backend.

import { describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/model/stores.ts';
import { BACKENDS, open } from './store-backends.ts';
import { fresh, ODD_KEYS, put, range } from './store-material.ts';

describe.each(BACKENDS)('$name', (kind) => {
  /** Opens one backend, again and again. */
  const opener = async (): Promise<() => Promise<Store>> => {
    const backend = await kind.start();
    onTestFinished(() => backend.stop());
    return () => open(backend);
  };

  test('finishes what was asked before it was closed, and refuses what comes later', { timeout: 30_000 }, async () => {
    const store = await (await opener())();
    await store.ping();
    const table = store.table(fresh('table'));
    const asked = range(30).map((key) => table.put(String(key), ''));
    await store.close();
    expect((await Promise.allSettled(asked)).every(({ status }) => status === 'fulfilled')).toBe(true);
    await expect(table.get('1')).rejects.toMatchObject({ name: 'BridgeError' });
    await expect(store.ping()).rejects.toMatchObject({ name: 'BridgeError' });
    await store.close();
  });

  test('finds everything again when it is opened anew', { timeout: 30_000 }, async ({ skip }) => {
    skip(!kind.keeps, 'memory keeps nothing');
    const openAgain = await opener();
    const before = await openAgain();
    const [table, log, queue, name] = [fresh('table'), fresh('log'), fresh('queue'), fresh('fence')];
    for (const key of ODD_KEYS) await before.table(table).put(key, key);
    const last = await before.log.append(log, { id: 'a', at: 1, value: 'v' });
    await before.log.trim(log, { keep: 0 });
    for (const id of ['1', '2']) await before.queue.add(queue, { id, lane: 'l', due: 0, value: id });
    await before.queue.claim(queue, 0, 50, 9);
    await before.expiring.putIfAbsent(name, 'me', 60_000);
    await before.batch([], { name, epoch: 5 });
    await before.close();

    const after = await openAgain();
    expect(await after.table(table).list('')).toEqual([...ODD_KEYS].sort().map((key) => [key, key]));
    expect(await after.log.append(log, { id: 'a', at: 1, value: 'v' })).toBeGreaterThan(last ?? Number.NaN);
    expect(await after.queue.claim(queue, 49, 90, 9)).toEqual([]);
    expect(await after.queue.claim(queue, 50, 90, 9)).toMatchObject([{ id: '1' }]);
    expect(await after.expiring.get(name)).toBe('me');
    expect(await after.batch([put(table, 'x')], { name, epoch: 4 })).toBe('fenced');
    await after.close();
  });
});
