// `viaduct users`: who has accounts, out of the store itself. Looking works while Viaduct runs; removing does not.

import { forgetViews } from './bridge/archive-sweep.ts';
import type { Terminal } from './cli.ts';
import { asOperatorError, CliError } from './cli-exit.ts';
import { runningViaduct } from './cli-probe.ts';
import type { Config, GatewayConfig } from './config.ts';
import { createNetwork, openConfigured, secretsOf } from './gateway.ts';
import { type UserId, userId } from './model/ids.ts';
import type { Log } from './model/ports.ts';
import type { Store } from './model/stores.ts';
import { SystemClock } from './observe/clock.ts';
import { createLog } from './observe/log.ts';
import { AccountRecords } from './store/account-records.ts';
import { type ContactRecord, ContactRecords } from './store/contact-records.ts';
import { openRecords, type RecordsOptions } from './store/records.ts';
import type { Secrets } from './store/secrets.ts';

export interface Removal {
  readonly jid: string;
  /** Component domain; left out: all of them. */
  readonly gateway?: string;
}

interface Open {
  readonly store: Store;
  readonly log: Log;
  readonly secrets: Secrets;
}

interface Kept {
  readonly gateway: GatewayConfig;
  readonly accounts: Awaited<ReturnType<AccountRecords['summaries']>>;
  readonly contacts: readonly ContactRecord[];
}

export async function listUsers(config: Config, { out }: Terminal): Promise<void> {
  const kept = await look(config);
  const users = new Set(kept.flatMap(({ accounts, contacts }) => [...accounts, ...contacts].map(({ user }) => user)));
  for (const user of [...users].toSorted()) {
    const titles = kept.flatMap(({ gateway, accounts }) =>
      accounts.filter((account) => account.user === user).map(({ title }) => `${gateway.domain}: ${title}`),
    );
    out(`${user}\t${titles.length === 0 ? 'no account' : titles.join(', ')}\n`);
  }
}

export async function showUser(config: Config, { out }: Terminal, jid: string): Promise<void> {
  const user = userId(jid.toLowerCase());
  const kept = (await look(config, user)).filter(({ accounts, contacts }) => accounts.length + contacts.length > 0);
  if (kept.length === 0) throw nobody(jid);
  out(`${user}\n`);
  for (const { gateway, accounts, contacts } of kept) {
    out(`\n${gateway.domain} (${gateway.network})\n`);
    for (const { title, settings } of accounts) {
      out(`  account ${title}\n`);
      for (const [name, value] of Object.entries(settings)) out(`    ${name}: ${JSON.stringify(value)}\n`);
    }
    for (const { local, subscription } of contacts) {
      out(`  contact ${local === '' ? 'the gateway' : local}: ${subscription.state}\n`);
    }
  }
}

export async function removeUser(config: Config, { out }: Terminal, { jid, gateway }: Removal): Promise<void> {
  const gateways = config.gateways.filter(({ domain }) => gateway === undefined || domain === gateway.toLowerCase());
  if (gateways.length === 0) throw new CliError('usage', `there is no gateway ${gateway} in ${config.file}`);
  if ((await runningViaduct(config)) !== undefined) {
    throw new CliError('store', 'Viaduct is running and holds all accounts in memory: stop it first');
  }
  const user = userId(jid.toLowerCase());
  await withStore(config, false, async (open) => {
    const found = await Promise.all(gateways.map((one) => removeFrom(recordsOptions(one, open), user)));
    if (!found.includes(true)) throw nobody(jid);
  });
  out(`${user} is removed from ${gateways.map(({ domain }) => domain).join(', ')}\n`);
}

async function removeFrom(options: RecordsOptions, user: UserId): Promise<boolean> {
  const before = await keptOf(options, user);
  const records = await openRecords(options);
  await forgetViews(records.archive, user);
  await records.deleteAllOf(user);
  await records.settled();
  return before.accounts.length + before.contacts.length > 0;
}

function look(config: Config, user?: UserId): Promise<readonly Kept[]> {
  return withStore(config, true, (open) =>
    Promise.all(
      config.gateways.map(async (gateway) => ({
        gateway,
        ...(await keptOf(recordsOptions(gateway, open), user)),
      })),
    ),
  );
}

async function keptOf(options: RecordsOptions, user?: UserId): Promise<Pick<Kept, 'accounts' | 'contacts'>> {
  const accounts = await new AccountRecords(options).summaries(user);
  return { accounts, contacts: await new ContactRecords(options.store, options.gateway).list(user) };
}

function recordsOptions(gateway: GatewayConfig, open: Open): RecordsOptions {
  const network = createNetwork(gateway);
  const fields = [...network.signInForm, ...network.preferences];
  return { ...open, gateway: gateway.domain, fields, clock: new SystemClock() };
}

async function withStore<T>(config: Config, readOnly: boolean, use: (open: Open) => Promise<T>): Promise<T> {
  const log = createLog({ level: 'error', secrets: config.secrets, destination: process.stderr });
  const store = await openConfigured(config, { log, readOnly });
  try {
    return await asOperatorError('store', use({ store, log, secrets: await secretsOf(config, store) }));
  } finally {
    await store.close();
  }
}

function nobody(jid: string): CliError {
  return new CliError('notFound', `nothing is kept of ${jid}`);
}
