// Users' clients as their presence at the gateway tells of them: which are there, and what they can do (XEP-0115).

import type { ResourceId, UserId } from '../../model/ids.ts';
import type { FeatureHost } from '../feature.ts';
import { type Element, el } from '../xml.ts';

const CAPS = 'http://jabber.org/protocol/caps';
const INFO = 'http://jabber.org/protocol/disco#info';
const MOST_REMEMBERED = 2_000;
const ANSWER_WITHIN_MS = 10_000;
const NOBODY: ReadonlyMap<ResourceId, string | undefined> = new Map();
const NOTHING: ReadonlySet<string> = new Set();

export class ClientBook {
  readonly #host: FeatureHost;
  /** With the node that names what the client is. */
  readonly #clients = new Map<UserId, Map<ResourceId, string | undefined>>();
  /** By user and node: nobody else's client can say it for hers. */
  readonly #abilities = new Map<string, ReadonlySet<string>>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  of(user: UserId): ReadonlyMap<ResourceId, string | undefined> {
    return this.#clients.get(user) ?? NOBODY;
  }

  /** @returns whether it is a new one. */
  came(user: UserId, client: ResourceId, presence: Element): boolean {
    const caps = presence.child('c', CAPS);
    const node = caps === undefined ? undefined : `${caps.attrs['node'] ?? ''}#${caps.attrs['ver'] ?? ''}`;
    const known = this.#clients.get(user) ?? new Map<ResourceId, string | undefined>();
    const isNew = !known.has(client);
    known.set(client, node);
    this.#clients.set(user, known);
    return isNew;
  }

  /** @returns whether it was there. */
  left(user: UserId, client: ResourceId): boolean {
    const known = this.#clients.get(user);
    const was = known?.delete(client) ?? false;
    if (known?.size === 0) this.#clients.delete(user);
    return was;
  }

  /** The first of her clients that says it has the feature. Never rejects. */
  async having(user: UserId, feature: string): Promise<ResourceId | undefined> {
    for (const [client, node] of this.of(user)) {
      if (node === undefined) continue;
      const abilities = await this.#abilitiesOf(user, client, node);
      if (abilities.has(feature) && this.of(user).has(client)) return client;
    }
    return undefined;
  }

  /** It says so, and does not. */
  lacks(user: UserId, client: ResourceId, feature: string): void {
    const key = `${user} ${this.of(user).get(client) ?? ''}`;
    const without = new Set(this.#abilities.get(key));
    without.delete(feature);
    this.#abilities.set(key, without);
  }

  async #abilitiesOf(user: UserId, client: ResourceId, node: string): Promise<ReadonlySet<string>> {
    const key = `${user} ${node}`;
    const known = this.#abilities.get(key);
    if (known !== undefined) return known;
    const query = el('query', { xmlns: INFO, node });
    const ask = el('iq', { type: 'get', from: this.#host.gateway.domain, to: client }, query);
    const answer = await this.#host.request(ask, ANSWER_WITHIN_MS).catch(() => undefined);
    if (answer === undefined) return NOTHING;
    const features = answer.child('query', INFO)?.elements('feature') ?? [];
    const abilities = new Set(features.map(({ attrs }) => attrs['var'] ?? ''));
    if (this.#abilities.size >= MOST_REMEMBERED) this.#abilities.clear();
    this.#abilities.set(key, abilities);
    return abilities;
  }
}
