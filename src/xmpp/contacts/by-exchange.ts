// Contacts offered to a client that takes them (XEP-0144): what is added, changed and removed each in requests of its own, at most a hundred at a time.

import { BridgeError } from '../../model/errors.ts';
import type { ResourceId } from '../../model/ids.ts';
import { StanzaError } from '../feature.ts';
import { pieces } from '../fitting.ts';
import { type Element, el } from '../xml.ts';
import type { Item, Plan } from './list-plan.ts';
import type { Import, Way } from './lists.ts';
import { subscriptionOf } from './standing.ts';

const NS = 'http://jabber.org/protocol/rosterx';
const MOST_AT_ONCE = 100;
const UNKNOWN_TO_IT = /\/(service-unavailable|feature-not-implemented)$/;

/** The account is gone, and with it all that was there. Never rejects. */
export async function withdrawByExchange(work: Import, items: readonly Item[]): Promise<void> {
  const client = await work.clients.having(work.user, NS);
  if (client !== undefined) await send(work, client, 'delete', items).catch(() => undefined);
}

export async function offerByExchange(work: Import, { fresh, renamed, gone }: Plan): Promise<Way> {
  const client = await work.clients.having(work.user, NS);
  if (client === undefined) return 'elsewise';
  try {
    await send(
      work,
      client,
      'add',
      fresh.filter((item) => !isThere(work, item)),
    );
    for (const item of fresh) work.offered(item);
    const changed = renamed.map(({ item }) => item);
    await send(
      work,
      client,
      'modify',
      changed.filter((item) => isThere(work, item)),
    );
    for (const item of changed) work.offered(item);
    await send(
      work,
      client,
      'delete',
      gone.filter((item) => isThere(work, item)),
    );
    for (const item of gone) work.part(item);
    return 'done';
  } catch (error) {
    if (error instanceof StanzaError && UNKNOWN_TO_IT.test(error.error)) {
      work.clients.lacks(work.user, client, NS);
      return 'elsewise';
    }
    if (error instanceof BridgeError) return 'later';
    throw error;
  }
}

/** She has it in her roster, as far as that can be told from here. */
function isThere({ host, user }: Import, { local }: Item): boolean {
  const { state, taken } = subscriptionOf(host.subscriptions, user, local);
  return state !== 'none' || taken === true;
}

async function send(work: Import, client: ResourceId, action: string, items: readonly Item[]): Promise<void> {
  const { host } = work;
  const elementOf = ({ jid, name, groups }: Item): Element =>
    el('item', { action, jid, name }, ...groups.map((group) => el('group', {}, group)));
  for (const some of pieces(items, MOST_AT_ONCE, elementOf)) {
    const offer = el('x', { xmlns: NS }, ...some.map(elementOf));
    const iq = el('iq', { type: 'set', from: host.gateway.domain, to: client }, offer);
    const taken = await host.request(iq).then(() => true, declined);
    // She has seen them, whatever she did with them.
    if (action === 'add') for (const item of some) work.offered(item, taken);
  }
}

/** That she or her client wants none of it is an answer as well. */
function declined(error: unknown): false {
  if (!(error instanceof StanzaError) || UNKNOWN_TO_IT.test(error.error)) throw error;
  return false;
}
