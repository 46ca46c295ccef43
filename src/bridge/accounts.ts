// The accounts of one gateway, in memory as they are in the store, and what the bridge itself reads out of their settings.

import type { CommandOf } from '../model/commands.ts';
import type { Answer, Answers } from '../model/form.ts';
import type { AccountKey, ConversationId, UserId } from '../model/ids.ts';
import type { Account } from '../model/network.ts';
import type { AccountRecord, AccountRecords } from './ports.ts';
import type { PreferenceName } from './preferences.ts';
import { NO_HISTORY } from './room-history.ts';
import { ROOM_HISTORY, ROOM_NICK, roomAnswers, settingIn } from './room-preferences.ts';

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

  /** As the network is given it. */
  account(user: UserId, key: AccountKey): Account {
    const record = this.get(user, key);
    return { user, key, settings: record?.settings ?? {}, guest: record === undefined };
  }

  get size(): number {
    let size = 0;
    for (const accounts of this.#users.values()) size += accounts.size;
    return size;
  }

  users(): Iterable<UserId> {
    return this.#users.keys();
  }

  /** What she has said of it: in the room, else for the account. Undefined: nothing. */
  preference(user: UserId, key: AccountKey, name: PreferenceName, room?: ConversationId): Answer | undefined {
    return settingIn(this.settings(user, key), room, name);
  }

  prefers(user: UserId, key: AccountKey, name: PreferenceName): boolean {
    return this.preference(user, key, name) === true;
  }

  /** When her last client has left the room, which may differ from her other rooms. */
  staysJoined(user: UserId, { account, id }: { readonly account: AccountKey; readonly id: ConversationId }): boolean {
    return this.preference(user, account, 'stayJoined', id) === true;
  }

  /** What she wants to be called in that room alone; empty: nothing else than everywhere. */
  nickIn(user: UserId, key: AccountKey, room: ConversationId): string {
    const nick = roomAnswers(this.settings(user, key), room)[ROOM_NICK];
    return typeof nick === 'string' ? nick : '';
  }

  /** A join with as much of what was said before as she wants to see there. */
  asPreferred(user: UserId, key: AccountKey, join: CommandOf<'join'>): CommandOf<'join'> {
    const own = roomAnswers(this.settings(user, key), join.conversation);
    return own[ROOM_HISTORY] === 'none' ? { ...join, history: NO_HISTORY } : join;
  }

  /** None where there is no account. */
  settings(user: UserId, key: AccountKey): Answers {
    return this.get(user, key)?.settings ?? {};
  }

  /** Unless she has said that it should not. */
  mirrorsPresence(user: UserId, key: AccountKey): boolean {
    return this.preference(user, key, 'mirrorPresence') !== false;
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
