// Who is in a room and who comes, goes and changes, as stanzas (XEP-0045 7.2, 7.6, 7.14, 8.2, 9.1, 15.6).

import type { Conversation, GroupTraits, Message, Participant } from '../../../model/conversation.ts';
import type { EventOf } from '../../../model/events.ts';
import type { UserId } from '../../../model/ids.ts';
import type { Delivery } from '../../../model/ports.ts';
import type { Feature, FeatureHost } from '../../feature.ts';
import { bodyText, delay, freshId, MUC_USER, photoUpdate, showElements, standing } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

/** XEP-0359. */
const STANZA_ID = 'urn:xmpp:sid:0';
const OCCUPANT_ID = 'urn:xmpp:occupant-id:0';

interface ItemExtras {
  readonly nick?: string | undefined;
  readonly jid?: string | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** XEP-0045 15.6.2: how somebody got out. */
const CODES: Readonly<Record<Exclude<EventOf<'left' | 'closed'>['why'], 'gone'>, readonly string[]>> = {
  left: [],
  ejected: ['307'],
  banned: ['301'],
  excluded: ['322'],
  lost: [],
  shutdown: ['332'],
};

export const roomPresence: Feature = {
  specs: ['XEP-0045', 'XEP-0421'],
  register(host) {
    const render = new RoomPresence(host);
    host.present('opened', (delivery) => render.opened(delivery));
    host.present('joined', ({ event, conversation }) => conversation && render.available(conversation, event.who));
    host.present('left', ({ event, conversation }) => {
      if (conversation === undefined) return undefined;
      const { who, why, by, text } = event;
      const gone = render.gone({ conversation, who, why }, CODES[why], { by, reason: text });
      host.occupants.forget(conversation, who);
      return gone;
    });
    host.present('changed', (delivery) => render.changed(delivery));
    host.present('closed', (delivery) => render.closed(delivery));
    host.present('configured', (delivery) => render.configured(delivery));
    host.advertise(OCCUPANT_ID, ['room']);
    host.decorate('said', ({ event: { message }, conversation, to }, stanza) => {
      if (conversation !== undefined && to.length > 0 && message.from.nick !== '')
        stanza.add(host.occupants.id(conversation, message.from));
    });
  },
};

interface Leaver {
  readonly conversation: Conversation;
  readonly who: Participant;
  readonly why: EventOf<'left' | 'closed'>['why'];
}

class RoomPresence {
  readonly #host: FeatureHost;
  /** What of the room's ways decides about standings, as it was last shown. */
  readonly #shown = new WeakMap<Conversation, GroupTraits>();
  /** The same before an event, which is rendered for one client after the other. */
  readonly #before = new WeakMap<EventOf<'configured'>, GroupTraits>();
  /** Her own address as she was last shown: when she is put out, she may be among the people no more. */
  readonly #own = new WeakMap<Conversation, string>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** MUC-11: the others, the user herself, what was said before, the subject. */
  *opened({ user, event, to, origin }: Delivery<EventOf<'opened'>>): Generator<Element> {
    const { snapshot: conversation, history = [] } = event;
    const self = conversation.participants.get(conversation.self);
    if (!this.#shown.has(conversation)) this.#shown.set(conversation, deciding(conversation.traits));
    // The list as it is now: what changes while it is being written comes behind it.
    for (const who of Array.from(conversation.participants.values()))
      if (who !== self) yield this.available(conversation, who);
    if (self !== undefined) yield this.#ownPresence(conversation, self, to[0], origin);
    for (const message of history) yield this.#saidBefore(user, conversation, message);
    // Always, even an empty one: there are clients that are not in the room before.
    yield subject(this.#host, conversation);
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
    extras: ItemExtras = {},
  ): Element {
    const { affiliation, role } = standing(who.rank, conversation.traits);
    const from = this.#host.occupants.jid(conversation, who);
    if (who.id === conversation.self) this.#own.set(conversation, from);
    return el(
      'presence',
      { from },
      ...showElements(who.presence),
      who.avatar && photoUpdate(who.avatar),
      this.#host.occupants.id(conversation, who),
      el('x', { xmlns: MUC_USER }, item(affiliation, role, extras), ...codes.map((code) => el('status', { code }))),
    );
  }

  gone({ conversation, who, why }: Leaver, codes: readonly string[], extras: ItemExtras): Element {
    const from = this.#host.occupants.jid(conversation, who);
    return unavailable(from, { why, codes, extras }, this.#host.occupants.id(conversation, who));
  }

  /** XEP-0045 10.2.1; and who may speak or not now, or is a member by being there. */
  *configured({ event, conversation, to }: Delivery<EventOf<'configured'>>): Generator<Element> {
    if (conversation === undefined) return;
    const x = el('x', { xmlns: MUC_USER }, el('status', { code: '104' }));
    yield el('message', { from: this.#host.jidOf(conversation.id), type: 'groupchat', id: freshId() }, x);
    const now = deciding(conversation.traits);
    const before = this.#before.get(event) ?? this.#shown.get(conversation) ?? now;
    this.#before.set(event, before);
    this.#shown.set(conversation, now);
    if (before.moderated === now.moderated && before.membersOnly === now.membersOnly) return;
    for (const who of Array.from(conversation.participants.values())) {
      if (isSame(standing(who.rank, before), standing(who.rank, now))) continue;
      const isSelf = who.id === conversation.self;
      yield this.available(conversation, who, isSelf ? ['110'] : [], isSelf ? { jid: to[0] } : {});
    }
  }

  *changed({ event, conversation, to }: Delivery<EventOf<'changed'>>): Generator<Element> {
    if (conversation === undefined) return;
    const { before, now } = event;
    const isSelf = now.id === conversation.self || before.id === conversation.self;
    const own = isSelf ? ['110'] : [];
    const extras: ItemExtras = isSelf ? { jid: to[0] } : {};
    if (before.nick !== now.nick) {
      const { from, to: nick } = this.#host.occupants.rename(conversation, before, now);
      const room = this.#host.jidOf(conversation.id);
      const { affiliation, role } = standing(now.rank, conversation.traits);
      yield el(
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
    }
    yield this.available(conversation, now, own, extras);
  }

  closed({ event, conversation, origin, user }: Delivery<EventOf<'closed'>>): Element | undefined {
    const own = conversation === undefined ? undefined : this.#ownJid(conversation);
    // A client that leaves before it was let in is answered from where it wanted to be.
    const from = own ?? origin?.addressed;
    if (from === undefined) return undefined;
    const { why, by } = event;
    const text = event.text === undefined ? undefined : this.#host.textFor(user, event.text);
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

function item(affiliation: string, role: string, { nick, jid, by, reason }: ItemExtras): Element {
  return el(
    'item',
    { affiliation, role, nick, jid },
    by === undefined ? undefined : el('actor', { nick: by }),
    reason === undefined ? undefined : el('reason', {}, reason),
  );
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
    topic?.at === undefined ? undefined : delay(room, topic.at),
  );
}

interface Going {
  readonly why: Leaver['why'];
  readonly codes: readonly string[];
  readonly extras: ItemExtras;
}

function unavailable(from: string, { why, codes, extras }: Going, id?: Element): Element {
  const affiliation = why === 'banned' ? 'outcast' : 'none';
  const isKick = why === 'ejected' || why === 'banned' || why === 'excluded';
  return el(
    'presence',
    { from, type: 'unavailable' },
    isKick || extras.reason === undefined ? undefined : el('status', {}, extras.reason),
    id,
    el(
      'x',
      { xmlns: MUC_USER },
      item(affiliation, 'none', isKick ? extras : { nick: extras.nick }),
      ...codes.map((code) => el('status', { code })),
    ),
  );
}

const deciding = ({ moderated = false, membersOnly = false }: GroupTraits = {}): GroupTraits => ({
  moderated,
  membersOnly,
});
const isSame = (one: ReturnType<typeof standing>, other: ReturnType<typeof standing>): boolean =>
  one.affiliation === other.affiliation && one.role === other.role;
