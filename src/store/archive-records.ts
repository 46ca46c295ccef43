// The archive of one gateway's rooms as it is kept: a log for each room, and for each of its users when she was in it.

import type { ArchiveSpan, ArchiveView, NewArchiveEntry } from '../model/archive-kept.ts';
import { type ConversationId, conversationId, type GatewayId, type UserId, userId } from '../model/ids.ts';
import type { LogEntry, LogRange, Store, Table, Write } from '../model/stores.ts';

export const ARCHIVE_VIEW_TABLE = 'archive-views';
const WRITES_AT_ONCE = 500;

/** Every method rejects with a BridgeError where the store fails. */
export class ArchiveRecords {
  readonly #store: Store;
  readonly #gateway: GatewayId;
  readonly #views: Table;

  constructor(store: Store, gateway: GatewayId) {
    this.#store = store;
    this.#gateway = gateway;
    this.#views = store.table(ARCHIVE_VIEW_TABLE);
  }

  /** Of entries whose id is there already nothing is written. */
  async append(room: ConversationId, entries: readonly NewArchiveEntry[]): Promise<void> {
    const log = this.#logOf(room);
    for (let at = 0; at < entries.length; at += WRITES_AT_ONCE) {
      const some = entries.slice(at, at + WRITES_AT_ONCE);
      const outcome = await this.#store.batch(some.map((entry): Write => ({ op: 'append', log, ...entry })));
      // All or nothing: one that was there keeps the others out.
      if (outcome === 'seen') for (const entry of some) await this.#store.log.append(log, entry);
    }
  }

  async spans(user: UserId, room: ConversationId): Promise<readonly ArchiveSpan[]> {
    const kept = await this.#views.get(this.#keyOf(user, room));
    return kept === undefined ? [] : spansIn(kept);
  }

  /** Views without spans are removed. */
  async putViews(views: readonly ArchiveView[]): Promise<void> {
    const writes = views.map(({ user, room, spans }): Write => {
      const place = { table: ARCHIVE_VIEW_TABLE, key: this.#keyOf(user, room) };
      return spans.length === 0
        ? { op: 'delete', ...place }
        : { op: 'put', ...place, value: JSON.stringify(spans.map(({ from, to }) => [from, to])) };
    });
    for (let at = 0; at < writes.length; at += WRITES_AT_ONCE)
      await this.#store.batch(writes.slice(at, at + WRITES_AT_ONCE));
  }

  /** Of all users, or of one. */
  async views(user?: UserId): Promise<readonly ArchiveView[]> {
    const prefix = user === undefined ? `${this.#gateway}/` : `${this.#gateway}/${user}/`;
    const rows = await this.#views.list(prefix);
    return rows.map(([key, value]) => {
      const [, whose = '', ...room] = key.split('/');
      return { user: userId(whose), room: conversationId(room.join('/')), spans: spansIn(value) };
    });
  }

  range(room: ConversationId, range: LogRange): Promise<readonly LogEntry[]> {
    return this.#store.log.range(this.#logOf(room), range);
  }
  entry(room: ConversationId, id: string): Promise<LogEntry | undefined> {
    return this.#store.log.find(this.#logOf(room), id);
  }
  remove(room: ConversationId, positions: readonly number[]): Promise<void> {
    return this.#store.log.remove(this.#logOf(room), positions);
  }
  /** Entries older than `before` and all but the last `keep` go. @returns how many. */
  trim(room: ConversationId, limits: { readonly before?: number; readonly keep?: number }): Promise<number> {
    return this.#store.log.trim(this.#logOf(room), limits);
  }

  #logOf(room: ConversationId): string {
    return `archive/${this.#gateway}/${room}`;
  }
  // Neither a domain nor a bare JID holds a slash; what an adapter calls a room may.
  #keyOf(user: UserId, room: ConversationId): string {
    return `${this.#gateway}/${user}/${room}`;
  }
}

function spansIn(value: string): readonly ArchiveSpan[] {
  const pairs = JSON.parse(value) as readonly (readonly [number, (number | null)?])[];
  return pairs.map(([from, to]) => (to === undefined || to === null ? { from } : { from, to }));
}
