// Networks that say nothing of who is there: they get a while for it; after that, who was not told of is taken to be there, since clients hide
// those who are not, and there are servers that never tell (SUB-18).

import type { AccountKey, UserId } from '../../model/ids.ts';
import type { AccountState, Clock } from '../../model/ports.ts';

const PATIENCE_MS = 10_000;
const NONE: ReadonlySet<AccountKey> = new Set();

export class Silence {
  readonly #clock: Clock;
  readonly #onEnd: (user: UserId, account: AccountKey) => void;
  readonly #heardOut = new Map<UserId, Set<AccountKey>>();
  readonly #timers = new Map<UserId, Map<AccountKey, () => void>>();

  /** `onEnd`: an account's network has had its time. */
  constructor(clock: Clock, onEnd: (user: UserId, account: AccountKey) => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** Accounts whose networks have had their time. */
  of(user: UserId): ReadonlySet<AccountKey> {
    return this.#heardOut.get(user) ?? NONE;
  }

  stateOf(user: UserId, account: AccountKey, state: AccountState['state']): void {
    if (state === 'online') this.#begin(user, account);
    else this.#forget(user, account);
  }

  #begin(user: UserId, account: AccountKey): void {
    const timers = this.#timers.get(user) ?? new Map<AccountKey, () => void>();
    if (timers.has(account) || this.of(user).has(account)) return;
    const stop = this.#clock.after(PATIENCE_MS, () => {
      this.#forget(user, account);
      this.#heardOut.set(user, (this.#heardOut.get(user) ?? new Set()).add(account));
      this.#onEnd(user, account);
    });
    this.#timers.set(user, timers.set(account, stop));
  }

  #forget(user: UserId, account: AccountKey): void {
    this.#timers.get(user)?.get(account)?.();
    for (const accounts of [this.#timers, this.#heardOut]) {
      accounts.get(user)?.delete(account);
      if (accounts.get(user)?.size === 0) accounts.delete(user);
    }
  }
}
