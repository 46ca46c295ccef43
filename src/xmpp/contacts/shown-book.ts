// What each user has been shown of each contact, and what is known of that contact.

import type { UserId } from '../../model/ids.ts';
import type { Heard } from './states.ts';

export interface Shown {
  heard?: Heard | undefined;
  /** As all her clients have it. */
  sent?: string | undefined;
  isOffline: boolean;
  /** When that was written, and when last because the network said so: monotonic milliseconds. */
  writtenAt: number;
  changedAt: number;
}

export interface Whose {
  readonly user: UserId;
  readonly local: string;
}

const NOTHING: ReadonlyMap<string, Shown> = new Map();

export class ShownBook {
  /** By localpart; empty: the gateway. */
  readonly #users = new Map<UserId, Map<string, Shown>>();

  /** Made when it is first asked for. */
  of(user: UserId, local: string): Shown {
    const contacts = this.#users.get(user) ?? new Map<string, Shown>();
    this.#users.set(user, contacts);
    let shown = contacts.get(local);
    if (shown === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      contacts.set(local, (shown = { isOffline: true, writtenAt: never, changedAt: never }));
    }
    return shown;
  }

  all(user: UserId): ReadonlyMap<string, Shown> {
    return this.#users.get(user) ?? NOTHING;
  }

  users(): Iterable<UserId> {
    return this.#users.keys();
  }

  /** One contact, or all of hers. */
  forget(user: UserId, local?: string): void {
    const contacts = this.#users.get(user);
    if (local !== undefined) contacts?.delete(local);
    if (local === undefined || contacts?.size === 0) this.#users.delete(user);
  }

  /** What was written after that may not have been read. */
  doubt(sinceMs: number): void {
    for (const contacts of this.#users.values())
      for (const shown of contacts.values()) if (shown.writtenAt > sinceMs) shown.sent = undefined;
  }
}
