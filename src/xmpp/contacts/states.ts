// How available a contact is, and the gateway itself, as presence (RFC 6121 4, XEP-0100 4.4): out of what the network told and of the state of
// the user's accounts.

import type { Avatar, Presence } from '../../model/conversation.ts';
import type { UserId } from '../../model/ids.ts';
import type { AccountState } from '../../model/ports.ts';
import { type Text, words } from '../../model/words.ts';
import type { FeatureHost } from '../feature.ts';
import { photoUpdate, showElements, timestamp } from '../stanza.ts';
import { type Element, el } from '../xml.ts';

/** What the network said of a contact last. */
export interface Heard {
  readonly presence: Presence;
  readonly avatar?: Avatar;
}

/** As it is told. */
export interface ToldPresence extends Presence {
  /** Of a status in words of ours (BCP 47). */
  readonly lang?: string;
}

/** A user's accounts, read once for many contacts. */
export interface AccountView {
  readonly states: readonly AccountState[];
  readonly isRegistered: boolean;
}

const OFFLINE: Presence = { show: 'offline' };
const ONLINE: Presence = { show: 'online' };

export function accountView({ bridge, desk }: FeatureHost, user: UserId): AccountView {
  return { states: bridge.accountStates(user), isRegistered: desk.accounts(user).length > 0 };
}

/**
 * Of a contact: what the network said, while the account is online. Of whom it says nothing, she is there: clients hide those who are not, and
 * there are servers that never tell (SUB-18).
 */
export function contactState(host: FeatureHost, jid: string, heard: Heard | undefined, view: AccountView): Presence {
  const conversation = host.addressOf(jid)?.place?.conversation;
  if (conversation === undefined) return OFFLINE;
  const { network } = host.gateway;
  const key = network.accountOf(conversation);
  const isOnline = view.states.some(({ account, state }) => account === key && state === 'online');
  const isTold = view.isRegistered && network.capabilities.reports.includes('appeared');
  if (isTold) return isOnline ? (heard?.presence ?? ONLINE) : OFFLINE;
  return isOnline || network.guests ? ONLINE : OFFLINE;
}

/** Of the gateway: the state of all accounts, in words. */
export function gatewayState(host: FeatureHost, user: UserId, { states, isRegistered }: AccountView): ToldPresence {
  const inWords = (show: Presence['show'], status: Text): ToldPresence => {
    const translate = host.translator({ user });
    return { show, status: translate(status), lang: translate.language };
  };
  const failed = states.find(({ state }) => state === 'failed');
  if (failed !== undefined) return inWords('dnd', failed.error?.text ?? words`Could not sign in.`);
  if (states.some(({ state }) => state === 'connecting' || state === 'waiting'))
    return inWords('xa', words`Connecting…`);
  if (states.some(({ state }) => state === 'online')) return ONLINE;
  const isReady = isRegistered || host.gateway.network.guests;
  return inWords('online', isReady ? words`Ready.` : words`Not registered yet: see the commands of this contact.`);
}

/** Without a picture; XEP-0319 for idle since. */
export function presenceElement(host: FeatureHost, from: string, presence: ToldPresence): Element {
  const isThere = presence.show !== 'offline';
  return el(
    'presence',
    { from, type: isThere ? undefined : 'unavailable', 'xml:lang': presence.lang },
    ...showElements(presence),
    isThere && presence.since !== undefined
      ? el('idle', { xmlns: 'urn:xmpp:idle:1', since: timestamp(presence.since) })
      : undefined,
    isThere ? host.caps(from === host.gateway.domain ? 'gateway' : 'contact') : undefined,
  );
}

export function withPicture(stanza: Element, heard: Heard | undefined): Element {
  const isThere = stanza.attrs['type'] === undefined;
  return isThere && heard?.avatar !== undefined ? stanza.add(photoUpdate(heard.avatar)) : stanza;
}
