// Messages one to one, both ways, with `/me` (XEP-0245) and subjects; rooms are muc/messages.ts.

import { BridgeError } from '../../model/errors.ts';
import type { Body } from '../../model/conversation.ts';
import type { ConversationId, ResourceId, UserId } from '../../model/ids.ts';
import type { Delivery } from '../../model/ports.ts';
import type { EventOf } from '../../model/events.ts';
import { words } from '../../model/words.ts';
import { type Feature, type FeatureHost, StanzaError } from '../feature.ts';
import { bodyText, directText, freshId, MUC_USER, withAction } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

export const messages: Feature = {
  specs: ['RFC 6121', 'XEP-0245'],
  register(host) {
    host.readMessage('', 'subject', (subject, draft, { stanza, type }) => {
      if (draft.kind === 'say')
        return type === 'groupchat' ? draft : { ...draft, body: { ...draft.body, subject: subject.text() } };
      return type === 'groupchat' && draft.kind === 'none' && stanza.child('thread') === undefined
        ? { kind: 'setTopic', text: subject.text() }
        : draft;
    });
    host.onMessage(['contact'], (message, draft) => {
      const { place } = message.to;
      if (draft.kind === 'none' || place === undefined) return;
      if (message.type === 'groupchat')
        throw new StanzaError('cancel/service-unavailable', words`This is a person, not a room.`);
      if (place.unserved !== undefined) throw new BridgeError('not-found', place.unserved);
      if (place.kind === 'server' && draft.kind === 'say') {
        host.bridge.submit(
          message.user,
          { kind: 'raw', account: host.gateway.network.accountOf(place.conversation), text: draft.body.text },
          host.origin(message),
        );
        return;
      }
      host.occupants.talkVia(message.user, place.conversation, undefined);
      host.bridge.submit(
        message.user,
        { ...withAction(draft), conversation: place.conversation },
        host.origin(message),
      );
    });
    host.present('said', (delivery) => (delivery.to.length === 0 ? direct(host, delivery) : groupchat(host, delivery)));
    host.present('told', ({ event, user }) => {
      const { network, domain } = host.gateway;
      const server = network.placeOf(event.account as string as ConversationId);
      const lang = typeof event.text === 'string' ? undefined : host.translator({ user }).language;
      const from = server?.kind === 'server' ? host.jidOf(server.conversation) : domain;
      return el(
        'message',
        { from, to: user, type: event.urgent === true ? 'chat' : 'headline', id: freshId(), 'xml:lang': lang },
        el('body', {}, host.textFor(user, event.text)),
      );
    });
  },
};

function groupchat(host: FeatureHost, { event, conversation, origin }: Delivery<EventOf<'said'>>): Element | undefined {
  if (conversation === undefined) return undefined;
  const { message } = event;
  const from = message.from.nick === '' ? host.jidOf(conversation.id) : host.occupants.jid(conversation, message.from);
  return el(
    'message',
    { from, type: 'groupchat', id: origin?.id ?? message.id },
    ...bodyElements(message.body, bodyText(message.body)),
  );
}

function direct(host: FeatureHost, { event, user }: Delivery<EventOf<'said'>>): Iterable<Element> | Element {
  const { message, conversation } = event;
  const via = sharedRoom(host, user, conversation);
  const one = (from: string, to?: string): Element =>
    el(
      'message',
      { to, from, type: 'chat', id: message.id },
      ...bodyElements(message.body, host.textFor(user, directText(message, host.gateway.network.title))),
      to === undefined ? undefined : el('x', { xmlns: MUC_USER }),
    );
  // A talk that began in a room goes on there, to the clients that are in it (MUC-34).
  if (via !== undefined && via.clients.length > 0) return via.clients.map((client) => one(via.jid, client));
  return one(host.jidOf(conversation));
}

/** Where she last spoke to them in a room that both are in still: their address there, and her clients in it. */
function sharedRoom(
  host: FeatureHost,
  user: UserId,
  direct: ConversationId,
): { readonly jid: string; readonly clients: readonly ResourceId[] } | undefined {
  const jid = host.occupants.via(user, direct);
  const address = jid === undefined ? undefined : host.addressOf(jid);
  const id = address?.place?.conversation;
  const room = id === undefined ? undefined : host.bridge.conversation(user, id);
  if (jid === undefined || address === undefined || room === undefined) return undefined;
  const who = host.occupants.find(room, address.resource);
  const isThere = who !== undefined && host.gateway.network.directOf(who.id) === direct;
  return isThere ? { jid, clients: host.bridge.joined(user, room.id) } : undefined;
}

function bodyElements(body: Body, text: string): (Element | undefined)[] {
  return [
    body.subject === undefined ? undefined : el('subject', {}, body.subject),
    el('body', {}, text),
    body.thread === undefined ? undefined : el('thread', {}, body.thread),
  ];
}
