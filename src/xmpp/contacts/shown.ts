// What users have been shown of the presence of their contacts and of the gateway: nothing twice, flapping gathered, probes answered, and all
// of it taken back when the last client leaves.

import type { Avatar, Presence } from '../../model/conversation.ts';
import type { ResourceId, UserId } from '../../model/ids.ts';
import type { AccountState } from '../../model/ports.ts';
import type { FeatureHost } from '../feature.ts';
import { joinJid, resourceOf } from '../jid.ts';
import type { Element } from '../xml.ts';
import type { ClientBook } from './clients.ts';
import { isFrom, isTo, subscriptionOf } from './standing.ts';
import {
  type AccountView,
  accountView,
  contactState,
  gatewayState,
  type Heard,
  presenceElement,
  type ToldPresence,
  withPicture,
} from './states.ts';

interface Shown {
  heard?: Heard | undefined;
  /** As all her clients have it. */
  sent?: string | undefined;
  isOffline: boolean;
  /** When that was written, and when last because the network said so: monotonic milliseconds. */
  writtenAt: number;
  changedAt: number;
}

/** SUB-19 */
const GATHERED_MS = 5_000;
/** For the server's own probes to arrive. */
const ARRIVAL_MS = 2_000;
/** A session that comes back within this time was never away for those who watch. */
const PATIENCE_MS = 10_000;
/** What was written so shortly before the link was lost may not have been read. */
const UNSURE_MS = 30_000;

export class ShownPresences {
  readonly #host: FeatureHost;
  readonly #clients: ClientBook;
  readonly #users = new Map<UserId, Map<string, Shown>>();
  /** Clients that have just come, and what each has been shown since. */
  readonly #arrivals = new Map<UserId, Map<ResourceId, Set<string>>>();
  /** Contacts whose last change is told later, in order of that time. */
  readonly #late = new Map<Shown, { readonly user: UserId; readonly local: string; readonly due: number }>();
  readonly #onPicture: ((user: UserId, local: string, picture: Avatar) => void)[] = [];
  #isTiming = false;
  #isUp = false;

  constructor(host: FeatureHost, clients: ClientBook) {
    this.#host = host;
    this.#clients = clients;
  }

  isShown(user: UserId, local: string): boolean {
    return isFrom(subscriptionOf(this.#host.subscriptions, user, local));
  }

  /** A user is shown a contact that has a picture. */
  onPicture(listen: (user: UserId, local: string, picture: Avatar) => void): void {
    this.#onPicture.push(listen);
  }

  /** @returns what is to be sent to the user now, without the picture. */
  heard(user: UserId, local: string, heard: Heard): Element | undefined {
    const shown = this.#of(user, local);
    const isFirst = shown.heard === undefined;
    shown.heard = heard;
    if (isFirst) return this.#next(user, local, shown, accountView(this.#host, user));
    if (this.#late.has(shown)) return undefined;
    const now = this.#host.clock.monotonic();
    if (now - shown.changedAt >= GATHERED_MS) return this.#changed(user, local, shown);
    this.#late.set(shown, { user, local, due: shown.changedAt + GATHERED_MS });
    this.#time();
    return undefined;
  }

  /** As `heard`, where nobody adds anything to it. */
  listed(user: UserId, local: string, presence: Presence): void {
    const before = this.#of(user, local).heard;
    const stanza = this.heard(user, local, { ...before, presence });
    if (stanza !== undefined) this.#host.send(toUser(withPicture(stanza, before), user), 'state');
  }

  /** The state as it is, to one who asked or to all her clients. */
  answer(user: UserId, local: string, to: UserId | ResourceId): void {
    const shown = this.#of(user, local);
    const presence = this.#now(user, local, shown, accountView(this.#host, user));
    this.#write(to, local, shown, presence);
    const isAll = to === user || this.#clients.of(user).size <= 1;
    if (isAll) this.#note(user, local, shown, presence);
    if (to !== user) this.#arrivals.get(user)?.get(resourceOf(to))?.add(local);
  }

  /** To all her clients, if it is not what they have. */
  update(user: UserId, local: string, view = accountView(this.#host, user)): void {
    const shown = this.#of(user, local);
    const stanza = this.#next(user, local, shown, view);
    if (stanza !== undefined) this.#host.send(toUser(withPicture(stanza, shown.heard), user), 'state');
  }

  /** She is no longer shown it; to be called once that is settled. */
  hide(user: UserId, local: string): void {
    const from = joinJid(local, this.#host.gateway.domain);
    this.#host.send(toUser(presenceElement(this.#host, from, { show: 'offline' }), user), 'state');
    this.#users.get(user)?.delete(local);
  }

  /** The state of one of her accounts has changed. */
  accountState(user: UserId, { account, state }: AccountState): void {
    this.update(user, '');
    if (state === 'connecting') return;
    // A session that comes back may tell only what has changed.
    if (state !== 'online' && state !== 'waiting') this.#forgetHeard(user, account);
    if (state !== 'waiting') this.refresh(user);
    else this.#host.clock.after(PATIENCE_MS, () => this.refresh(user));
  }

  /** All that she sees, where it differs from what she has been shown. What never was shown is not taken back. */
  refresh(user: UserId): void {
    const view = accountView(this.#host, user);
    for (const local of this.#host.subscriptions.of(user).keys()) {
      const shown = this.#of(user, local);
      if (shown.sent !== undefined || this.#now(user, local, shown, view).show !== 'offline')
        this.update(user, local, view);
    }
    const isAway = this.#clients.of(user).size === 0;
    if (isAway && !view.states.some(({ state }) => state !== 'offline')) this.#users.delete(user);
  }

  /** A client has come: what its server does not ask for it is shown unasked. */
  came(user: UserId, client: ResourceId): void {
    const arrivals = this.#arrivals.get(user) ?? new Map<ResourceId, Set<string>>();
    this.#arrivals.set(user, arrivals.set(client, new Set()));
    if (this.#clients.of(user).size === 1) this.update(user, '');
    this.#host.clock.after(ARRIVAL_MS, () => this.#arrived(user, client));
  }

  /** Her last client has left: everything goes with it. */
  left(user: UserId): void {
    for (const [local, shown] of this.#users.get(user) ?? []) {
      this.#late.delete(shown);
      if (shown.sent !== undefined && !shown.isOffline) this.#takeBack(user, local, shown);
    }
  }

  linkUp(): void {
    this.#isUp = true;
  }

  linkDown(): void {
    this.#isUp = false;
    const since = this.#host.clock.monotonic() - UNSURE_MS;
    for (const contacts of this.#users.values())
      for (const shown of contacts.values()) if (shown.writtenAt > since) shown.sent = undefined;
  }

  /** The gateway ends (GW-16). */
  goodbye(): void {
    for (const [user, contacts] of this.#users)
      for (const [local, shown] of contacts)
        if (local !== '' && shown.sent !== undefined && !shown.isOffline) this.#takeBack(user, local, shown);
    for (const user of this.#host.subscriptions.users())
      if (this.isShown(user, '')) this.#takeBack(user, '', this.#of(user, ''));
  }

  #arrived(user: UserId, client: ResourceId): void {
    const arrivals = this.#arrivals.get(user);
    const had = arrivals?.get(client);
    arrivals?.delete(client);
    if (arrivals?.size === 0) this.#arrivals.delete(user);
    if (had === undefined || !this.#clients.of(user).has(client)) return;
    const view = accountView(this.#host, user);
    for (const local of this.#host.subscriptions.of(user).keys()) {
      if (had.has(local) || !this.isShown(user, local)) continue;
      const shown = this.#of(user, local);
      const isKnown = shown.sent !== undefined && shown.isOffline;
      if (!isKnown || this.#now(user, local, shown, view).show !== 'offline') this.answer(user, local, client);
    }
  }

  #changed(user: UserId, local: string, shown: Shown): Element | undefined {
    const stanza = this.#next(user, local, shown, accountView(this.#host, user));
    if (stanza !== undefined) shown.changedAt = this.#host.clock.monotonic();
    return stanza;
  }

  /** Undefined where there is nothing to tell, or nobody to be told. */
  #next(user: UserId, local: string, shown: Shown, view: AccountView): Element | undefined {
    if (!this.#isUp || !this.isShown(user, local) || this.#isAway(user)) return undefined;
    const presence = this.#now(user, local, shown, view);
    if (shown.sent === textOf(presence, shown.heard)) return undefined;
    this.#note(user, local, shown, presence);
    return presenceElement(this.#host, joinJid(local, this.#host.gateway.domain), presence);
  }

  #note(user: UserId, local: string, shown: Shown, presence: Presence): void {
    shown.sent = textOf(presence, shown.heard);
    shown.isOffline = presence.show === 'offline';
    shown.writtenAt = this.#host.clock.monotonic();
    const picture = shown.isOffline ? undefined : shown.heard?.avatar;
    if (picture !== undefined) for (const listen of this.#onPicture) listen(user, local, picture);
    for (const had of this.#arrivals.get(user)?.values() ?? []) had.add(local);
  }

  #takeBack(user: UserId, local: string, shown: Shown): void {
    const presence: Presence = { show: 'offline' };
    this.#write(user, local, shown, presence);
    this.#note(user, local, shown, presence);
  }

  #write(to: string, local: string, { heard }: Shown, presence: ToldPresence): void {
    const stanza = presenceElement(this.#host, joinJid(local, this.#host.gateway.domain), presence);
    this.#host.send(toUser(withPicture(stanza, heard), to), 'state');
  }

  #now(user: UserId, local: string, { heard }: Shown, view: AccountView): ToldPresence {
    if (local === '') return gatewayState(this.#host, user, view);
    return contactState(this.#host, joinJid(local, this.#host.gateway.domain), heard, view);
  }

  /** That is known only where the gateway gets her presence. */
  #isAway(user: UserId): boolean {
    return isTo(subscriptionOf(this.#host.subscriptions, user, '')) && this.#clients.of(user).size === 0;
  }

  #forgetHeard(user: UserId, account: AccountState['account']): void {
    const { domain, network } = this.#host.gateway;
    for (const [local, shown] of this.#users.get(user) ?? []) {
      const place = local === '' ? undefined : this.#host.addressOf(joinJid(local, domain))?.place;
      if (place !== undefined && network.accountOf(place.conversation) === account) shown.heard = undefined;
    }
  }

  #of(user: UserId, local: string): Shown {
    const contacts = this.#users.get(user) ?? new Map<string, Shown>();
    this.#users.set(user, contacts);
    let shown = contacts.get(local);
    if (shown === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      contacts.set(local, (shown = { isOffline: true, writtenAt: never, changedAt: never }));
    }
    return shown;
  }

  /** One timer for all that waits. */
  #time(): void {
    const [first] = this.#late;
    if (this.#isTiming || first === undefined) return;
    this.#isTiming = true;
    this.#host.clock.after(first[1].due - this.#host.clock.monotonic(), () => {
      this.#isTiming = false;
      const now = this.#host.clock.monotonic();
      for (const [shown, { user, local, due }] of this.#late) {
        if (due > now) break;
        this.#late.delete(shown);
        const stanza = this.#changed(user, local, shown);
        if (stanza !== undefined) this.#host.send(toUser(withPicture(stanza, shown.heard), user), 'state');
      }
      this.#time();
    });
  }
}

function toUser(stanza: Element, to: string): Element {
  stanza.attrs['to'] = to;
  return stanza;
}

function textOf({ show, status, since }: Presence, heard: Heard | undefined): string {
  return JSON.stringify([show, status ?? '', since?.getTime(), heard?.avatar?.sha1]);
}
