// How often somebody has tried to sign in with credentials that the network refused: nobody guesses on through us.

import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Clock } from '../model/ports.ts';
import { words } from '../model/words.ts';

const MOST = 8;
const WITHIN_MS = 10 * 60_000;

export class Tries {
  readonly #clock: Clock;
  /** Monotonic milliseconds. */
  readonly #refused = new Map<UserId, readonly number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws BridgeError `rate-limited`. */
  check(user: UserId): void {
    const recent = this.#recent(user);
    const [first = 0] = recent;
    if (recent.length < MOST) return;
    const retryAfterMs = first + WITHIN_MS - this.#clock.monotonic();
    const text = words`Too many tries with wrong answers. Please wait ten minutes.`;
    throw new BridgeError('rate-limited', text, { retryAfterMs });
  }

  failed(user: UserId, error: unknown): void {
    if (error instanceof BridgeError && error.code === 'bad-credentials')
      this.#refused.set(user, [...this.#recent(user), this.#clock.monotonic()]);
  }

  succeeded(user: UserId): void {
    this.#refused.delete(user);
  }

  #recent(user: UserId): readonly number[] {
    const since = this.#clock.monotonic() - WITHIN_MS;
    const recent = (this.#refused.get(user) ?? []).filter((at) => at > since);
    if (recent.length === 0) this.#refused.delete(user);
    return recent;
  }
}
