// What only the embedded store promises: one process at a time, private files, old and foreign files told apart, and a full disk
// that stops nobody but the one who needs more room.

import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/model/stores.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openStore } from '../../src/store/open.ts';
import { privateFolder } from '../support/processes.ts';
import { silentLog } from './store-backends.ts';

function freshPath(): string {
  const folder = privateFolder('embedded');
  onTestFinished(() => folder.remove());
  return join(folder.path, 'data', 'viaduct.db');
}

async function opened(path: string, options: { readonly maxBytes?: number } = {}): Promise<Store> {
  const store = await openEmbedded({ path, ...options });
  onTestFinished(() => store.close());
  return store;
}

test('its files are for nobody else to read', async () => {
  const path = freshPath();
  const store = await opened(path);
  await store.table('t').put('k', 'v');
  const folder = join(path, '..');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const files = readdirSync(folder);
  expect(files).toContain('viaduct.db-wal');
  for (const file of files) expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
});

test('closes a file that was open to others', async () => {
  const path = freshPath();
  await (await openEmbedded({ path })).close();
  chmodSync(path, 0o644);
  await opened(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('refuses a second writer, in this process and in another, and lets it in afterwards', async () => {
  const path = freshPath();
  const store = await openEmbedded({ path });
  await expect(openEmbedded({ path })).rejects.toThrow(/another process has it open/);
  const source = fileURLToPath(new URL('../../src/store/embedded.ts', import.meta.url));
  const code = `import { openEmbedded } from ${JSON.stringify(source)};
    await openEmbedded({ path: ${JSON.stringify(path)} }).then(() => console.log('open'), (error) => console.log(error.message));`;
  const other = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 10_000 });
  expect(other.stdout).toMatch(/another process has it open/);
  await store.table('t').put('k', 'still works');
  await store.close();
  const again = await opened(path);
  expect(await again.table('t').get('k')).toBe('still works');
});

test('lets a reader look while it is open, who can change nothing', async () => {
  const path = freshPath();
  const store = await opened(path);
  await store.table('t').put('k', 'v');
  const reader = await openStore(`file:${path}`, { log: silentLog, readOnly: true });
  expect(await reader.table('t').list('')).toEqual([['k', 'v']]);
  await expect(reader.table('t').put('k', 'w')).rejects.toMatchObject({ name: 'BridgeError' });
  await expect(reader.ping()).rejects.toMatchObject({ name: 'BridgeError' });
  await store.table('t').put('l', 'w');
  expect(await reader.table('t').get('l')).toBe('w');
  await reader.close();
});

test('says what is wrong with a file that it can not use', async () => {
  const path = freshPath();
  await (await openEmbedded({ path })).close();
  const folder = join(path, '..');
  const file = (name: string): string => join(folder, name);

  writeFileSync(file('noise'), 'this is no database at all, but long enough to look like one'.repeat(100));
  await expect(openEmbedded({ path: file('noise') })).rejects.toThrow(/is not a database/);

  const foreign = new DatabaseSync(file('foreign'));
  foreign.exec('CREATE TABLE addresses (name TEXT)');
  foreign.close();
  await expect(openEmbedded({ path: file('foreign') })).rejects.toThrow(/not of Viaduct/);

  const newer = new DatabaseSync(path);
  newer.exec('UPDATE schema SET version = 999');
  newer.close();
  await expect(openEmbedded({ path })).rejects.toThrow(/newer Viaduct \(schema 999/);

  await expect(openEmbedded({ path: folder })).rejects.toThrow(/can't be opened/);
  await expect(openEmbedded({ path: file('none'), readOnly: true })).rejects.toThrow(/no such file/);
});

test('a refused file can be opened once it is mended', async () => {
  const path = freshPath();
  await (await openEmbedded({ path })).close();
  const set = (version: number): void => {
    const database = new DatabaseSync(path);
    database.prepare('UPDATE schema SET version = ?').run(version);
    database.close();
  };
  set(999);
  await expect(openEmbedded({ path })).rejects.toThrow(/newer/);
  set(1);
  await (await opened(path)).ping();
});

test('a full disk rejects what needs room, and nothing else', async () => {
  const store = await opened(freshPath(), { maxBytes: 400_000 });
  const table = store.table('t');
  await table.put('small', 'kept');
  const big = 'x'.repeat(60_000);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => table.put(`big ${index}`, big)));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused) expect(reason).toMatchObject({ name: 'BridgeError', code: 'internal' });
  expect(String(refused[0]?.reason.cause)).toMatch(/full/);

  // Exactly what was acknowledged is there, and it goes on.
  for (const [index, { status }] of outcomes.entries()) {
    expect(await table.get(`big ${index}`)).toBe(status === 'fulfilled' ? big : undefined);
  }
  expect(await table.get('small')).toBe('kept');
  const half = store.batch([
    { op: 'put', table: 't', key: 'half', value: 'x' },
    { op: 'put', table: 't', key: 'more', value: 'x'.repeat(400_000) },
  ]);
  await expect(half).rejects.toMatchObject({ name: 'BridgeError' });
  expect(await table.get('half')).toBeUndefined();
  for (const [key] of await table.list('big')) await table.delete(key);
  await table.put('after', big);
  expect(await table.get('after')).toBe(big);
});

test('a write that fails does not take its neighbours along', async () => {
  const store = await opened(freshPath());
  const outcomes = await Promise.allSettled([
    store.table('t').put('a', '1'),
    // Too precise for SQLite to take as a position.
    store.log.append('l', { id: 'x', at: Number.NaN, value: '' }),
    store.table('t').get('a'),
    store.table('t').put('b', '2'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(await store.table('t').list('')).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect(await store.log.count('l')).toBe(0);
});

test('one sync serves many writes', async () => {
  const path = freshPath();
  const store = await opened(path);
  await store.table('t').put('k', 'v');
  const journalBytes = (): number => statSync(`${path}-wal`).size;
  const before = journalBytes();
  await store.table('t').put('k', 'w');
  // Each transaction writes all of the pages that it changes.
  const alone = journalBytes() - before;
  expect(alone).toBeGreaterThan(0);
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => store.table('t').put(String(index), 'v')));
  expect(journalBytes() - before).toBeLessThan(alone * 100);
});
