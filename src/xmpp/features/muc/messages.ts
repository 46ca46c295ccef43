// What is said in rooms and to people in rooms, and the room's subject (XEP-0045 7.4, 7.5, 8.1).

import { BridgeError } from '../../../model/errors.ts';
import type { Place } from '../../../model/network.ts';
import { joined, words } from '../../../model/words.ts';
import { type Draft, type Feature, type FeatureHost, type Inbound, StanzaError } from '../../feature.ts';
import { FORMS } from '../../forms.ts';
import { invitation } from '../../invitation.ts';
import { freshId, MUC, withAction } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

export const roomMessages: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    host.onMessage(['room'], (message, draft) => toRoom(host, message, draft));
    host.onMessage(['occupant'], (message, draft) => toOccupant(host, message, draft));
    host.readMessage(FORMS, 'x', (form, draft, message) => {
      if (!asksForVoice(form, message)) return draft;
      // Nobody else is told what becomes of messages without words (CORE-7).
      const { from, to, id } = message;
      const refusal = new BridgeError('not-implemented', words`Ask somebody who is in charge here to let you speak.`);
      const error = host.errorElement(refusal, 'message', message);
      host.send(el('message', { from: to.bare, to: from, id, type: 'error' }, error), 'room');
      return { kind: 'none' };
    });
    host.present('topicSet', ({ event: { topic, by }, conversation, origin, archived }) => {
      if (conversation === undefined) return undefined;
      const setter = by ?? (topic.by === undefined ? undefined : host.occupants.find(conversation, topic.by));
      const from = setter === undefined ? host.jidOf(conversation.id) : host.occupants.jid(conversation, setter);
      const id = origin?.id ?? archived ?? freshId();
      const who = setter && host.occupants.id(conversation, setter);
      return el('message', { from, type: 'groupchat', id }, el('subject', {}, topic.text), who);
    });
    host.present('invited', ({ event, user }) => {
      const room = host.jidOf(event.conversation);
      const { by, password } = event;
      const reason = event.reason === undefined ? undefined : host.textFor(user, event.reason, event.conversation);
      const direct = event.inviter === undefined ? undefined : host.gateway.network.directOf(event.inviter);
      const from = direct === undefined ? room : host.jidOf(direct);
      const asks = words`${by} invites you to ${room}`;
      const said = host.textFor(user, reason === undefined ? asks : joined([asks, reason], ': '), event.conversation);
      return invitation(host, { room, to: user, from, said, reason, password });
    });
  },
};

function toRoom(host: FeatureHost, message: Inbound, draft: Draft): void {
  const { conversation } = message.to.place as Place;
  if (draft.kind === 'none') return;
  if (message.type !== 'groupchat') {
    if (draft.kind === 'say')
      throw new StanzaError('modify/bad-request', words`Messages to a room are of type groupchat.`);
    host.bridge.submit(message.user, { ...draft, conversation }, host.origin(message));
    return;
  }
  // MUC-31
  if (!host.bridge.joined(message.user, conversation).includes(message.from))
    throw new BridgeError('not-joined', words`You are not in this room.`);
  host.bridge.submit(message.user, { ...withAction(draft), conversation }, host.origin(message));
}

/** XEP-0045 7.13. */
function asksForVoice(form: Element, { to, type }: Inbound): boolean {
  const isOf = (field: Element): boolean => field.childText('value') === `${MUC}#request`;
  return to.where === 'room' && type !== 'groupchat' && form.elements('field').some(isOf);
}

function toOccupant(host: FeatureHost, message: Inbound, draft: Draft): void {
  const { to, user, type, from } = message;
  const place = to.place as Place;
  if (draft.kind === 'none') return;
  if (type === 'groupchat')
    throw new StanzaError('modify/bad-request', words`Messages to one person in a room are of type chat.`);
  const conversation = host.bridge.conversation(user, place.conversation);
  if (conversation === undefined || !host.bridge.joined(user, place.conversation).includes(from))
    throw new BridgeError('not-joined', words`You are not in this room.`);
  const who = host.occupants.find(conversation, to.resource);
  if (who === undefined) throw new BridgeError('not-found', words`There is no ${to.resource} in this room.`);
  const direct = host.gateway.network.directOf(who.id);
  if (direct === undefined) throw new BridgeError('unsupported', words`This network has no private messages.`);
  host.occupants.talkVia(user, direct, to.jid);
  host.bridge.submit(user, { ...withAction(draft), conversation: direct }, host.origin(message));
}
