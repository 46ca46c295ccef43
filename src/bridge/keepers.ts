// The sessions of one user, one for each of her accounts.

import type { AccountKey } from '../model/ids.ts';
import type { AccountState } from '../model/ports.ts';
import type { BridgeContext } from './context.ts';
import type { KeeperOwner } from './keeper-owner.ts';
import { SessionKeeper } from './session-keeper.ts';

export class Keepers {
  readonly #context: BridgeContext;
  readonly #owner: KeeperOwner;
  readonly #keepers = new Map<AccountKey, SessionKeeper>();

  constructor(context: BridgeContext, owner: KeeperOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** Made when it is first asked for. */
  of(key: AccountKey): SessionKeeper {
    let keeper = this.#keepers.get(key);
    if (keeper === undefined) this.#keepers.set(key, (keeper = new SessionKeeper(key, this.#context, this.#owner)));
    return keeper;
  }

  all(): readonly SessionKeeper[] {
    return [...this.#keepers.values()];
  }

  /** Of all her accounts. */
  connectAll(): void {
    for (const { key } of this.#context.accounts.of(this.#owner.user)) this.of(key).connect();
  }

  /** Those that stay when she is away. */
  connectKept(): void {
    const { accounts } = this.#context;
    const { user } = this.#owner;
    for (const { key } of accounts.of(user)) if (accounts.prefers(user, key, 'stayConnected')) this.of(key).connect();
  }

  /** For a while, though nobody may need it. */
  want(key: AccountKey): void {
    this.of(key).keepFor(this.#context.timing.directGraceMs);
    this.of(key).connect();
  }

  /** Something was said to her directly, which nobody knows her to be away for. */
  spokenTo(key: AccountKey, isAway: boolean): void {
    if (!isAway) this.of(key).keepFor(this.#context.timing.directGraceMs);
  }

  /** A client of hers has gone: she may have stopped wanting some of them. */
  review(isLast: boolean): void {
    for (const keeper of this.#keepers.values()) keeper.review(isLast);
  }

  states(): readonly AccountState[] {
    const states = new Map<AccountKey, AccountState>();
    for (const { key } of this.#context.accounts.of(this.#owner.user)) {
      states.set(key, { account: key, state: 'offline' });
    }
    for (const [key, keeper] of this.#keepers) {
      if (states.has(key) || !keeper.isIdle) states.set(key, keeper.state);
    }
    return [...states.values()];
  }
}
