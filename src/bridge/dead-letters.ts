// Commands that could not be performed within their limits, and events that nobody could read: kept for the operator, who looks at them,
// has them tried once more, or lets them go.

import type { GatewayId } from '../model/ids.ts';
import type { DeadLetter } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';

/** Name of a gateway's queue of commands. */
export const outboxOf = (gateway: GatewayId): string => `outbox/${gateway}`;
/** Name of the table that says how far each has come. */
export const progressOf = (gateway: GatewayId): string => `outbox-progress/${gateway}`;

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

  /** Oldest first. */
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
    await this.#store.batch([
      { op: 'delete', table: this.#table, key: id },
      { op: 'delete', table: progressOf(this.#gateway), key: id },
    ]);
  }

  /** Puts a command back into the outbox, with its time beginning anew, and from where it was; `known`: it is there already. */
  async replay({ id, what, lane = '', value }: DeadLetter, now: number): Promise<'added' | 'known' | 'no command'> {
    if (what !== 'command') return 'no command';
    const anew = JSON.stringify({ ...(JSON.parse(value) as object), at: now });
    const outcome = await this.#store.batch([
      { op: 'delete', table: this.#table, key: id },
      { op: 'add', queue: outboxOf(this.#gateway), id, lane, due: now, value: anew },
    ]);
    if (outcome !== 'seen') return 'added';
    await this.#store.table(this.#table).delete(id);
    return 'known';
  }
}

const letterIn = (value: string): DeadLetter => JSON.parse(value) as DeadLetter;
