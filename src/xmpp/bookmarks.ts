// Rooms put into a user's bookmarks as far as her server lets us (XEP-0356): in her PEP (XEP-0402), else in her private storage (XEP-0048).
// What she has there already is hers, and stays as it is.

import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import { words } from '../model/words.ts';
import { contactsOf } from './contacts/index.ts';
import { type FeatureHost, StanzaError } from './feature.ts';
import { freshId } from './stanza.ts';
import { type Element, el } from './xml.ts';

const BOOKMARKS = 'urn:xmpp:bookmarks:1';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const PRIVATE = 'jabber:iq:private';
const STORAGE = 'storage:bookmarks';
const FORWARD = 'urn:xmpp:forward:0';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
/** XEP-0402 3.1, as data forms have it. */
const PUBLISH_OPTIONS = {
  'pubsub#persist_items': 'true',
  'pubsub#max_items': 'max',
  'pubsub#send_last_published_item': 'never',
  'pubsub#access_model': 'whitelist',
} as const;

export interface Bookmark {
  readonly jid: string;
  readonly name: string;
  readonly nick?: string | undefined;
  /** Her clients go there by themselves. */
  readonly autojoin: boolean;
}

const all = new WeakMap<FeatureHost, Bookmarks>();

/** Those of one gateway. */
export function bookmarksOf(host: FeatureHost): Bookmarks {
  const known = all.get(host) ?? new Bookmarks(host);
  all.set(host, known);
  return known;
}

export class Bookmarks {
  readonly #host: FeatureHost;
  /** One after the other for each user: each is read before it is written. */
  readonly #adding = new Map<UserId, Promise<boolean>>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** @returns false where her server does not let us, or does not do it. Never rejects. */
  add(user: UserId, bookmarks: readonly Bookmark[]): Promise<boolean> {
    const before = this.#adding.get(user) ?? Promise.resolve(true);
    const added = before.then(() => this.#add(user, bookmarks));
    this.#adding.set(user, added);
    return added.finally(() => {
      if (this.#adding.get(user) === added) this.#adding.delete(user);
    });
  }

  async #add(user: UserId, bookmarks: readonly Bookmark[]): Promise<boolean> {
    const grant = contactsOf(this.#host).privileges.of(user);
    try {
      if (grant?.iq.get(PUBSUB) === 'both') await this.#publish(user, bookmarks);
      else if (grant?.iq.get(PRIVATE) === 'both') await this.#store(user, bookmarks);
      else return false;
      return true;
    } catch (error) {
      this.#host.log.warn('a room could not be put into bookmarks', { error });
      return false;
    }
  }

  async #publish(user: UserId, bookmarks: readonly Bookmark[]): Promise<void> {
    const kept = await this.#ask(user, 'get', el('pubsub', { xmlns: PUBSUB }, el('items', { node: BOOKMARKS })));
    const items = kept?.child('items')?.elements('item') ?? [];
    const there = new Set(items.map(({ attrs }) => attrs['id']));
    for (const bookmark of bookmarks) {
      if (there.has(bookmark.jid)) continue;
      const item = el('item', { id: bookmark.jid }, conference(bookmark, { xmlns: BOOKMARKS }));
      const publish = el('publish', { node: BOOKMARKS }, item);
      await this.#ask(user, 'set', el('pubsub', { xmlns: PUBSUB }, publish, publishOptions()));
    }
  }

  /** It is one piece, so all that is there is written back with what is new. */
  async #store(user: UserId, bookmarks: readonly Bookmark[]): Promise<void> {
    const empty = el('storage', { xmlns: STORAGE });
    const kept = await this.#ask(user, 'get', el('query', { xmlns: PRIVATE }, empty));
    const before = kept?.child('storage', STORAGE)?.elements() ?? [];
    const there = new Set(before.map(({ attrs }) => attrs['jid']));
    const fresh = bookmarks.filter(({ jid }) => !there.has(jid));
    if (fresh.length === 0) return;
    const added = fresh.map((bookmark) => conference(bookmark, { jid: bookmark.jid }));
    const storage = el('storage', { xmlns: STORAGE }, ...before, ...added);
    await this.#ask(user, 'set', el('query', { xmlns: PRIVATE }, storage));
  }

  /** In her name, from her to her own account. Undefined: there is no such thing. @throws StanzaError or BridgeError by rejection. */
  async #ask(user: UserId, type: 'get' | 'set', payload: Element): Promise<Element | undefined> {
    const { gateway } = this.#host;
    const ns = contactsOf(this.#host).privileges.of(user)?.ns;
    const hers = el('iq', { xmlns: 'jabber:client', type, to: user, id: freshId() }, payload);
    const asked = el('privileged_iq', { xmlns: ns }, hers);
    const answer = await this.#host.request(el('iq', { type, from: gateway.domain, to: user }, asked));
    const found = answer.child('privilege', ns)?.child('forwarded', FORWARD)?.child('iq');
    if (found === undefined) throw new BridgeError('malformed', words`The server did not say how it went.`);
    if (found.attrs['type'] !== 'error') return found.elements()[0];
    const condition = found
      .child('error')
      ?.elements()
      .find((one) => one.ns === STANZAS && one.name !== 'text')?.name;
    if (condition === 'item-not-found') return undefined;
    const why = condition ?? 'undefined-condition';
    throw new StanzaError(`cancel/${why}`, words`The server did not take the bookmark: ${why}`);
  }
}

function conference({ name, nick, autojoin }: Bookmark, attrs: Readonly<Record<string, string>>): Element {
  const own = nick === undefined ? undefined : el('nick', {}, nick);
  return el('conference', { ...attrs, name, autojoin: String(autojoin) }, own);
}

function publishOptions(): Element {
  const field = (name: string, value: string): Element => el('field', { var: name }, el('value', {}, value));
  const type = el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, `${PUBSUB}#publish-options`));
  const fields = Object.entries(PUBLISH_OPTIONS).map(([name, value]) => field(name, value));
  return el('publish-options', {}, el('x', { xmlns: 'jabber:x:data', type: 'submit' }, type, ...fields));
}
