// Whom the operator has blocked on one gateway: in memory, and in the store before it counts.

import { type GatewayId, type UserId, userId } from '../model/ids.ts';
import type { Store, Table } from '../model/stores.ts';

const BLOCK_TABLE = 'blocks';

export class BlockRecords {
  readonly #table: Table;
  readonly #prefix: string;
  readonly #users = new Set<UserId>();

  private constructor(table: Table, gateway: GatewayId) {
    this.#table = table;
    this.#prefix = `${gateway}/`;
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  static async load(store: Store, gateway: GatewayId): Promise<BlockRecords> {
    const records = new BlockRecords(store.table(BLOCK_TABLE), gateway);
    for (const [key] of await records.#table.list(records.#prefix))
      records.#users.add(userId(key.slice(records.#prefix.length)));
    return records;
  }

  has(user: UserId): boolean {
    return this.#users.has(user);
  }

  list(): readonly UserId[] {
    return [...this.#users].toSorted();
  }

  /** Resolves when it is safe. @throws BridgeError by rejection. */
  async set(user: UserId, blocked: boolean): Promise<void> {
    const key = `${this.#prefix}${user}`;
    if (blocked) await this.#table.put(key, '');
    else await this.#table.delete(key);
    if (blocked) this.#users.add(user);
    else this.#users.delete(user);
  }
}
