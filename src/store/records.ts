// All repositories of one gateway, opened together: what gateway.ts hands to the bridge, the XMPP side and the adapter.

import type { Field } from '../model/form.ts';
import type { GatewayId, UserId } from '../model/ids.ts';
import type { Clock, KeyValue, Log, SubscriptionBook } from '../model/ports.ts';
import type { Store } from '../model/stores.ts';
import { AccountRecords } from './account-records.ts';
import { ArchiveRecords } from './archive-records.ts';
import { adapterState, resealState, type StateScope } from './adapter-state.ts';
import { BlockRecords } from './block-records.ts';
import { ContactRecords } from './contact-records.ts';
import { FormRecords } from './form-records.ts';
import { JoinRecords } from './join-records.ts';
import type { Secrets } from './secrets.ts';
import { StoredSubscriptions } from './subscription-book.ts';

export interface RecordsOptions {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly gateway: GatewayId;
  /** What the network declares of an account: sign-in form and preferences. Undeclared settings are sealed. */
  readonly fields: readonly Field[];
  readonly log: Log;
  readonly clock: Clock;
}

export interface Records {
  readonly accounts: AccountRecords;
  readonly subscriptions: SubscriptionBook;
  readonly joins: JoinRecords;
  readonly forms: FormRecords;
  readonly blocks: BlockRecords;
  readonly archive: ArchiveRecords;
  state(account?: StateScope): KeyValue;
  /** Everything of a user but a block: accounts, adapter state, subscriptions. @throws BridgeError by rejection. */
  deleteAllOf(user: UserId): Promise<void>;
  /** Resolves when nothing is left to be written behind; to be awaited before the store is closed. */
  settled(): Promise<void>;
}

/** @throws BridgeError by rejection where the store can't be read, or its secrets were sealed with a key that is not configured. */
export async function openRecords(options: RecordsOptions): Promise<Records> {
  const { store, gateway, clock, log } = options;
  const accounts = new AccountRecords(options);
  const contacts = new ContactRecords(store, gateway);
  const subscriptions = await StoredSubscriptions.load({ records: contacts, clock, log });
  const joins = new JoinRecords(options);
  const forms = await FormRecords.load(options);
  const blocks = await BlockRecords.load(store, gateway);
  await resealState(options);
  return {
    accounts,
    subscriptions,
    joins,
    forms,
    blocks,
    archive: new ArchiveRecords(store, gateway),
    state: (account) => adapterState(options, account),
    async deleteAllOf(user) {
      subscriptions.removeAll(user);
      await subscriptions.settled();
      await contacts.deleteAllOf(user);
      await joins.deleteAllOf(user);
      await forms.deleteAllOf(user);
      await accounts.deleteAllOf(user);
    },
    async settled() {
      forms.stop();
      await Promise.all([subscriptions.settled(), joins.settled()]);
    },
  };
}
