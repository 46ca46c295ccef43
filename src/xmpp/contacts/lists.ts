// The networks' lists of contacts on their way into rosters: by privilege (XEP-0356), else by roster item exchange (XEP-0144), else by asking for
// each contact. What was offered is remembered, so that nothing is offered twice.

import type { Contact } from '../../model/conversation.ts';
import type { AccountKey, UserId } from '../../model/ids.ts';
import type { FeatureHost } from '../feature.ts';
import { joinJid } from '../jid.ts';
import { el } from '../xml.ts';
import type { ClientBook } from './clients.ts';
import { type Item, isEmpty, itemOf, offeredOf, type Plan, planOf } from './list-plan.ts';
import type { Privileges } from './privileges.ts';
import { offerByExchange, withdrawByExchange } from './by-exchange.ts';
import { putByPrivilege } from './by-privilege.ts';
import { askFor, askForEach } from './by-request.ts';
import type { ShownPresences } from './shown.ts';
import { subscriptionOf, without } from './standing.ts';

export interface NetworkList {
  readonly account: AccountKey;
  /** By localpart. */
  readonly items: ReadonlyMap<string, Item>;
  /** Whoever is not in it is not on the network's list. */
  readonly isComplete: boolean;
}

export interface ListParts {
  readonly clients: ClientBook;
  readonly privileges: Privileges;
  readonly shown: ShownPresences;
}

/** `done`: all is in the roster or offered. `elsewise`: not in this way. `later`: not now. */
export type Way = 'done' | 'elsewise' | 'later';

/** What each of the ways works with. */
export interface Import extends ListParts {
  readonly host: FeatureHost;
  readonly user: UserId;
  /** The account is gone meanwhile. */
  isOver(): boolean;
  /** It stands in her roster, or she was asked. `taken`: her client said that it has it now. */
  offered(item: Item, taken?: boolean): void;
  /** The network no longer has it (GW-13). */
  part(item: Item): void;
}

export class ContactLists {
  readonly #host: FeatureHost;
  readonly #parts: ListParts;
  /** What is still to be worked off. */
  readonly #lists = new Map<UserId, Map<AccountKey, NetworkList>>();
  readonly #running = new Set<UserId>();
  readonly #again = new Set<UserId>();

  constructor(host: FeatureHost, parts: ListParts) {
    this.#host = host;
    this.#parts = parts;
    parts.privileges.onChange(() => this.reviewAll());
  }

  heard(user: UserId, account: AccountKey, contacts: readonly Contact[], isComplete: boolean): void {
    const lists = this.#lists.get(user) ?? new Map<AccountKey, NetworkList>();
    const before = lists.get(account);
    const items = new Map(isComplete ? [] : before?.items);
    for (const contact of contacts) {
      const item = itemOf(this.#host, contact);
      if (item === undefined) continue;
      items.set(item.local, item);
      if (contact.presence !== undefined) this.#parts.shown.listed(user, item.local, contact.presence);
    }
    lists.set(account, { account, items, isComplete: isComplete || before?.isComplete === true });
    this.#lists.set(user, lists);
    this.review(user);
  }

  /** She wants to be offered all of it once more, and what she had refused too. */
  anew(user: UserId, account: AccountKey, contacts: readonly Contact[], isComplete: boolean): void {
    const { subscriptions } = this.#host;
    for (const contact of contacts) {
      const local = itemOf(this.#host, contact)?.local;
      const known = local === undefined ? undefined : subscriptions.of(user).get(local);
      if (local === undefined || known === undefined) continue;
      subscriptions.set(user, local, without(known, 'offered', 'taken', 'asked', 'refused', 'withdrawn'));
    }
    this.heard(user, account, contacts, isComplete);
  }

  /** What waits may have a way now. */
  review(user: UserId): void {
    if (!this.#lists.has(user)) return;
    if (this.#running.has(user)) {
      this.#again.add(user);
      return;
    }
    this.#running.add(user);
    this.#work(user).then(
      () => this.#over(user),
      (error: unknown) => {
        this.#host.log.error('a list of contacts could not be worked off', { error });
        this.#lists.delete(user);
        this.#over(user);
      },
    );
  }

  reviewAll(): void {
    for (const user of this.#lists.keys()) this.review(user);
  }

  #over(user: UserId): void {
    this.#running.delete(user);
    if (this.#again.delete(user)) this.review(user);
  }

  async #work(user: UserId): Promise<void> {
    const lists = this.#lists.get(user);
    if (lists === undefined || !this.#parts.privileges.isSettled(user)) return;
    const taken = [...lists.values()];
    const plan = planOf(this.#host, user, taken);
    const way = isEmpty(plan) ? 'done' : await this.#carryOut(this.#importOf(user), plan);
    if (way !== 'done') return;
    // What has come meanwhile is newer.
    for (const list of taken) if (lists.get(list.account) === list) lists.delete(list.account);
    if (lists.size === 0) this.#lists.delete(user);
    else this.#again.add(user);
  }

  async #carryOut(work: Import, plan: Plan): Promise<Way> {
    const { clients, privileges } = this.#parts;
    if (privileges.of(work.user)?.writesRoster === true) {
      const way = await putByPrivilege(work, plan);
      if (way !== 'elsewise') return way;
    }
    // There is somebody to be asked only when a client of hers is there.
    if (clients.of(work.user).size === 0) return 'later';
    const rest = planOf(this.#host, work.user, this.#lists.get(work.user)?.values() ?? []);
    const way = await offerByExchange(work, rest);
    return way === 'elsewise' ? askForEach(work, rest) : way;
  }

  #importOf(user: UserId): Import {
    const { subscriptions } = this.#host;
    return {
      ...this.#parts,
      host: this.#host,
      user,
      isOver: () => !this.#lists.has(user),
      offered: (item, taken) => {
        if (!this.#lists.has(user)) return;
        const now = subscriptionOf(subscriptions, user, item.local);
        subscriptions.set(user, item.local, { ...now, offered: offeredOf(item), ...(taken === true && { taken }) });
      },
      part: (item) => this.part(user, item.local, item.jid),
    };
  }

  /** Whom she named, put into her roster where the gateway may write it. @returns whether it stands there. Never rejects. */
  put(user: UserId, contact: Contact): Promise<boolean> {
    return this.#write(user, { fresh: this.#itemsOf(contact), renamed: [], gone: [] });
  }

  async #write(user: UserId, plan: Plan): Promise<boolean> {
    if (this.#parts.privileges.of(user)?.writesRoster !== true) return false;
    return (await putByPrivilege(this.#alone(user), plan)) === 'done';
  }

  /** Whom she named, offered to her: by a client that takes lists, else the contact asks for her presence. Never rejects. */
  async offer(user: UserId, contact: Contact): Promise<void> {
    const work = this.#alone(user);
    const fresh = this.#itemsOf(contact);
    const way = await offerByExchange(work, { fresh, renamed: [], gone: [] });
    if (way !== 'done') for (const item of fresh) askFor(work, item);
  }

  /** Out of her roster, where the gateway may write it. @returns whether it is. Never rejects. */
  remove(user: UserId, contact: Contact): Promise<boolean> {
    return this.#write(user, { fresh: [], renamed: [], gone: this.#itemsOf(contact) });
  }

  #itemsOf(contact: Contact): readonly Item[] {
    const item = itemOf(this.#host, contact);
    return item === undefined ? [] : [item];
  }

  /** Work on a single contact, whether there is a list or not. */
  #alone(user: UserId): Import {
    return { ...this.#importOf(user), isOver: () => false, offered: () => undefined };
  }

  /** GW-5: all that is in her roster of us, where the gateway may take it out or a client does so for it. Never rejects. */
  async withdraw(user: UserId, locals: readonly string[]): Promise<void> {
    this.#lists.delete(user);
    const { domain } = this.#host.gateway;
    const gone = locals.map((local): Item => ({ local, jid: joinJid(local, domain), name: undefined, groups: [] }));
    const work = { ...this.#importOf(user), part: () => undefined, isOver: () => false };
    const isPrivileged = this.#parts.privileges.of(user)?.writesRoster === true;
    const way = isPrivileged ? await putByPrivilege(work, { fresh: [], renamed: [], gone }) : 'elsewise';
    if (way === 'elsewise') await withdrawByExchange(work, gone);
  }

  /** The network has the contact no more: neither has she. */
  part(user: UserId, local: string, jid: string): void {
    const { state, pending } = subscriptionOf(this.#host.subscriptions, user, local);
    if (state !== 'none' || pending === true) {
      for (const type of ['unsubscribe', 'unsubscribed'])
        this.#host.send(el('presence', { from: jid, to: user, type }), 'state');
      this.#parts.shown.hide(user, local);
    }
    this.#host.subscriptions.set(user, local, undefined);
  }
}
