// Loaded into the gateway's process before it (`--import`), in its store's thread too: lets the fault machine move the clock that the clock
// port shows, and set the database's page limit, by a file that it writes. The product's sources know nothing of it.

import { readFileSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import workerThreads, { isMainThread, Worker, type WorkerOptions } from 'node:worker_threads';
import { SystemClock } from '../../src/observe/clock.ts';

/** Written by the machine (gateway.ts). */
export interface Interference {
  /** Added to what the clock shows. */
  readonly clockMs?: number;
  /** The database may not grow any more. */
  readonly full?: boolean;
}

const LOOK_MS = 50;
const MOST_PAGES = 4_294_967_294;

class InterferenceFile {
  readonly #path: string;
  #modified = 0;
  now: Interference = {};

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns whether it has changed. */
  look(): boolean {
    const modified = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (modified === this.#modified) return false;
    this.#modified = modified;
    this.now = JSON.parse(readFileSync(this.#path, 'utf8')) as Interference;
    return true;
  }
}

const path = process.env['CHAOS_INTERFERENCE'];
if (path !== undefined) {
  const file = new InterferenceFile(path);
  if (isMainThread) {
    moveClock(file);
    followThreads();
  } else limitPages(file);
}

/** Threads begin without what their process was given. */
function followThreads(): void {
  workerThreads.Worker = class extends Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      super(file, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] });
    }
  };
  syncBuiltinESMExports();
}

function moveClock(file: InterferenceFile): void {
  setInterval(() => file.look(), LOOK_MS).unref();
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const now = SystemClock.prototype.now;
  SystemClock.prototype.now = function moved(this: SystemClock) {
    return now.call(this) + (file.now.clockMs ?? 0);
  };
}

/** SQLite never takes a limit below what is there: 1 means "no more than now". Pages that are free are used up, else it would take long. */
function limitPages(file: InterferenceFile): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const exec = DatabaseSync.prototype.exec;
  DatabaseSync.prototype.exec = function limited(this: DatabaseSync, sql: string) {
    if (sql === 'BEGIN IMMEDIATE' && file.look()) setFull((one) => exec.call(this, one), file.now.full === true);
    exec.call(this, sql);
  };
}

function setFull(exec: (sql: string) => void, isFull: boolean): void {
  exec(`PRAGMA max_page_count = ${MOST_PAGES}; DROP TABLE IF EXISTS chaos_filling;`);
  if (!isFull) return;
  exec('CREATE TABLE chaos_filling (bytes BLOB); PRAGMA max_page_count = 1;');
  try {
    for (;;) exec('INSERT INTO chaos_filling VALUES (zeroblob(3000))');
  } catch {
    // Nothing goes in any more.
  }
}
