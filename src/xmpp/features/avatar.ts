// Pictures of people: their hash in presence (XEP-0153), and the picture itself by pubsub (XEP-0084); vCards have it too.

import { Buffer } from 'node:buffer';
import type { Avatar } from '../../model/conversation.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import type { Picture } from '../../model/queries.ts';
import { words } from '../../model/words.ts';
import { contactsOf } from '../contacts/index.ts';
import { type Feature, type FeatureHost, type IqRequest, StanzaError } from '../feature.ts';
import { joinJid } from '../jid.ts';
import { profilesOf } from '../profiles.ts';
import { freshId, photoUpdate } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const METADATA = 'urn:xmpp:avatar:metadata';
const DATA = 'urn:xmpp:avatar:data';
/** Contacts whose picture was told. */
const MOST_TOLD = 20_000;

export const avatar: Feature = {
  specs: ['XEP-0153', 'XEP-0084', 'XEP-0398'],
  register(host) {
    const pictures = new Pictures(host);
    host.decorate('appeared', ({ event: { who } }, stanza) => {
      if (stanza.name !== 'presence' || stanza.attrs['type'] !== undefined || who.avatar === undefined) return;
      stanza.add(photoUpdate(who.avatar));
    });
    contactsOf(host).shown.onPicture((user, local, picture) => {
      const place = host.addressOf(joinJid(local, host.gateway.domain))?.place;
      if (place !== undefined) void pictures.tell(user, place.conversation, picture);
    });
    host.onIq('get', PUBSUB, 'pubsub', ['contact'], async (request) => ({ payload: await pictures.items(request) }));
  },
};

class Pictures {
  readonly #host: FeatureHost;
  readonly #told = new Map<string, string>();
  readonly #asking = new Map<UserId, Promise<boolean>>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** The items of one of the two nodes. @throws StanzaError item-not-found for any other node, or without a picture (E2E-2). */
  async items({ payload, ...request }: IqRequest): Promise<Element> {
    const asked = payload.child('items');
    const node = asked?.attrs['node'];
    if (asked === undefined || (node !== METADATA && node !== DATA)) throw nothing();
    const profiles = profilesOf(this.#host);
    const subject = profiles.subject(request);
    const known = (await profiles.of(subject)).avatar;
    const picture = await profiles.picture(subject, known);
    if (known === undefined || picture === undefined) throw nothing();
    const wanted = asked.elements('item').map(({ attrs }) => attrs['id']);
    if (wanted.length > 0 && !wanted.includes(known.sha1)) throw nothing();
    const item = node === METADATA ? metadata(known, picture) : data(picture);
    return el('pubsub', { xmlns: PUBSUB }, el('items', { node }, el('item', { id: known.sha1 }, item)));
  }

  /** A changed picture, to a user who sees the contact's presence with a client that wants to be told. Never rejects. */
  async tell(user: UserId, conversation: ConversationId, shown: Avatar): Promise<void> {
    const key = `${user} ${conversation}`;
    if (this.#told.get(key) === shown.sha1) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.set(key, shown.sha1);
    const wanted = await this.#isWanted(user);
    const picture = wanted ? await profilesOf(this.#host).picture({ user, conversation, known: {} }, shown) : undefined;
    // Another one may have come meanwhile.
    if (this.#told.get(key) !== shown.sha1) return;
    if (picture === undefined) {
      this.#told.delete(key);
      return;
    }
    const items = el('items', { node: METADATA }, el('item', { id: shown.sha1 }, metadata(shown, picture)));
    const from = this.#host.jidOf(conversation);
    const tidings = el('event', { xmlns: `${PUBSUB}#event` }, items);
    this.#host.send(el('message', { from, to: user, type: 'headline', id: freshId() }, tidings), 'state');
  }

  /** XEP-0163 4.3. Her clients are asked once for all contacts that come with them. */
  #isWanted(user: UserId): Promise<boolean> {
    const asking = this.#asking.get(user);
    if (asking !== undefined) return asking;
    const { clients } = contactsOf(this.#host);
    const answer = clients.having(user, `${METADATA}+notify`).then((client) => client !== undefined);
    this.#asking.set(user, answer);
    void answer.finally(() => this.#asking.delete(user));
    return answer;
  }
}

function metadata({ sha1 }: Avatar, { bytes, mediaType }: Picture): Element {
  return el('metadata', { xmlns: METADATA }, el('info', { bytes: String(bytes.length), id: sha1, type: mediaType }));
}

function data({ bytes }: Picture): Element {
  return el('data', { xmlns: DATA }, Buffer.from(bytes).toString('base64'));
}

function nothing(): StanzaError {
  return new StanzaError('cancel/item-not-found', words`There is no such thing here.`);
}
