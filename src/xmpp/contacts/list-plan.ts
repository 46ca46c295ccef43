// The network's list of contacts against what a user's roster was offered of it before: what is new, what is called otherwise, what is gone.

import type { Contact } from '../../model/conversation.ts';
import type { UserId } from '../../model/ids.ts';
import type { Subscription } from '../../model/ports.ts';
import type { FeatureHost } from '../feature.ts';
import { joinJid } from '../jid.ts';
import type { NetworkList } from './lists.ts';

/** A contact as the network lists it. */
export interface Item {
  readonly local: string;
  readonly jid: string;
  readonly name: string | undefined;
  readonly groups: readonly string[];
}
/** As it was offered before, and as it is now. */
export interface Renamed {
  readonly item: Item;
  readonly before: Offered;
}
export type Offered = NonNullable<Subscription['offered']>;

export interface Plan {
  readonly fresh: readonly Item[];
  readonly renamed: readonly Renamed[];
  readonly gone: readonly Item[];
}

export function itemOf(host: FeatureHost, { conversation, name, groups = [] }: Contact): Item | undefined {
  const jid = host.jidOf(conversation);
  const address = host.addressOf(jid);
  if (address?.where !== 'contact') return undefined;
  return { local: address.local, jid, name: name === '' ? undefined : name, groups: [...new Set(groups)].sort() };
}

export function offeredOf({ name, groups }: Item): Offered {
  return { ...(name !== undefined && { name }), ...(groups.length > 0 && { groups }) };
}

export function planOf(host: FeatureHost, user: UserId, lists: Iterable<NetworkList>): Plan {
  const known = host.subscriptions.of(user);
  const plan = { fresh: [] as Item[], renamed: [] as Renamed[], gone: [] as Item[] };
  for (const { account, items, isComplete } of lists) {
    for (const item of items.values()) {
      const before = known.get(item.local)?.offered;
      if (before === undefined) plan.fresh.push(item);
      else if (!isSame(before, offeredOf(item))) plan.renamed.push({ item, before });
    }
    if (!isComplete) continue;
    for (const [local, { offered }] of known) {
      if (offered === undefined || items.has(local)) continue;
      const jid = joinJid(local, host.gateway.domain);
      const conversation = host.addressOf(jid)?.place?.conversation;
      if (conversation === undefined || host.gateway.network.accountOf(conversation) !== account) continue;
      plan.gone.push({ local, jid, name: offered.name, groups: offered.groups ?? [] });
    }
  }
  return plan;
}

export function isEmpty({ fresh, renamed, gone }: Plan): boolean {
  return fresh.length === 0 && renamed.length === 0 && gone.length === 0;
}

export const isSame = (one: Offered, other: Offered): boolean =>
  one.name === other.name && isSameGroups(one.groups ?? [], other.groups ?? []);

export function isSameGroups(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().every((group, at) => group === [...other].sort()[at]);
}
