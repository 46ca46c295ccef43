// The parts of an occupant's presence that say what she is in the room, and how she got out of it (XEP-0045 7.14, 8.2, 9.1).

import type { Conversation, GroupTraits, Participant } from '../model/conversation.ts';
import type { EventOf } from '../model/events.ts';
import type { Delivery } from '../model/ports.ts';
import type { FeatureHost } from './feature.ts';
import { isModerator, MUC_USER, type standing } from './stanza.ts';
import { type Element, el } from './xml.ts';

export interface ItemExtras {
  readonly nick?: string | undefined;
  readonly jid?: string | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

export function item(affiliation: string, role: string, { nick, jid, by, reason }: ItemExtras): Element {
  return el(
    'item',
    { affiliation, role, nick, jid },
    by === undefined ? undefined : el('actor', { nick: by }),
    reason === undefined ? undefined : el('reason', {}, reason),
  );
}

/** XEP-0045 15.6.2: how somebody got out. */
export const CODES: Readonly<Record<Exclude<EventOf<'left' | 'closed'>['why'], 'gone'>, readonly string[]>> = {
  left: [],
  ejected: ['307'],
  banned: ['301'],
  excluded: ['322'],
  lost: [],
  shutdown: ['332'],
};

/** Does the user see by which address others can be had as contacts? Rooms are semi-anonymous (MUC-12). */
export function seesAddresses({ participants, self }: Conversation): boolean {
  const user = participants.get(self);
  return user !== undefined && isModerator(user.rank);
}

/** Is it about somebody of whom the user sees more than others do? */
export function showsAddress({ event: { kind }, conversation }: Delivery): boolean {
  return (kind === 'joined' || kind === 'changed') && conversation !== undefined && seesAddresses(conversation);
}

/** What the user is shown of another. The address is that of a contact: which user of the gateway somebody is, nobody sees. */
export function extrasOf(
  host: FeatureHost,
  conversation: Conversation,
  { id }: Participant,
  sees = seesAddresses(conversation),
): ItemExtras {
  const direct = sees && id !== conversation.self ? host.gateway.network.directOf(id) : undefined;
  return direct === undefined ? {} : { jid: host.jidOf(direct) };
}

/** What of the room's ways decides about standings. */
export const deciding = ({ moderated = false, membersOnly = false }: GroupTraits = {}): GroupTraits => ({
  moderated,
  membersOnly,
});
export const isSameStanding = (one: ReturnType<typeof standing>, other: ReturnType<typeof standing>): boolean =>
  one.affiliation === other.affiliation && one.role === other.role;

interface Going {
  readonly why: EventOf<'left' | 'closed'>['why'];
  readonly codes: readonly string[];
  readonly extras: ItemExtras;
}

export function unavailable(from: string, { why, codes, extras }: Going, id?: Element): Element {
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
