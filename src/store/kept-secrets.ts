// The sealing of a store that may hold sealed accounts already: a key that does not fit what lies there is found before anything is served,
// and none is made in place of one that was lost.

import { existsSync } from 'node:fs';
import type { Store } from '../model/stores.ts';
import { ACCOUNT_TABLE, sealedIn } from './account-records.ts';
import { notOpened } from './errors.ts';
import { keyFileOf, openSecrets } from './open.ts';
import type { Secrets } from './secrets.ts';

/**
 * As `openSecrets`, for a store that is open.
 * @throws BridgeError by rejection, where accounts were sealed with a key that is lost or not configured.
 */
export async function openKeptSecrets(
  store: Store,
  address: string | readonly string[],
  configured: string | undefined,
): Promise<Secrets> {
  const rows = await store.table(ACCOUNT_TABLE).list('');
  const sealed = rows.map(([, value]) => sealedIn(value)).filter((text) => text !== undefined);
  const file = configured === undefined ? keyFileOf(address) : undefined;
  if (sealed.length > 0 && file !== undefined && !existsSync(file)) {
    throw notOpened(
      `Accounts in the store are sealed with the key in ${file}, and that file is missing. Put it back, from a backup for instance.`,
    );
  }
  const secrets = openSecrets(address, configured);
  const unknown = sealed.filter((text) => secrets.keyOf(text) === 'unknown').length;
  if (unknown === 0) return secrets;
  throw notOpened(
    `${unknown} of ${sealed.length} accounts in the store were sealed with a key that is not configured. Put it back (\`secretsKey\`, or the \`.key\` file beside the store), behind the new one if it was replaced.`,
  );
}
