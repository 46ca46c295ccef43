// Append-only logs of the embedded store in SQL.

import type { LogEntry, LogRange } from '../model/stores.ts';
import type { Database, SQLOutputValue, StatementSync } from './embedded-database.ts';
import { NumberedNames } from './embedded-names.ts';
import { numberOf, textOf } from './embedded-rows.ts';
import { toOctets } from './octets.ts';
import type { Performers } from './operations.ts';

type LogPerformers = Pick<Performers, 'append' | 'range' | 'find' | 'count' | 'trim' | 'remove'>;

export function logPerformers(database: Database): LogPerformers {
  const logs = new NumberedNames(database, 'logs');
  return { append: appender(database, logs), ...readers(database, logs), ...removers(database, logs) };
}

function appender(database: Database, logs: NumberedNames): LogPerformers['append'] {
  const known = database.prepare('SELECT 1 FROM entries WHERE log = ? AND id = ?');
  const advance = database.prepare(
    'UPDATE logs SET last = last + 1, count = count + 1 WHERE number = ? RETURNING last',
  );
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?)');
  return ({ log, entry }) => {
    const number = logs.numberOf(log);
    const id = toOctets(entry.id);
    if (known.get(number, id) !== undefined) return undefined;
    const position = numberOf(advance.get(number)?.['last']);
    insert.run(number, position, id, entry.at, toOctets(entry.value));
    return position;
  };
}

function readers(database: Database, logs: NumberedNames): Pick<LogPerformers, 'range' | 'find' | 'count'> {
  const find = database.prepare('SELECT position, id, at, value FROM entries WHERE log = ? AND id = ?');
  const ranges = new Map<string, StatementSync>();
  return {
    range({ log, range }) {
      const number = logs.find(log)?.number;
      if (number === undefined || range.limit <= 0) return [];
      const { sql, bounds } = rangeQuery(range);
      const statement = ranges.get(sql) ?? database.prepare(sql);
      ranges.set(sql, statement);
      const entries = statement.all(number, ...bounds, Math.min(range.limit, Number.MAX_SAFE_INTEGER)).map(entryOf);
      return range.backwards ? entries.reverse() : entries;
    },
    find({ log, id }) {
      const number = logs.find(log)?.number;
      const row = number === undefined ? undefined : find.get(number, toOctets(id));
      return row === undefined ? undefined : entryOf(row);
    },
    count: ({ log }) => logs.find(log)?.count ?? 0,
  };
}

const entryOf = (row: Record<string, SQLOutputValue>): LogEntry => ({
  position: numberOf(row['position']),
  id: textOf(row['id']),
  at: numberOf(row['at']),
  value: textOf(row['value']),
});

function rangeQuery(range: LogRange): { readonly sql: string; readonly bounds: readonly number[] } {
  const conditions: readonly (readonly [string, number | undefined])[] = [
    ['position > ?', range.afterPosition],
    ['position < ?', range.beforePosition],
    ['at >= ?', range.from],
    ['at <= ?', range.to],
  ];
  const given = conditions.flatMap(([condition, bound]) => (bound === undefined ? [] : [{ condition, bound }]));
  const where = ['log = ?', ...given.map(({ condition }) => condition)].join(' AND ');
  const order = range.backwards ? 'DESC' : 'ASC';
  return {
    sql: `SELECT position, id, at, value FROM entries WHERE ${where} ORDER BY position ${order} LIMIT ?`,
    bounds: given.map(({ bound }) => bound),
  };
}

function removers(database: Database, logs: NumberedNames): Pick<LogPerformers, 'trim' | 'remove'> {
  const old = database.prepare('DELETE FROM entries WHERE log = ? AND at < ?');
  const excess = database.prepare(
    `DELETE FROM entries WHERE log = ?1 AND position <= (
       SELECT position FROM entries WHERE log = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)`,
  );
  const one = database.prepare('DELETE FROM entries WHERE log = ? AND position = ?');
  return {
    trim({ log, before, keep }) {
      const found = logs.find(log);
      if (found === undefined) return 0;
      // `keep` counts what was there before anything is removed: both limits judge the same log.
      const beyond = keep === undefined ? 0 : excess.run(found.number, Math.max(0, keep)).changes;
      const aged = before === undefined ? 0 : old.run(found.number, before).changes;
      const removed = Number(beyond) + Number(aged);
      logs.changeCount(found.number, -removed);
      return removed;
    },
    remove({ log, positions }) {
      const number = logs.find(log)?.number;
      if (number === undefined) return;
      let removed = 0;
      for (const position of positions) removed += Number(one.run(number, position).changes);
      logs.changeCount(number, -removed);
    },
  };
}
