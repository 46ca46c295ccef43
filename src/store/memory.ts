// The store of tests and of trying things out: everything is gone with the process.

import type { Store, Write } from '../model/stores.ts';
import { notStored } from './errors.ts';
import { MemoryLog } from './memory-log.ts';
import { MemoryQueue } from './memory-queue.ts';
import { OperationStore } from './operation-store.ts';
import type { Engine, Operation, OperationKind, Outcome, Performers } from './operations.ts';
import type { OnStoreAnswer } from './timed-engine.ts';

export function openMemory(onAnswer?: OnStoreAnswer): Store {
  return new OperationStore(new MemoryEngine(), onAnswer);
}

class MemoryEngine implements Engine {
  readonly #tables = new Named(() => new Map<string, string>());
  readonly #logs = new Named(() => new MemoryLog());
  readonly #queues = new Named(() => new MemoryQueue());
  readonly #held = new Map<string, { readonly value: string; readonly until: number }>();
  readonly #epochs = new Map<string, number>();
  #closed = false;

  async run<Kind extends OperationKind>(operation: Operation<Kind>): Promise<Outcome<Kind>> {
    if (this.#closed) throw notStored(new Error('the store is closed'));
    const kind: Kind = operation.kind;
    return this.#performers[kind](operation);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  readonly #performers: Performers = {
    get: ({ table, key }) => this.#tables.named(table).get(key),
    put: ({ table, key, value }) => void this.#tables.named(table).set(key, value),
    delete: ({ table, key }) => void this.#tables.named(table).delete(key),
    list: ({ table, prefix }) =>
      [...this.#tables.named(table)]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([one], [other]) => (one < other ? -1 : 1)),

    append: ({ log, entry }) => this.#logs.named(log).append(entry),
    range: ({ log, range }) => this.#logs.named(log).range(range),
    find: ({ log, id }) => this.#logs.named(log).find(id),
    count: ({ log }) => this.#logs.named(log).size,
    trim: ({ log, ...limits }) => this.#logs.named(log).trim(limits),
    remove: ({ log, positions }) => this.#logs.named(log).remove(positions),

    add: ({ queue, item }) => this.#queues.named(queue).add(item),
    claim: ({ queue, now, leaseUntil, limit }) => this.#queues.named(queue).claim(now, leaseUntil, limit),
    done: ({ queue, id }) => this.#queues.named(queue).done(id),
    fail: ({ queue, id, due }) => this.#queues.named(queue).fail(id, due),
    size: ({ queue }) => this.#queues.named(queue).size,
    peek: ({ queue, limit }) => this.#queues.named(queue).peek(limit),

    hold: ({ name, value, forMs }) => this.#holderOf(name) === undefined && this.#hold(name, value, forMs),
    holder: ({ name }) => this.#holderOf(name),
    extend: ({ name, value, forMs }) => this.#holderOf(name) === value && this.#hold(name, value, forMs),
    release: ({ name, value }) => {
      if (this.#holderOf(name) === value) this.#held.delete(name);
    },

    batch: ({ writes, fence }) => {
      if (fence !== undefined) {
        if (fence.epoch < (this.#epochs.get(fence.name) ?? fence.epoch)) return 'fenced';
        this.#epochs.set(fence.name, fence.epoch);
      }
      if (this.#meetsKnownId(writes)) return 'seen';
      for (const write of writes) this.#write(write);
      return 'written';
    },
    ping: () => undefined,
  };

  #holderOf(name: string): string | undefined {
    const held = this.#held.get(name);
    return held !== undefined && held.until > Date.now() ? held.value : undefined;
  }

  #hold(name: string, value: string, forMs: number): true {
    this.#held.set(name, { value, until: Date.now() + forMs });
    return true;
  }

  #meetsKnownId(writes: readonly Write[]): boolean {
    // What earlier writes of the same batch will have changed by then.
    const logged = new Named(() => new Set<string>());
    const queued = new Named(() => new Map<string, boolean>());
    for (const write of writes) {
      if (write.op === 'append') {
        if (logged.named(write.log).has(write.id) || this.#logs.named(write.log).has(write.id)) return true;
        logged.named(write.log).add(write.id);
      } else if (write.op === 'add') {
        const there = queued.named(write.queue).get(write.id) ?? this.#queues.named(write.queue).has(write.id);
        if (there) return true;
        queued.named(write.queue).set(write.id, true);
      } else if (write.op === 'done') {
        queued.named(write.queue).set(write.id, false);
      }
    }
    return false;
  }

  #write(write: Write): void {
    switch (write.op) {
      case 'put':
        this.#tables.named(write.table).set(write.key, write.value);
        return;
      case 'delete':
        this.#tables.named(write.table).delete(write.key);
        return;
      case 'append':
        this.#logs.named(write.log).append(write);
        return;
      case 'add':
        this.#queues.named(write.queue).add(write);
        return;
      case 'done':
        this.#queues.named(write.queue).done(write.id);
        return;
      default:
        write satisfies never;
    }
  }
}

/** Things made when they are first named. */
class Named<Thing> {
  readonly #things = new Map<string, Thing>();
  readonly #make: () => Thing;
  constructor(make: () => Thing) {
    this.#make = make;
  }
  named(name: string): Thing {
    const known = this.#things.get(name);
    if (known !== undefined) return known;
    const made = this.#make();
    this.#things.set(name, made);
    return made;
  }
}
