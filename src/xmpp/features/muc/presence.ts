// Who is in a room and who comes, goes and changes, as stanzas (XEP-0045 7.2, 7.6, 7.14, 8.2, 9.1, 15.6).

import type { Conversation, Participant } from '../../../model/conversation.ts';
import type { EventOf } from '../../../model/events.ts';
import type { Delivery } from '../../../model/ports.ts';
import type { Feature, FeatureHost } from '../../feature.ts';
import { bodyText, delay, freshId, MUC_USER, showElements, standing } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

interface ItemExtras {
  readonly nick?: string | undefined;
  readonly jid?: string | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

export const roomPresence: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    const render = new RoomPresence(host);
    host.present('opened', (delivery) => render.opened(delivery));
    host.present('joined', ({ event, conversation }) => conversation && render.available(conversation, event.who));
    host.present('left', ({ event, conversation }) => {
      if (conversation === undefined) return undefined;
      const { who, why, by, text } = event;
      const codes = why === 'ejected' ? ['307'] : why === 'banned' ? ['301'] : [];
      const gone = render.gone(host.occupants.jid(conversation, who), why, codes, { by, reason: text });
      host.occupants.forget(conversation, who);
      return gone;
    });
    host.present('changed', (delivery) => render.changed(delivery));
    host.present('closed', (delivery) => render.closed(delivery));
  },
};

class RoomPresence {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** MUC-11: the others, the user herself, what was said before, the subject. */
  *opened({ event, to, origin }: Delivery<EventOf<'opened'>>): Generator<Element> {
    const { snapshot: conversation, history = [] } = event;
    const self = conversation.participants.get(conversation.self);
    // The list as it is now: what changes while it is being written comes behind it.
    for (const who of Array.from(conversation.participants.values()))
      if (who !== self) yield this.available(conversation, who);
    if (self !== undefined) yield this.#ownPresence(conversation, self, to[0], origin);
    const room = this.#host.jidOf(conversation.id);
    for (const { from, id, body, at } of history) {
      const jid = this.#host.occupants.jid(conversation, from);
      yield el(
        'message',
        { from: jid, type: 'groupchat', id },
        el('body', {}, bodyText(body)),
        delay(room, at ?? new Date(this.#host.clock.now())),
      );
    }
    // Always, even an empty one: there are clients that are not in the room before.
    yield subject(this.#host, conversation);
  }

  available(
    conversation: Conversation,
    who: Participant,
    codes: readonly string[] = [],
    extras: ItemExtras = {},
  ): Element {
    const { affiliation, role } = standing(who.rank, conversation.traits);
    return el(
      'presence',
      { from: this.#host.occupants.jid(conversation, who) },
      ...showElements(who.presence),
      el('x', { xmlns: MUC_USER }, item(affiliation, role, extras), ...codes.map((code) => el('status', { code }))),
    );
  }

  gone(from: string, why: EventOf<'left'>['why'], codes: readonly string[], extras: ItemExtras): Element {
    const affiliation = why === 'banned' ? 'outcast' : 'none';
    const isKick = why === 'ejected' || why === 'banned';
    return el(
      'presence',
      { from, type: 'unavailable' },
      isKick || extras.reason === undefined ? undefined : el('status', {}, extras.reason),
      el(
        'x',
        { xmlns: MUC_USER },
        item(affiliation, 'none', isKick ? extras : { nick: extras.nick }),
        ...codes.map((code) => el('status', { code })),
      ),
    );
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
      );
    }
    yield this.available(conversation, now, own, extras);
  }

  closed({ event, conversation, origin }: Delivery<EventOf<'closed'>>): Element | undefined {
    const self = conversation?.participants.get(conversation.self);
    // A client that leaves before it was let in is answered from where it wanted to be.
    const from =
      conversation === undefined || self === undefined
        ? origin?.addressed
        : this.#host.occupants.jid(conversation, self);
    if (from === undefined) return undefined;
    const { why, by, text } = event;
    if (why === 'gone') {
      const destroy = el('destroy', {}, text === undefined ? undefined : el('reason', {}, text));
      return el(
        'presence',
        { from, type: 'unavailable' },
        el('x', { xmlns: MUC_USER }, item('none', 'none', {}), destroy, el('status', { code: '110' })),
      );
    }
    const codes = { left: [], ejected: ['307'], banned: ['301'], lost: ['333'] }[why];
    return this.gone(from, why === 'lost' ? 'lost' : why, ['110', ...codes], { by, reason: text });
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
