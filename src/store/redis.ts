// The store in Redis, for several processes, or where a Redis is at hand anyway. How safe a resolved write is, is the server's own
// setting (`findings`); where replicas are attached, one of them has it too or half a second has passed.
//
// In a cluster all names share the hash tag `{viaduct}` and so one node, but for names that begin with a tag of their own
// (`{romeo@example.org}inbox`). A batch and its fence must keep to one tag there.

import { isIP } from 'node:net';
import type { Log } from '../model/ports.ts';
import type { Store } from '../model/stores.ts';
import { notOpened, notStored } from './errors.ts';
import { OperationStore } from './operation-store.ts';
import type { AsyncPerformers, Engine, Operation, OperationKind, Outcome } from './operations.ts';
import { type Finding, judgeServer } from './redis-check.ts';
import { type RedisAddress, RedisConnection } from './redis-connection.ts';
import { redisPerformers } from './redis-engine.ts';
import type { OnStoreAnswer } from './timed-engine.ts';

const SCHEMA_KEY = 'viaduct:{viaduct}:schema';
const SCHEMA_VERSION = 1;
/** What a server has not answered by then is rejected, so that the process can end. */
const CLOSE_PATIENCE_MS = 2_000;

/**
 * Connects to one Redis, or to a cluster where `urls` is a list.
 * @throws BridgeError by rejection: not an address, not reachable, refused, or written by a newer version; the text is for the operator.
 */
export async function openRedis(urls: string | readonly string[], log: Log, onAnswer?: OnStoreAnswer): Promise<Store> {
  const addresses = (typeof urls === 'string' ? [urls] : urls).map(addressOf);
  const [first, ...others] = addresses;
  if (first === undefined) throw notOpened('The list of Redis hosts is empty.');
  const isCluster = typeof urls !== 'string';
  if (isCluster && addresses.some(({ database }) => database !== 0)) {
    throw notOpened('A Redis cluster has no databases by number: leave it out of the addresses.');
  }
  const connection = new RedisConnection([first, ...others], isCluster, log);
  try {
    await connection.open();
    await checkSchema(connection);
    return new RedisStore(new RedisEngine(connection), connection, onAnswer);
  } catch (error) {
    connection.close();
    throw notOpened(`The store ${addresses.map(nameOf).join(', ')} can't be opened: ${explain(error)}.`, error);
  }
}

export class RedisStore extends OperationStore {
  readonly #connection: RedisConnection;

  constructor(engine: Engine, connection: RedisConnection, onAnswer?: OnStoreAnswer) {
    super(engine, onAnswer);
    this.#connection = connection;
  }

  /** What is wrong with the way the servers are set up. @throws BridgeError by rejection. */
  async findings(): Promise<readonly Finding[]> {
    const information = await this.#connection.information();
    const syncing = await this.#connection.setting('appendfsync');
    const findings = information.flatMap((text, index) => judgeServer(text, syncing[index]));
    // The nodes of a cluster are mostly set up alike.
    return [...new Map(findings.map((finding) => [finding.text, finding])).values()];
  }
}

class RedisEngine implements Engine {
  readonly #connection: RedisConnection;
  readonly #performers: AsyncPerformers;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    this.#performers = redisPerformers(connection);
  }

  run<Kind extends OperationKind>(operation: Operation<Kind>): Promise<Outcome<Kind>> {
    if (this.#closing !== undefined) return Promise.reject(notStored(new Error('the store is closed')));
    const kind: Kind = operation.kind;
    const outcome = this.#performers[kind](operation);
    // Some operations take several commands, so the connection alone can't tell when all is done.
    const done: Promise<unknown> = outcome.catch(() => undefined).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
    return outcome;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, CLOSE_PATIENCE_MS);
    await Promise.race([Promise.all(this.#underWay), patience.promise]);
    clearTimeout(timer);
    this.#connection.close();
  }
}

/** @throws Error by rejection where a newer version has written it. */
async function checkSchema(connection: RedisConnection): Promise<void> {
  await connection.command('SET', [SCHEMA_KEY, String(SCHEMA_VERSION), 'NX'], 'writes');
  const found = Number(String(await connection.command('GET', [SCHEMA_KEY], 'reads')));
  if (found > SCHEMA_VERSION) {
    throw new Error(`it was written by a newer Viaduct (schema ${found}, this one knows ${SCHEMA_VERSION})`);
  }
}

function addressOf(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const path = /^(?:\/(\d*))?$/.exec(url?.pathname ?? '-');
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
  if (url === undefined || !isRedis || path === null || url.hostname === '' || url.search !== '' || url.hash !== '') {
    throw notOpened('A Redis address looks like redis://[user:password@]host[:port][/number], or rediss:// with TLS.');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: url.port === '' ? 6379 : Number(url.port),
    database: Number(path[1] ?? 0),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}),
  };
}

/** Without the password. */
function nameOf({ host, port, database, tls }: RedisAddress): string {
  const at = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  return `${tls === undefined ? 'redis' : 'rediss'}://${at}/${database}`;
}

function explain(error: unknown): string {
  // A refused command wears the sentence for people; what Redis said is its cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause instanceof Error ? cause.message || cause.name : String(cause)).replace(/\.$/, '');
}
