// Subscriptions of the users of one gateway as they are kept, one row for each of their contacts.

import { type GatewayId, type UserId, userId } from '../model/ids.ts';
import type { Subscription } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';

export interface ContactRecord {
  readonly user: UserId;
  /** Localpart; empty: the gateway itself. */
  readonly local: string;
  readonly subscription: Subscription;
}
export interface ContactChange {
  readonly user: UserId;
  readonly local: string;
  /** Undefined: forgotten. */
  readonly subscription: Subscription | undefined;
}

const CONTACT_TABLE = 'contacts';

export class ContactRecords {
  readonly #store: Store;
  readonly #gateway: GatewayId;

  constructor(store: Store, gateway: GatewayId) {
    this.#store = store;
    this.#gateway = gateway;
  }

  async list(user?: UserId): Promise<readonly ContactRecord[]> {
    const prefix = user === undefined ? `${this.#gateway}/` : `${this.#gateway}/${user}/`;
    const rows = await this.#store.table(CONTACT_TABLE).list(prefix);
    return rows.flatMap(([key, value]) => {
      const subscription = parse(value);
      const [, person = '', ...local] = key.split('/');
      return subscription === undefined ? [] : [{ user: userId(person), local: local.join('/'), subscription }];
    });
  }

  /** All or nothing. */
  async save(changes: readonly ContactChange[]): Promise<void> {
    await this.#store.batch(
      changes.map(({ user, local, subscription }): Write => {
        const key = `${this.#gateway}/${user}/${local}`;
        if (subscription === undefined) return { op: 'delete', table: CONTACT_TABLE, key };
        return { op: 'put', table: CONTACT_TABLE, key, value: JSON.stringify(subscription) };
      }),
    );
  }

  async deleteAllOf(user: UserId): Promise<void> {
    const records = await this.list(user);
    await this.save(records.map(({ local }) => ({ user, local, subscription: undefined })));
  }
}

const STATES: readonly unknown[] = ['none', 'from', 'to', 'both'];

function parse(value: string): Subscription | undefined {
  try {
    const kept: unknown = JSON.parse(value);
    const isOne = typeof kept === 'object' && kept !== null && 'state' in kept && STATES.includes(kept.state);
    return isOne ? (kept as Subscription) : undefined;
  } catch {
    return undefined;
  }
}
