// The way into the outbox: one atomic write with the command's name, which is accepted once in ten minutes (TXT-6); a store that does not
// answer in two seconds is told, and what was written after all is taken out again.

import { BridgeError } from '../model/errors.ts';
import type { GatewayId } from '../model/ids.ts';
import type { Clock } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';
import { words } from '../model/words.ts';
import { outboxOf } from './dead-letters.ts';
import type { NewWork } from './outbox-work.ts';

export interface AcceptanceOptions {
  readonly store: Pick<Store, 'log' | 'batch'>;
  readonly gateway: GatewayId;
  readonly clock: Clock;
}
/** Kept by the outbox. */
export interface AcceptanceCounts {
  accepted: number;
  repeated: number;
}
type Outcome = 'written' | 'repeated';

const STORE_WAIT_MS = 2_000;
const REPEATED_WITHIN_MS = 10 * 60_000;
const MOST_WITHDRAWN = 20_000;

export class Acceptance {
  readonly #options: AcceptanceOptions;
  readonly #onWritten: () => void;
  readonly #queue: string;
  readonly #seen: string;
  readonly #writing = new Map<string, Promise<Outcome>>();
  /** Refused because the store did not answer: not to be performed should they be there after all. */
  readonly #withdrawn = new Set<string>();
  readonly #counts: AcceptanceCounts;

  constructor(options: AcceptanceOptions, counts: AcceptanceCounts, onWritten: () => void) {
    this.#counts = counts;
    this.#options = options;
    this.#onWritten = onWritten;
    this.#queue = outboxOf(options.gateway);
    this.#seen = `outbox-seen/${options.gateway}`;
  }

  /** @throws BridgeError `full` by rejection: it was not accepted. */
  async accept(work: NewWork, lane: string): Promise<Outcome> {
    this.#withdrawn.delete(work.id);
    try {
      return await this.#inTime(this.#writing.get(work.id) ?? this.#write(work, lane));
    } catch (error) {
      this.#withdraw(work.id);
      throw new BridgeError('full', words`The gateway can keep nothing at the moment. Please try again in a while.`, {
        cause: error,
        retryAfterMs: 5_000,
      });
    }
  }

  isWithdrawn(id: string): boolean {
    return this.#withdrawn.has(id);
  }

  /** As if it had never been accepted. @throws BridgeError by rejection. */
  async withdraw(id: string): Promise<void> {
    const { store } = this.#options;
    await store.batch([{ op: 'done', queue: this.#queue, id }]);
    const seen = await store.log.find(this.#seen, id);
    if (seen !== undefined) await store.log.remove(this.#seen, [seen.position]);
    this.#withdrawn.delete(id);
  }

  /** Forgets names that nobody repeats any more. */
  trim(): void {
    const { store, clock } = this.#options;
    store.log.trim(this.#seen, { before: clock.now() - 2 * REPEATED_WITHIN_MS }).catch(() => undefined);
  }

  /** Of most of them the store knows nothing and never will. */
  #withdraw(id: string): void {
    this.#withdrawn.add(id);
    const [oldest] = this.#withdrawn;
    if (this.#withdrawn.size > MOST_WITHDRAWN && oldest !== undefined) this.#withdrawn.delete(oldest);
  }

  #write(work: NewWork, lane: string): Promise<Outcome> {
    const writing = this.#writeOnce(work, lane).finally(() => this.#writing.delete(work.id));
    this.#writing.set(work.id, writing);
    const count = (outcome: Outcome): void => {
      if (outcome === 'repeated') {
        this.#counts.repeated++;
        return;
      }
      this.#counts.accepted++;
      this.#onWritten();
    };
    writing.then(count, () => undefined);
    return writing;
  }

  async #writeOnce({ id, value }: NewWork, lane: string): Promise<Outcome> {
    const { store, clock } = this.#options;
    const at = clock.now();
    const writes: readonly Write[] = [
      { op: 'append', log: this.#seen, id, at, value: '' },
      { op: 'add', queue: this.#queue, id, lane, due: at, value },
    ];
    if ((await store.batch(writes)) === 'written') return 'written';
    const before = await store.log.find(this.#seen, id);
    if (before === undefined || before.at > at - REPEATED_WITHIN_MS) return 'repeated';
    await store.log.remove(this.#seen, [before.position]);
    return (await store.batch(writes)) === 'written' ? 'written' : 'repeated';
  }

  async #inTime<T>(writing: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const callOff = this.#options.clock.after(STORE_WAIT_MS, () => reject(new Error('the store does not answer')));
    try {
      return await Promise.race([writing, promise]);
    } finally {
      callOff();
    }
  }
}
