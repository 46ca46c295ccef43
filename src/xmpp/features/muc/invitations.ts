// Inviting somebody, and declining (XEP-0045 7.8, XEP-0249): people of the network by the network, others by a message from the room.

import type { BridgeError } from '../../../model/errors.ts';
import { type ConversationId, userId } from '../../../model/ids.ts';
import type { Invited } from '../../../model/invitations.ts';
import type { Place } from '../../../model/network.ts';
import { joined, words } from '../../../model/words.ts';
import type { Draft, Feature, FeatureHost, Inbound } from '../../feature.ts';
import { invitation } from '../../invitation.ts';
import { bareOf } from '../../jid.ts';
import { MUC_USER } from '../../stanza.ts';
import { type Element, el } from '../../xml.ts';

const CONFERENCE = 'jabber:x:conference';

export const invitations: Feature = {
  specs: ['XEP-0045', 'XEP-0249'],
  register(host) {
    host.readMessage(MUC_USER, 'x', (x, draft, message) => {
      if (message.to.where !== 'room') return draft;
      const invite = x.child('invite');
      const decline = x.child('decline');
      const reason = (invite ?? decline)?.childText('reason');
      const why = reason === undefined ? {} : { reason };
      if (decline !== undefined) return { kind: 'decline', ...why };
      const who = invite?.attrs['to'];
      if (who === undefined) return draft;
      // Somebody of this gateway is named as the network knows them.
      const address = host.addressOf(bareOf(who));
      if (address === undefined && who.includes('@') && isIn(host, message))
        return inviteUser(host, message, { who, reason });
      return { kind: 'invite', who: address?.place?.conversation ?? who, ...why };
    });
    host.readMessage(CONFERENCE, 'x', (x, draft, message) => direct(host, message, { x, draft }));
  },
};

function isIn(host: FeatureHost, { user, from, to }: Inbound): boolean {
  return to.place !== undefined && host.bridge.joined(user, to.place.conversation).includes(from);
}

interface Guest {
  readonly who: string;
  readonly reason: string | undefined;
}

/**
 * The one who asks is in the room, so the room may ask in her name. Who is on the network too is invited there first: the room may let in
 * nobody else, and the network knows whether she may invite.
 */
function inviteUser(host: FeatureHost, message: Inbound, guest: Guest): Draft {
  const { bridge } = host;
  const { user, to } = message;
  const { conversation: room } = to.place as Place;
  const invited = userId(bareOf(guest.who));
  const by = bridge.conversation(user, room)?.self ?? user;
  const asked: Invited = { user: invited, room, by };
  const person = bridge.invitations.personOf(invited, room);
  const isKnown = bridge.invitations.isKnown(asked);
  const tell = (): void => {
    if (!isKnown) host.send(byMessage(host, message, guest), 'spooled');
  };
  // What the network tells her of it says nothing new.
  if (!isKnown) bridge.invitations.told(asked);
  if (person === undefined) {
    tell();
    return { kind: 'none' };
  }
  const settle = (error: BridgeError | undefined): void => {
    if (error === undefined || isOutOfReach(error)) return tell();
    if (!isKnown) bridge.invitations.untold(asked);
    refuse(host, message, error);
  };
  const { reason } = guest;
  const invite = { kind: 'invite', conversation: room, who: person, ...(reason !== undefined && { reason }) } as const;
  bridge.submit(user, invite, { ...host.origin(message), settle });
  return { kind: 'none' };
}

/** She has just gone there, or people are not invited there: she can be told all the same. */
const isOutOfReach = ({ code }: BridgeError): boolean => code === 'not-found' || code === 'unsupported';

function refuse(host: FeatureHost, message: Inbound, refusal: BridgeError): void {
  const { from, to, id } = message;
  const error = host.errorElement(refusal, 'message', message);
  host.send(el('message', { from: to.bare, to: from, id, type: 'error' }, error), 'room');
}

function byMessage(host: FeatureHost, { user, to }: Inbound, { who, reason }: Guest): Element {
  const { guests, title } = host.gateway.network;
  const room = to.bare;
  const invited = userId(bareOf(who));
  const needs = guests ? undefined : words`You need an account of ${title} with ${host.gateway.domain} for it.`;
  const more = [reason ?? '', needs ?? ''].filter((one) => one !== '');
  const why = more.length === 0 ? undefined : host.textFor(invited, joined(more, ' '));
  const asks = words`${user} invites you to ${room}`;
  const said = why === undefined ? asks : joined([asks, why], ': ');
  const text = host.textFor(invited, said);
  return invitation(host, { room, to: invited, from: user, said: text, reason: why });
}

/** MUC-71: to one of our contacts; a room of ours is one that the network can invite to, of another it is told in words. */
function direct(
  host: FeatureHost,
  message: Inbound,
  { x, draft }: { readonly x: Element; readonly draft: Draft },
): Draft {
  const { to, user } = message;
  const { jid, reason } = x.attrs;
  const contact: ConversationId | undefined = to.where === 'contact' ? to.place?.conversation : undefined;
  // With a mediated one beside it, it says the same again.
  if (contact === undefined || jid === undefined || message.stanza.child('x', MUC_USER) !== undefined) return draft;
  const place = host.addressOf(bareOf(jid))?.place;
  if (place?.kind !== 'group') {
    const said = draft.kind === 'say' ? draft.body.text : '';
    const text = [said, `xmpp:${bareOf(jid)}?join`, reason].filter(Boolean).join('\n');
    return { kind: 'say', body: { kind: 'text', text } };
  }
  const why = reason === undefined ? {} : { reason };
  const invite = { kind: 'invite', conversation: place.conversation, who: contact, ...why } as const;
  host.bridge.submit(user, invite, host.origin(message));
  return { kind: 'none' };
}
