// The command line in this process, against a component server of the tests.

import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { EXITS } from '../../src/cli-exit.ts';
import { ComponentServer, type ComponentServerOptions } from '../support/component-server.ts';
import { freePort, type PrivateFolder, privateFolder } from '../support/processes.ts';

const SECRET = 'hushhush-echo';
let folder: PrivateFolder;
let endings: (() => void | Promise<void>)[] = [];

beforeEach(() => {
  folder = privateFolder('cli');
  endings = [() => folder.remove()];
});
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function viaduct(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await runCli(args, { env, out: (text) => (out += text), err: (text) => (err += text) });
  expect(out + err).not.toContain(SECRET);
  return { code, out, err };
}

async function configFor(port: number, more = ''): Promise<string> {
  return folder.write(
    'viaduct.yaml',
    `xmpp: { server: 'xmpp://127.0.0.1:${port}', domain: example.org }
store: file:${folder.path}/data/viaduct.db
http: { private: { listen: '127.0.0.1:${await freePort()}' } }
gateways:
  - { domain: echo.example.org, secret: ${SECRET}, network: echo }
${more}`,
  );
}

async function componentServer(options: ComponentServerOptions): Promise<ComponentServer> {
  const server = await ComponentServer.listen(options);
  endings.push(() => server.close());
  return server;
}

test('--help names every exit code, and --version the version', async () => {
  const help = await viaduct(['--help']);
  expect(help.code).toBe(0);
  for (const { code } of Object.values(EXITS)) expect(help.out).toMatch(new RegExp(`^ +${code}  \\w`, 'm'));
  expect(await viaduct(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
});

test.each([
  [['chekc'], 'Did you mean check?'],
  [['check', '--verbose'], "unknown option '--verbose'"],
  [['users', 'show'], "missing required argument 'jid'"],
])('a wrong command line is told: %j', async (args, text) => {
  const { code, err } = await viaduct(args);
  expect(code).toBe(2);
  expect(err).toContain(text);
});

test('a configuration that is wrong, or not there, ends every command with its mistakes', async () => {
  const file = folder.write('viaduct.yaml', 'gatways: []\n');
  for (const args of [['run'], ['check'], ['users', 'list']]) {
    const wrong = await viaduct([...args, '--config', file]);
    expect(wrong.code).toBe(3);
    expect(wrong.err).toContain(
      `${file}:1: gatways: unknown key; allowed here: xmpp, store, secretsKey, language, http, log, gateways; did you mean gateways?`,
    );
  }
  const missing = await viaduct(['check'], { VIADUCT_CONFIG: `${folder.path}/none.yaml` });
  expect(missing).toMatchObject({ code: 3, err: `${folder.path}/none.yaml:1: the configuration file is not there\n` });
});

test('settings that contradict each other are told with their line', async () => {
  const file = await configFor(
    1,
    '  - { domain: irc.example.org, secret: x, network: irc, settings: { fixedServer: nowhere } }\n',
  );
  const { code, err } = await viaduct(['check', '-c', file]);
  expect(code).toBe(3);
  expect(err).toContain(`${file}:6: gateways[1].settings.fixedServer: `);
});

test('check passes where the server takes the component', async () => {
  const server = await componentServer({ secret: SECRET, serverDomain: 'example.org' });
  const { code, out } = await viaduct(['check', '-c', await configFor(server.port)]);
  expect(out).toMatch(/^ok +gateway echo\.example\.org: the XMPP server accepts it$/m);
  expect(out).not.toMatch(/FAIL|note/);
  expect(code).toBe(0);
});

test.each<[kind: keyof typeof EXITS, options: ComponentServerOptions, remedy: RegExp]>([
  ['bad-secret', { secret: 'another' }, /component_secret/],
  ['unknown-domain', { secret: { 'irc.example.org': SECRET } }, /Component "echo\.example\.org"/],
])('check tells %s apart, with the lines that mend it', async (kind, options, remedy) => {
  const server = await componentServer({ ...options, serverDomain: 'example.org' });
  const { code, out } = await viaduct(['check', '-c', await configFor(server.port)]);
  expect(code).toBe(EXITS[kind].code);
  expect(out).toMatch(/^FAIL +gateway echo\.example\.org: /m);
  expect(out).toMatch(remedy);
});

test('check tells a conflict', async () => {
  const server = await componentServer({ secret: SECRET, conflict: 'kick_new', serverDomain: 'example.org' });
  server.script = (peer) =>
    peer.send(
      "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'><stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    );
  const { code, out } = await viaduct(['check', '-c', await configFor(server.port)]);
  expect(out).toContain('Is another Viaduct');
  expect(code).toBe(EXITS.conflict.code);
});

test('check tells a port where nobody is, and one where somebody else is', async () => {
  const nobody = await viaduct(['check', '-c', await configFor(await freePort())]);
  expect(nobody.out).toContain('ECONNREFUSED');
  expect(nobody.code).toBe(EXITS.unreachable.code);
  const mail = createServer(
    (socket) => void socket.on('error', () => undefined).write('220 mail.example.org ESMTP\r\n'),
  );
  const port = await freePort();
  mail.listen(port, '127.0.0.1');
  endings.push(() => void mail.close());
  const other = await viaduct(['check', '-c', await configFor(port)]);
  expect(other.out).toContain('5222 is for clients');
  expect(other.code).toBe(EXITS.protocol.code);
});

test('check tells a listener that is taken and a store that is none', async () => {
  const server = await componentServer({ secret: SECRET, serverDomain: 'example.org' });
  const file = await configFor(server.port);
  const port = await freePort();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  endings.push(() => void taken.close());
  const listening = await viaduct(['check', '-c', file], { VIADUCT_HTTP_PRIVATE_LISTEN: `127.0.0.1:${port}` });
  expect(listening.out).toContain('EADDRINUSE');
  expect(listening.code).toBe(EXITS.port.code);
  const store = await viaduct(['check', '-c', file], {
    VIADUCT_STORE: `file:${folder.write('text', 'not a database at all, but long enough'.repeat(50))}`,
  });
  expect(store.out).toMatch(/^FAIL +store file:.*: .*not a database/m);
  expect(store.code).toBe(EXITS.store.code);
});

test('check asks the networks too', async () => {
  const server = await componentServer({ secret: SECRET, serverDomain: 'example.org' });
  const homeserver = `http://127.0.0.1:${await freePort()}`;
  const more = `  - { domain: matrix.example.org, secret: ${SECRET}, network: matrix, settings: { homeserver: '${homeserver}' } }\n`;
  const { code, out } = await viaduct(['check', '-c', await configFor(server.port, more)]);
  expect(out).toContain(
    `FAIL  network of matrix.example.org, ${homeserver}: 127.0.0.1 can't be reached.\n      homeserver is`,
  );
  expect(code).toBe(EXITS.networkAway.code);
});
