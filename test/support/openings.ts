// What plays say often: the patterns of a room's stanzas, and the way in.

import type { IrcCast } from './irc-cast.ts';
import { at } from './world.ts';
import type { XmppClient } from './xmpp-client.ts';

export const MUC = 'http://jabber.org/protocol/muc';
export const MUC_USER = `${MUC}#user`;
export const DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
export const FORMS = 'jabber:x:data';
export const REGISTER = 'jabber:iq:register';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export type Role = 'moderator' | 'participant' | 'visitor';

/** Presence of someone who is in the room; `extra` goes into the muc#user element. */
export const occupant = (room: string, nick: string, role: Role, extra = "<!status code='110'/>"): string =>
  `<presence from='${room}/${nick}' !type><x xmlns='${MUC_USER}'><item role='${role}'/>${extra}</x></presence>`;

/** Presence of someone who is no longer there. */
export const gone = (room: string, nick: string, extra = "<!status code='110'/>"): string =>
  `<presence from='${room}/${nick}' type='unavailable'><x xmlns='${MUC_USER}'><item role='none'/>${extra}</x></presence>`;

/** The message that ends a join; it comes from the room or from who set the subject. */
export const subject = (from: string, text: string): string =>
  `<message from='${from}' type='groupchat'><subject>${text}</subject><!body/></message>`;

export const groupchat = (room: string, nick: string, text: string): string =>
  `<message from='${room}/${nick}' type='groupchat'><body>${text}</body></message>`;

/** An error's type and condition, exactly. */
export const error = (type: string, condition: string): string =>
  `<error type='${type}'><${condition} xmlns='${STANZAS}'/></error>`;

export const joinRequest = (room: string, nick: string, inside = ''): string =>
  `<presence to='${room}/${nick}'><x xmlns='${MUC}'>${inside}</x></presence>`;

/** Goes into a channel in which tybalt is the operator, and reads all that comes of it. @returns the room's address. */
export async function entersVerona(
  client: XmppClient,
  irc: IrcCast,
  { modes = [], role = 'participant' }: { readonly modes?: readonly string[]; readonly role?: Role } = {},
): Promise<string> {
  const room = at('#verona');
  await irc.channel('#verona', { nicks: ['@tybalt'], modes });
  client.sends(joinRequest(room, 'romeo'));
  await irc.receives('romeo JOIN #verona');
  await client.receives(occupant(room, 'tybalt', 'moderator'));
  await client.receives(occupant(room, 'romeo', role, "<status code='110'/>"));
  await client.receives("<message type='groupchat'><subject/></message>");
  return room;
}

/** Goes into a room where these are, and reads all that comes of it. */
export async function joins(client: XmppClient, room: string, nick: string, others: readonly string[]): Promise<void> {
  client.sends(joinRequest(room, nick));
  await client.receivesInAnyOrder(
    ...others.map((other) => `<presence from='${room}/${other}' !type><x xmlns='${MUC_USER}'><item/></x></presence>`),
  );
  await client.receives(occupant(room, nick, 'participant', "<status code='110'/>"));
  await client.receives("<message type='groupchat'><subject/></message>");
}
