// The store as the bridge sees it: primitives that an embedded file, a Redis and a test's memory all provide. Repositories are
// written once over them. Everything resolves only when the change is safe (embedded: synced to disk; Redis: by its own settings), and
// rejects with a BridgeError where that is not known. Names, keys, ids and values are any text; lone surrogates and NULs are kept.
// Tables, logs and queues exist by being named. A name may begin with a tag in braces (`{romeo@example.org}inbox`): in a Redis cluster
// everything with the same tag, and everything without one, is on one node.

/** Keys and values by name; keys sort by code unit. */
export interface Table {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** All entries whose key begins with `prefix`, in order of the key. */
  list(prefix: string): Promise<readonly (readonly [key: string, value: string])[]>;
}

export interface LogEntry {
  /** Given by the store, growing within the log; never used twice. */
  readonly position: number;
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: string;
}
export interface LogRange {
  readonly afterPosition?: number;
  readonly beforePosition?: number;
  /** Bounds of `at`, both inclusive; the order stays that of positions. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  /** The last `limit` entries instead of the first; still returned oldest first. */
  readonly backwards?: boolean;
}
/** Ordered entries, each id once. */
export interface AppendLog {
  /** @returns the position, or undefined where the id is there already (nothing is written then). */
  append(
    log: string,
    entry: { readonly id: string; readonly at: number; readonly value: string },
  ): Promise<number | undefined>;
  range(log: string, range: LogRange): Promise<readonly LogEntry[]>;
  find(log: string, id: string): Promise<LogEntry | undefined>;
  count(log: string): Promise<number>;
  /** Removes entries older than `before` and all but the last `keep`; their ids may come again. @returns how many. */
  trim(log: string, limits: { readonly before?: number; readonly keep?: number }): Promise<number>;
  remove(log: string, positions: readonly number[]): Promise<void>;
}

export interface QueueItem {
  readonly id: string;
  readonly lane: string;
  /** Milliseconds since the epoch. */
  readonly due: number;
  readonly attempts: number;
  readonly value: string;
}
/** Work in due order; within a lane only the oldest unfinished item can be claimed. */
export interface WorkQueue {
  /** @returns false where the id is there already (nothing is written then). */
  add(
    queue: string,
    item: { readonly id: string; readonly lane: string; readonly due: number; readonly value: string },
  ): Promise<boolean>;
  /** Up to `limit` items that are due, each hidden from other claims until `leaseUntil`. */
  claim(queue: string, now: number, leaseUntil: number, limit: number): Promise<readonly QueueItem[]>;
  done(queue: string, id: string): Promise<void>;
  /** Counts an attempt and makes it due again at `due`. */
  fail(queue: string, id: string, due: number): Promise<void>;
  size(queue: string): Promise<number>;
  /** Without claiming, oldest first. */
  peek(queue: string, limit: number): Promise<readonly QueueItem[]>;
}

/** Claims on a name for a time. */
export interface Expiring {
  /** @returns false where the name is taken and not yet expired. */
  putIfAbsent(key: string, value: string, forMs: number): Promise<boolean>;
  get(key: string): Promise<string | undefined>;
  /** Only by the one who holds it. */
  extend(key: string, value: string, forMs: number): Promise<boolean>;
  release(key: string, value: string): Promise<void>;
}

/** One write of a batch. */
export type Write =
  | { readonly op: 'put'; readonly table: string; readonly key: string; readonly value: string }
  | { readonly op: 'delete'; readonly table: string; readonly key: string }
  | { readonly op: 'append'; readonly log: string; readonly id: string; readonly at: number; readonly value: string }
  | {
      readonly op: 'add';
      readonly queue: string;
      readonly id: string;
      readonly lane: string;
      readonly due: number;
      readonly value: string;
    }
  | { readonly op: 'done'; readonly queue: string; readonly id: string };

export interface Fence {
  /** A growing number per name; a batch with an older one than the newest seen is refused. */
  readonly name: string;
  readonly epoch: number;
}

export interface Store {
  table(name: string): Table;
  readonly log: AppendLog;
  readonly queue: WorkQueue;
  readonly expiring: Expiring;
  /**
   * All or nothing; names, and the fence's, keep to one tag. A batch in which an `append` or `add` meets an id that is there already
   * writes nothing.
   * @returns `written`, `seen` (an id was there) or `fenced` (the fence is old).
   */
  batch(writes: readonly Write[], fence?: Fence): Promise<'written' | 'seen' | 'fenced'>;
  /** Rejects when the store can't be written; for `/readyz` and `check`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
