// The configuration: what is read from it, and how each mistake is told.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type Config, parseConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/config-error.ts';
import { revealed } from '../../src/config-secrets.ts';
import { LANGUAGES } from '../../src/languages/catalogues.ts';
import { fakeAdapters } from '../support/config-adapters.ts';

const FILE = 'viaduct.yaml';
const MINIMAL = `
gateways:
  - domain: irc.example.org
    secret: hushhush-irc
    network: harbour
`;

const read = (yaml: string, env: NodeJS.ProcessEnv = {}): Promise<Config> =>
  parseConfig(Buffer.from(yaml), { file: FILE, env, adapters: fakeAdapters });

async function mistakes(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const error = await read(yaml, env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error instanceof ConfigError ? error.message.split('\n') : [];
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-config-'));
  folders.push(folder);
  const file = join(folder, 'secret');
  writeFileSync(file, content);
  return file;
}

test('every key but domain, secret and network has a default', async () => {
  const config = await read(MINIMAL);
  expect(config).toMatchObject({
    admins: [],
    store: 'file:./data/viaduct.db',
    secretsKey: undefined,
    http: {
      public: { listen: { host: '127.0.0.1', port: 8480 }, url: undefined },
      private: { listen: { host: '127.0.0.1', port: 8481 } },
    },
    logLevel: 'info',
    warnings: [],
  });
  expect(config.gateways).toHaveLength(1);
  expect(config.gateways[0]).toMatchObject({
    domain: 'irc.example.org',
    server: { host: '127.0.0.1', port: 5347 },
    serverDomain: 'example.org',
    allow: ['example.org'],
    network: 'harbour',
    settings: { color: 'blue', berths: 5 },
  });
  expect(config.gateways[0]?.secret.reveal()).toBe('hushhush-irc');
});

test('domains and JIDs are folded as the XMPP server writes them', async () => {
  const config = await read(
    MINIMAL.replace('irc.example.org', 'IRC.Example.org').concat('xmpp: { admins: [Ann@Example.ORG] }\n'),
  );
  expect(config.gateways[0]?.domain).toBe('irc.example.org');
  expect(config.admins).toEqual(['ann@example.org']);
});

test('a secret comes as text, from a variable or from a file, and is never printed', async () => {
  const file = fileWith('from the file\n');
  const yaml = `
gateways:
  - { domain: a.example.org, network: harbour, secret: in the clear }
  - { domain: b.example.org, network: harbour, secret: { env: HARBOUR_SECRET } }
  - domain: c.example.org
    network: harbour
    secret: { file: ${file} }
    settings: { passphrase: { env: HARBOUR_SECRET }, piers: { north: { key: deep secret } } }
`;
  const config = await read(yaml, { HARBOUR_SECRET: 'from the variable' });
  expect(config.gateways.map((gateway) => gateway.secret.reveal())).toEqual([
    'in the clear',
    'from the variable',
    'from the file',
  ]);
  const settings = config.gateways[2]?.settings ?? {};
  expect(revealed(settings)).toMatchObject({
    passphrase: 'from the variable',
    piers: { north: { key: 'deep secret', length: 10 } },
  });
  expect(config.secrets.map((secret) => secret.reveal())).toHaveLength(5);
  for (const printed of [JSON.stringify(config), inspect(config, { depth: 9 }), String(config.gateways[0]?.secret)]) {
    expect(printed).not.toMatch(/in the clear|from the|deep secret/);
    expect(printed).toContain('[redacted]');
  }
});

test('all mistakes are told at once, each with its line and what is allowed', async () => {
  const yaml = `xmpp:
  sever: xmpp://127.0.0.1:5347
  allow: example.org
log: { level: inform }
store: mysql://localhost
gateways:
  - domain: irc.example.org
    secret: 12345678
    network: harbor
  - domain: IRC.example.org
    network: harbour
    settings:
      colour: red
      berths: 12
      color: bleu
      piers: { north: { lenght: 3 } }
`;
  expect(await mistakes(yaml)).toEqual(
    [
      'viaduct.yaml:2: xmpp.sever: unknown key; allowed here: server, domain, allow, admins; did you mean server?',
      'viaduct.yaml:3: xmpp.allow: must be a list, not a text',
      'viaduct.yaml:4: log.level: must be one of debug, info, warn, error; did you mean info?',
      'viaduct.yaml:5: store: must be file:PATH, redis://... or rediss://...',
      'viaduct.yaml:8: gateways[0].secret: must be a text in quotes, { env: NAME_OF_A_VARIABLE } or { file: PATH }',
      'viaduct.yaml:9: gateways[0].network: there is no such network; known are harbour, and packages by their name; did you mean harbour?',
      'viaduct.yaml:10: gateways[1].secret: is missing',
      'viaduct.yaml:10: gateways[1].domain: the same domain as gateways[0] in line 7',
      'viaduct.yaml:13: gateways[1].settings.colour: unknown key; allowed here: color, berths, open, passphrase, tides, piers; did you mean color?',
      'viaduct.yaml:14: gateways[1].settings.berths: must be at most 9',
      'viaduct.yaml:15: gateways[1].settings.color: must be one of blue, red; did you mean blue?',
      'viaduct.yaml:16: gateways[1].settings.piers.north.key: is missing',
      'viaduct.yaml:16: gateways[1].settings.piers.north.lenght: unknown key; allowed here: key, length; did you mean length?',
    ].toSorted((a, b) => lineOf(a) - lineOf(b)),
  );
});
const lineOf = (message: string): number => Number(message.split(':')[1]);

test.each([
  ['', 'viaduct.yaml:1: the file: is empty'],
  ['- a\n', 'viaduct.yaml:1: the file: must be a block of keys, not a list'],
  ['gateways: []\n', 'viaduct.yaml:1: gateways: must not be empty'],
  ['log: {}\n', 'viaduct.yaml:1: gateways: is missing'],
  ['log:\n  level: info\n  level: warn\n', 'viaduct.yaml:3: not YAML as it should be: this key is there already'],
  [`${MINIMAL}store:\n`, 'viaduct.yaml:6: store: has no value: give one, or leave the key out'],
  [
    `${MINIMAL}xmpp: { server: 'http://x' }\n`,
    'viaduct.yaml:6: xmpp.server: must be an address such as xmpp://127.0.0.1:5347',
  ],
  [
    `${MINIMAL}xmpp: { domain: irc.example.org }\n`,
    "viaduct.yaml:3: gateways[0].domain: the XMPP server's own domain; a gateway needs one of its own below it",
  ],
  [
    MINIMAL.replace('irc.example.org', 'irc'),
    'viaduct.yaml:3: gateways[0].domain: has no part before a dot, so xmpp.domain must be given',
  ],
  [
    MINIMAL.replace('irc.example.org', 'a@b'),
    'viaduct.yaml:3: gateways[0].domain: must be a domain, such as irc.example.org',
  ],
  [
    `${MINIMAL}http:\n  private: { listen: '0.0.0.0:8480' }\n`,
    'viaduct.yaml:7: http.private.listen: the same port as http.public.listen (8480)',
  ],
  [`${MINIMAL}language: tlh\n`, `viaduct.yaml:6: language: must be one of ${LANGUAGES.join(', ')}`],
  [`${MINIMAL}store: redis://127.0.0.1/1\n`, 'viaduct.yaml:6: secretsKey: is missing; with Redis it must be given'],
  [
    `${MINIMAL}secretsKey: { env: NOWHERE }\n`,
    'viaduct.yaml:6: secretsKey: the environment variable NOWHERE is not set',
  ],
  [
    `${MINIMAL}secretsKey: { file: /nowhere/at-all }\n`,
    "viaduct.yaml:6: secretsKey: the file /nowhere/at-all can't be read (ENOENT)",
  ],
  [`${MINIMAL}a: *b\n`, 'viaduct.yaml:6: not YAML as it should be: no anchor of the name b stands before this'],
])('%j is refused', async (yaml, message) => {
  expect(await mistakes(yaml)).toContain(message);
});

test('bytes that are not UTF-8 are refused with their line', async () => {
  const bytes = Buffer.concat([Buffer.from('log: {}\nx: '), Buffer.from([0xff, 0x0a])]);
  await expect(parseConfig(bytes, { file: FILE, env: {}, adapters: fakeAdapters })).rejects.toThrow(
    'viaduct.yaml:2: not a text in UTF-8',
  );
});

test('environment variables override any key', async () => {
  const config = await read(MINIMAL, {
    VIADUCT_XMPP_SERVER: 'xmpp://10.0.0.1:5275',
    VIADUCT_XMPP_ALLOW: '[example.net, ann@example.com]',
    VIADUCT_HTTP_PRIVATE_LISTEN: '[::1]:0',
    VIADUCT_STORE: '[redis://a:1, redis://b:2]',
    VIADUCT_SECRETS_KEY: '0123456789',
    VIADUCT_GATEWAYS_0_SECRET: '424242424242',
    VIADUCT_GATEWAYS_0_SETTINGS_BERTHS: '7',
    VIADUCT_GATEWAYS_0_SETTINGS_OPEN: 'true',
    VIADUCT_LOG_LEVEL: '',
    VIADUCT_PORT: 'tcp://10.0.0.9:80',
    VIADUCT_CONFIG: FILE,
  });
  expect(config.gateways[0]).toMatchObject({
    server: { host: '10.0.0.1', port: 5275 },
    allow: ['example.net', 'ann@example.com'],
    settings: { berths: 7, open: true },
  });
  expect(config.gateways[0]?.secret.reveal()).toBe('424242424242');
  expect(config.secretsKey?.reveal()).toBe('0123456789');
  expect(config).toMatchObject({
    store: ['redis://a:1', 'redis://b:2'],
    http: { private: { listen: { host: '::1', port: 0 } } },
    logLevel: 'info',
  });
  expect(config.warnings).toEqual(['environment variable VIADUCT_PORT means no key']);
});

test('a mistake in an environment variable names the variable', async () => {
  expect(await mistakes(MINIMAL, { VIADUCT_LOG_LEVEL: 'loud', VIADUCT_GATEWAYS_0_SETTINGS_BERTHS: 'many' })).toEqual([
    'environment variable VIADUCT_LOG_LEVEL: log.level: must be one of debug, info, warn, error',
    'environment variable VIADUCT_GATEWAYS_0_SETTINGS_BERTHS: gateways[0].settings.berths: must be a number, not a text',
  ]);
});

test('messages never hold the value of a secret', async () => {
  const told = await mistakes(
    `${MINIMAL}secretsKey: [hidden-value]\n`.replace('hushhush-irc', '{ evn: hidden-value }'),
  );
  expect(told).toHaveLength(2);
  expect(told.join('\n')).not.toContain('hidden-value');
});

test('a secret that cannot be had is told together with every other mistake', async () => {
  const told = await mistakes(`
secretsKey: { env: NOWHERE }
colour: red
gateways:
  - domain: irc.example.org
    secret: { env: NOBODY }
    network: harbour
`);
  expect(told).toContainEqual(expect.stringContaining('secretsKey: the environment variable NOWHERE is not set'));
  expect(told).toContainEqual(expect.stringContaining('the environment variable NOBODY is not set'));
  expect(told).toContainEqual(expect.stringContaining('colour'));
});
