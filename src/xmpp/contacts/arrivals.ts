// Clients that have just come: servers ask for most of what these are to be shown, before or after telling of them, and the rest is shown
// unasked.

import type { ResourceId, UserId } from '../../model/ids.ts';
import type { Clock } from '../../model/ports.ts';
import type { ClientBook } from './clients.ts';

/** For the server's own probes to arrive. */
export const ARRIVAL_MS = 2_000;

interface Arrival {
  /** What it has been told since. */
  readonly had: Set<string>;
  /** What it has, if it was there before the gateway heard of it. */
  readonly before: Set<string>;
}

/** Clients that are heard of so soon after the gateway has asked, or was let ask, were there before. */
const ASKED_MS = 10_000;

export class Arrivals {
  readonly #clock: Clock;
  readonly #clients: ClientBook;
  readonly #onEnd: (user: UserId, client: ResourceId, has: (local: string) => boolean) => void;
  readonly #arrivals = new Map<UserId, Map<ResourceId, Arrival>>();
  /** And which of hers have left since. */
  readonly #asked = new Map<UserId, Set<ResourceId>>();

  /** `onEnd`: the server has asked for all that it asks for; `has` says what need not be shown. */
  constructor(
    clock: Clock,
    clients: ClientBook,
    onEnd: (user: UserId, client: ResourceId, has: (local: string) => boolean) => void,
  ) {
    this.#clock = clock;
    this.#clients = clients;
    this.#onEnd = onEnd;
  }

  /** The gateway asks who is there, or has just been let. */
  asked(user: UserId): void {
    if (this.#asked.has(user)) return;
    this.#asked.set(user, new Set());
    this.#clock.after(ASKED_MS, () => this.#asked.delete(user));
  }

  /** `shown`: what was told to all of hers. @returns whether it was there before, and so has that. */
  begin(user: UserId, client: ResourceId, shown: Iterable<string>): boolean {
    const { before } = this.#of(user, client);
    if (this.#asked.get(user)?.has(client) !== false) return false;
    for (const local of shown) before.add(local);
    return true;
  }

  /** It was told a moment ago, whether its server has asked before it told of it or after. */
  has(user: UserId, client: ResourceId, local: string): boolean {
    return this.#arrivals.get(user)?.get(client)?.had.has(local) === true;
  }

  /** To one of hers, or to all. */
  told(user: UserId, local: string, client?: ResourceId): void {
    if (client === undefined) for (const { had } of this.#arrivals.get(user)?.values() ?? []) had.add(local);
    // A server that asks for one that is not there is about to tell of it.
    else if (!this.#clients.of(user).has(client)) this.#of(user, client).had.add(local);
    else this.#arrivals.get(user)?.get(client)?.had.add(local);
  }

  /** One of hers is gone, or all. */
  left(user: UserId, client?: ResourceId): void {
    if (client === undefined) {
      this.#asked.delete(user);
      this.#arrivals.delete(user);
    } else {
      this.#asked.get(user)?.add(client);
      this.#forget(user, client);
    }
  }

  #forget(user: UserId, client: ResourceId): void {
    const arrivals = this.#arrivals.get(user);
    arrivals?.delete(client);
    if (arrivals?.size === 0) this.#arrivals.delete(user);
  }

  #of(user: UserId, client: ResourceId): Arrival {
    const arrivals = this.#arrivals.get(user) ?? new Map<ResourceId, Arrival>();
    let arrival = arrivals.get(client);
    if (arrival === undefined) {
      this.#arrivals.set(user, arrivals.set(client, (arrival = { had: new Set(), before: new Set() })));
      this.#clock.after(ARRIVAL_MS, () => this.#end(user, client));
    }
    return arrival;
  }

  #end(user: UserId, client: ResourceId): void {
    const arrival = this.#arrivals.get(user)?.get(client);
    this.#forget(user, client);
    if (arrival === undefined || !this.#clients.of(user).has(client)) return;
    this.#onEnd(user, client, (local) => arrival.had.has(local) || arrival.before.has(local));
  }
}
