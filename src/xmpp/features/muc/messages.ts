// What is said in rooms and to people in rooms, and the room's subject (XEP-0045 7.4, 7.5, 8.1).

import { BridgeError } from '../../../model/errors.ts';
import type { Place } from '../../../model/network.ts';
import { words } from '../../../model/words.ts';
import { type Draft, type Feature, type FeatureHost, type Inbound, StanzaError } from '../../feature.ts';
import { freshId, withAction } from '../../stanza.ts';
import { el } from '../../xml.ts';

export const roomMessages: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    host.onMessage(['room'], (message, draft) => toRoom(host, message, draft));
    host.onMessage(['occupant'], (message, draft) => toOccupant(host, message, draft));
    host.present('topicSet', ({ event, conversation, origin }) => {
      if (conversation === undefined) return undefined;
      const setter = event.topic.by === undefined ? undefined : host.occupants.find(conversation, event.topic.by);
      const from = setter === undefined ? host.jidOf(conversation.id) : host.occupants.jid(conversation, setter);
      const id = origin?.id ?? freshId();
      return el('message', { from, type: 'groupchat', id }, el('subject', {}, event.topic.text));
    });
    host.present('invited', ({ event, user }) => {
      const room = host.jidOf(event.conversation);
      const { by, password } = event;
      const reason = event.reason === undefined ? undefined : host.textFor(user, event.reason);
      return el(
        'message',
        { from: room, to: user, id: freshId() },
        el('body', {}, `${by} invites you to ${room}${reason === undefined ? '' : `: ${reason}`}`),
        el(
          'x',
          { xmlns: 'http://jabber.org/protocol/muc#user' },
          el('invite', { from: room }, reason === undefined ? undefined : el('reason', {}, reason)),
          password === undefined ? undefined : el('password', {}, password),
        ),
        el('x', { xmlns: 'jabber:x:conference', jid: room, reason, password }),
      );
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
