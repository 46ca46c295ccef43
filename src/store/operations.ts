// What can be asked of a storage engine, as data: one table that the in-memory, the embedded and the Redis engine all perform. The
// port's contracts (src/model/stores.ts) are the meaning of each.

import type { Fence, LogEntry, LogRange, QueueItem, Write } from '../model/stores.ts';

export type Row = readonly [key: string, value: string];
interface NewEntry {
  readonly id: string;
  readonly at: number;
  readonly value: string;
}
interface NewItem {
  readonly id: string;
  readonly lane: string;
  readonly due: number;
  readonly value: string;
}

interface OperationTable {
  get: { ask: { readonly table: string; readonly key: string }; answer: string | undefined };
  put: { ask: { readonly table: string; readonly key: string; readonly value: string }; answer: void };
  delete: { ask: { readonly table: string; readonly key: string }; answer: void };
  list: { ask: { readonly table: string; readonly prefix: string }; answer: readonly Row[] };

  append: { ask: { readonly log: string; readonly entry: NewEntry }; answer: number | undefined };
  range: { ask: { readonly log: string; readonly range: LogRange }; answer: readonly LogEntry[] };
  find: { ask: { readonly log: string; readonly id: string }; answer: LogEntry | undefined };
  count: { ask: { readonly log: string }; answer: number };
  trim: { ask: { readonly log: string; readonly before?: number; readonly keep?: number }; answer: number };
  remove: { ask: { readonly log: string; readonly positions: readonly number[] }; answer: void };

  add: { ask: { readonly queue: string; readonly item: NewItem }; answer: boolean };
  claim: {
    ask: { readonly queue: string; readonly now: number; readonly leaseUntil: number; readonly limit: number };
    answer: readonly QueueItem[];
  };
  done: { ask: { readonly queue: string; readonly id: string }; answer: void };
  fail: { ask: { readonly queue: string; readonly id: string; readonly due: number }; answer: void };
  size: { ask: { readonly queue: string }; answer: number };
  peek: { ask: { readonly queue: string; readonly limit: number }; answer: readonly QueueItem[] };

  hold: { ask: { readonly name: string; readonly value: string; readonly forMs: number }; answer: boolean };
  holder: { ask: { readonly name: string }; answer: string | undefined };
  extend: { ask: { readonly name: string; readonly value: string; readonly forMs: number }; answer: boolean };
  release: { ask: { readonly name: string; readonly value: string }; answer: void };

  batch: {
    ask: { readonly writes: readonly Write[]; readonly fence?: Fence };
    answer: 'written' | 'seen' | 'fenced';
  };
  /** A write that changes nothing anybody reads. */
  ping: { ask: object; answer: void };
}

export type OperationKind = keyof OperationTable;
export type Operation<Kind extends OperationKind = OperationKind> = {
  [K in Kind]: { readonly kind: K } & OperationTable[K]['ask'];
}[Kind];
export type Outcome<Kind extends OperationKind = OperationKind> = OperationTable[Kind]['answer'];

/** One way to perform each operation; `async` where the answer comes later. */
export type Performers = { readonly [K in OperationKind]: (operation: Operation<K>) => Outcome<K> };
export type AsyncPerformers = { readonly [K in OperationKind]: (operation: Operation<K>) => Promise<Outcome<K>> };

export interface Engine {
  /** Resolves when the change is safe. @throws BridgeError by rejection. */
  run<Kind extends OperationKind>(operation: Operation<Kind>): Promise<Outcome<Kind>>;
  close(): Promise<void>;
}

const READS: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'get',
  'list',
  'range',
  'find',
  'count',
  'size',
  'peek',
  'holder',
]);
export const isRead = (operation: { readonly kind: OperationKind }): boolean => READS.has(operation.kind);
