// Small pieces of stanzas that several features write or read alike.

import { randomUUID } from 'node:crypto';
import type { Avatar, Body, Conversation, Message, Presence, Rank } from '../model/conversation.ts';
import { type Text, words } from '../model/words.ts';
import { type Element, el } from './xml.ts';

export const MUC = 'http://jabber.org/protocol/muc';
export const MUC_USER = 'http://jabber.org/protocol/muc#user';
export const MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
/** XEP-0424 and XEP-0425, and what they were before 2022, fastened to a message (XEP-0422). */
export const RETRACT = 'urn:xmpp:message-retract:1';
export const MODERATE = 'urn:xmpp:message-moderate:1';
export const RETRACT_0 = 'urn:xmpp:message-retract:0';
export const MODERATE_0 = 'urn:xmpp:message-moderate:0';
export const FASTEN = 'urn:xmpp:fasten:0';

const RUN = randomUUID().slice(0, 8);
let made = 0;
/** For a stanza that answers nothing: unique, and not guessable beyond this run. */
export const freshId = (): string => `${RUN}-${(++made).toString(36)}`;

/** XEP-0082 3.1, in UTC. */
export const timestamp = (at: Date): string => at.toISOString();

/** XEP-0203; `from` is who kept it. */
export const delay = (from: string, at: Date): Element =>
  el('delay', { xmlns: 'urn:xmpp:delay', from, stamp: timestamp(at) });

/** Affiliation and role (XEP-0045 5) of a rank in this conversation. */
export function standing(
  rank: Rank,
  traits: Conversation['traits'],
): { readonly affiliation: string; readonly role: string } {
  const [affiliation, role] = STANDINGS[rank];
  if (role === 'participant' && rank === 'member' && traits?.moderated === true)
    return { affiliation: plain(traits), role: 'visitor' };
  // In a room for members only there are clients that hide everybody who is less than a member.
  return { affiliation: affiliation === 'none' ? plain(traits) : affiliation, role };
}
/** The role of `standing`, where that alone is asked for. */
export const isModerator = (rank: Rank): boolean => STANDINGS[rank][1] === 'moderator';
const plain = (traits: Conversation['traits']): string => (traits?.membersOnly === true ? 'member' : 'none');

const STANDINGS: Readonly<Record<Rank, readonly [affiliation: string, role: string]>> = {
  owner: ['owner', 'moderator'],
  admin: ['admin', 'moderator'],
  moderator: ['admin', 'moderator'],
  helper: ['member', 'moderator'],
  voiced: ['member', 'participant'],
  member: ['none', 'participant'],
  muted: ['none', 'visitor'],
  outcast: ['outcast', 'none'],
  none: ['none', 'none'],
};

/** `<show/>` and `<status/>` of available presence. */
export function showElements(presence: { readonly show: string; readonly status?: string }): (Element | undefined)[] {
  return [
    presence.show === 'online' || presence.show === 'offline' ? undefined : el('show', {}, presence.show),
    presence.status === undefined || presence.status === '' ? undefined : el('status', {}, presence.status),
  ];
}

/** XEP-0245: what stands in `<body/>`. */
export function bodyText({ kind, text }: Body): string {
  const all = kind === 'action' ? `/me ${text}` : text;
  return all.length * MOST_BYTES_OF_A_UNIT <= MOST_BODY_BYTES ? all : shortened(all);
}

/** Of a body on the wire: servers end the stream over a stanza that is too long for them. */
const MOST_BODY_BYTES = 100_000;
const MOST_BYTES_OF_A_UNIT = 6;
const ESCAPED: Readonly<Record<string, number>> = { '&': 5, '<': 4, '>': 4, '"': 6, "'": 6 };

/** What does not fit is left out, and `[…]` says so. */
function shortened(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const char of text) {
    bytes += ESCAPED[char] ?? Buffer.byteLength(char);
    if (bytes > MOST_BODY_BYTES) return `${text.slice(0, end)} […]`;
    end += char.length;
  }
  return text;
}

/**
 * The same one to one. What she wrote with another client of the network comes from the contact's address, for only a privileged entity
 * (XEP-0356) may speak in her name; so it says whose it is.
 */
export const directText = ({ own, body }: Message, network: string): Text =>
  own ? words`You (${network}): ${bodyText(body)}` : bodyText(body);

/** XEP-0245: `/me waves` is an action on the networks. */
export function withAction<D extends { readonly kind: string }>(draft: D): D {
  if (!('body' in draft)) return draft;
  const body = draft.body as Body;
  return body.kind === 'text' && body.text.startsWith('/me ')
    ? { ...draft, body: { ...body, kind: 'action', text: body.text.slice('/me '.length) } }
    : draft;
}

/** XEP-0153: which picture the vCard of the sender has. */
export function photoUpdate({ sha1 }: Avatar): Element {
  return el('x', { xmlns: 'vcard-temp:x:update' }, el('photo', {}, sha1));
}

const SHOWS: readonly Presence['show'][] = ['chat', 'away', 'xa', 'dnd'];

/** How available a client says it is (RFC 6121 4.7.2), and since when it is idle (XEP-0319). */
export function presenceIn(stanza: Element): Presence {
  const said = stanza.childText('show');
  const status = stanza.childText('status');
  const since = new Date(stanza.child('idle', 'urn:xmpp:idle:1')?.attrs['since'] ?? '');
  return {
    show: SHOWS.find((show) => show === said) ?? 'online',
    ...(status !== undefined && status !== '' && { status }),
    ...(!Number.isNaN(since.getTime()) && { since }),
  };
}

/** RFC 6121 4.7.2.3 */
export const priorityIn = (stanza: Element): number => Number(stanza.childText('priority') ?? 0) || 0;
