// A store survives SIGKILL in the middle of writes: everything that was acknowledged is there, and no batch is torn. The writer is a
// process of its own (test/support/store-writer.ts) that prints what was acknowledged; the judge kills it, or the Redis it writes
// to, at a random moment and looks at what is left.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Store } from '../../src/model/stores.ts';
import { openStore } from '../../src/store/open.ts';
import { privateFolder } from '../support/processes.ts';
import { startRedis } from '../support/servers.ts';
import { valueOf } from '../support/store-writes.ts';
import { silentLog } from './store-backends.ts';

const ROUNDS = Number(process.env['VIADUCT_KILL_ROUNDS'] ?? 50);
const SEED = Number(process.env['VIADUCT_SEED'] ?? Date.now() % 1_000_000);
const LONGEST_MS = 220;
const WRITER = fileURLToPath(new URL('../support/store-writer.ts', import.meta.url));

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Writer {
  #text = '';
  readonly #child: ChildProcess;
  readonly started: Promise<void>;
  readonly ended: Promise<void>;

  constructor(address: string, round: string) {
    this.#child = spawn(process.execPath, [WRITER, address, round], { stdio: ['ignore', 'pipe', 'inherit'] });
    const first = Promise.withResolvers<void>();
    this.started = first.promise;
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      first.resolve();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', () => {
        first.reject(new Error(`the writer of round ${round} ended before it wrote anything`));
        resolve();
      });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Whole lines only: half a line was not acknowledged to anybody. */
  get acknowledged(): readonly string[] {
    return this.#text.slice(0, this.#text.lastIndexOf('\n')).split('\n');
  }
}

/** What is in the store of one round, by kind. */
interface Left {
  readonly rows: ReadonlyMap<string, string>;
  readonly pairs: ReadonlyMap<string, string>;
  readonly counters: ReadonlyMap<string, string>;
  readonly log: ReadonlyMap<string, { readonly position: number; readonly value: string }>;
  readonly pairLog: ReadonlyMap<string, { readonly value: string }>;
  readonly queue: ReadonlyMap<string, { readonly value: string }>;
}

async function leftIn(store: Store, round: string): Promise<Left> {
  const table = async (name: string) => new Map(await store.table(name).list(`${round}-`));
  const log = async (name: string) =>
    new Map((await store.log.range(`${name} ${round}`, { limit: 1e6 })).map((entry) => [entry.id, entry]));
  return {
    rows: await table('rows'),
    pairs: await table('pairs'),
    counters: await table('counters'),
    log: await log('log'),
    pairLog: await log('pairs'),
    queue: new Map((await store.queue.peek(`queue ${round}`, 1e6)).map((item) => [item.id, item])),
  };
}

/** @returns what is wrong, one line each. */
function faultsOf(acknowledged: readonly string[], left: Left): readonly string[] {
  const faults: string[] = [];
  const finished = new Set(acknowledged.filter((line) => line.startsWith('batch ')).map((line) => line.slice(6)));
  for (const line of acknowledged) {
    const [kind = '', id = '', detail = ''] = line.split(' ');
    const { rows, log, queue, counters, pairs } = left;
    const kept = {
      put: () => rows.get(id) === valueOf(id),
      append: () => log.get(id)?.value === valueOf(id) && log.get(id)?.position === Number(detail),
      // The batch behind it takes it out again, perhaps without having been acknowledged.
      add: () => queue.get(id)?.value === valueOf(id) || pairs.has(`${after(id)} left`),
      batch: () => pairs.get(`${id} left`) === valueOf(id) && !queue.has(before(id)),
      counter: () => Number(counters.get(id)) >= Number(detail),
    }[kind];
    if (kept === undefined || !kept()) faults.push(`lost: ${line}`);
  }
  for (const [id, value] of left.rows) if (value !== valueOf(id)) faults.push(`wrong value: ${id}`);
  for (const id of new Set([...[...left.pairs.keys()].map((key) => key.split(' ')[0] ?? ''), ...finished])) {
    const parts = [left.pairs.get(`${id} left`), left.pairs.get(`${id} right`), left.pairLog.get(id)?.value];
    if (parts.some((part) => part !== valueOf(id))) faults.push(`torn batch: ${id}`);
  }
  return faults;
}

const moved = (id: string, by: number): string => id.replace(/\d+$/, (count) => String(Number(count) + by));
const after = (id: string): string => moved(id, 1);
const before = (id: string): string => moved(id, -1);

interface Attack {
  readonly name: string;
  readonly address: string;
  readonly seed: number;
  /** Ends the writer or what it writes to, and has the latter back when it resolves. */
  strike(writer: Writer, round: number): Promise<void>;
}

async function attack({ name, address, seed, ...attacker }: Attack): Promise<void> {
  const random = randomFrom(seed);
  const acknowledged: (readonly string[])[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const label = `r${round}`;
    const writer = new Writer(address, label);
    await writer.started;
    await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_MS));
    await attacker.strike(writer, round);
    await writer.ended;
    const store = await openStore(address, { log: silentLog });
    const faults = faultsOf(writer.acknowledged, await leftIn(store, label));
    await store.close();
    acknowledged.push(writer.acknowledged);
    expect(faults, `${name}, round ${round}, seed ${seed}`).toEqual([]);
  }
  const store = await openStore(address, { log: silentLog });
  for (const [round, lines] of acknowledged.entries()) {
    expect(faultsOf(lines, await leftIn(store, `r${round}`)), `${name}, round ${round} after all others`).toEqual([]);
  }
  await store.close();
  const total = acknowledged.flat().length;
  console.log(`${name}: ${ROUNDS} kills, ${total} acknowledged writes, none lost, none torn (seed ${seed})`);
}

test('the judge sees what is lost, wrong and torn', async () => {
  const store = await openStore('memory:', { log: silentLog });
  await store.table('rows').put('r-1-5', 'not its value');
  await store.table('pairs').put('r-1-3 left', valueOf('r-1-3'));
  await store.table('counters').put('r-1', '4');
  const lines = ['put r-1-0', 'append r-1-1 1', 'add r-1-7', 'batch r-1-8', 'counter r-1 9'];
  expect(faultsOf(lines, await leftIn(store, 'r'))).toEqual([
    ...lines.map((line) => `lost: ${line}`),
    'wrong value: r-1-5',
    'torn batch: r-1-3',
    'torn batch: r-1-8',
  ]);
});

test.concurrent('the embedded store, its process killed', { timeout: 180_000 }, async () => {
  const folder = privateFolder('kill');
  const address = `file:${join(folder.path, 'viaduct.db')}`;
  await attack({ name: 'embedded', address, seed: SEED, strike: async (writer) => writer.kill() });
  folder.remove();
});

test.concurrent('Redis, the writer and the server killed by turns', { timeout: 180_000 }, async () => {
  const server = await startRedis();
  const strike = async (writer: Writer, round: number): Promise<void> => {
    if (round % 2 === 0) return writer.kill();
    await server.kill();
    await writer.ended;
    await server.restart();
  };
  await attack({ name: 'redis', address: server.url, seed: SEED + 1, strike });
  await server.stop();
});
