// Append-only logs of the embedded store in SQL.

import type { LogEntry, LogRange } from '../model/stores.ts';
import type { Database, SQLOutputValue, StatementSync } from './embedded-database.ts';
import { NumberedNames } from './embedded-names.ts';
import { numberOf, textOf } from './embedded-rows.ts';
import { toOctets } from './octets.ts';
import type { Operation, Performers } from './operations.ts';

type LogPerformers = Pick<Performers, 'append' | 'range' | 'find' | 'count' | 'trim' | 'remove'>;
type NewEntry = Operation<'append'>['entry'];

export interface Logs {
  readonly performers: LogPerformers;
  /** Entries of one log, those left out whose ids are there already. @returns how many were written, and the last position. */
  appendAll(log: string, entries: readonly NewEntry[]): { readonly written: number; readonly last: number };
}

export function logsOf(database: Database): Logs {
  const logs = new NumberedNames(database, 'logs');
  const appendAll = appender(database, logs);
  const append: LogPerformers['append'] = ({ log, entry }) => {
    const { written, last } = appendAll(log, [entry]);
    return written === 0 ? undefined : last;
  };
  return { performers: { append, ...readers(database, logs), ...removers(database, logs) }, appendAll };
}

function appender(database: Database, logs: NumberedNames): Logs['appendAll'] {
  const lastOf = database.prepare('SELECT last FROM logs WHERE number = ?');
  const advance = database.prepare('UPDATE logs SET last = ?, count = count + ? WHERE number = ?');
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT (log, id) DO NOTHING');
  return (log, entries) => {
    const number = logs.numberOf(log);
    const before = numberOf(lastOf.get(number)?.['last']);
    let last = before;
    for (const { id, at, value } of entries) {
      const { changes } = insert.run(number, last + 1, toOctets(id), at, toOctets(value));
      last += Number(changes);
    }
    // Once for all of them: a room's lines come by the hundred.
    if (last > before) advance.run(last, last - before, number);
    return { written: last - before, last };
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
