// A user's clients that are online at the gateway, and what they make of her together: her presence on the networks (RFC 6121 4.7.2.3).

import type { Presence } from '../model/conversation.ts';
import type { ResourceId } from '../model/ids.ts';

interface Client {
  readonly presence: Presence;
  readonly priority: number;
}

export const OFFLINE: Presence = { show: 'offline' };
/** The most available first. */
const ORDER: readonly Presence['show'][] = ['chat', 'online', 'dnd', 'away', 'xa', 'offline'];

export class Clients {
  readonly #known = new Map<ResourceId, Client>();

  get size(): number {
    return this.#known.size;
  }

  set(resource: ResourceId, presence: Presence, priority: number): void {
    this.#known.set(resource, { presence, priority });
  }

  delete(resource: ResourceId): void {
    this.#known.delete(resource);
  }

  /** The others are gone. */
  keep(resources: ReadonlySet<ResourceId>): void {
    for (const one of this.#known.keys()) if (!resources.has(one)) this.#known.delete(one);
  }

  /** Of the highest priority the most available; who is only where nothing reaches her is away (SUB-13). */
  together(): Presence {
    let best: Client | undefined;
    for (const client of this.#known.values()) {
      if (client.priority >= 0 && (best === undefined || isBefore(client, best))) best = client;
    }
    if (best !== undefined) return best.presence;
    return this.#known.size === 0 ? OFFLINE : { show: 'away' };
  }
}

function isBefore(one: Client, other: Client): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  return ORDER.indexOf(one.presence.show) < ORDER.indexOf(other.presence.show);
}

export function isSamePresence(one: Presence, other: Presence): boolean {
  return (
    one.show === other.show &&
    (one.status ?? '') === (other.status ?? '') &&
    one.since?.getTime() === other.since?.getTime()
  );
}
