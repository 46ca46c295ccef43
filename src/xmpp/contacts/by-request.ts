// Contacts for clients that take no lists: each asks for the user's presence once, two a second, and she adds those she wants.

import { el } from '../xml.ts';
import type { Item, Plan } from './list-plan.ts';
import type { Import, Way } from './lists.ts';
import { isTo, subscriptionOf } from './standing.ts';

const PAUSE_MS = 500;

export async function askForEach(work: Import, { fresh, renamed, gone }: Plan): Promise<Way> {
  const { host, clients, user } = work;
  for (const { item } of renamed) work.offered(item);
  for (const item of gone) work.part(item);
  let asked = 0;
  for (const item of fresh) {
    if (isToAsk(work, item)) {
      if (asked++ > 0) await new Promise<void>((resolve) => void host.clock.after(PAUSE_MS, resolve));
      if (work.isOver()) return 'done';
      if (clients.of(user).size === 0) return 'later';
      askFor(work, item);
    }
    work.offered(item);
  }
  return 'done';
}

function isToAsk({ host, user }: Import, { local }: Item): boolean {
  const now = subscriptionOf(host.subscriptions, user, local);
  return !isTo(now) && now.asked !== true && now.refused !== true && now.withdrawn !== true;
}

/** Again, too, and against what she has said before: that is for the caller to know. */
export function askFor({ host, user }: Import, { local, jid, name }: Item): void {
  const now = subscriptionOf(host.subscriptions, user, local);
  host.subscriptions.set(user, local, { ...now, asked: true });
  const nick = name === undefined ? undefined : el('nick', { xmlns: 'http://jabber.org/protocol/nick' }, name);
  host.send(el('presence', { from: jid, to: user, type: 'subscribe' }, nick), 'state');
}
