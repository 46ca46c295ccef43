// Who has which affiliation in a room, as one list with a version that a client may know already (XEP-0463): the list, what has changed in it since
// a version, and each change as it happens. The version is a hash of the list, so it holds over restarts; what has changed does not.

import { hash } from 'node:crypto';
import type { Conversation, Participant } from '../model/conversation.ts';
import type { AnyEvent, EventKind } from '../model/events.ts';
import type { ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { Delivery } from '../model/ports.ts';
import { type Affiliation, AffiliationList, type Step } from './affiliation-list.ts';
import type { FeatureHost } from './feature.ts';
import { pieces } from './fitting.ts';
import { freshId, MUC_USER, standing } from './stanza.ts';
import { type Element, el } from './xml.ts';

export const AFFILIATIONS = 'urn:xmpp:muc:affiliations:1';
/** CORE-12: a longer list goes in several messages. */
const ITEMS_AT_ONCE = 200;
/** Joins that asked for it and are not answered yet. */
const MOST_ASKED = 10_000;
const MOST_LISTS = 1_000;
const CHANGING: ReadonlySet<EventKind> = new Set<EventKind>(['joined', 'left', 'changed', 'configured']);

const all = new WeakMap<FeatureHost, AffiliationVersions>();

/** Those of one gateway. */
export function affiliationsOf(host: FeatureHost): AffiliationVersions {
  const known = all.get(host) ?? new AffiliationVersions(host);
  all.set(host, known);
  return known;
}

/** What a join begins with, and what stands in the own presence at its end. */
interface Versioned {
  readonly messages: readonly Element[];
  readonly mav: Element;
}

/** A room as one user sees it, once one of her clients has asked for versions. */
interface Watched {
  readonly list: AffiliationList;
  /** Those that asked. */
  readonly clients: Set<string>;
  /** An event is rendered for one client after the other. */
  readonly steps: WeakMap<AnyEvent, readonly Step[]>;
}

export class AffiliationVersions {
  readonly #host: FeatureHost;
  readonly #asked = new Map<string, string>();
  /** By user and room, the last used last. */
  readonly #watched = new Map<string, Watched>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** A client joins: `mav` is what it says of versions, if it knows of any. */
  joining(user: UserId, client: ResourceId, room: ConversationId, mav: Element | undefined): void {
    const key = keyOf(client, room);
    this.#asked.delete(key);
    this.#watched.get(keyOf(user, room))?.clients.delete(client);
    if (mav === undefined) return;
    if (this.#asked.size >= MOST_ASKED) this.#asked.clear();
    this.#asked.set(key, mav.attrs['since'] ?? '');
  }

  /** For the client that is in now; once for each join that asked for it. */
  answer(user: UserId, client: string | undefined, conversation: Conversation): Versioned | undefined {
    const key = keyOf(client ?? '', conversation.id);
    const since = this.#asked.get(key);
    if (since === undefined) return undefined;
    this.#asked.delete(key);
    const { list, clients } = this.#watch(user, conversation.id);
    clients.add(client ?? '');
    list.become(this.#affiliations(conversation));
    const until = list.version;
    const changes = list.since(since);
    const items = changes ?? list.all();
    const from = changes === undefined ? undefined : since;
    const messages = since === until ? [] : this.#messages(conversation.id, items, { since: from, until });
    return { messages, mav: el('mav', { xmlns: AFFILIATIONS, until }) };
  }

  /** Does a client of hers in the room want to be told of what may change by it? */
  isWanted({ user, conversation, event, to }: Delivery): boolean {
    if (this.#watched.size === 0 || conversation === undefined || !CHANGING.has(event.kind)) return false;
    const clients = this.#watched.get(keyOf(user, conversation.id))?.clients;
    return clients !== undefined && clients.size > 0 && to.some((client) => clients.has(client));
  }

  /** What is shown of an event to one client, and behind it what that has changed. */
  behind(delivery: Delivery, shown: Iterable<Element>): Iterable<Element> {
    const told = this.#told(delivery);
    if (told.length === 0) return shown;
    return Array.isArray(shown) ? [...shown, ...told] : inTurn(shown, told);
  }

  #told(delivery: Delivery): readonly Element[] {
    const { user, conversation, event, to } = delivery;
    if (conversation === undefined || !this.isWanted(delivery)) return [];
    const watched = this.#watched.get(keyOf(user, conversation.id));
    if (watched === undefined || !watched.clients.has(to[0] ?? '')) return [];
    let steps = watched.steps.get(event);
    if (steps === undefined) watched.steps.set(event, (steps = this.#change(watched.list, event, conversation)));
    return steps.flatMap(({ since, until, items }) => this.#messages(conversation.id, items, { since, until }));
  }

  #change(list: AffiliationList, event: AnyEvent, conversation: Conversation): readonly Step[] {
    switch (event.kind) {
      case 'joined':
        return list.put(this.#of(conversation, event.who));
      case 'left':
        return list.put([{ jid: this.#jid(event.who), affiliation: event.why === 'banned' ? 'outcast' : 'none' }]);
      case 'changed': {
        const now = this.#of(conversation, event.now);
        if (event.before.id === event.now.id) return list.put(now);
        return list.put([{ jid: this.#jid(event.before), affiliation: 'none' }, ...now]);
      }
      case 'configured':
        return list.become(this.#affiliations(conversation));
      default:
        return [];
    }
  }

  #watch(user: UserId, room: ConversationId): Watched {
    const key = keyOf(user, room);
    const watched = this.#watched.get(key) ?? { list: new AffiliationList(), clients: new Set(), steps: new WeakMap() };
    this.#watched.delete(key);
    this.#watched.set(key, watched);
    const [oldest] = this.#watched.size > MOST_LISTS ? this.#watched.keys() : [];
    if (oldest !== undefined) this.#watched.delete(oldest);
    return watched;
  }

  #affiliations(conversation: Conversation): readonly Affiliation[] {
    const people = [...conversation.participants.values()];
    return people.flatMap((who) => this.#of(conversation, who)).filter(({ affiliation }) => affiliation !== 'none');
  }

  #of(conversation: Conversation, who: Participant): readonly Affiliation[] {
    const jid = this.#jid(who);
    if (jid === '') return [];
    const { occupants } = this.#host;
    const { affiliation } = standing(who.rank, conversation.traits);
    return [{ jid, affiliation, nick: occupants.nick(conversation, who), id: occupants.id(conversation, who) }];
  }

  /** Empty for whom nobody could write to. */
  #jid({ id }: Participant): string {
    const direct = this.#host.gateway.network.directOf(id);
    return direct === undefined ? '' : this.#host.jidOf(direct);
  }

  /** Each begins where the one before has ended. */
  #messages(
    id: ConversationId,
    items: readonly Affiliation[],
    { since, until }: { readonly since: string | undefined; readonly until: string },
  ): readonly Element[] {
    const room = this.#host.jidOf(id);
    const messages: Element[] = [];
    const parts = items.length === 0 ? [items] : pieces(items, ITEMS_AT_ONCE, itemOf);
    let from = since;
    for (const [at, some] of parts.entries()) {
      const isLast = at === parts.length - 1;
      const to = isLast ? until : hash('sha256', `${until} ${at}`, 'base64url').slice(0, 22);
      const mav = el('mav', { xmlns: AFFILIATIONS, since: from, until: to });
      const x = el('x', { xmlns: MUC_USER }, mav, ...some.map(itemOf));
      messages.push(el('message', { from: room, id: freshId() }, x));
      from = to;
    }
    return messages;
  }
}

const itemOf = ({ affiliation, jid, nick, id }: Affiliation): Element => el('item', { affiliation, jid, nick }, id);

function* inTurn(shown: Iterable<Element>, told: readonly Element[]): Generator<Element> {
  yield* shown;
  yield* told;
}

const keyOf = (who: string, room: ConversationId): string => `${who} ${room}`;
