// How available a contact is, and the gateway itself, as presence (RFC 6121 4, XEP-0100 4.4): out of what the network told and of the state of
// the user's accounts.

import type { Avatar, Presence } from '../../model/conversation.ts';
import type { AccountKey, UserId } from '../../model/ids.ts';
import type { AccountState } from '../../model/ports.ts';
import { type Text, words } from '../../model/words.ts';
import { NOT_SIGNED_IN, stateTexts, type TitledState, titledStates } from '../account-words.ts';
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
  readonly states: readonly TitledState[];
  readonly isRegistered: boolean;
  /** Whose network has had the time to tell who is there. */
  readonly heardOut: ReadonlySet<AccountKey>;
}

const OFFLINE: Presence = { show: 'offline' };
const ONLINE: Presence = { show: 'online' };

export function accountView(host: FeatureHost, user: UserId, heardOut: AccountView['heardOut']): AccountView {
  return { states: titledStates(host, user), isRegistered: host.desk.accounts(user).length > 0, heardOut };
}

/** How available a contact is; undefined where that is not known yet. */
export function contactState(
  host: FeatureHost,
  jid: string,
  heard: Heard | undefined,
  view: AccountView,
): Presence | undefined {
  const account = accountOf(host, jid);
  if (account === undefined) return OFFLINE;
  const { network } = host.gateway;
  const isOnline = isSignedIn(view, account);
  const isTold = view.isRegistered && network.capabilities.reports.includes('appeared');
  if (!isTold) return isOnline || network.guests ? ONLINE : OFFLINE;
  const isOnHerWay = view.states.some(
    (one) => one.account === account && one.state === 'connecting' && one.error === undefined,
  );
  if (!isOnline) return isOnHerWay ? undefined : OFFLINE;
  // Clients hide those who are not there, and there are servers that never tell (SUB-18).
  return heard?.presence ?? (view.heardOut.has(account) ? ONLINE : undefined);
}

/** The account that a contact belongs to. */
export function accountOf(host: FeatureHost, jid: string): AccountKey | undefined {
  const conversation = host.addressOf(jid)?.place?.conversation;
  return conversation === undefined ? undefined : host.gateway.network.accountOf(conversation);
}

export function isSignedIn({ states }: AccountView, key: AccountKey): boolean {
  return states.some(({ account, state }) => account === key && state === 'online');
}

/** Of the gateway: the state of all accounts, in words. */
export function gatewayState(host: FeatureHost, user: UserId, { states, isRegistered }: AccountView): ToldPresence {
  const { guests, gone } = host.gateway.network;
  const inWords = (show: Presence['show'], status: Text): ToldPresence => {
    const translate = host.translator({ user });
    return { show, status: translate(status), lang: translate.language };
  };
  if (gone !== undefined) return inWords('xa', gone);
  if (host.administration.isBlocked(user)) return inWords('xa', words`The operator of this gateway has blocked you.`);
  if (states.length > 0) return inWords(showOf(states), stateTexts(states));
  if (isRegistered) return inWords('xa', NOT_SIGNED_IN);
  return inWords(
    'online',
    guests
      ? words`Not registered: you can join rooms all the same.`
      : words`Not registered yet: see the commands of this contact.`,
  );
}

function showOf(states: readonly AccountState[]): Presence['show'] {
  const isAny = (wanted: AccountState['state']): boolean => states.some(({ state }) => state === wanted);
  if (isAny('failed')) return 'dnd';
  return isAny('online') && !isAny('connecting') && !isAny('waiting') ? 'online' : 'xa';
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

export function toUser(stanza: Element, to: string): Element {
  stanza.attrs['to'] = to;
  return stanza;
}

/** The same for what looks the same. */
export function textOf({ show, status, since }: Presence, heard: Heard | undefined): string {
  return JSON.stringify([show, status ?? '', since?.getTime(), heard?.avatar?.sha1]);
}
