// What only the Redis store promises: clear refusals at opening, findings for `check`, quick rejection while the server is away and
// full service when it is back, scripts that are loaded again, and replicas that are waited for.

import { Redis } from 'ioredis';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/model/stores.ts';
import { checkRedis, openStore } from '../../src/store/open.ts';
import { judgeServer } from '../../src/store/redis-check.ts';
import { freePort, until } from '../support/processes.ts';
import { startRedis } from '../support/servers.ts';
import { listeningLog, silentLog } from './store-backends.ts';

type Server = Awaited<ReturnType<typeof startRedis>>;
const SETUP_MS = 60_000;

async function opened(address: string | readonly string[], log = silentLog): Promise<Store> {
  const store = await openStore(address, { log });
  onTestFinished(() => store.close());
  return store;
}

async function administrator(server: Server): Promise<Redis> {
  const client = new Redis(server.url);
  onTestFinished(() => client.disconnect());
  return client;
}

describe('opening', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startRedis(['requirepass sw0rdfish']);
  }, SETUP_MS);
  afterAll(() => server.stop());

  const at = (user: string, rest = '/0'): string => `redis://${user}127.0.0.1:${server.port}${rest}`;

  test('takes password and database from the address', async () => {
    const store = await opened(at(':sw0rdfish@', '/3'));
    await store.table('t').put('k', 'in three');
    const other = await opened(at(':sw0rdfish@'));
    expect(await other.table('t').get('k')).toBeUndefined();
    const same = await opened(at('default:sw0rdfish@', '/3'));
    expect(await same.table('t').get('k')).toBe('in three');
  });

  test('says why it was not let in, and never the password', async () => {
    for (const user of ['', ':wr0ng-secret@', 'nobody:wr0ng-secret@']) {
      const failure = openStore(at(user), { log: silentLog });
      await expect(failure).rejects.toThrow(
        /redis:\/\/127\.0\.0\.1:\d+\/0 can't be opened: .*(NOAUTH|WRONGPASS|password)/i,
      );
      await expect(failure).rejects.not.toThrow(/wr0ng-secret/);
    }
  });

  test('says that nobody is there', async () => {
    const port = await freePort();
    await expect(openStore(`redis://127.0.0.1:${port}`, { log: silentLog })).rejects.toThrow(
      /can't be opened: .*ECONNREFUSED/,
    );
  });

  test('refuses what is no address', async () => {
    const addresses = ['redis://', 'redis://host/x', 'redis://host?db=1', 'redis:nonsense', 'redis://host:99999'];
    for (const address of addresses) {
      await expect(openStore(address, { log: silentLog })).rejects.toThrow(/looks like redis:\/\//);
    }
    for (const address of ['', 'postgres://x', './viaduct.db']) {
      await expect(openStore(address, { log: silentLog })).rejects.toThrow(/begins with `file:`/);
    }
    await expect(openStore([], { log: silentLog })).rejects.toThrow(/list of Redis hosts is empty/);
    await expect(openStore(['redis://host/2'], { log: silentLog })).rejects.toThrow(/no databases by number/);
    await expect(openStore('file:', { log: silentLog })).rejects.toThrow(/names no file/);
    await expect(openStore('file://host/viaduct.db', { log: silentLog })).rejects.toThrow(/looks like file:/);
  });

  test('refuses what a newer version has written', async () => {
    const address = at(':sw0rdfish@', '/5');
    await (await openStore(address, { log: silentLog })).close();
    const client = new Redis(address);
    await client.set('viaduct:{viaduct}:schema', '999');
    client.disconnect();
    await expect(openStore(address, { log: silentLog })).rejects.toThrow(/newer Viaduct \(schema 999/);
  });
});

describe('findings', () => {
  test('a server that keeps everything has none, whether it tells its settings or not', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const store = await opened(server.url);
    expect(await checkRedis(store)).toEqual([]);
    const admin = await administrator(server);
    await admin.call('ACL', 'SETUSER', 'default', '-config');
    expect(await checkRedis(store)).toEqual([]);
    expect(await checkRedis(await openStore('memory:', { log: silentLog }))).toEqual([]);
  });

  test('a server that forgets or drops is an error, one that may lose a moment a warning', async () => {
    const server = await startRedis(['appendonly no', 'maxmemory-policy allkeys-lru', 'appendfsync everysec']);
    onTestFinished(() => server.stop());
    const findings = await checkRedis(await opened(server.url));
    expect(findings.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      expect.stringMatching(/^error: .*appendonly yes/),
      expect.stringMatching(/^error: .*maxmemory-policy allkeys-lru.*noeviction/),
      expect.stringMatching(/^warning: .*appendfsync everysec/),
    ]);
  });

  test('tells the rest from INFO alone', () => {
    const judge = (information: string, appendfsync?: string) =>
      judgeServer(information.replaceAll(' ', '\r\n'), appendfsync).map(({ level, text }) => `${level}: ${text}`);
    expect(judge('redis_version:6.0.16 role:master')).toEqual([expect.stringMatching(/^error: .*6\.0\.16 is too old/)]);
    expect(judge('redis_version:7.4.1 role:slave')).toEqual([expect.stringMatching(/^error: .*replica/)]);
    expect(judge('aof_enabled:1 aof_last_write_status:err')).toEqual([expect.stringMatching(/^error: .*append-only/)]);
    expect(judge('used_memory:95 maxmemory:100')).toEqual([expect.stringMatching(/^warning: .*90 %/)]);
    expect(judge('redis_version:10.0.0 used_memory:95 maxmemory:0', 'no')).toEqual([
      expect.stringMatching(/^warning: .*appendfsync no/),
    ]);
  });
});

describe('a server that goes away', () => {
  test('rejects at once while it is gone, and serves again when it is back', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const log = listeningLog();
    const store = await opened(server.url, log);
    await store.table('t').put('before', '1');
    await server.kill();
    await until('the loss is noticed', () => log.lines.includes('warn the connection to Redis is lost'));
    const asked = performance.now();
    await expect(store.table('t').put('during', '1')).rejects.toMatchObject({ name: 'BridgeError', code: 'internal' });
    await expect(store.ping()).rejects.toMatchObject({ name: 'BridgeError' });
    expect(performance.now() - asked).toBeLessThan(1_000);
    await server.restart();
    await until('the connection is back', () => log.lines.includes('info connected to Redis again'));
    await store.ping();
    expect(await store.table('t').list('')).toEqual([['before', '1']]);
  });

  test('rejects what was under way, and does not send it a second time', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const log = listeningLog();
    const store = await opened(server.url, log);
    server.signal('SIGSTOP');
    const underWay = Promise.allSettled([
      store.table('t').put('lost', '1'),
      store.log.append('l', { id: 'a', at: 1, value: '' }),
    ]);
    await new Promise((turn) => setImmediate(turn));
    await server.kill();
    for (const outcome of await underWay) expect(outcome.status).toBe('rejected');
    await server.restart();
    await until('the connection is back', () => log.lines.includes('info connected to Redis again'));
    expect(await store.log.count('l')).toBe(0);
    expect(await store.table('t').get('lost')).toBeUndefined();
  });

  test('knows a server that no longer answers', { timeout: 40_000 }, async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const log = listeningLog();
    const store = await opened(server.url, log);
    server.signal('SIGSTOP');
    await expect(store.table('t').put('k', 'v')).rejects.toMatchObject({ name: 'BridgeError' });
    expect(log.lines).toContain('warn Redis does not answer');
    server.signal('SIGCONT');
    await until('the connection is back', () => log.lines.includes('info connected to Redis again'));
    await store.table('t').put('k', 'v');
  });

  test('a refused write is an error with its reason, and reads go on', async () => {
    const server = await startRedis(['maxmemory 4mb']);
    onTestFinished(() => server.stop());
    const store = await opened(server.url);
    const fill = async (): Promise<void> => {
      for (let key = 0; key < 100; key++) await store.table('t').put(String(key), 'x'.repeat(100_000));
    };
    const failure = await fill().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'BridgeError',
      cause: expect.objectContaining({ message: expect.stringContaining('OOM') }),
    });
    expect(await store.table('t').get('0')).toHaveLength(100_000);
    await store
      .table('t')
      .delete('0')
      .catch(() => undefined);
    expect((await store.table('t').list('')).length).toBeGreaterThan(3);
  });
});

test('scripts that the server forgot are sent again', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const store = await opened(server.url);
  const admin = await administrator(server);
  await store.table('t').put('a', '1');
  await admin.script('FLUSH');
  await Promise.all([store.table('t').put('a', '2'), store.table('t').put('a', '3'), store.table('t').put('b', '4')]);
  await admin.script('FLUSH');
  expect(await store.table('t').list('')).toEqual([
    ['a', '3'],
    ['b', '4'],
  ]);
});

test('what one turn asks travels together', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const store = await opened(server.url);
  const admin = await administrator(server);
  const reads = async (): Promise<number> => Number(/total_reads_processed:(\d+)/.exec(await admin.info('stats'))?.[1]);
  const before = await reads();
  await Promise.all(Array.from({ length: 300 }, (_, key) => store.table('t').put(String(key), 'v')));
  expect((await reads()) - before).toBeLessThan(30);
});

test('a write waits for a replica, and says so when none confirms', { timeout: 60_000 }, async () => {
  const master = await startRedis();
  onTestFinished(() => master.stop());
  const replica = await startRedis([`replicaof 127.0.0.1 ${master.port}`]);
  onTestFinished(() => replica.stop());
  const admin = await administrator(master);
  await until('the replica is in step', async () => /state=online/.test(await admin.info('replication')), {
    deadlineMs: 30_000,
  });

  const log = listeningLog();
  const store = await opened(master.url, log);
  const copy = new Redis(replica.url);
  onTestFinished(() => copy.disconnect());
  let confirmed = 0;
  for (let key = 0; key < 20; key++) {
    await store.table('t').put(String(key), 'v');
    if ((await copy.hget('viaduct:{viaduct}:table:t', String(key))) === 'v') confirmed += 1;
  }
  // On a busy machine one may take longer than it is waited for; then that is said.
  expect(confirmed).toBeGreaterThan(15);
  if (confirmed < 20) expect(log.lines).not.toEqual([]);
  await expect(openStore(replica.url, { log: silentLog })).rejects.toThrow(/READONLY|replica/i);

  const laterLog = listeningLog();
  const later = await opened(master.url, laterLog);
  replica.signal('SIGSTOP');
  const started = performance.now();
  await later.table('t').put('alone', 'v');
  expect(performance.now() - started).toBeGreaterThan(400);
  expect(laterLog.lines).toEqual([expect.stringMatching(/^warn no Redis replica has confirmed/)]);
  replica.signal('SIGCONT');
});

test('a peer that is no Redis is refused in time', { timeout: 40_000 }, async () => {
  const server = createServer(
    (socket) => void socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await expect(openStore(`redis://127.0.0.1:${port}`, { log: silentLog })).rejects.toThrow(/can't be opened/);
});
