// The parts of an occupant's presence that say what she is in the room, and how she got out of it (XEP-0045 7.14, 8.2, 9.1).

import type { EventOf } from '../model/events.ts';
import { MUC_USER } from './stanza.ts';
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
