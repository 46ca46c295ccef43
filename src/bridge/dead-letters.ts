// Commands that could not be performed within their limits, and events that nobody could read: kept for the operator, who looks at them,
// has them tried once more, or lets them go.

import type { GatewayId } from '../model/ids.ts';
import type { Store, Write } from '../model/stores.ts';

export interface DeadLetter {
  readonly id: string;
  readonly what: 'command' | 'event';
  readonly user: string;
  /** Why, as the person was told. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly lane?: string;
  /** As it lay in the outbox or inbox. */
  readonly value: string;
}

/** Name of a gateway's queue of commands. */
export const outboxOf = (gateway: GatewayId): string => `outbox/${gateway}`;

export class DeadLetters {
  readonly #store: Pick<Store, 'table' | 'batch'>;
  readonly #gateway: GatewayId;
  readonly #table: string;

  constructor(store: Pick<Store, 'table' | 'batch'>, gateway: GatewayId) {
    this.#store = store;
    this.#gateway = gateway;
    this.#table = `dead-letters/${gateway}`;
  }

  write(letter: DeadLetter): Write {
    return { op: 'put', table: this.#table, key: letter.id, value: JSON.stringify(letter) };
  }

  async list(): Promise<readonly DeadLetter[]> {
    const rows = await this.#store.table(this.#table).list('');
    return rows.map(([, value]) => letterIn(value)).toSorted((one, other) => one.at - other.at);
  }

  async count(): Promise<number> {
    return (await this.#store.table(this.#table).list('')).length;
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    const value = await this.#store.table(this.#table).get(id);
    return value === undefined ? undefined : letterIn(value);
  }

  async drop(id: string): Promise<void> {
    await this.#store.table(this.#table).delete(id);
  }

  /** Puts a command back into the outbox, with its time beginning anew. @returns false for what is no command. */
  async replay({ id, what, lane = '', value }: DeadLetter, now: number): Promise<boolean> {
    if (what !== 'command') return false;
    const anew = JSON.stringify({ ...(JSON.parse(value) as object), at: now });
    const outcome = await this.#store.batch([
      { op: 'delete', table: this.#table, key: id },
      { op: 'add', queue: outboxOf(this.#gateway), id, lane, due: now, value: anew },
    ]);
    if (outcome === 'seen') await this.drop(id);
    return true;
  }
}

const letterIn = (value: string): DeadLetter => JSON.parse(value) as DeadLetter;
