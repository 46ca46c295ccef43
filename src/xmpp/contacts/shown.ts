// What users have been shown of the presence of their contacts and of the gateway: nothing twice, flapping gathered, probes answered, and all
// of it taken back when the last client leaves.

import type { Avatar, Presence } from '../../model/conversation.ts';
import type { AccountKey, ResourceId, UserId } from '../../model/ids.ts';
import type { AccountState } from '../../model/ports.ts';
import type { FeatureHost } from '../feature.ts';
import { joinJid, resourceOf } from '../jid.ts';
import type { Element } from '../xml.ts';
import { ARRIVAL_MS, Arrivals } from './arrivals.ts';
import type { ClientBook } from './clients.ts';
import { LateChanges } from './late-changes.ts';
import { type Shown, ShownBook, type Whose } from './shown-book.ts';
import { Silence } from './silence.ts';
import { isFrom, isTo, subscriptionOf } from './standing.ts';
import {
  accountOf,
  type AccountView,
  accountView,
  contactState,
  gatewayState,
  type Heard,
  isSignedIn,
  presenceElement,
  textOf,
  type ToldPresence,
  toUser,
  withPicture,
} from './states.ts';

/** SUB-19 */
const GATHERED_MS = 5_000;
/** A session that comes back within this time was never away for those who watch. */
const PATIENCE_MS = 10_000;
/** What was written so shortly before the link was lost may not have been read. */
const UNSURE_MS = 30_000;

export class ShownPresences {
  readonly #host: FeatureHost;
  readonly #clients: ClientBook;
  readonly #book = new ShownBook();
  readonly #silence: Silence;
  /** Whose accounts are changing at this moment. */
  readonly #changing = new Set<UserId>();
  readonly #arrivals: Arrivals;
  /** Contacts whose last change is told later. */
  readonly #late: LateChanges<Shown, Whose>;
  readonly #onPicture: ((user: UserId, local: string, picture: Avatar) => void)[] = [];
  #isUp = false;

  constructor(host: FeatureHost, clients: ClientBook) {
    this.#host = host;
    this.#clients = clients;
    this.#arrivals = new Arrivals(host.clock, clients, (...of) => this.#arrived(...of));
    this.#silence = new Silence(host.clock, (user, account) => this.refresh(user, account));
    this.#late = new LateChanges(host.clock, (shown, { user, local }) =>
      this.#tell(user, shown, this.#changed(user, local, shown)),
    );
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
    const shown = this.#book.of(user, local);
    const isFirst = shown.heard === undefined;
    shown.heard = heard;
    const view = this.#view(user);
    const account = this.#accountOf(local);
    // What is heard on the way in is told when she is in.
    if (account === undefined || !isSignedIn(view, account)) return undefined;
    if (isFirst) return this.#next(user, local, shown, view);
    if (this.#late.has(shown)) return undefined;
    const now = this.#host.clock.monotonic();
    if (now - shown.changedAt >= GATHERED_MS) return this.#changed(user, local, shown);
    this.#late.add(shown, { user, local }, shown.changedAt + GATHERED_MS);
    return undefined;
  }

  /** As `heard`, where nobody adds anything to it. */
  listed(user: UserId, local: string, presence: Presence): void {
    const shown = this.#book.of(user, local);
    this.#tell(user, shown, this.heard(user, local, { ...shown.heard, presence }));
  }

  /** The state as it is, to one who asked or to all her clients. */
  answer(user: UserId, local: string, to: UserId | ResourceId): void {
    const shown = this.#book.of(user, local);
    const presence = this.#now(user, local, shown, this.#view(user));
    if (presence === undefined) return;
    this.#write(to, local, shown, presence);
    const isAll = to === user || this.#clients.of(user).size <= 1;
    if (isAll) this.#note(user, local, shown, presence);
    if (to !== user) this.#arrivals.told(user, local, resourceOf(to));
  }

  /** A server asks: for a client that has just come, or since one of them has approved the other. It may have been told in the meantime. */
  probed(user: UserId, local: string, from: UserId | ResourceId): void {
    const shown = this.#book.of(user, local);
    const presence = this.#now(user, local, shown, this.#view(user));
    const isSame = presence !== undefined && shown.sent === textOf(presence, shown.heard);
    const isTold =
      from === user
        ? this.#host.clock.monotonic() - shown.writtenAt < ARRIVAL_MS
        : this.#arrivals.has(user, resourceOf(from), local);
    if (!isSame || !isTold) this.answer(user, local, from);
  }

  /** To all her clients, if it is not what they have. */
  update(user: UserId, local: string, view = this.#view(user)): void {
    const shown = this.#book.of(user, local);
    this.#tell(user, shown, this.#next(user, local, shown, view));
  }

  /** She is no longer shown it; to be called once that is settled. */
  hide(user: UserId, local: string): void {
    const shown = this.#book.of(user, local);
    if (shown.sent === undefined || !shown.isOffline) this.#write(user, local, {}, { show: 'offline' });
    this.#book.forget(user, local);
  }

  /** These are contacts of hers no more: nothing is shown from now on, and nobody stays as if he were there. */
  end(user: UserId, locals: readonly string[]): void {
    for (const local of locals) {
      // The gateway has the last word itself.
      if (local !== '') this.#endOne(user, local, this.#book.of(user, local));
      this.#book.forget(user, local);
    }
  }

  /** The state of one of her accounts has changed. */
  accountState(user: UserId, { account, state }: AccountState): void {
    // Such networks answer for each whom she wants to see.
    const isAskedToWatch = this.#host.gateway.network.capabilities.accepts.includes('watch');
    if (!isAskedToWatch) this.#silence.stateOf(user, account, state);
    this.#tellStates(user);
    if (state === 'connecting') return;
    // A session that comes back may tell only what has changed, unless it is told anew whom she wants to see.
    if (state !== 'online' && (state !== 'waiting' || isAskedToWatch)) this.#forgetHeard(user, account);
    if (state !== 'waiting') this.refresh(user, account);
    else this.#host.clock.after(PATIENCE_MS, () => this.refresh(user, account));
  }

  /** What she sees, of one account or of all, where it differs from what she was shown. What never was is not taken back. */
  refresh(user: UserId, account?: AccountKey): void {
    const view = this.#view(user);
    for (const local of this.#host.subscriptions.of(user).keys()) {
      if (account !== undefined && this.#accountOf(local) !== account) continue;
      const shown = this.#book.of(user, local);
      if (shown.sent !== undefined || this.#now(user, local, shown, view)?.show !== 'offline')
        this.update(user, local, view);
    }
    const isAway = this.#clients.of(user).size === 0;
    if (isAway && !view.states.some(({ state }) => state !== 'offline')) this.#book.forget(user);
  }

  /** The gateway asks who is there, or has just been let: who is heard of now has got what was told before. */
  asked(user: UserId): void {
    this.#arrivals.asked(user);
  }

  /** A client has come: what its server does not ask for it is shown unasked. */
  came(user: UserId, client: ResourceId): void {
    const shown = [...this.#book.all(user)].flatMap(([local, { sent }]) => (sent === undefined ? [] : [local]));
    // Something may have changed while nobody of hers was known of.
    if (this.#arrivals.begin(user, client, shown)) this.refresh(user);
  }

  /** It is gone, others of hers are not (GW-8): it may be there for others than us. */
  leftOne(user: UserId, client: ResourceId): void {
    this.#arrivals.left(user, client);
    for (const [local, shown] of this.#book.all(user))
      if (!shown.isOffline) this.#write(client, local, shown, { show: 'offline' });
  }

  /** Her last client has left: everything goes with it. */
  left(user: UserId): void {
    this.#arrivals.left(user);
    for (const [local, shown] of this.#book.all(user)) this.#endOne(user, local, shown);
  }

  /** Nobody of hers is there, and nobody was known to be. */
  absent(user: UserId): void {
    this.#arrivals.left(user);
    this.refresh(user);
  }

  linkUp(): void {
    this.#isUp = true;
  }

  linkDown(): void {
    this.#isUp = false;
    this.#book.doubt(this.#host.clock.monotonic() - UNSURE_MS);
  }

  /** The gateway ends (GW-16). */
  goodbye(): void {
    for (const user of this.#book.users())
      for (const [local, shown] of this.#book.all(user)) if (local !== '') this.#endOne(user, local, shown);
    for (const user of this.#host.subscriptions.users())
      if (this.isShown(user, '')) this.#takeBack(user, '', this.#book.of(user, ''));
  }

  #view(user: UserId): AccountView {
    return accountView(this.#host, user, this.#silence.of(user));
  }

  /** Several accounts change together: once for all of them. */
  #tellStates(user: UserId): void {
    if (this.#changing.has(user)) return;
    if (this.#host.bridge.accountStates(user).length <= 1) return this.update(user, '');
    this.#changing.add(user);
    this.#host.clock.after(0, () => {
      this.#changing.delete(user);
      this.update(user, '');
    });
  }

  #accountOf(local: string): AccountKey | undefined {
    return local === '' ? undefined : accountOf(this.#host, joinJid(local, this.#host.gateway.domain));
  }

  /** What its server has not asked for in the meantime. */
  #arrived(user: UserId, client: ResourceId, has: (local: string) => boolean): void {
    const view = this.#view(user);
    for (const local of this.#host.subscriptions.of(user).keys()) {
      if (has(local) || !this.isShown(user, local)) continue;
      const shown = this.#book.of(user, local);
      const isKnown = shown.sent !== undefined && shown.isOffline;
      if (!isKnown || this.#now(user, local, shown, view)?.show !== 'offline') this.answer(user, local, client);
    }
  }

  #changed(user: UserId, local: string, shown: Shown): Element | undefined {
    const stanza = this.#next(user, local, shown, this.#view(user));
    if (stanza !== undefined) shown.changedAt = this.#host.clock.monotonic();
    return stanza;
  }

  /** Undefined where there is nothing to tell, or nobody to be told. */
  #next(user: UserId, local: string, shown: Shown, view: AccountView): Element | undefined {
    if (!this.#isUp || !this.isShown(user, local) || this.#isAway(user)) return undefined;
    const presence = this.#now(user, local, shown, view);
    if (presence === undefined || shown.sent === textOf(presence, shown.heard)) return undefined;
    this.#note(user, local, shown, presence);
    return presenceElement(this.#host, joinJid(local, this.#host.gateway.domain), presence);
  }

  #note(user: UserId, local: string, shown: Shown, presence: Presence): void {
    shown.sent = textOf(presence, shown.heard);
    shown.isOffline = presence.show === 'offline';
    shown.writtenAt = this.#host.clock.monotonic();
    const picture = shown.isOffline ? undefined : shown.heard?.avatar;
    if (picture !== undefined) for (const listen of this.#onPicture) listen(user, local, picture);
    this.#arrivals.told(user, local);
  }

  #endOne(user: UserId, local: string, shown: Shown): void {
    this.#late.delete(shown);
    if (shown.sent !== undefined && !shown.isOffline) this.#takeBack(user, local, shown);
  }

  #takeBack(user: UserId, local: string, shown: Shown): void {
    const presence: Presence = { show: 'offline' };
    this.#write(user, local, shown, presence);
    this.#note(user, local, shown, presence);
  }

  #tell(user: UserId, { heard }: Shown, stanza: Element | undefined): void {
    if (stanza !== undefined) this.#host.send(toUser(withPicture(stanza, heard), user), 'state');
  }

  #write(to: string, local: string, { heard }: Pick<Shown, 'heard'>, presence: ToldPresence): void {
    const stanza = presenceElement(this.#host, joinJid(local, this.#host.gateway.domain), presence);
    this.#host.send(toUser(withPicture(stanza, heard), to), 'state');
  }

  #now(user: UserId, local: string, { heard }: Shown, view: AccountView): ToldPresence | undefined {
    if (local === '') return gatewayState(this.#host, user, view);
    return contactState(this.#host, joinJid(local, this.#host.gateway.domain), heard, view);
  }

  /** That is known only where the gateway gets her presence. */
  #isAway(user: UserId): boolean {
    return isTo(subscriptionOf(this.#host.subscriptions, user, '')) && this.#clients.of(user).size === 0;
  }

  #forgetHeard(user: UserId, account: AccountState['account']): void {
    for (const [local, shown] of this.#book.all(user)) if (this.#accountOf(local) === account) shown.heard = undefined;
  }
}
