// `viaduct users dead-letters`: what could not be delivered within its limits; looked at, tried once more, or let go.

import { DeadLetters } from './bridge/dead-letters.ts';
import type { Terminal } from './cli.ts';
import { asOperatorError, CliError } from './cli-exit.ts';
import { runningViaduct } from './cli-probe.ts';
import type { Config } from './config.ts';
import { openConfigured } from './gateway.ts';
import type { GatewayId } from './model/ids.ts';
import type { DeadLetter } from './model/ports.ts';
import { inEnglish } from './model/words.ts';
import { createLog } from './observe/log.ts';

interface Found {
  readonly gateway: GatewayId;
  readonly letters: DeadLetters;
  readonly letter: DeadLetter;
}

export async function listDeadLetters(config: Config, { out }: Terminal): Promise<void> {
  for (const { gateway, letter } of await withLetters(config, 'look', (all) => Promise.resolve(all))) {
    const { id, at, what, user, reason } = letter;
    out(`${id}\t${gateway}\t${new Date(at).toISOString()}\t${what}\t${user}\t${inEnglish(reason)}\n`);
  }
}

export async function showDeadLetter(config: Config, { out }: Terminal, id: string): Promise<void> {
  const { gateway, letter } = await withLetters(config, 'look', (all) => Promise.resolve(one(all, id)));
  const { value, ...rest } = letter;
  const reason = inEnglish(letter.reason);
  for (const [name, text] of Object.entries({ gateway, ...rest, reason, at: new Date(letter.at).toISOString() })) {
    out(`${name}: ${text}\n`);
  }
  out(`${pretty(value)}\n`);
}

export async function replayDeadLetter(config: Config, { out }: Terminal, id: string): Promise<void> {
  await withLetters(config, 'change', async (all) => {
    const { letters, letter } = one(all, id);
    if ((await letters.replay(letter, Date.now())) === 'no command') {
      throw new CliError('usage', `${id} is no command: it can be looked at and dropped, but not tried again`);
    }
  });
  out(`${id} is in the outbox again\n`);
}

export async function dropDeadLetter(config: Config, { out }: Terminal, id: string): Promise<void> {
  await withLetters(config, 'change', async (all) => {
    const { letters, letter } = one(all, id);
    await letters.drop(letter.id);
  });
  out(`${id} is dropped\n`);
}

async function withLetters<T>(
  config: Config,
  purpose: 'look' | 'change',
  use: (all: readonly Found[]) => Promise<T>,
): Promise<T> {
  const isFile = typeof config.store === 'string' && config.store.startsWith('file:');
  if (purpose === 'change' && isFile && (await runningViaduct(config)) !== undefined) {
    throw new CliError(
      'store',
      'Viaduct is running and has the store open: stop it first, or use the command `dead-letters` of the gateway in an XMPP client',
    );
  }
  const log = createLog({ level: 'error', secrets: config.secrets, destination: process.stderr });
  const store = await openConfigured(config, { log, readOnly: purpose === 'look' });
  try {
    return await asOperatorError('store', found().then(use));
  } finally {
    await store.close();
  }

  async function found(): Promise<readonly Found[]> {
    const all = config.gateways.map(async ({ domain }) => {
      const letters = new DeadLetters(store, domain);
      return (await letters.list()).map((letter) => ({ gateway: domain, letters, letter }));
    });
    return (await Promise.all(all)).flat();
  }
}

/** Whole ids are long: their beginning will do. */
function one(all: readonly Found[], id: string): Found {
  const fitting = all.filter(({ letter }) => letter.id.startsWith(id));
  const exact = fitting.find(({ letter }) => letter.id === id);
  const [first] = fitting;
  if (exact !== undefined) return exact;
  if (first === undefined) throw new CliError('notFound', `there is no dead letter ${id}`);
  if (fitting.length > 1) throw new CliError('usage', `${fitting.length} dead letters begin with ${id}`);
  return first;
}

function pretty(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), undefined, 2);
  } catch {
    return value;
  }
}
