// What became of a message: delivered (XEP-0184), read (XEP-0333), or failed after all. Only what the network said, never more.

import type { ConversationId, MessageId, UserId } from '../../model/ids.ts';
import { words } from '../../model/words.ts';
import type { Feature, FeatureHost } from '../feature.ts';
import { freshId } from '../stanza.ts';
import { el } from '../xml.ts';

const RECEIPTS = 'urn:xmpp:receipts';
const MARKERS = 'urn:xmpp:chat-markers:0';
const NO_STORE = { xmlns: 'urn:xmpp:hints' };

/** Cut messages that wait for the rest of their parts. */
const MOST_CUT = 1_000;

export const receipts: Feature = {
  specs: ['XEP-0184', 'XEP-0333'],
  register(host) {
    const { reports } = host.gateway.network.capabilities;
    const cut = new CutMessages();
    if (reports.includes('delivered')) host.advertise(RECEIPTS, ['contact']);
    host.advertise(MARKERS, ['contact', 'room'], 'display');
    host.readMessage(MARKERS, 'displayed', (child, draft, { type }) => {
      const { id } = child.attrs;
      return id === undefined || draft.kind !== 'none'
        ? draft
        : { kind: 'display', upTo: { by: type === 'groupchat' ? 'stanza-id' : 'id', value: id } };
    });
    host.decorate('said', ({ event, user }, stanza) => {
      if (!event.message.own && host.bridge.capabilities(user, event.conversation).accepts.includes('display'))
        stanza.add(el('markable', { xmlns: MARKERS }));
    });
    host.present('delivered', ({ event, user, to }) => {
      const id = known(host, user, event.conversation, event.upTo);
      if (id === undefined || to.length > 0) return undefined;
      const parts = host.messageIds.network(user, event.conversation, id) ?? [];
      if (event.whole !== true && !cut.isWhole(`${user} ${event.conversation} ${id}`, parts, event.upTo))
        return undefined;
      return el(
        'message',
        { from: host.jidOf(event.conversation), type: 'chat', id: freshId() },
        el('received', { xmlns: RECEIPTS, id }),
        el('no-store', NO_STORE),
      );
    });
    host.present('displayed', ({ event, user, to, conversation }) => {
      const id = to.length > 0 ? event.upTo : known(host, user, event.conversation, event.upTo);
      if (id === undefined) return undefined;
      const from =
        conversation === undefined ? host.jidOf(event.conversation) : host.occupants.jid(conversation, event.by);
      return el(
        'message',
        { from, type: to.length > 0 ? 'groupchat' : 'chat', id: freshId() },
        el('displayed', { xmlns: MARKERS, id }),
        el('no-store', NO_STORE),
      );
    });
    host.present('failed', ({ event, user }) => {
      const from = host.jidOf(event.conversation);
      const id = known(host, user, event.conversation, event.target);
      // The error for clients that still wait for it, and words for everybody: a late error to a bare address vanishes (SUB-16).
      const translate = host.translator({ user });
      const body = el('body', {}, translate(words`Not delivered: ${event.error.text}`));
      return [
        el('message', { from, type: 'error', id }, host.errorElement(event.error, 'message', { user })),
        el('message', { from, type: 'chat', id: freshId(), 'xml:lang': translate.language }, body),
      ];
    });
  },
};

function known(host: FeatureHost, user: UserId, conversation: ConversationId, id: MessageId): string | undefined {
  return host.messageIds.xmpp(user, conversation, id);
}

/** A message that was sent in parts is delivered when all of them are. */
class CutMessages {
  /** What is left of each, the oldest first. */
  readonly #left = new Map<string, Set<MessageId>>();

  isWhole(message: string, parts: readonly MessageId[], delivered: MessageId): boolean {
    if (parts.length < 2) return true;
    const left = this.#left.get(message) ?? new Set(parts);
    left.delete(delivered);
    this.#left.delete(message);
    if (left.size === 0) return true;
    this.#left.set(message, left);
    const [oldest = ''] = this.#left.keys();
    if (this.#left.size > MOST_CUT) this.#left.delete(oldest);
    return false;
  }
}
