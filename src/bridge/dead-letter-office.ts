// The dead letters of one gateway while it runs: for administrators, who have them tried once more or let them go; and within bounds, the
// oldest going first.

import type { Clock, DeadLetter, DeadLetterDesk, Log } from '../model/ports.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface DeadLetterLimits {
  readonly mostAgeMs: number;
  /** Of one user. */
  readonly most: number;
  /** It is looked after them so often; meanwhile there may be more. */
  readonly lookEveryMs: number;
}
export const DEAD_LETTER_LIMITS: DeadLetterLimits = {
  mostAgeMs: 30 * 24 * 3_600_000,
  most: 500,
  lookEveryMs: 600_000,
};

export interface DeadLetterOfficeOptions {
  readonly letters: DeadLetters;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<DeadLetterLimits>;
  /** Something was put into the outbox. */
  added(): void;
}

export class DeadLetterOffice implements DeadLetterDesk {
  readonly #options: DeadLetterOfficeOptions;
  readonly #limits: DeadLetterLimits;
  /** One thing at a time: what is tried once more is not let go. */
  #turn: Promise<unknown> = Promise.resolve();
  #stopLooking: () => void = () => {};
  #stopped = false;
  /** `expired`: too old, or too many. */
  readonly counts = { expired: 0 };

  constructor(options: DeadLetterOfficeOptions) {
    this.#options = options;
    this.#limits = { ...DEAD_LETTER_LIMITS, ...options.limits };
  }

  start(): void {
    void this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopLooking();
    await this.#turn;
  }

  count(): Promise<number> {
    return this.#options.letters.count();
  }
  list(): Promise<readonly DeadLetter[]> {
    return this.#options.letters.list();
  }
  get(id: string): Promise<DeadLetter | undefined> {
    return this.#options.letters.get(id);
  }
  drop(id: string): Promise<void> {
    return this.#inTurn(() => this.#options.letters.drop(id));
  }
  replay(id: string): Promise<boolean> {
    return this.#inTurn(() => this.#replay(id));
  }

  async #replay(id: string): Promise<boolean> {
    const { letters, clock } = this.#options;
    const letter = await letters.get(id);
    if (letter === undefined) return false;
    const outcome = await letters.replay(letter, clock.now());
    if (outcome === 'added') this.#options.added();
    return outcome !== 'no command';
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      await this.#inTurn(() => this.#trim());
    } catch (error) {
      log.debug('the dead letters could not be read; looking again later', { error });
    }
    if (!this.#stopped) this.#stopLooking = clock.after(this.#limits.lookEveryMs, () => void this.#look());
  }

  async #trim(): Promise<void> {
    const { letters, clock, log } = this.#options;
    const expired = expiredOf(await letters.list(), clock.now(), this.#limits);
    for (const { id } of expired) {
      if (this.#stopped) return;
      await letters.drop(id);
      this.counts.expired++;
    }
    const users = new Set(expired.map(({ user }) => user));
    if (expired.length > 0)
      log.warn('dead letters went: too old, or too many', { letters: expired.length, users: users.size });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** `letters`: oldest first. */
function expiredOf(letters: readonly DeadLetter[], now: number, { mostAgeMs, most }: DeadLetterLimits): DeadLetter[] {
  const kept = new Map<string, number>();
  return letters.toReversed().filter(({ user, at }) => {
    const number = (kept.get(user) ?? 0) + 1;
    if (number > most || now - at > mostAgeMs) return true;
    kept.set(user, number);
    return false;
  });
}
