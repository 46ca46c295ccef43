// The subscriptions of one gateway in memory, written behind: presence is too frequent to wait for a disk, and what a crash takes of
// the last moment the next presence or probe puts right.

import type { UserId } from '../model/ids.ts';
import type { Clock, Log, Subscription, SubscriptionBook } from '../model/ports.ts';
import type { ContactChange, ContactRecords } from './contact-records.ts';

const RETRY_AFTER_MS = 5_000;
const NOBODY: ReadonlyMap<string, Subscription> = new Map();

export interface BookOptions {
  readonly records: ContactRecords;
  readonly clock: Clock;
  readonly log: Log;
}

export class StoredSubscriptions implements SubscriptionBook {
  readonly #records: ContactRecords;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #users = new Map<UserId, Map<string, Subscription>>();
  /** Newest change of each contact that is not in the store yet. */
  #unwritten = new Map<string, ContactChange>();
  #writing: Promise<void> | undefined;
  #failing = false;
  #retryPlanned = false;

  private constructor({ records, clock, log }: BookOptions) {
    this.#records = records;
    this.#clock = clock;
    this.#log = log;
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  static async load(options: BookOptions): Promise<StoredSubscriptions> {
    const book = new StoredSubscriptions(options);
    for (const { user, local, subscription } of await options.records.list()) book.#keep(user, local, subscription);
    return book;
  }

  of(user: UserId): ReadonlyMap<string, Subscription> {
    return this.#users.get(user) ?? NOBODY;
  }

  users(): Iterable<UserId> {
    return this.#users.keys();
  }

  set(user: UserId, local: string, subscription: Subscription | undefined): void {
    this.#keep(user, local, subscription);
    this.#unwritten.set(`${user}/${local}`, { user, local, subscription });
    this.#write();
  }

  removeAll(user: UserId): void {
    for (const local of this.of(user).keys()) this.set(user, local, undefined);
  }

  /** Resolves when all that was set is in the store, or could not be written. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) {
      await this.#writing;
      if (this.#failing) return;
    }
  }

  #keep(user: UserId, local: string, subscription: Subscription | undefined): void {
    const contacts = this.#users.get(user);
    if (subscription === undefined) {
      contacts?.delete(local);
      if (contacts?.size === 0) this.#users.delete(user);
    } else if (contacts === undefined) {
      this.#users.set(user, new Map([[local, subscription]]));
    } else {
      contacts.set(local, subscription);
    }
  }

  #write(): void {
    if (this.#writing !== undefined || this.#retryPlanned) return;
    this.#writing = this.#writeOnce().finally(() => {
      this.#writing = undefined;
      if (this.#unwritten.size === 0) return;
      if (this.#failing) this.#planRetry();
      else this.#write();
    });
  }

  #planRetry(): void {
    this.#retryPlanned = true;
    this.#clock.after(RETRY_AFTER_MS, () => {
      this.#retryPlanned = false;
      this.#write();
    });
  }

  async #writeOnce(): Promise<void> {
    const changes = this.#unwritten;
    this.#unwritten = new Map();
    try {
      await this.#records.save([...changes.values()]);
      if (this.#failing) this.#log.info('subscriptions are stored again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.error('subscriptions could not be stored; trying again', { error });
      this.#failing = true;
      // What was changed meanwhile is newer.
      this.#unwritten = new Map([...changes, ...this.#unwritten]);
    }
  }
}
