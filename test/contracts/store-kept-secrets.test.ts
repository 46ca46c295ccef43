// A key that was lost or replaced is found before anything is served, and never made anew over what it sealed.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { accountKey, gatewayId, userId } from '../../src/model/ids.ts';
import type { Store } from '../../src/model/stores.ts';
import { AccountRecords } from '../../src/store/account-records.ts';
import { openKeptSecrets } from '../../src/store/kept-secrets.ts';
import { openStore } from '../../src/store/open.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { privateFolder } from '../support/processes.ts';

async function embedded(): Promise<{ readonly store: Store; readonly address: string; readonly keyFile: string }> {
  const folder = privateFolder('kept-secrets');
  const address = `file:${join(folder.path, 'viaduct.db')}`;
  const store = await openStore(address, { log: new LogRecorder() });
  onTestFinished(async () => {
    await store.close();
    folder.remove();
  });
  return { store, address, keyFile: join(folder.path, 'viaduct.db.key') };
}

async function sealAnAccount(store: Store, address: string): Promise<void> {
  const secrets = await openKeptSecrets(store, address, undefined);
  const records = new AccountRecords({
    store,
    secrets,
    gateway: gatewayId('irc.example.org'),
    fields: [],
    log: new LogRecorder(),
  });
  await records.save({
    user: userId('romeo@example.org'),
    key: accountKey('test'),
    title: 'romeo',
    settings: { password: 'rosaline' },
  });
}

test('a store without accounts gets its key made', async () => {
  const { store, address, keyFile } = await embedded();
  await openKeptSecrets(store, address, undefined);
  expect(existsSync(keyFile)).toBe(true);
});

test('a key file that is gone is asked for, and none is made in its place', async () => {
  const { store, address, keyFile } = await embedded();
  await sealAnAccount(store, address);
  rmSync(keyFile);
  await expect(openKeptSecrets(store, address, undefined)).rejects.toThrow(
    `sealed with the key in ${keyFile}, and that file is missing`,
  );
  expect(existsSync(keyFile)).toBe(false);
});

test('another key than the one that sealed is refused, without a word of either', async () => {
  const { store, address, keyFile } = await embedded();
  await sealAnAccount(store, address);
  const other = Buffer.alloc(32, 7).toString('base64');
  writeFileSync(keyFile, other);
  const refusal = openKeptSecrets(store, address, undefined);
  await expect(refusal).rejects.toThrow(/1 of 1 accounts in the store were sealed with a key that is not configured/);
  await expect(refusal).rejects.not.toThrow(other);
});
