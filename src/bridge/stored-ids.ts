// The message index of a durable network behind a table: what a message is called on either side survives a restart, for 30 days.

import { randomUUID } from 'node:crypto';
import type { ConversationId, GatewayId, MessageId, UserId } from '../model/ids.ts';
import { conversationId, messageId } from '../model/ids.ts';
import type { Clock, Log } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';

const KEPT_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;
const SWEPT_AT_ONCE = 500;
const RETRY_MS = 5_000;
const NONE: ReadonlySet<MessageId> = new Set();

/** Which message: as one of the two sides calls it. */
export interface Named {
  readonly user: UserId;
  readonly conversation: ConversationId;
  readonly xmppId?: string;
  readonly id?: MessageId;
}

export interface IdRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  readonly xmppId: string;
  readonly ids: readonly MessageId[];
}

export interface StoredIdsOptions {
  readonly store: Pick<Store, 'table' | 'log' | 'batch'>;
  readonly gateway: GatewayId;
  readonly clock: Clock;
  readonly log: Log;
}

export class StoredIds {
  readonly #options: StoredIdsOptions;
  readonly #table: string;
  /** Keys by the time they were written, so that old ones are found. */
  readonly #ages: string;
  readonly #life = randomUUID();
  #count = 0;
  #unwritten: Write[] = [];
  #writing: Promise<void> | undefined;
  #stopTimer: () => void = () => {};

  constructor(options: StoredIdsOptions) {
    this.#options = options;
    this.#table = `message-ids/${options.gateway}`;
    this.#ages = `message-ids-ages/${options.gateway}`;
  }

  start(): void {
    void this.#sweep();
  }

  /** Resolves when what was remembered is written, or could not be. */
  async stop(): Promise<void> {
    this.#stopTimer();
    await this.#writing;
  }

  /** What writes the row, to stand in a batch with what it comes from. `named`: of its ids those that have another name already. */
  writes({ user, conversation, xmppId, ids }: IdRow, named: ReadonlySet<MessageId> = NONE): readonly Write[] {
    if (ids.length === 0) return [];
    const forward = keyOf('x', user, conversation, xmppId);
    const rows: [key: string, value: string][] = [[forward, JSON.stringify(ids)]];
    for (const id of ids)
      if (!named.has(id)) rows.push([keyOf('n', user, conversation, id), JSON.stringify([xmppId, ...ids])]);
    const at = this.#options.clock.now();
    // Unique, as the same message may be named more than once.
    const id = `${this.#life}.${this.#count++}`;
    return [
      ...rows.map(([key, value]): Write => ({ op: 'put', table: this.#table, key, value })),
      { op: 'append', log: this.#ages, id, at, value: JSON.stringify(rows.map(([key]) => key)) },
    ];
  }

  /** Written behind. */
  remember(row: IdRow, named: ReadonlySet<MessageId>): void {
    this.#unwritten.push(...this.writes(row, named));
    this.#writing ??= this.#writeBehind();
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async find({ user, conversation, xmppId, id }: Named): Promise<IdRow | undefined> {
    const table = this.#options.store.table(this.#table);
    if (xmppId !== undefined) {
      const kept = await table.get(keyOf('x', user, conversation, xmppId));
      return kept === undefined ? undefined : { user, conversation, xmppId, ids: listIn(kept).map(messageId) };
    }
    if (id === undefined) return undefined;
    const kept = await table.get(keyOf('n', user, conversation, id));
    const [first, ...ids] = kept === undefined ? [] : listIn(kept);
    return first === undefined ? undefined : { user, conversation, xmppId: first, ids: ids.map(messageId) };
  }

  /** With the account goes what is known of its conversations. @throws BridgeError by rejection. */
  async forget(user: UserId, isOf: (conversation: ConversationId) => boolean): Promise<void> {
    const table = this.#options.store.table(this.#table);
    for (const side of ['x', 'n'] as const) {
      const prefix = keyOf(side, user);
      const keys = (await table.list(prefix)).map(([key]) => key).filter((key) => isOf(conversationIn(key, prefix)));
      await this.#options.store.batch(keys.map((key): Write => ({ op: 'delete', table: this.#table, key })));
    }
  }

  async #writeBehind(): Promise<void> {
    await Promise.resolve();
    while (this.#unwritten.length > 0) {
      const writes = this.#unwritten;
      this.#unwritten = [];
      try {
        await this.#options.store.batch(writes);
      } catch (error) {
        this.#options.log.warn('names of messages could not be stored', { error });
        break;
      }
    }
    this.#writing = undefined;
  }

  async #sweep(): Promise<void> {
    const { store, clock, log } = this.#options;
    let nextMs = SWEEP_EVERY_MS;
    try {
      const old = await store.log.range(this.#ages, { to: clock.now() - KEPT_MS, limit: SWEPT_AT_ONCE });
      await store.batch(
        old.flatMap(({ value }) => listIn(value).map((key): Write => ({ op: 'delete', table: this.#table, key }))),
      );
      if (old.length > 0) {
        await store.log.remove(
          this.#ages,
          old.map(({ position }) => position),
        );
      }
      if (old.length === SWEPT_AT_ONCE) nextMs = RETRY_MS;
    } catch (error) {
      log.debug('old names of messages could not be removed', { error });
    }
    this.#stopTimer = clock.after(nextMs, () => void this.#sweep());
  }
}

/** Lengths in front, so that no two messages share a key. */
function keyOf(side: 'x' | 'n', user: UserId, conversation?: ConversationId, name = ''): string {
  const hers = `${side}${user.length}:${user}`;
  return conversation === undefined ? hers : `${hers}${conversation.length}:${conversation}${name}`;
}

function conversationIn(key: string, prefix: string): ConversationId {
  const rest = key.slice(prefix.length);
  const start = rest.indexOf(':') + 1;
  return conversationId(rest.slice(start, start + Number(rest.slice(0, start - 1))));
}

function listIn(text: string): readonly string[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.map(String) : [];
}
