// Work queues of the embedded store in SQL. The oldest item of each lane is marked as its head, so that a claim never walks a lane.

import type { QueueItem } from '../model/stores.ts';
import type { Database, SQLOutputValue } from './embedded-database.ts';
import { NumberedNames } from './embedded-names.ts';
import { numberOf, textOf } from './embedded-rows.ts';
import { toOctets } from './octets.ts';
import type { Performers } from './operations.ts';

type QueuePerformers = Pick<Performers, 'add' | 'claim' | 'done' | 'fail' | 'size' | 'peek'>;

/** `leased` of an item that nobody has claimed. */
const FREE = 0;

export function queuePerformers(database: Database): QueuePerformers {
  const queues = new NumberedNames(database, 'queues');
  return { ...changers(database, queues), ...lookers(database, queues) };
}

function changers(database: Database, queues: NumberedNames): Pick<QueuePerformers, 'add' | 'done' | 'fail'> {
  const insert = database.prepare(
    `INSERT INTO items (queue, id, lane, head, due, attempts, leased, value)
     VALUES (?1, ?2, ?3, NOT EXISTS (SELECT 1 FROM items WHERE queue = ?1 AND lane = ?3), ?4, 0, ${FREE}, ?5)
     ON CONFLICT (queue, id) DO NOTHING`,
  );
  const remove = database.prepare('DELETE FROM items WHERE queue = ? AND id = ? RETURNING lane, head');
  const promote = database.prepare(
    `UPDATE items SET head = 1 WHERE sequence = (
       SELECT sequence FROM items WHERE queue = ? AND lane = ? ORDER BY sequence LIMIT 1)`,
  );
  const again = database.prepare(
    `UPDATE items SET due = ?, attempts = attempts + 1, leased = ${FREE} WHERE queue = ? AND id = ?`,
  );
  return {
    add({ queue, item }) {
      const number = queues.numberOf(queue);
      const { changes } = insert.run(number, toOctets(item.id), toOctets(item.lane), item.due, toOctets(item.value));
      if (changes === 0) return false;
      queues.changeCount(number, 1);
      return true;
    },
    done({ queue, id }) {
      const number = queues.find(queue)?.number;
      const gone = number === undefined ? undefined : remove.get(number, toOctets(id));
      if (number === undefined || gone === undefined) return;
      queues.changeCount(number, -1);
      if (numberOf(gone['head']) === 1) promote.run(number, gone['lane'] ?? null);
    },
    fail({ queue, id, due }) {
      const number = queues.find(queue)?.number;
      if (number !== undefined) again.run(due, number, toOctets(id));
    },
  };
}

function lookers(database: Database, queues: NumberedNames): Pick<QueuePerformers, 'claim' | 'size' | 'peek'> {
  const columns = 'id, lane, due, attempts, value';
  const claimable = database.prepare(
    `SELECT sequence, ${columns} FROM items
     WHERE queue = ?1 AND head = 1 AND due <= ?2 AND leased <= ?2 ORDER BY due, sequence LIMIT ?3`,
  );
  const lease = database.prepare('UPDATE items SET leased = ? WHERE sequence = ?');
  const oldest = database.prepare(`SELECT ${columns} FROM items WHERE queue = ? ORDER BY sequence LIMIT ?`);
  return {
    claim({ queue, now, leaseUntil, limit }) {
      const number = queues.find(queue)?.number;
      if (number === undefined || limit <= 0) return [];
      const rows = claimable.all(number, now, limit);
      for (const row of rows) lease.run(leaseUntil, row['sequence'] ?? null);
      return rows.map(itemOf);
    },
    size: ({ queue }) => queues.find(queue)?.count ?? 0,
    peek({ queue, limit }) {
      const number = queues.find(queue)?.number;
      return number === undefined || limit <= 0 ? [] : oldest.all(number, limit).map(itemOf);
    },
  };
}

const itemOf = (row: Record<string, SQLOutputValue>): QueueItem => ({
  id: textOf(row['id']),
  lane: textOf(row['lane']),
  due: numberOf(row['due']),
  attempts: numberOf(row['attempts']),
  value: textOf(row['value']),
});
