// Accounts of one gateway as they are kept: what may be read stands readable, every other setting is sealed. With an account goes
// all that its adapter kept about it.

import type { Answers, Field } from '../model/form.ts';
import { type AccountKey, accountKey, type GatewayId, type UserId, userId } from '../model/ids.ts';
import type { Log } from '../model/ports.ts';
import type { Store, Table, Write } from '../model/stores.ts';
import { statePrefixOf, STATE_TABLE } from './adapter-state.ts';
import { notOpened } from './errors.ts';
import type { Secrets } from './secrets.ts';

export interface AccountRecord {
  readonly user: UserId;
  readonly key: AccountKey;
  readonly title: string;
  /** Secrets in the clear: only ever in memory. */
  readonly settings: Answers;
}

export interface AccountRecordsOptions {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly gateway: GatewayId;
  /** Declared settings; all but theirs, and those of type `secret`, are sealed. */
  readonly fields: readonly Field[];
  readonly log: Log;
}

/** A row's value. */
interface Kept {
  readonly title: string;
  readonly settings: Answers;
  readonly sealed?: string;
}

export const ACCOUNT_TABLE = 'accounts';

export class AccountRecords {
  readonly #store: Store;
  readonly #table: Table;
  readonly #secrets: Secrets;
  readonly #gateway: GatewayId;
  readonly #readable: ReadonlySet<string>;
  readonly #log: Log;

  constructor({ store, secrets, gateway, fields, log }: AccountRecordsOptions) {
    this.#store = store;
    this.#table = store.table(ACCOUNT_TABLE);
    this.#secrets = secrets;
    this.#gateway = gateway;
    this.#readable = new Set(fields.filter((field) => !holdsSecret(field)).map(({ name }) => name));
    this.#log = log;
  }

  /**
   * All accounts of the gateway, or of one user. A damaged record is left out and logged; what an older key sealed is sealed anew.
   * @throws BridgeError by rejection where a record's key is not configured, since going on would lose every secret.
   */
  async list(user?: UserId): Promise<readonly AccountRecord[]> {
    const records: AccountRecord[] = [];
    for (const [key, value] of await this.#table.list(this.#prefix(user))) {
      const record = this.#read(key, value);
      if (record === undefined) continue;
      records.push(record);
      if (this.#wantsSealing(value)) await this.save(record);
    }
    return records;
  }

  /** Without secrets, so that no key is needed. */
  async summaries(user?: UserId): Promise<readonly AccountRecord[]> {
    const rows = await this.#table.list(this.#prefix(user));
    return rows.flatMap(([key, value]) => {
      const kept = parse(value);
      return kept === undefined ? [] : [{ ...placeOf(key), title: kept.title, settings: kept.settings }];
    });
  }

  async load(user: UserId, key: AccountKey): Promise<AccountRecord | undefined> {
    const place = this.#rowKey(user, key);
    const value = await this.#table.get(place);
    return value === undefined ? undefined : this.#read(place, value);
  }

  async save(record: AccountRecord): Promise<void> {
    const entries = Object.entries(record.settings);
    const settings = Object.fromEntries(entries.filter(([name]) => this.#readable.has(name)));
    const secret = entries.filter(([name]) => !this.#readable.has(name));
    const text = JSON.stringify(Object.fromEntries(secret));
    const sealed = secret.length === 0 ? undefined : this.#secrets.seal(text, this.#context(record.user, record.key));
    const kept: Kept = { title: record.title, settings, ...(sealed === undefined ? {} : { sealed }) };
    await this.#table.put(this.#rowKey(record.user, record.key), JSON.stringify(kept));
  }

  /** With all that the adapter kept about it, in one step. */
  async delete(user: UserId, key: AccountKey): Promise<void> {
    const state = await this.#stateWrites(statePrefixOf(this.#gateway, { user, key }));
    await this.#store.batch([{ op: 'delete', table: ACCOUNT_TABLE, key: this.#rowKey(user, key) }, ...state]);
  }

  /** Every account of the user and all adapter state about her. */
  async deleteAllOf(user: UserId): Promise<void> {
    const accounts = await this.#table.list(this.#prefix(user));
    const state = await this.#stateWrites(statePrefixOf(this.#gateway, { user }));
    await this.#store.batch([
      ...accounts.map(([key]): Write => ({ op: 'delete', table: ACCOUNT_TABLE, key })),
      ...state,
    ]);
  }

  async #stateWrites(prefix: string): Promise<readonly Write[]> {
    const rows = await this.#store.table(STATE_TABLE).list(prefix);
    return rows.map(([key]) => ({ op: 'delete', table: STATE_TABLE, key }));
  }

  #read(rowKey: string, value: string): AccountRecord | undefined {
    const { user, key } = placeOf(rowKey);
    const kept = parse(value);
    if (kept?.sealed !== undefined && this.#secrets.keyOf(kept.sealed) === 'unknown') {
      throw notOpened(
        'The accounts in the store were sealed with a key that is not configured. Put it back (`secretsKey`, or the `.key` file ' +
          'beside the store), behind the new one if it was replaced.',
      );
    }
    try {
      if (kept === undefined) throw new Error('it is not an account');
      const secret = kept.sealed === undefined ? '{}' : this.#secrets.open(kept.sealed, this.#context(user, key));
      return { user, key, title: kept.title, settings: { ...kept.settings, ...(JSON.parse(secret) as Answers) } };
    } catch (error) {
      this.#log.error('a stored account is damaged and left out', {
        gateway: this.#gateway,
        user,
        account: key,
        error,
      });
      return undefined;
    }
  }

  #wantsSealing(value: string): boolean {
    const sealed = parse(value)?.sealed;
    return sealed !== undefined && this.#secrets.keyOf(sealed) === 'older';
  }

  #context(user: UserId, key: AccountKey): string {
    return JSON.stringify(['account', this.#gateway, user, key]);
  }

  // Neither a domain nor a bare JID holds a slash; what an adapter calls an account may.
  #prefix(user?: UserId): string {
    return user === undefined ? `${this.#gateway}/` : `${this.#gateway}/${user}/`;
  }

  #rowKey(user: UserId, key: AccountKey): string {
    return `${this.#prefix(user)}${key}`;
  }
}

/** The sealed part of a row, where it has one. */
export function sealedIn(value: string): string | undefined {
  return parse(value)?.sealed;
}

function placeOf(rowKey: string): { readonly user: UserId; readonly key: AccountKey } {
  const [, user = '', ...account] = rowKey.split('/');
  return { user: userId(user), key: accountKey(account.join('/')) };
}

function parse(value: string): Kept | undefined {
  try {
    const kept: unknown = JSON.parse(value);
    const isRecord = typeof kept === 'object' && kept !== null && 'title' in kept && 'settings' in kept;
    return isRecord ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function holdsSecret(field: Field): boolean {
  return field.type === 'secret' || (field.type === 'map' && field.of.some(holdsSecret));
}
