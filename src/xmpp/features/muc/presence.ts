// Who is in a room and who comes, goes and changes, as stanzas (XEP-0045 7.2, 7.6, 7.14, 8.2, 9.1, 15.6).

import type { Conversation, GroupTraits, Message, Participant } from '../../../model/conversation.ts';
import type { EventOf } from '../../../model/events.ts';
import type { UserId } from '../../../model/ids.ts';
import type { Delivery } from '../../../model/ports.ts';
import { affiliationsOf } from '../../affiliation-versions.ts';
import type { Feature, FeatureHost } from '../../feature.ts';
import { bodyText, delay, freshId, MUC_USER, photoUpdate, showElements, standing } from '../../stanza.ts';
import { type Element, el, type Template } from '../../xml.ts';
import { type Listed, OccupantLists } from '../../occupant-list.ts';
import {
  CODES,
  deciding,
  extrasOf,
  isSameStanding,
  item,
  type ItemExtras,
  seesAddresses,
  showsAddress,
  unavailable,
} from '../../occupant-presence.ts';

const STANZA_ID = 'urn:xmpp:sid:0';
const OCCUPANT_ID = 'urn:xmpp:occupant-id:0';

export const roomPresence: Feature = {
  specs: ['XEP-0045', 'XEP-0421'],
  register(host) {
    const render = new RoomPresence(host);
    host.present('opened', (delivery) => render.opened(delivery));
    const versions = affiliationsOf(host);
    host.present('joined', (delivery) => {
      const { event, conversation } = delivery;
      return conversation && versions.behind(delivery, [render.available(conversation, event.who)]);
    });
    host.present('left', (delivery) => {
      const { event, conversation } = delivery;
      if (conversation === undefined) return undefined;
      const { who, why, by, text } = event;
      const gone = render.gone({ conversation, who, why }, CODES[why], { by, reason: text });
      host.occupants.forget(conversation, who);
      return versions.behind(delivery, [gone]);
    });
    host.present('changed', (delivery) => versions.behind(delivery, render.changed(delivery)));
    host.present('closed', (delivery) => render.closed(delivery));
    host.present('configured', (delivery) => {
      const shown = render.configured(delivery);
      return shown && versions.behind(delivery, shown);
    });
    host.advertise(OCCUPANT_ID, ['room']);
    host.renderAlone(showsAddress);
    host.decorate('said', ({ event: { message }, conversation, to }, stanza) => {
      if (conversation !== undefined && to.length > 0 && message.from.nick !== '')
        stanza.add(host.occupants.id(conversation, message.from));
    });
  },
};

interface Renaming {
  readonly conversation: Conversation;
  readonly from: string;
  readonly to: string;
}

interface Opening {
  readonly affiliations: readonly Element[];
  readonly others: readonly Listed[];
  readonly own: Element | undefined;
  readonly subject: Element;
}

interface Leaver {
  readonly conversation: Conversation;
  readonly who: Participant;
  readonly why: EventOf<'left' | 'closed'>['why'];
}

class RoomPresence {
  readonly #host: FeatureHost;
  readonly #lists = new OccupantLists();
  /** What of the room's ways decides about standings, as it was last shown. */
  readonly #shown = new WeakMap<Conversation, GroupTraits>();
  /** The same before an event, which is rendered for one client after the other. */
  readonly #before = new WeakMap<EventOf<'configured'>, GroupTraits>();
  readonly #renamings = new WeakMap<EventOf<'changed'>, Renaming>();
  /** Her own address as she was last shown: when she is put out, she may be among the people no more. */
  readonly #own = new WeakMap<Conversation, string>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /**
   * MUC-11: who has which affiliation where that was asked for, the others, the user herself, what was said before, the subject; all as it
   * is now: what changes while it is written comes behind.
   */
  opened(delivery: Delivery<EventOf<'opened'>>): Iterable<Element | Template> {
    const { user, event, to, origin, listed } = delivery;
    const { snapshot: conversation } = event;
    const self = conversation.participants.get(conversation.self);
    if (!this.#shown.has(conversation)) this.#shown.set(conversation, deciding(conversation.traits));
    const others: Listed[] = [];
    for (const who of conversation.participants.values())
      if (who !== self && listed?.has(who.id) !== false) others.push(this.#listed(conversation, who));
    const own = self === undefined ? undefined : this.#ownPresence(conversation, self, to[0], origin);
    const versioned = affiliationsOf(this.#host).answer(user, to[0], conversation);
    if (versioned !== undefined) own?.child('x', MUC_USER)?.add(versioned.mav);
    const { messages: affiliations = [] } = versioned ?? {};
    // Always, even an empty one: there are clients that are not in the room before.
    return this.#inOrder(delivery, { affiliations, others, own, subject: subject(this.#host, conversation) });
  }

  *#inOrder(
    { user, event: { snapshot, history = [] } }: Delivery<EventOf<'opened'>>,
    { affiliations, others, own, subject: last }: Opening,
  ): Generator<Element | Template> {
    const room = this.#host.jidOf(snapshot.id);
    yield* affiliations;
    const sees = seesAddresses(snapshot);
    yield* this.#lists.write(sees ? `${room}/` : room, others, (one) =>
      this.#here(room, one, [], extrasOf(this.#host, snapshot, one.who, sees)),
    );
    if (own !== undefined) yield own;
    for (const message of history) yield this.#saidBefore(user, snapshot, message);
    yield last;
  }

  /** With the id that the client gave it, where it was one of hers. */
  #saidBefore(user: UserId, conversation: Conversation, { from, id, body, at }: Message): Element {
    const host = this.#host;
    const room = host.jidOf(conversation.id);
    return el(
      'message',
      {
        from: from.nick === '' ? room : host.occupants.jid(conversation, from),
        type: 'groupchat',
        id: host.messageIds.xmpp(user, conversation.id, id) ?? id,
      },
      el('body', {}, bodyText(body)),
      el('stanza-id', { xmlns: STANZA_ID, by: room, id }),
      from.nick === '' ? undefined : host.occupants.id(conversation, from),
      delay(room, at ?? new Date(host.clock.now())),
    );
  }

  available(
    conversation: Conversation,
    who: Participant,
    codes: readonly string[] = [],
    extras: ItemExtras = extrasOf(this.#host, conversation, who),
  ): Element {
    const one = this.#listed(conversation, who);
    if (who.id === conversation.self) this.#own.set(conversation, one.from);
    return this.#here(this.#host.jidOf(conversation.id), one, codes, extras);
  }

  #listed(conversation: Conversation, who: Participant): Listed {
    return { who, from: this.#host.occupants.jid(conversation, who), ...standing(who.rank, conversation.traits) };
  }

  #here(
    room: string,
    { who, from, affiliation, role }: Listed,
    codes: readonly string[] = [],
    extras: ItemExtras = {},
  ): Element {
    return el(
      'presence',
      { from },
      ...showElements(who.presence),
      who.avatar && photoUpdate(who.avatar),
      this.#host.occupants.idIn(room, who),
      el('x', { xmlns: MUC_USER }, item(affiliation, role, extras), ...codes.map((code) => el('status', { code }))),
    );
  }

  gone({ conversation, who, why }: Leaver, codes: readonly string[], extras: ItemExtras): Element {
    const from = this.#host.occupants.jid(conversation, who);
    return unavailable(from, { why, codes, extras }, this.#host.occupants.id(conversation, who));
  }

  /** XEP-0045 10.2.1; and who may speak or not now, or is a member by being there. */
  configured({ event, conversation, to, listed }: Delivery<EventOf<'configured'>>): Iterable<Element> | undefined {
    if (conversation === undefined) return undefined;
    const x = el('x', { xmlns: MUC_USER }, el('status', { code: '104' }));
    const told = el('message', { from: this.#host.jidOf(conversation.id), type: 'groupchat', id: freshId() }, x);
    const now = deciding(conversation.traits);
    const before = this.#before.get(event) ?? this.#shown.get(conversation) ?? now;
    this.#before.set(event, before);
    this.#shown.set(conversation, now);
    if (before.moderated === now.moderated && before.membersOnly === now.membersOnly) return [told];
    const isOther = ({ id, rank }: Participant): boolean =>
      listed?.has(id) !== false && !isSameStanding(standing(rank, before), standing(rank, now));
    const others = [...conversation.participants.values()].filter(isOther);
    return this.#changedStandings(told, others, { conversation, to });
  }

  *#changedStandings(
    told: Element,
    others: readonly Participant[],
    { conversation, to }: { readonly conversation: Conversation; readonly to: Delivery['to'] },
  ): Generator<Element> {
    yield told;
    for (const who of others) {
      const isSelf = who.id === conversation.self;
      yield this.available(conversation, who, isSelf ? ['110'] : [], isSelf ? { jid: to[0] } : undefined);
    }
  }

  changed({ event, conversation, to }: Delivery<EventOf<'changed'>>): readonly Element[] {
    if (conversation === undefined) return [];
    const { before, now } = event;
    const isSelf = now.id === conversation.self || before.id === conversation.self;
    const own = isSelf ? ['110'] : [];
    const extras = isSelf ? { jid: to[0] } : undefined;
    if (before.nick === now.nick) return [this.available(conversation, now, own, extras)];
    const { from, to: nick } = this.#renamed(conversation, event);
    const room = this.#host.jidOf(conversation.id);
    const { affiliation, role } = standing(now.rank, conversation.traits);
    const away = el(
      'presence',
      { from: `${room}/${from}`, type: 'unavailable' },
      el(
        'x',
        { xmlns: MUC_USER },
        item(affiliation, role, { nick }),
        ...['303', ...own].map((code) => el('status', { code })),
      ),
      this.#host.occupants.id(conversation, before),
    );
    return [away, this.available(conversation, now, own, extras)];
  }

  /** Once for all clients of hers. */
  #renamed(conversation: Conversation, event: EventOf<'changed'>): Renaming {
    const known = this.#renamings.get(event);
    if (known?.conversation === conversation) return known;
    const renaming = { conversation, ...this.#host.occupants.rename(conversation, event.before, event.now) };
    this.#renamings.set(event, renaming);
    return renaming;
  }

  closed({ event, conversation, origin, user }: Delivery<EventOf<'closed'>>): Element | undefined {
    const own = conversation === undefined ? undefined : this.#ownJid(conversation);
    // A client that leaves before it was let in is answered from where it wanted to be.
    const from = own ?? origin?.addressed;
    if (from === undefined) return undefined;
    const { why, by } = event;
    const text = event.text === undefined ? undefined : this.#host.textFor(user, event.text, event.conversation);
    if (why === 'gone') {
      const destroy = el('destroy', {}, text === undefined ? undefined : el('reason', {}, text));
      return el(
        'presence',
        { from, type: 'unavailable' },
        el('x', { xmlns: MUC_USER }, item('none', 'none', {}), destroy, el('status', { code: '110' })),
      );
    }
    const codes = why === 'lost' ? ['110', '333'] : ['110', ...CODES[why]];
    return unavailable(from, { why, codes, extras: { by, reason: text } });
  }

  #ownJid(conversation: Conversation): string | undefined {
    const self = conversation.participants.get(conversation.self);
    return self === undefined ? this.#own.get(conversation) : this.#host.occupants.jid(conversation, self);
  }

  #ownPresence(
    conversation: Conversation,
    self: Participant,
    client: string | undefined,
    origin: Delivery['origin'],
  ): Element {
    const asked = origin?.addressed;
    const renamed =
      asked !== undefined && asked.slice(asked.indexOf('/') + 1) !== this.#host.occupants.nick(conversation, self);
    const presence = this.available(conversation, self, ['110', ...(renamed ? ['210'] : [])], { jid: client });
    // Clients match the answer to their join by its id.
    if (origin?.id !== undefined) presence.attrs['id'] = origin.id;
    return presence;
  }
}

/** XEP-0045 7.2.15: from the one who set it, stamped when that is known. */
function subject(host: FeatureHost, conversation: Conversation): Element {
  const room = host.jidOf(conversation.id);
  const { topic } = conversation;
  const setter = topic?.by === undefined ? undefined : host.occupants.find(conversation, topic.by);
  const from = setter === undefined ? room : host.occupants.jid(conversation, setter);
  return el(
    'message',
    { from, type: 'groupchat', id: freshId() },
    el('subject', {}, topic?.text),
    setter && host.occupants.id(conversation, setter),
    topic?.at === undefined ? undefined : delay(room, topic.at),
  );
}
