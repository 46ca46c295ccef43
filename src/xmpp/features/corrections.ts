// Corrections (XEP-0308), reactions (XEP-0444) and retractions (XEP-0424). In rooms reactions and retractions name the room's id of a message,
// corrections always the sender's.

import type { Conversation, Participant, Target } from '../../model/conversation.ts';
import type { EventOf } from '../../model/events.ts';
import type { MessageId } from '../../model/ids.ts';
import type { Delivery } from '../../model/ports.ts';
import { words } from '../../model/words.ts';
import type { Feature, FeatureHost } from '../feature.ts';
import { bodyText, directText, FASTEN, freshId, MODERATE, MODERATE_0, RETRACT, RETRACT_0 } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

const CORRECT = 'urn:xmpp:message-correct:0';
const REACTIONS = 'urn:xmpp:reactions:0';

export const corrections: Feature = {
  specs: ['XEP-0308'],
  register(host) {
    host.advertise(CORRECT, ['contact', 'room'], 'edit');
    host.readMessage(CORRECT, 'replace', (replace, draft) => {
      const { id } = replace.attrs;
      return draft.kind !== 'say' || id === undefined
        ? draft
        : { ...draft, kind: 'edit', target: { by: 'id', value: id } };
    });
    host.present('edited', (delivery) => {
      const { event, origin } = delivery;
      const { body, id, from } = event.message;
      const text =
        delivery.to.length > 0
          ? bodyText(body)
          : host.textFor(delivery.user, directText(event.message, host.gateway.network.title));
      const replaced = el('replace', { xmlns: CORRECT, id: xmppId(host, delivery, event.target) });
      return stanza(host, delivery, from, el('body', {}, text), replaced, { id: origin?.id ?? id });
    });
  },
};

export const reactions: Feature = {
  specs: ['XEP-0444'],
  register(host) {
    host.advertise(REACTIONS, ['contact', 'room'], 'react');
    host.readMessage(REACTIONS, 'reactions', (child, draft, { type }) => {
      const target = targetOf(child, type);
      if (target === undefined) return draft;
      return { kind: 'react', target, emoji: child.elements('reaction').map((one) => one.text()) };
    });
    host.present('reacted', (delivery) => {
      const { target, by, emoji } = delivery.event;
      const shown = emoji.map((one) => el('reaction', {}, one));
      return stanza(
        host,
        delivery,
        by,
        el('reactions', { xmlns: REACTIONS, id: roomOrXmppId(host, delivery, target) }, ...shown),
        STORE(),
      );
    });
  },
};

export const retractions: Feature = {
  specs: ['XEP-0424'],
  register(host) {
    host.advertise(RETRACT, ['contact', 'room'], 'retract');
    host.readMessage(RETRACT, 'retract', (child, draft, { type }) => {
      const target = targetOf(child, type);
      return target === undefined ? draft : { kind: 'retract', target };
    });
    host.present('retracted', (delivery) => {
      const { target, by, reason, moderated } = delivery.event;
      if (moderated === true && delivery.conversation !== undefined && delivery.to.length > 0)
        return moderatedBy(host, delivery, delivery.conversation);
      const retract = el(
        'retract',
        { xmlns: RETRACT, id: roomOrXmppId(host, delivery, target) },
        reason === undefined ? undefined : el('reason', {}, reason),
      );
      return stanza(
        host,
        delivery,
        by,
        retract,
        el('body', {}, host.textFor(delivery.user, words`This person took back a message.`)),
        el('fallback', { xmlns: 'urn:xmpp:fallback:0', for: RETRACT }),
        STORE(),
      );
    });
  },
};

/** XEP-0425: from the room itself, in both versions. */
function moderatedBy(
  host: FeatureHost,
  { event: { target: id, by, reason }, user }: Delivery<EventOf<'retracted'>>,
  conversation: Conversation,
): Element {
  const who = by && host.occupants.jid(conversation, by);
  const why = (): Element | undefined => (reason === undefined ? undefined : el('reason', {}, reason));
  const moderated = el('moderated', { xmlns: MODERATE, by: who }, by && host.occupants.id(conversation, by));
  const before = el('moderated', { xmlns: MODERATE_0, by: who }, el('retract', { xmlns: RETRACT_0 }), why());
  return el(
    'message',
    { from: host.jidOf(conversation.id), type: 'groupchat', id: freshId() },
    el('retract', { xmlns: RETRACT, id }, moderated, why()),
    el('apply-to', { xmlns: FASTEN, id }, before),
    el('body', {}, host.textFor(user, words`A moderator took back a message.`, conversation.id)),
    el('fallback', { xmlns: 'urn:xmpp:fallback:0', for: RETRACT }),
    STORE(),
  );
}

const STORE = (): Element => el('store', { xmlns: 'urn:xmpp:hints' });

function targetOf(child: Element, type: string): Target | undefined {
  const { id } = child.attrs;
  return id === undefined ? undefined : { by: type === 'groupchat' ? 'stanza-id' : 'id', value: id };
}

/** The id that clients know the message by. */
function xmppId(host: FeatureHost, { user, event }: Delivery, target: MessageId): string {
  return 'conversation' in event ? (host.messageIds.xmpp(user, event.conversation, target) ?? target) : target;
}
const roomOrXmppId = (host: FeatureHost, delivery: Delivery, target: MessageId): string =>
  delivery.to.length > 0 ? target : xmppId(host, delivery, target);

function stanza(
  host: FeatureHost,
  { event, conversation, to, origin, archived }: Delivery,
  by: Participant | undefined,
  ...parts: (Element | { readonly id: string })[]
): Element | undefined {
  if (!('conversation' in event)) return undefined;
  const who = by && conversation?.participants.get(by.id);
  const isThere = conversation !== undefined && who !== undefined;
  const from = isThere ? host.occupants.jid(conversation, who) : host.jidOf(event.conversation);
  const occupant = isThere ? host.occupants.id(conversation, who) : undefined;
  const children = parts.filter((part): part is Element => 'attrs' in part);
  const id = parts.find((part): part is { readonly id: string } => !('attrs' in part))?.id ?? origin?.id ?? archived;
  return el('message', { from, type: to.length === 0 ? 'chat' : 'groupchat', id }, ...children, occupant);
}
