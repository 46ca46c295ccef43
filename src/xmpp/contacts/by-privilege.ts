// Contacts put into a roster by the right to write it (XEP-0356): one iq for each, names and groups that the user gave herself left alone.

import { BridgeError } from '../../model/errors.ts';
import type { Element } from '../xml.ts';
import { el } from '../xml.ts';
import { type Item, isSameGroups, type Offered, offeredOf, type Plan } from './list-plan.ts';
import type { Import, Way } from './lists.ts';
import { subscriptionOf, without } from './standing.ts';

const ROSTER = 'jabber:iq:roster';

interface RosterItem {
  readonly name: string | undefined;
  readonly groups: readonly string[];
  readonly subscription: string;
}
type Roster = ReadonlyMap<string, RosterItem>;

export async function putByPrivilege(work: Import, plan: Plan): Promise<Way> {
  try {
    const roster = await read(work);
    for (const item of plan.fresh) await put(work, item, roster.get(item.jid));
    for (const { item, before } of plan.renamed) await follow(work, item, before, roster.get(item.jid));
    for (const item of plan.gone) await remove(work, item, roster);
    return 'done';
  } catch (error) {
    if (error instanceof BridgeError && (error.code === 'network-down' || error.code === 'timeout')) return 'later';
    const { host, user, privileges } = work;
    host.log.warn('the XMPP server lets the gateway write rosters, and then refuses', { error });
    privileges.rosterIsRefused(user);
    return 'elsewise';
  }
}

async function read({ host, user, privileges }: Import): Promise<Roster> {
  if (privileges.of(user)?.readsRoster !== true) return new Map();
  const ask = el('iq', { type: 'get', from: host.gateway.domain, to: user }, el('query', { xmlns: ROSTER }));
  const items = (await host.request(ask)).child('query', ROSTER)?.elements('item') ?? [];
  return new Map(items.map((item) => [item.attrs['jid'] ?? '', rosterItem(item)]));
}

function rosterItem(item: Element): RosterItem {
  const { name, subscription = 'none' } = item.attrs;
  const groups = item.elements('group').map((group) => group.text());
  return { name: name === '' ? undefined : name, groups, subscription };
}

/** Her own names and groups stay; the subscription is both ways from now on. */
async function put(work: Import, item: Item, there: RosterItem | undefined): Promise<void> {
  const { host, user, shown } = work;
  const name = there?.name ?? item.name;
  const groups = there === undefined || there.groups.length === 0 ? item.groups : there.groups;
  const isThere = there?.subscription === 'both' && name === there.name && isSameGroups(groups, there.groups);
  if (work.isOver()) return;
  if (!isThere) await write(work, item.jid, { name, groups }, 'both');
  if (work.isOver()) return;
  const now = without(
    subscriptionOf(host.subscriptions, user, item.local),
    'asked',
    'pending',
    'refused',
    'withdrawn',
    'wanted',
  );
  host.subscriptions.set(user, item.local, { ...now, state: 'both', offered: offeredOf(item) });
  shown.update(user, item.local);
}

/** What is still as it was given follows the network; where she has removed the contact, it stays removed. */
async function follow(work: Import, item: Item, before: Offered, there: RosterItem | undefined): Promise<void> {
  if (there !== undefined) {
    const name = there.name === before.name || there.name === undefined ? item.name : there.name;
    const groups = isSameGroups(there.groups, before.groups ?? []) ? item.groups : there.groups;
    if (name !== there.name || !isSameGroups(groups, there.groups))
      await write(work, item.jid, { name, groups }, there.subscription);
  }
  work.offered(item);
}

async function remove(work: Import, item: Item, roster: Roster): Promise<void> {
  const { host, user, shown } = work;
  if (roster.has(item.jid)) {
    if (shown.isShown(user, item.local)) shown.hide(user, item.local);
    await write(work, item.jid, { name: undefined, groups: [] }, 'remove');
  }
  host.subscriptions.set(user, item.local, undefined);
}

async function write(
  { host, user }: Import,
  jid: string,
  { name, groups }: Pick<RosterItem, 'name' | 'groups'>,
  subscription: string,
): Promise<void> {
  const item = el('item', { jid, name, subscription }, ...groups.map((group) => el('group', {}, group)));
  const query = el('query', { xmlns: ROSTER }, item);
  await host.request(el('iq', { type: 'set', from: host.gateway.domain, to: user }, query));
}
