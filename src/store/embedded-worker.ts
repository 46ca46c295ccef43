// The thread that owns the embedded database. Each message is a batch of operations, performed in order within one transaction; the
// answer leaves only when the commit is on the disk.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Write } from '../model/stores.ts';
import { type Database, type DatabaseOptions, openDatabase } from './embedded-database.ts';
import { type Logs, logsOf } from './embedded-log.ts';
import { queuePerformers } from './embedded-queue.ts';
import { fenceKeeper, rowPerformers } from './embedded-rows.ts';
import { isRead, type Operation, type OperationKind, type Outcome, type Performers } from './operations.ts';

export type Request =
  | { readonly kind: 'batch'; readonly operations: readonly Operation[] }
  | { readonly kind: 'close' };
export type Result = { readonly ok: true; readonly outcome: unknown } | { readonly ok: false; readonly error: string };
export type Reply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'results'; readonly results: readonly Result[] }
  | { readonly kind: 'closed' };

type Append = Extract<Write, { readonly op: 'append' }>;

class SeenError extends Error {}

class DatabaseEngine {
  readonly #database: Database;
  readonly #performers: Performers;
  readonly #logs: Logs;
  readonly #raiseFence: (name: string, epoch: number) => boolean;

  constructor(database: Database) {
    this.#database = database;
    this.#raiseFence = fenceKeeper(database);
    const alive = database.prepare('UPDATE schema SET version = version');
    this.#logs = logsOf(database);
    this.#performers = {
      ...rowPerformers(database),
      ...this.#logs.performers,
      ...queuePerformers(database),
      batch: ({ writes, fence }) => {
        if (fence !== undefined && !this.#raiseFence(fence.name, fence.epoch)) return 'fenced';
        return this.#writeAll(writes);
      },
      ping: () => void alive.run(),
    };
  }

  perform(operations: readonly Operation[]): readonly Result[] {
    if (operations.every(isRead)) return operations.map((operation) => this.#read(operation));
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const results = operations.map((operation) =>
        isRead(operation) ? this.#read(operation) : this.#write(operation),
      );
      this.#database.exec('COMMIT');
      return results;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      // What was read within the transaction may have been written by it.
      return operations.map((operation) => (isRead(operation) ? this.#read(operation) : failure(error)));
    }
  }

  #read(operation: Operation): Result {
    try {
      return { ok: true, outcome: this.#run(operation) };
    } catch (error) {
      return failure(error);
    }
  }

  /** One that fails leaves its neighbours alone. @throws where SQLite gave up the whole transaction (a full disk). */
  #write(operation: Operation): Result {
    this.#database.exec('SAVEPOINT operation');
    try {
      const outcome = this.#run(operation);
      this.#database.exec('RELEASE operation');
      return { ok: true, outcome };
    } catch (error) {
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO operation; RELEASE operation');
      return failure(error);
    }
  }

  #run<Kind extends OperationKind>(operation: Operation<Kind>): Outcome<Kind> {
    const kind: Kind = operation.kind;
    return this.#performers[kind](operation);
  }

  #writeAll(writes: readonly Write[]): 'written' | 'seen' {
    this.#database.exec('SAVEPOINT writes');
    try {
      let rest = writes;
      while (rest.length > 0) rest = rest.slice(this.#writeFirst(rest));
      this.#database.exec('RELEASE writes');
      return 'written';
    } catch (error) {
      if (!(error instanceof SeenError)) throw error;
      this.#database.exec('ROLLBACK TO writes; RELEASE writes');
      return 'seen';
    }
  }

  /** One write, or as many as go to the same log. @returns how many. */
  #writeFirst(writes: readonly Write[]): number {
    const [first] = writes;
    if (first === undefined) return 0;
    if (first.op !== 'append') {
      this.#writeOne(first);
      return 1;
    }
    const isOther = (write: Write): boolean => write.op !== 'append' || write.log !== first.log;
    const other = writes.findIndex(isOther);
    const run = (other < 0 ? writes : writes.slice(0, other)).filter((write) => write.op === 'append');
    if (this.#logs.appendAll(first.log, run).written < run.length) throw new SeenError();
    return run.length;
  }

  #writeOne(write: Exclude<Write, Append>): void {
    const performers = this.#performers;
    switch (write.op) {
      case 'put':
        performers.put({ kind: 'put', ...write });
        return;
      case 'delete':
        performers.delete({ kind: 'delete', ...write });
        return;
      case 'add':
        if (!performers.add({ kind: 'add', queue: write.queue, item: write })) throw new SeenError();
        return;
      case 'done':
        performers.done({ kind: 'done', ...write });
        return;
      default:
        write satisfies never;
    }
  }
}

const failure = (error: unknown): Result => ({
  ok: false,
  error: error instanceof Error ? error.message : String(error),
});

function serve(port: MessagePort, options: DatabaseOptions): void {
  const answer = (reply: Reply): void => port.postMessage(reply);
  try {
    const open = openDatabase(options);
    const engine = new DatabaseEngine(open.database);
    port.on('message', (request: Request) => {
      if (request.kind === 'batch') return answer({ kind: 'results', results: engine.perform(request.operations) });
      open.close();
      answer({ kind: 'closed' });
      port.close();
    });
    answer({ kind: 'opened' });
  } catch (error) {
    answer({ kind: 'refused', error: error instanceof Error ? error.message : String(error) });
    port.close();
  }
}

if (parentPort !== null) serve(parentPort, workerData as DatabaseOptions);
