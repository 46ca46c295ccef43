// The gateway under test as a process that is killed, stopped and started again, and interfered with from outside.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  findProgram,
  type OwnedProcess,
  type PrivateFolder,
  privateFolder,
  startProcess,
} from '../support/processes.ts';
import type { Ledger } from './ledger.ts';
import type { Interference } from './preload.ts';
import { domainOf } from './realm.ts';
import type { SabotageName } from './sabotages.ts';
import type { NetworkName } from './tokens.ts';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const MAIN = source('../../src/main.ts');
const PRELOAD = source('./preload.ts');
const SABOTAGE_HOOK = source('./sabotage-hook.ts');

const RESTART_MS = 500;
const CATCH_UP_MS = 1_000;

export const SECRET = 'a secret of the chaos';

export interface GatewayPlan {
  readonly componentPort: number;
  /** Where it listens for webhooks. */
  readonly publicPort: number;
  /** Of each network. */
  readonly settings: ReadonlyMap<NetworkName, unknown>;
  /** Undefined: an embedded one. */
  readonly redisUrl: string | undefined;
  readonly ledger: Ledger;
  readonly sabotage: SabotageName | undefined;
  now(): number;
}

export class Gateway {
  readonly #plan: GatewayPlan;
  readonly #folder: PrivateFolder;
  readonly #config: string;
  readonly #secretsKey = randomBytes(32).toString('base64');
  #process: OwnedProcess | undefined;
  /** When it was made to stand still, and when that ended. */
  #stopped: { readonly from: number; until?: number } | undefined;
  #isMeantToRun = false;
  /** When it ended by itself. */
  readonly faults: number[] = [];
  /** How often it was started. */
  life = 0;
  #interference: Interference = {};
  /** Logs of all lives. */
  readonly #logs: string[] = [];

  constructor(plan: GatewayPlan) {
    this.#plan = plan;
    this.#folder = privateFolder('chaos');
    this.#config = this.#folder.write('viaduct.yaml', JSON.stringify(configOf(plan, this.#folder.path), undefined, 2));
    this.#folder.write('interference.json', '{}');
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }
  get running(): boolean {
    return this.#process?.running === true;
  }
  logs(): string {
    return [...this.#logs, this.#process?.logs() ?? ''].join('\n--- next life\n');
  }

  start(): void {
    this.#isMeantToRun = true;
    this.life += 1;
    const started = startProcess({
      program: process.execPath,
      args: [
        ...(this.#plan.sabotage === undefined ? [PRELOAD] : [SABOTAGE_HOOK, PRELOAD]).flatMap((file) => [
          '--import',
          file,
        ]),
        MAIN,
        'run',
        '--config',
        this.#config,
      ],
      cwd: this.#folder.path,
      env: {
        NODE_OPTIONS: undefined,
        CHAOS_INTERFERENCE: `${this.#folder.path}/interference.json`,
        CHAOS_SECRETS_KEY: this.#secretsKey,
        CHAOS_SABOTAGE: this.#plan.sabotage,
      },
    });
    this.#process = started;
    void started.exited.then(() => this.#died(started));
  }

  /** @throws Error with the log when it is not in time. */
  async ready(): Promise<void> {
    await this.#process?.untilLog(/"ready"|\bready\b/, 30_000);
  }

  kill(): Promise<unknown> {
    this.#isMeantToRun = false;
    // Its end is noticed later.
    this.#stopped ??= { from: this.#plan.now() };
    return this.#process?.kill() ?? Promise.resolve();
  }
  /** As an operator would end it. */
  end(): Promise<unknown> {
    this.#isMeantToRun = false;
    return this.#process?.stop(8_000) ?? Promise.resolve();
  }
  /** It stands still until `go`. */
  halt(): void {
    this.#stopped = { from: this.#plan.now() };
    this.#process?.signal('SIGSTOP');
  }
  go(): void {
    this.#process?.signal('SIGCONT');
    if (this.#stopped !== undefined) this.#stopped.until = this.#plan.now();
  }

  interfere(change: Interference): void {
    this.#interference = { ...this.#interference, ...change };
    // Renamed into place: nobody reads half of it.
    renameSync(
      this.#folder.write('interference.new', JSON.stringify(this.#interference)),
      `${this.#folder.path}/interference.json`,
    );
  }

  openDescriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
  /** The hard limit. */
  mostDescriptors(): string {
    return /Max open files\s+\S+\s+(\S+)/.exec(readFileSync(`/proc/${this.pid}/limits`, 'utf8'))?.[1] ?? '1024';
  }
  /** `nofile`, `fsize`: the soft limit, in the program's own writing. */
  async limit(resource: 'nofile' | 'fsize', value: string): Promise<void> {
    const program = findProgram('prlimit');
    if (program === undefined || !this.running) return;
    await startProcess({ program, args: ['--pid', String(this.pid), `--${resource}=${value}:`] }).exited;
  }

  async remove(): Promise<void> {
    await this.end();
    this.#folder.remove();
  }

  /** What came while it stood still takes it a moment to read. */
  #unreadSince(at: number): number {
    const { from = at, until = at } = this.#stopped ?? {};
    return at - until < CATCH_UP_MS ? from : at;
  }

  #died(ended: OwnedProcess): void {
    const at = this.#plan.now();
    this.#plan.ledger.deaths.push({ at, unreadSince: this.#unreadSince(at) });
    this.#stopped = undefined;
    this.#logs.push(ended.logs().slice(-50_000));
    if (this.#logs.length > 20) this.#logs.shift();
    if (!this.#isMeantToRun) return;
    // As a supervisor would.
    this.faults.push(at);
    setTimeout(() => {
      if (this.#isMeantToRun && !this.running) this.start();
    }, RESTART_MS);
  }
}

/** YAML takes JSON as it is. */
function configOf({ componentPort, publicPort, settings, redisUrl }: GatewayPlan, folder: string): unknown {
  return {
    xmpp: { server: `xmpp://127.0.0.1:${componentPort}`, domain: 'localhost', allow: ['*'] },
    store: redisUrl ?? `file:${folder}/viaduct.db`,
    ...(redisUrl !== undefined && { secretsKey: { env: 'CHAOS_SECRETS_KEY' } }),
    http: {
      public: { listen: `127.0.0.1:${publicPort}`, url: `http://127.0.0.1:${publicPort}` },
      private: { listen: '127.0.0.1:0' },
    },
    log: { level: process.env['CHAOS_LOG_LEVEL'] ?? 'info' },
    gateways: [...settings].map(([network, its]) => ({
      domain: domainOf(network),
      secret: SECRET,
      network,
      settings: its,
    })),
  };
}
