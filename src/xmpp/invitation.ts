// An invitation into a room as it is written: one stanza in both forms (XEP-0045 7.8.2, XEP-0249), as some clients read only one of them.

import type { FeatureHost } from './feature.ts';
import { bareOf } from './jid.ts';
import { freshId, MUC_USER } from './stanza.ts';
import { type Element, el } from './xml.ts';

export interface Invitation {
  /** Address of the room. */
  readonly room: string;
  /** Bare address of whoever is invited. */
  readonly to: string;
  /** Address of whoever invites. */
  readonly from: string;
  /** The same in words, for those who read neither. */
  readonly said: string;
  readonly reason?: string | undefined;
  readonly password?: string | undefined;
}

export function invitation(host: FeatureHost, { room, to, from, said, reason, password }: Invitation): Element {
  // COMPAT(Converse.js, 14): words from the room's address open a talk with it, beside which there can be no room. Who is in a room reads one
  // of the forms.
  const isInRoom = [...host.bridge.joinedClients()].some((client) => bareOf(client) === to);
  return el(
    'message',
    { from: room, to, id: freshId() },
    isInRoom ? undefined : el('body', {}, said),
    el(
      'x',
      { xmlns: MUC_USER },
      el('invite', { from }, reason === undefined ? undefined : el('reason', {}, reason)),
      password === undefined ? undefined : el('password', {}, password),
    ),
    // This form has no other place for who invites.
    el('x', { xmlns: 'jabber:x:conference', jid: room, reason: reason ?? (isInRoom ? said : undefined), password }),
  );
}
