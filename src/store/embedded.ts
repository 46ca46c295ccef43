// The embedded store: a database file behind a worker thread. One batch of operations is in flight; what is asked meanwhile gathers
// and goes with the next, so that a slow disk costs waiting but never the main loop, and one sync serves many writes.

import { Worker } from 'node:worker_threads';
import type { Store } from '../model/stores.ts';
import type { DatabaseOptions } from './embedded-database.ts';
import type { Reply, Request, Result } from './embedded-worker.ts';
import { notOpened, notStored } from './errors.ts';
import { OperationStore } from './operation-store.ts';
import type { Engine, Operation, OperationKind, Outcome } from './operations.ts';
import type { OnStoreAnswer } from './timed-engine.ts';

/** So that the first of many waiters is not kept until the last one is served. */
const MAX_BATCH_OPERATIONS = 2_000;

/**
 * Opens or makes the file (mode 0600, its folder 0700), and keeps every other process from writing it.
 * @throws BridgeError by rejection: in use, damaged, not ours, or from a newer version; the text is for the operator.
 */
export async function openEmbedded(options: DatabaseOptions, onAnswer?: OnStoreAnswer): Promise<Store> {
  // The image runs compiled sources.
  const file = import.meta.url.endsWith('.ts') ? './embedded-worker.ts' : './embedded-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), { workerData: options, execArgv: [] });
  const engine = new EmbeddedEngine(worker);
  await engine.opened;
  return new OperationStore(engine, onAnswer);
}

interface Waiting {
  readonly operation: Operation;
  resolve(outcome: unknown): void;
  reject(error: Error): void;
}

class EmbeddedEngine implements Engine {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  #gathering: Waiting[] = [];
  #inFlight: readonly Waiting[] = [];
  #flushPlanned = false;
  #end: Error | undefined;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    worker.on('message', (reply: Reply) => {
      if (reply.kind === 'opened') resolve();
      else if (reply.kind === 'refused') reject(notOpened(reply.error));
      else if (reply.kind === 'results') this.#settle(reply.results);
    });
    worker.on('error', (error: unknown) => this.#stop(new Error('the thread of the store broke', { cause: error })));
    this.#gone = new Promise((ended) => {
      worker.on('exit', () => {
        this.#stop(new Error('the thread of the store ended'));
        reject(notOpened("The store can't be opened: its thread ended.", this.#end));
        ended();
      });
    });
  }

  run<Kind extends OperationKind>(operation: Operation<Kind>): Promise<Outcome<Kind>> {
    if (this.#end !== undefined || this.#closing !== undefined) {
      return Promise.reject(notStored(this.#closing === undefined ? this.#end : new Error('the store is closed')));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Outcome<Kind>>();
    // The worker answers each operation with its own kind of outcome, in order.
    const waiting = { operation: operation as Operation, resolve: resolve as (outcome: unknown) => void, reject };
    this.#gathering.push(waiting);
    this.#planFlush();
    return promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#inFlight.length + this.#gathering.length > 0) await new Promise<void>((idle) => (this.#idle = idle));
    if (this.#end === undefined) this.#post({ kind: 'close' });
    await this.#gone;
  }

  #planFlush(): void {
    if (this.#flushPlanned || this.#inFlight.length > 0) return;
    this.#flushPlanned = true;
    // Not a microtask: everybody whom the last batch woke up gets into the next one.
    setImmediate(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#inFlight.length > 0 || this.#gathering.length === 0 || this.#end !== undefined) return;
    this.#inFlight = this.#gathering.splice(0, MAX_BATCH_OPERATIONS);
    this.#post({ kind: 'batch', operations: this.#inFlight.map(({ operation }) => operation) });
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }

  #settle(results: readonly Result[]): void {
    const answered = this.#inFlight;
    this.#inFlight = [];
    for (const [index, waiting] of answered.entries()) {
      const result = results[index];
      if (result?.ok) waiting.resolve(result.outcome);
      else waiting.reject(notStored(new Error(result?.error ?? 'the store did not answer')));
    }
    if (this.#gathering.length > 0) this.#planFlush();
    else this.#idle?.();
  }

  #stop(reason: Error): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    const left = [...this.#inFlight, ...this.#gathering];
    this.#inFlight = [];
    this.#gathering = [];
    for (const waiting of left) waiting.reject(notStored(reason));
    this.#idle?.();
  }
}
