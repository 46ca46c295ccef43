// The commands as an operator types them, as processes of their own, against real servers.

import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EXITS } from '../../src/cli-exit.ts';
import { type GatewayPlan, type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { freePort, type PrivateFolder, privateFolder, startProcess, until } from '../support/processes.ts';
import { startEjabberd, startProsody, startRedis, type XmppServer } from '../support/servers.ts';
import { XmppClient } from '../support/xmpp-client.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SECRET = 'hushhush-component';
const ECHO = 'echo.localhost';
const ROOM = `#quiet@${ECHO}`;
const servers = new Map<string, XmppServer>();
let folder: PrivateFolder;
let endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = privateFolder('live-cli');
  const options = { components: [{ domain: ECHO, secret: SECRET }], users: [{ name: 'juliet', password: 'pw' }] };
  servers.set('prosody', await startProsody(options));
  servers.set('ejabberd', await startEjabberd(options));
});
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
  folder.remove();
});

function serverOf(name: string): XmppServer {
  const server = servers.get(name);
  if (server === undefined) throw new Error(`no ${name} was started`);
  return server;
}

interface Outcome {
  readonly code: number | null;
  readonly logs: string;
}
async function viaduct(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const command = startProcess({ program: process.execPath, args: [MAIN, ...args], cwd: folder.path, env });
  const { code } = await command.exited;
  expect(command.logs()).not.toContain(SECRET);
  return { code, logs: command.logs() };
}

async function configFor(server: XmppServer, gateway: Readonly<Record<string, string>> = {}): Promise<string> {
  const config = {
    xmpp: { server: `xmpp://127.0.0.1:${server.componentPort}`, domain: 'localhost' },
    store: `file:${folder.path}/${server.kind}.db`,
    http: { private: { listen: `127.0.0.1:${await freePort()}` } },
    gateways: [{ domain: ECHO, secret: SECRET, network: 'echo', ...gateway }],
  };
  return folder.write('viaduct.yaml', JSON.stringify(config, undefined, 2));
}

async function serving(
  plan: Partial<GatewayPlan> = {},
): Promise<{ gateway: GatewayProcess; env: Record<string, string> }> {
  const env = { VIADUCT_HTTP_PRIVATE_LISTEN: `127.0.0.1:${await freePort()}` };
  const gateway = await startGateway({
    componentPort: serverOf('prosody').componentPort,
    gateways: [{ domain: ECHO, secret: SECRET, network: 'echo' }],
    env,
    ...plan,
  });
  endings.push(() => gateway.remove());
  return { gateway, env };
}

async function juliet(): Promise<XmppClient> {
  const client = await XmppClient.connect({
    port: serverOf('prosody').c2sPort,
    name: 'juliet',
    password: 'pw',
    resource: 'balcony',
  });
  endings.push(() => client.close());
  await client.appears();
  return client;
}

/** Resolves when a stanza has come that holds all of these. */
function hears(client: XmppClient, ...patterns: readonly string[]): Promise<void> {
  const fits = (raw: string): boolean => patterns.every((pattern) => new RegExp(pattern).test(raw));
  return until(patterns.join(' and '), () => client.unread.some(fits));
}

test.each([
  ['prosody', {}, 'ok'],
  ['prosody', { secret: 'another' }, 'bad-secret'],
  ['prosody', { domain: 'nowhere.localhost' }, 'unknown-domain'],
  ['ejabberd', {}, 'ok'],
  ['ejabberd', { secret: 'another' }, 'bad-secret'],
  // ejabberd does not tell these two apart.
  ['ejabberd', { domain: 'nowhere.localhost' }, 'bad-secret'],
] as const)('check on %s with %j: %s', async (name, gateway, exit) => {
  const { code, logs } = await viaduct(['check', '--config', await configFor(serverOf(name), gateway)]);
  expect(code, logs).toBe(EXITS[exit].code);
});

test('check believes a running Viaduct only where it was given the same settings', async () => {
  const { gateway, env } = await serving();
  const other = { ...env, VIADUCT_GATEWAYS_0_SECRET: 'quite another secret' };
  const { logs, code } = await viaduct(['check', '--config', gateway.configFile], other);
  expect(logs).toContain('a Viaduct with another store, other gateways or other secrets is running there');
  expect(logs).not.toContain('online in the Viaduct that is running');
  expect(code).not.toBe(0);
});

test('check tells the domain that is served by somebody else from the one that is served by us', async () => {
  const { gateway, env } = await serving();
  const ours = await viaduct(['check', '--config', gateway.configFile], env);
  expect(ours.logs).toContain(`ok    gateway ${ECHO}: online in the Viaduct that is running`);
  expect(ours.code).toBe(0);
  const theirs = await viaduct(['check', '--config', await configFor(serverOf('prosody'))]);
  expect(theirs.logs).toContain('Is another Viaduct');
  expect(theirs.code).toBe(EXITS.conflict.code);
});

test('check refuses a Redis that forgets, and takes one that does not', async () => {
  const config = await configFor(serverOf('prosody'));
  const forgetful = await startRedis(['appendonly no', 'maxmemory-policy allkeys-lru']);
  endings.push(() => forgetful.stop());
  const env = { VIADUCT_STORE: forgetful.url, VIADUCT_SECRETS_KEY: '7'.repeat(64) };
  const refused = await viaduct(['check', '--config', config], env);
  expect(refused.logs).toContain('set `appendonly yes`');
  expect(refused.logs).toContain('set `maxmemory-policy noeviction`');
  expect(refused.code).toBe(EXITS.unsafeStore.code);
  const safe = await startRedis();
  endings.push(() => safe.stop());
  const taken = await viaduct(['check', '--config', config], { ...env, VIADUCT_STORE: safe.url });
  expect(taken.code, taken.logs).toBe(0);
  await safe.kill();
  const gone = await viaduct(['check', '--config', config], { ...env, VIADUCT_STORE: safe.url });
  expect(gone.logs).toMatch(/FAIL +store redis:/);
  expect(gone.code).toBe(EXITS.store.code);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it in time and in order, with a goodbye to who is there',
  async (signal) => {
    const { gateway } = await serving();
    const client = await juliet();
    client.sends(`<presence to='${ROOM}/juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await hears(client, `${ROOM}/juliet`, 'code=.110');
    const before = performance.now();
    gateway.process.signal(signal);
    expect(await gateway.process.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - before).toBeLessThan(5_000);
    await hears(client, `${ROOM}/juliet`, 'unavailable', 'code=.33[23]');
  },
);

test('it ends in time even where the server does not answer any more', async () => {
  const { gateway } = await serving();
  const server = serverOf('prosody');
  server.signal('SIGSTOP');
  try {
    const before = performance.now();
    gateway.process.signal('SIGTERM');
    expect(await gateway.process.exited, gateway.process.logs()).toEqual({ code: 0, signal: null });
    expect(performance.now() - before).toBeLessThan(5_000);
  } finally {
    server.signal('SIGCONT');
  }
});

test('a second one is told that the first is there', async () => {
  const { gateway, env } = await serving();
  const second = await viaduct(['run', '--config', gateway.configFile], env);
  expect(second.logs).toContain('another process has it open');
  expect(second.code).toBe(EXITS.store.code);
});

test('users: listed and shown while it runs, removed while it does not, and then gone', async () => {
  const { gateway, env } = await serving();
  const client = await juliet();
  const form = '<username>juliet</username><password>not to be seen</password>';
  await client.asksAndGets('set', ECHO, `<query xmlns='jabber:iq:register'>${form}</query>`, "<iq type='result'/>");
  const users = (...args: readonly string[]): Promise<Outcome> =>
    viaduct(['users', ...args, '--config', gateway.configFile], env);
  expect(await users('list')).toMatchObject({ code: 0, logs: expect.stringContaining(`juliet@localhost\t${ECHO}: `) });
  const shown = await users('show', 'juliet@localhost');
  expect(shown.logs).toContain('username: "juliet"');
  expect(shown.logs).not.toContain('not to be seen');
  expect(await users('show', 'romeo@localhost')).toMatchObject({ code: EXITS.notFound.code });
  const refused = await users('remove', 'juliet@localhost');
  expect(refused.logs).toContain('stop it first');
  expect(refused.code).toBe(EXITS.store.code);
  await gateway.stop();
  expect(await users('remove', 'juliet@localhost')).toMatchObject({ code: 0 });
  expect(await users('show', 'juliet@localhost')).toMatchObject({ code: EXITS.notFound.code });
  await gateway.restart();
  const answer = await client.asks('get', ECHO, "<query xmlns='jabber:iq:register'/>");
  expect(JSON.stringify(answer)).not.toContain('registered');
});

test('a store whose key is not there is not touched, and the operator is told what to do', async () => {
  const { gateway, env } = await serving();
  const client = await juliet();
  const form = '<username>juliet</username><password>pw</password>';
  await client.asksAndGets('set', ECHO, `<query xmlns='jabber:iq:register'>${form}</query>`, "<iq type='result'/>");
  await gateway.stop();
  const refused = await viaduct(['run', '--config', gateway.configFile], {
    ...env,
    VIADUCT_SECRETS_KEY: 'ab'.repeat(32),
  });
  expect(refused.logs).toContain('sealed with a key that is not configured');
  expect(refused.logs).not.toContain('    at ');
  expect(refused.code).toBe(EXITS.store.code);
  await gateway.restart();
  const answer = await client.asks('get', ECHO, "<query xmlns='jabber:iq:register'/>");
  expect(JSON.stringify(answer)).toContain('registered');
});
