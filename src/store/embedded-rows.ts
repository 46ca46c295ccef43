// Tables, holds and fences of the embedded store in SQL.

import { type Database, type SQLOutputValue } from './embedded-database.ts';
import { fromOctets, toOctets } from './octets.ts';
import type { Performers, Row } from './operations.ts';

/** A column of bytes as the text that was stored. */
export const textOf = (value: SQLOutputValue | undefined): string =>
  value instanceof Uint8Array ? fromOctets(value) : '';
export const numberOf = (value: SQLOutputValue | undefined): number => Number(value ?? 0);

type RowPerformers = Pick<Performers, 'get' | 'put' | 'delete' | 'list' | 'hold' | 'holder' | 'extend' | 'release'>;

export function rowPerformers(database: Database): RowPerformers {
  return { ...tablePerformers(database), ...holdPerformers(database) };
}

function tablePerformers(database: Database): Pick<Performers, 'get' | 'put' | 'delete' | 'list'> {
  const get = database.prepare('SELECT value FROM rows WHERE name = ? AND key = ?');
  const put = database.prepare(
    'INSERT INTO rows VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM rows WHERE name = ? AND key = ?');
  const all = database.prepare('SELECT key, value FROM rows WHERE name = ? ORDER BY key');
  const list = database.prepare('SELECT key, value FROM rows WHERE name = ? AND key >= ? AND key < ? ORDER BY key');
  return {
    get({ table, key }) {
      const row = get.get(toOctets(table), toOctets(key));
      return row === undefined ? undefined : textOf(row['value']);
    },
    put({ table, key, value }) {
      put.run(toOctets(table), toOctets(key), toOctets(value));
    },
    delete({ table, key }) {
      remove.run(toOctets(table), toOctets(key));
    },
    list({ table, prefix }) {
      const from = toOctets(prefix);
      const name = toOctets(table);
      const rows = prefix === '' ? all.all(name) : list.all(name, from, endOfPrefix(from));
      return rows.map((row): Row => [textOf(row['key']), textOf(row['value'])]);
    },
  };
}

/** No encoded text holds the byte 0xFF, so this sorts behind everything that begins with the prefix. */
const endOfPrefix = (prefix: Buffer): Buffer => Buffer.concat([prefix, Buffer.of(0xff)]);

function holdPerformers(database: Database): Pick<Performers, 'hold' | 'holder' | 'extend' | 'release'> {
  const sweep = database.prepare('DELETE FROM holds WHERE until <= ?');
  const hold = database.prepare('INSERT INTO holds VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const holder = database.prepare('SELECT value FROM holds WHERE name = ? AND until > ?');
  const extend = database.prepare('UPDATE holds SET until = ? WHERE name = ? AND value = ? AND until > ?');
  const release = database.prepare('DELETE FROM holds WHERE name = ? AND value = ?');
  return {
    hold({ name, value, forMs }) {
      const now = Date.now();
      sweep.run(now);
      return hold.run(toOctets(name), toOctets(value), now + forMs).changes === 1;
    },
    holder({ name }) {
      const row = holder.get(toOctets(name), Date.now());
      return row === undefined ? undefined : textOf(row['value']);
    },
    extend({ name, value, forMs }) {
      const now = Date.now();
      return extend.run(now + forMs, toOctets(name), toOctets(value), now).changes === 1;
    },
    release({ name, value }) {
      release.run(toOctets(name), toOctets(value));
    },
  };
}

/** @returns whether the epoch is at least the newest seen; it is then the newest. */
export function fenceKeeper(database: Database): (name: string, epoch: number) => boolean {
  const raise = database.prepare(
    `INSERT INTO fences VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch >= fences.epoch`,
  );
  return (name, epoch) => raise.run(toOctets(name), epoch).changes === 1;
}
