// The store port over any engine: turns the port's calls into operations.

import type { AppendLog, Expiring, Fence, Store, Table, WorkQueue, Write } from '../model/stores.ts';
import type { Engine } from './operations.ts';
import { type OnStoreAnswer, TimedEngine } from './timed-engine.ts';

export class OperationStore implements Store {
  readonly log: AppendLog;
  readonly queue: WorkQueue;
  readonly expiring: Expiring;
  readonly #engine: Engine;

  constructor(engine: Engine, onAnswer?: OnStoreAnswer) {
    const asked = onAnswer === undefined ? engine : new TimedEngine(engine, onAnswer);
    this.#engine = asked;
    this.log = logOf(asked);
    this.queue = queueOf(asked);
    this.expiring = expiringOf(asked);
  }

  table(name: string): Table {
    const engine = this.#engine;
    return {
      get: (key) => engine.run({ kind: 'get', table: name, key }),
      put: (key, value) => engine.run({ kind: 'put', table: name, key, value }),
      delete: (key) => engine.run({ kind: 'delete', table: name, key }),
      list: (prefix) => engine.run({ kind: 'list', table: name, prefix }),
    };
  }

  batch(writes: readonly Write[], fence?: Fence): Promise<'written' | 'seen' | 'fenced'> {
    return this.#engine.run({ kind: 'batch', writes, ...(fence === undefined ? {} : { fence }) });
  }

  ping(): Promise<void> {
    return this.#engine.run({ kind: 'ping' });
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

function logOf(engine: Engine): AppendLog {
  return {
    append: (log, entry) => engine.run({ kind: 'append', log, entry }),
    range: (log, range) => engine.run({ kind: 'range', log, range }),
    find: (log, id) => engine.run({ kind: 'find', log, id }),
    count: (log) => engine.run({ kind: 'count', log }),
    trim: (log, limits) => engine.run({ kind: 'trim', log, ...limits }),
    remove: (log, positions) => engine.run({ kind: 'remove', log, positions }),
  };
}

function queueOf(engine: Engine): WorkQueue {
  return {
    add: (queue, item) => engine.run({ kind: 'add', queue, item }),
    claim: (queue, now, leaseUntil, limit) => engine.run({ kind: 'claim', queue, now, leaseUntil, limit }),
    done: (queue, id) => engine.run({ kind: 'done', queue, id }),
    fail: (queue, id, due) => engine.run({ kind: 'fail', queue, id, due }),
    size: (queue) => engine.run({ kind: 'size', queue }),
    peek: (queue, limit) => engine.run({ kind: 'peek', queue, limit }),
  };
}

function expiringOf(engine: Engine): Expiring {
  return {
    putIfAbsent: (name, value, forMs) => engine.run({ kind: 'hold', name, value, forMs }),
    get: (name) => engine.run({ kind: 'holder', name }),
    extend: (name, value, forMs) => engine.run({ kind: 'extend', name, value, forMs }),
    release: (name, value) => engine.run({ kind: 'release', name, value }),
  };
}
