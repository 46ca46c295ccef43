// Who has which affiliation in a room, as one list with a version that a client may know already (XEP-0463). The version is a hash of the list,
// so it holds over restarts; a client that knows another one gets the whole list.

import { createHash } from 'node:crypto';
import type { Conversation } from '../model/conversation.ts';
import type { ConversationId, ResourceId } from '../model/ids.ts';
import type { FeatureHost } from './feature.ts';
import { freshId, MUC_USER, standing } from './stanza.ts';
import { type Element, el } from './xml.ts';

export const AFFILIATIONS = 'urn:xmpp:muc:affiliations:1';
/** CORE-12: a longer list goes in several messages. */
const ITEMS_AT_ONCE = 200;
/** Joins that asked for it and are not answered yet. */
const MOST_ASKED = 10_000;

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
interface Item {
  readonly affiliation: string;
  readonly jid: string;
  readonly nick: string;
  readonly id: Element;
}

export class AffiliationVersions {
  readonly #host: FeatureHost;
  readonly #asked = new Map<string, string>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** A client joins: `mav` is what it says of versions, if it knows of any. */
  joining(client: ResourceId, room: ConversationId, mav: Element | undefined): void {
    const key = keyOf(client, room);
    this.#asked.delete(key);
    if (mav === undefined) return;
    if (this.#asked.size >= MOST_ASKED) this.#asked.clear();
    this.#asked.set(key, mav.attrs['since'] ?? '');
  }

  /** For the client that is in now; once for each join that asked for it. */
  answer(client: string | undefined, conversation: Conversation): Versioned | undefined {
    const key = keyOf(client ?? '', conversation.id);
    const since = this.#asked.get(key);
    if (since === undefined) return undefined;
    this.#asked.delete(key);
    const items = this.#items(conversation);
    const until = versionOf(items);
    const messages = since === until ? [] : this.#messages(conversation, items);
    return { messages, mav: el('mav', { xmlns: AFFILIATIONS, until }) };
  }

  #items(conversation: Conversation): readonly Item[] {
    const { gateway, occupants } = this.#host;
    const items: Item[] = [];
    for (const who of conversation.participants.values()) {
      const { affiliation } = standing(who.rank, conversation.traits);
      const direct = affiliation === 'none' ? undefined : gateway.network.directOf(who.id);
      if (direct === undefined) continue;
      const nick = occupants.nick(conversation, who);
      items.push({ affiliation, jid: this.#host.jidOf(direct), nick, id: occupants.id(conversation, who) });
    }
    return items.toSorted((a, b) => (a.jid < b.jid ? -1 : 1));
  }

  /** Each begins where the one before has ended; the first with nothing. */
  #messages(conversation: Conversation, items: readonly Item[]): readonly Element[] {
    const room = this.#host.jidOf(conversation.id);
    const messages: Element[] = [];
    let since: string | undefined;
    for (let at = 0; at < Math.max(items.length, 1); at += ITEMS_AT_ONCE) {
      const until = versionOf(items.slice(0, at + ITEMS_AT_ONCE));
      const mav = el('mav', { xmlns: AFFILIATIONS, since, until });
      const some = items
        .slice(at, at + ITEMS_AT_ONCE)
        .map(({ affiliation, jid, nick, id }) => el('item', { affiliation, jid, nick }, id));
      messages.push(el('message', { from: room, id: freshId() }, el('x', { xmlns: MUC_USER }, mav, ...some)));
      since = until;
    }
    return messages;
  }
}

const keyOf = (client: string, room: ConversationId): string => `${client} ${room}`;

function versionOf(items: readonly Item[]): string {
  const hash = createHash('sha256');
  for (const { affiliation, jid, nick } of items) hash.update(`${affiliation}\0${jid}\0${nick}\0`);
  return hash.digest('base64url').slice(0, 22);
}
