// The accounts of one gateway, in memory as they are in the store, and what the bridge itself reads out of their settings.

import type { Answers } from '../model/form.ts';
import type { AccountKey, UserId } from '../model/ids.ts';
import type { AccountRecord, AccountRecords } from './ports.ts';

/** Preferences with these names mean something to the bridge, whichever network offers them. */
export const PREFERENCES = {
  /** The session stays when the user is offline, and begins with the gateway. */
  stayConnected: 'stayConnected',
  /** A room stays joined when the last client has left it. */
  stayJoined: 'stayJoined',
  /** Reactions are said in words where the network has none. */
  reactionsInWords: 'reactionsInWords',
} as const;
export type PreferenceName = keyof typeof PREFERENCES;

export class Accounts {
  readonly #records: AccountRecords;
  readonly #users = new Map<UserId, Map<AccountKey, AccountRecord>>();

  constructor(records: AccountRecords) {
    this.#records = records;
  }

  async load(): Promise<void> {
    for (const record of await this.#records.list()) this.#keep(record);
  }

  get(user: UserId, key: AccountKey): AccountRecord | undefined {
    return this.#users.get(user)?.get(key);
  }

  of(user: UserId): readonly AccountRecord[] {
    return [...(this.#users.get(user)?.values() ?? [])];
  }

  get size(): number {
    let size = 0;
    for (const accounts of this.#users.values()) size += accounts.size;
    return size;
  }

  users(): Iterable<UserId> {
    return this.#users.keys();
  }

  prefers(user: UserId, key: AccountKey, name: PreferenceName): boolean {
    return this.get(user, key)?.settings[PREFERENCES[name]] === true;
  }

  async save(record: AccountRecord): Promise<void> {
    await this.#records.save(record);
    this.#keep(record);
  }

  async delete(user: UserId, key: AccountKey): Promise<void> {
    await this.#records.delete(user, key);
    const accounts = this.#users.get(user);
    accounts?.delete(key);
    if (accounts?.size === 0) this.#users.delete(user);
  }

  #keep(record: AccountRecord): void {
    const accounts = this.#users.get(record.user);
    if (accounts === undefined) this.#users.set(record.user, new Map([[record.key, record]]));
    else accounts.set(record.key, record);
  }
}

/** The network has to be told: something other than the bridge's own preferences changed. */
export function isChangeForNetwork(before: Answers, after: Answers): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of Object.keys(PREFERENCES)) names.delete(name);
  return [...names].some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
