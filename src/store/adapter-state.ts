// What adapters keep: sync tokens, certificates, identities. Sealed as a whole, since the store can't tell which of it is secret;
// scoped by gateway and account, and gone with the account.

import { BridgeError } from '../model/errors.ts';
import type { AccountKey, GatewayId, UserId } from '../model/ids.ts';
import type { KeyValue, Log } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';
import type { Secrets } from './secrets.ts';

export interface StateScope {
  readonly user: UserId;
  readonly key: AccountKey;
}

export const STATE_TABLE = 'adapter-state';

/** Of an account, of all accounts of a user, or (without a scope) of the gateway itself. */
export function statePrefixOf(
  gateway: GatewayId,
  scope?: { readonly user: UserId; readonly key?: AccountKey },
): string {
  if (scope === undefined) return `${gateway}//`;
  // The length in front keeps account `a` and key `b/c` apart from account `a/b` and key `c`.
  const account = scope.key === undefined ? '' : `${scope.key.length}:${scope.key}/`;
  return `${gateway}/${scope.user}/${account}`;
}

export interface AdapterStateOptions {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly gateway: GatewayId;
}

/** The adapter's view of its state; every method rejects with a BridgeError where the store fails. */
export function adapterState({ store, secrets, gateway }: AdapterStateOptions, scope?: StateScope): KeyValue {
  const table = store.table(STATE_TABLE);
  const prefix = statePrefixOf(gateway, scope);
  return {
    async get(key) {
      const sealed = await table.get(prefix + key);
      return sealed === undefined ? undefined : secrets.open(sealed, contextOf(prefix + key));
    },
    put: (key, value) => table.put(prefix + key, secrets.seal(value, contextOf(prefix + key))),
    delete: (key) => table.delete(prefix + key),
    async list(begin) {
      const rows = await table.list(prefix + begin);
      return rows.map(([key, sealed]) => [key.slice(prefix.length), secrets.open(sealed, contextOf(key))] as const);
    },
  };
}

/** What writes the state of an account, to stand in a batch with what it belongs to. */
export function stateWrites(
  { secrets, gateway }: Pick<AdapterStateOptions, 'secrets' | 'gateway'>,
  scope: StateScope,
  state: Readonly<Record<string, string>>,
): readonly Write[] {
  const prefix = statePrefixOf(gateway, scope);
  return Object.entries(state).map(([name, value]) => {
    const key = prefix + name;
    return { op: 'put', table: STATE_TABLE, key, value: secrets.seal(value, contextOf(key)) };
  });
}

/** Seals anew what an older key sealed, so that the key can be retired. What is damaged stays as it is, and is logged. */
export async function resealState({
  store,
  secrets,
  gateway,
  log,
}: AdapterStateOptions & { readonly log: Log }): Promise<void> {
  const table = store.table(STATE_TABLE);
  for (const [key, sealed] of await table.list(`${gateway}/`)) {
    if (secrets.keyOf(sealed) !== 'older') continue;
    const fresh = resealed(secrets, sealed, contextOf(key));
    if (fresh instanceof BridgeError) log.error('stored adapter state is damaged', { gateway, key, error: fresh });
    else await table.put(key, fresh);
  }
}

function resealed(secrets: Secrets, sealed: string, context: string): string | BridgeError {
  try {
    return secrets.seal(secrets.open(sealed, context), context);
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
}

const contextOf = (rowKey: string): string => JSON.stringify(['state', rowKey]);
