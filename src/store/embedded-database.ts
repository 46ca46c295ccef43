// The embedded database file: opening it for one process at a time, its schema and the migrations that bring an older one forward.

import { chmodSync, closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { notOpened } from './errors.ts';

export type { SQLOutputValue, StatementSync };
export type Database = DatabaseSync;

export interface DatabaseOptions {
  readonly path: string;
  /** For a look while another process has it open for writing. */
  readonly readOnly?: boolean;
  /** The file never grows beyond it; writes that would need more are refused. */
  readonly maxBytes?: number;
}

export interface OpenDatabase {
  readonly database: Database;
  close(): void;
}

/** Entry `n` brings a file of version `n` to version `n + 1`. Names, ids and values are bytes (octets.ts); times are milliseconds. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE rows (name BLOB NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name, key)) WITHOUT ROWID;
   CREATE TABLE logs (number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, last INTEGER NOT NULL DEFAULT 0,
     count INTEGER NOT NULL DEFAULT 0);
   CREATE TABLE entries (log INTEGER NOT NULL, position INTEGER NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, value BLOB NOT NULL,
     PRIMARY KEY (log, position)) WITHOUT ROWID;
   CREATE UNIQUE INDEX entry_by_id ON entries (log, id);
   CREATE INDEX entry_by_time ON entries (log, at);
   CREATE TABLE queues (number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, count INTEGER NOT NULL DEFAULT 0);
   CREATE TABLE items (sequence INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER NOT NULL, id BLOB NOT NULL, lane BLOB NOT NULL,
     head INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL, leased INTEGER NOT NULL, value BLOB NOT NULL);
   CREATE UNIQUE INDEX item_by_id ON items (queue, id);
   CREATE INDEX item_by_lane ON items (queue, lane);
   CREATE INDEX item_by_age ON items (queue);
   CREATE INDEX item_claimable ON items (queue, due) WHERE head = 1;
   CREATE TABLE holds (name BLOB PRIMARY KEY, value BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX hold_by_end ON holds (until);
   CREATE TABLE fences (name BLOB PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;`,
];
const VERSION = MIGRATIONS.length;
const PAGE_BYTES = 4096;
/** A write-ahead log that grew in a busy hour is cut back to it. */
const JOURNAL_BYTES = 64 * 1024 * 1024;
const BUSY_MS = 5_000;

/** @throws BridgeError with a sentence for the operator: in use, not ours, too new, or what the system said. */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  try {
    return options.readOnly ? openToRead(options.path) : openToWrite(options);
  } catch (error) {
    throw notOpened(`The store ${options.path} can't be opened: ${explain(error)}.`, error);
  }
}

function openToRead(path: string): OpenDatabase {
  if (!existsSync(path)) throw new Error('there is no such file');
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  const found = versionOf(database);
  if (found < VERSION) {
    database.close();
    throw new Error('it is of an older version; `viaduct run` brings it forward');
  }
  return { database, close: () => database.close() };
}

function openToWrite(options: DatabaseOptions): OpenDatabase {
  const path = prepareFile(options.path);
  const lock = takeLock(path);
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_MS });
    prepare(database, options);
    const close = (): void => {
      database.close();
      lock.close();
    };
    return { database, close };
  } catch (error) {
    lock.close();
    throw error;
  }
}

function prepareFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  makePrivate(path);
  const folder = realpathSync(dirname(path));
  return realpathSync(join(folder, basename(path)));
}

/**
 * Made here and not by SQLite, so that it is never readable for others; its journals take over its mode. A file that is there is not
 * opened: closing it would drop the locks that SQLite may hold on it elsewhere in this process (fcntl(2)).
 */
function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'ax', 0o600));
  chmodSync(path, 0o600);
}

/** A file of its own, locked through SQLite: the kernel frees it however we end, and the database stays readable for backups. */
function takeLock(path: string): Database {
  const file = `${path}.lock`;
  makePrivate(file);
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return lock;
  } catch (error) {
    lock.close();
    if (/locked|busy/i.test(messageOf(error))) throw new Error('another process has it open', { cause: error });
    throw error;
  }
}

function prepare(database: Database, options: DatabaseOptions): void {
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA journal_size_limit = ${JOURNAL_BYTES};`);
  if (options.maxBytes !== undefined) {
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxBytes / PAGE_BYTES))};`);
  }
  for (let version = versionOf(database); version < VERSION; version++) {
    const steps = MIGRATIONS[version] ?? '';
    const mark = version === 0 ? 'CREATE TABLE schema (version INTEGER NOT NULL); INSERT INTO schema VALUES (0);' : '';
    database.exec(`BEGIN IMMEDIATE; ${mark} ${steps} UPDATE schema SET version = ${version + 1}; COMMIT;`);
  }
}

/** 0 for an empty file. */
function versionOf(database: Database): number {
  const names = database.prepare('SELECT name FROM sqlite_schema').all();
  if (names.length === 0) return 0;
  if (!names.some((row) => row['name'] === 'schema')) throw new Error('it is a database, but not of Viaduct');
  const version = Number(database.prepare('SELECT version FROM schema').get()?.['version']);
  if (!(version <= VERSION)) {
    throw new Error(`it was written by a newer Viaduct (schema ${version}, this one knows ${VERSION})`);
  }
  return version;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function explain(error: unknown): string {
  const message = messageOf(error);
  if (/not a database/i.test(message)) return 'it is not a database';
  if (/malformed/i.test(message)) return 'it is damaged';
  return message;
}
