// The connection to Redis: one client whose commands of a turn go out as one pipeline, with a WAIT behind the writes where a replica
// is attached. Nothing is queued while it is down and nothing is sent twice: a command whose answer was lost is rejected.
// Not ioredis' own autopipelining: it loses the command's name of calls that answer in bytes, and knows no WAIT.

import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../model/ports.ts';
import { notStored } from './errors.ts';
import type { Argument, Commands } from './redis-engine.ts';
import { type Script, SCRIPTS } from './redis-scripts.ts';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** 0 in a cluster. */
  readonly database: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername?: string };
}

const CONNECT_MS = 5_000;
const OPEN_MS = 15_000;
const HEALTH_EVERY_MS = 3_000;
const HEALTH_ANSWER_MS = 3_000;
const RETRY_MOST_MS = 2_000;
const REPLICA_WAIT_MS = 500;
const COMPLAIN_EVERY_MS = 60_000;

type Client = Redis | Cluster;
interface Waiting {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly writes: boolean;
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

export class RedisConnection implements Commands {
  readonly #client: Client;
  readonly #log: Log;
  #gathering: Waiting[] = [];
  #replicas = 0;
  #lastError: Error | undefined;
  #health: NodeJS.Timeout | undefined;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #wasReady = false;
  #closed = false;

  /** Several addresses are nodes of one cluster. */
  constructor(addresses: readonly [RedisAddress, ...RedisAddress[]], cluster: boolean, log: Log) {
    this.#client = cluster ? clusterOf(addresses) : clientOf(addresses[0]);
    this.#log = log;
    this.#client.on('error', (error: Error) => (this.#lastError = error));
    this.#client.on('close', () => this.#lost());
    this.#client.on('ready', () => this.#ready());
  }

  /** @throws Error by rejection: why it could not connect in 15 s. */
  async open(): Promise<void> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => deadline.reject(new Error('no answer in time')), OPEN_MS);
    try {
      await Promise.race([this.#client.connect(), deadline.promise]);
      await this.#countReplicas();
    } catch (error) {
      // What ioredis rejects with only says that the connection is closed.
      throw this.#lastError ?? error;
    } finally {
      clearTimeout(timer);
    }
    this.#health = setInterval(() => void this.#checkHealth(), HEALTH_EVERY_MS);
  }

  command(name: string, args: readonly Argument[], access: 'reads' | 'writes'): Promise<unknown> {
    if (this.#closed) return Promise.reject(notStored(new Error('the store is closed')));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#gathering.push({ name, args, writes: access === 'writes', resolve, reject });
    if (this.#gathering.length === 1) setImmediate(() => this.#flush());
    return promise;
  }

  async script(script: Script, keys: readonly Buffer[], args: readonly Argument[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    const access = script.writes ? 'writes' : 'reads';
    try {
      return await this.command('EVALSHA', [script.sha1, ...rest], access);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!(cause instanceof Error && cause.message.startsWith('NOSCRIPT'))) throw error;
      return this.command('EVAL', [script.lua, ...rest], access);
    }
  }

  /** INFO of every server that takes writes. */
  async information(): Promise<readonly string[]> {
    try {
      return await Promise.all(this.#masters().map((node) => node.info()));
    } catch (error) {
      throw notStored(error);
    }
  }

  /** CONFIG GET of every server that takes writes; undefined where it is forbidden, as hosted ones do. */
  async setting(name: string): Promise<readonly (string | undefined)[]> {
    const ask = async (node: Redis): Promise<string | undefined> => {
      const reply = await node.config('GET', name).catch(() => undefined);
      return Array.isArray(reply) ? String(reply[1]) : undefined;
    };
    return Promise.all(this.#masters().map(ask));
  }

  /** At once: what is under way is rejected. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#health);
    this.#client.disconnect();
  }

  #flush(): void {
    const waiting = this.#gathering;
    this.#gathering = [];
    // The nodes of a cluster are told apart by key, so there each command travels alone.
    if (this.#client instanceof Cluster) for (const one of waiting) this.#send([one]);
    else this.#send(waiting);
  }

  #send(waiting: readonly Waiting[]): void {
    const pipeline = this.#client.pipeline();
    for (const { name, args } of waiting) pipeline.callBuffer(name, [...args]);
    const replicated = this.#replicas > 0 && waiting.some(({ writes }) => writes);
    if (replicated) pipeline.call('WAIT', ['1', String(REPLICA_WAIT_MS)]);
    pipeline
      .exec()
      .then((replies) => this.#settle(waiting, replies ?? [], replicated))
      .catch((error: unknown) => {
        for (const one of waiting) one.reject(notStored(error));
      });
  }

  #settle(
    waiting: readonly Waiting[],
    replies: readonly (readonly [Error | null, unknown])[],
    replicated: boolean,
  ): void {
    for (const [index, one] of waiting.entries()) {
      const [error, reply] = replies[index] ?? [new Error('Redis did not answer'), undefined];
      if (error === null) one.resolve(reply);
      else one.reject(notStored(error));
    }
    if (replicated && !(Number(replies.at(-1)?.[1]) >= 1)) this.#complainOfReplicas();
  }

  #complainOfReplicas(): void {
    if (performance.now() - this.#complainedAt < COMPLAIN_EVERY_MS) return;
    this.#complainedAt = performance.now();
    this.#log.warn('no Redis replica has confirmed a write in time; it is on the master only', {
      waitMs: REPLICA_WAIT_MS,
    });
  }

  #ready(): void {
    if (this.#wasReady && !this.#closed) this.#log.info('connected to Redis again');
    this.#wasReady = true;
    this.#lastError = undefined;
    if (!(this.#client instanceof Redis)) return;
    // Before any command that waits for this moment, so that a restarted server knows the scripts and order is kept.
    for (const { lua } of SCRIPTS) this.#client.script('LOAD', lua).catch((error: Error) => (this.#lastError = error));
  }

  #lost(): void {
    if (this.#wasReady && !this.#closed) {
      this.#log.warn('the connection to Redis is lost', { reason: this.#lastError?.message });
    }
  }

  /** A peer that is silently gone would keep commands waiting for the kernel's patience. */
  async #checkHealth(): Promise<void> {
    if (this.#client.status !== 'ready') return;
    const timer = setTimeout(() => {
      this.#log.warn('Redis does not answer', { waitedMs: HEALTH_ANSWER_MS });
      for (const node of this.#masters()) node.disconnect(true);
    }, HEALTH_ANSWER_MS);
    await this.#countReplicas().catch((error: Error) => (this.#lastError = error));
    clearTimeout(timer);
  }

  async #countReplicas(): Promise<void> {
    const texts = await Promise.all(this.#masters().map((node) => node.info('replication')));
    this.#replicas = texts.join('\n').match(/^slave\d+:.*state=online/gm)?.length ?? 0;
  }

  #masters(): readonly Redis[] {
    return this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
  }
}

type Options = Omit<RedisOptions, 'replyMapping'>;
const COMMON: Options = {
  // Older servers and proxies know it too, and no reply of ours looks different.
  protocol: 2,
  disableClientInfo: true,
  connectTimeout: CONNECT_MS,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // After a fail-over the same address may lead to a replica.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};
const retryAfterMs = (times: number): number => Math.min(50 * 2 ** Math.min(times, 10), RETRY_MOST_MS);

const optionsOf = ({ username, password, tls }: RedisAddress): Options => ({
  ...COMMON,
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(tls === undefined ? {} : { tls }),
});

function clientOf(address: RedisAddress): Redis {
  const { host, port, database } = address;
  return new Redis({ ...optionsOf(address), host, port, db: database, lazyConnect: true, retryStrategy: retryAfterMs });
}

function clusterOf(addresses: readonly [RedisAddress, ...RedisAddress[]]): Cluster {
  return new Cluster(
    addresses.map(({ host, port }) => ({ host, port })),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryAfterMs,
      clusterNodeRetryStrategy: retryAfterMs,
      // A lost answer is not asked for again: the command may have been performed.
      retryDelayOnFailover: 0,
      redisOptions: optionsOf(addresses[0]),
    },
  );
}
