// What the bridge asks of the store: accounts as they are kept. gateway.ts fits the store's repository to it.

import type { Answers } from '../model/form.ts';
import type { AccountKey, UserId } from '../model/ids.ts';

/** Settings hold the secrets in the clear; the repository seals them. */
export interface AccountRecord {
  readonly user: UserId;
  readonly key: AccountKey;
  /** As the user knows it: `juliet on libera`. */
  readonly title: string;
  readonly settings: Answers;
}

/** Accounts of one gateway. Each resolves when the change is safe. */
export interface AccountRecords {
  list(): Promise<readonly AccountRecord[]>;
  save(record: AccountRecord): Promise<void>;
  delete(user: UserId, key: AccountKey): Promise<void>;
}
