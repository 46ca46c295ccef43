// Who is in which room with which clients, as it is kept for the time after a restart: in memory first, written behind, sealed, since rooms
// have passwords.

import type { ConversationId, GatewayId, ParticipantId, ResourceId, UserId } from '../model/ids.ts';
import type { Clock, Log } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';
import type { Secrets } from './secrets.ts';

export interface KeptJoin {
  readonly user: UserId;
  readonly room: ConversationId;
  readonly self: { readonly id: ParticipantId; readonly nick: string };
  readonly nick?: string;
  readonly password?: string;
  readonly resources: readonly ResourceId[];
}

export interface JoinRecordsOptions {
  readonly store: Pick<Store, 'table' | 'batch'>;
  readonly secrets: Secrets;
  readonly gateway: GatewayId;
  readonly clock: Clock;
  readonly log: Log;
}

const JOIN_TABLE = 'joins';
const RETRY_AFTER_MS = 500;

export class JoinRecords {
  readonly #options: JoinRecordsOptions;
  /** Newest state of each row that is not in the store yet. */
  #unwritten = new Map<string, KeptJoin | undefined>();
  #writing: Promise<void> | undefined;
  #stopTimer: (() => void) | undefined;
  #failing = false;

  constructor(options: JoinRecordsOptions) {
    this.#options = options;
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async list(): Promise<readonly KeptJoin[]> {
    const { store, gateway } = this.#options;
    const rows = await store.table(JOIN_TABLE).list(`${gateway}/`);
    return rows.flatMap(([key, value]) => this.#read(key, value));
  }

  set(user: UserId, room: ConversationId, join: KeptJoin | undefined): void {
    this.#unwritten.set(this.#keyOf(user, room), join);
    // What comes while one write is under way goes with the next.
    if (this.#writing === undefined) this.#plan(0);
  }

  /** Resolves when all that was set is in the store, or could not be written. */
  async settled(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    await this.#writing;
    if (this.#unwritten.size > 0) await this.#write();
  }

  async deleteAllOf(user: UserId): Promise<void> {
    const { store, gateway } = this.#options;
    const rows = await store.table(JOIN_TABLE).list(`${gateway}/${user}/`);
    await store.batch(rows.map(([key]): Write => ({ op: 'delete', table: JOIN_TABLE, key })));
  }

  #plan(delayMs: number): void {
    this.#stopTimer ??= this.#options.clock.after(delayMs, () => {
      this.#stopTimer = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#unwritten.size > 0) this.#plan(this.#failing ? RETRY_AFTER_MS : 0);
      });
    });
  }

  async #write(): Promise<void> {
    const { store, log } = this.#options;
    const changes = this.#unwritten;
    this.#unwritten = new Map();
    try {
      await store.batch([...changes].map(([key, join]) => this.#writeOf(key, join)));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) log.warn('who is in which room could not be stored; trying again', { error });
      this.#failing = true;
      // What was changed meanwhile is newer.
      this.#unwritten = new Map([...changes, ...this.#unwritten]);
    }
  }

  #writeOf(key: string, join: KeptJoin | undefined): Write {
    if (join === undefined) return { op: 'delete', table: JOIN_TABLE, key };
    const value = this.#options.secrets.seal(JSON.stringify(join), contextOf(key));
    return { op: 'put', table: JOIN_TABLE, key, value };
  }

  #read(key: string, value: string): readonly KeptJoin[] {
    try {
      return [JSON.parse(this.#options.secrets.open(value, contextOf(key))) as KeptJoin];
    } catch (error) {
      this.#options.log.warn('what is kept of a room can not be read', { key, error });
      return [];
    }
  }

  #keyOf(user: UserId, room: ConversationId): string {
    return `${this.#options.gateway}/${user}/${room}`;
  }
}

const contextOf = (rowKey: string): string => JSON.stringify(['join', rowKey]);
