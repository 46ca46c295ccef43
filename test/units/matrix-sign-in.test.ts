// Linking a Matrix account: by password, by token, again, and what is refused; and which homeservers are reached.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Homeservers } from '../../adapters/matrix/homeserver.ts';
import { readSettings } from '../../adapters/matrix/settings.ts';
import { publicAddresses } from '../../src/http/host-guard.ts';
import type { Answers } from '../../src/model/form.ts';
import type { SignInStep } from '../../src/model/network.ts';
import { ROMEO, Stage } from './matrix-stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const signIn = (answers: Answers): Promise<SignInStep> => stage.network.signIn(answers, AbortSignal.timeout(5_000));
const login = { body: { user_id: ROMEO, access_token: 'made', device_id: 'DEVICE' } };

test('with a password a device is made, and the password is not kept', async () => {
  stage.server.on('POST', 'v3/login', login);
  const step = await signIn({ user: '@romeo:example.org', password: 'sun', token: '' });
  expect(step).toMatchObject({ kind: 'done', account: '', title: ROMEO });
  expect(JSON.stringify(step)).not.toContain('sun');
  const asked = stage.server.asked.find(({ path }) => path === 'v3/login');
  expect(asked?.body).toMatchObject({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: ROMEO },
    password: 'sun',
    initial_device_display_name: 'Viaduct',
  });
});

test('the same device again when the password is given again, and it goes with the account', async () => {
  stage.server.on('POST', 'v3/login', login);
  stage.server.on('POST', 'v3/logout', { body: {} });
  const step = await signIn({ user: 'romeo:example.org', password: 'sun' });
  if (step.kind !== 'done') throw new Error(step.kind);
  await signIn({ user: 'romeo:example.org', password: 'moon', token: step.settings['token'] ?? '' });
  const [, again] = stage.server.asked.filter(({ path }) => path === 'v3/login');
  expect(again?.body).toMatchObject({ device_id: 'DEVICE' });
  await stage.network.forget({ ...stage.account(), settings: step.settings });
  expect(stage.server.asked.find(({ path }) => path === 'v3/logout')?.token).toBe('made');
});

test('a token of the person is used as it is, and outlives the account', async () => {
  const step = await signIn({ user: 'romeo:example.org', token: 'hers' });
  if (step.kind !== 'done') throw new Error(step.kind);
  expect(step.settings).toMatchObject({ user: ROMEO, token: 'hers' });
  await stage.network.forget({ ...stage.account(), settings: step.settings });
  expect(stage.server.asked.map(({ path }) => path)).toEqual(['v3/account/whoami']);
});

test.each([
  [{ user: 'romeo:example.org' }, 'malformed', 'password'],
  [{ user: '#room:example.org', password: 'x' }, 'malformed', 'user'],
  [{ user: 'a b', password: 'x' }, 'malformed', 'user'],
  [{ user: 'romeo:example.org', password: 'wrong' }, 'bad-credentials', 'password'],
  [{ user: 'romeo:example.org', token: 'wrong' }, 'bad-credentials', 'token'],
  [{ user: 'tybalt:example.org', token: 'hers' }, 'bad-credentials', 'token'],
] as const)('%j is %s', async (answers, code, field) => {
  stage.server.on('POST', 'v3/login', { status: 403, body: { errcode: 'M_FORBIDDEN', error: 'Invalid password' } });
  stage.server.says(({ token }) =>
    token === 'wrong' ? { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown' } } : undefined,
  );
  await expect(signIn(answers)).rejects.toMatchObject({ code, details: { field } });
});

test('no secret is in an error', async () => {
  stage.server.on('POST', 'v3/login', { status: 500, body: { errcode: 'M_UNKNOWN', error: 'Oops' } });
  const refused = await signIn({ user: 'romeo:example.org', password: 'sunrise' }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'network-down' });
  expect(String(Reflect.get(refused as object, 'stack'))).not.toContain('sunrise');
});

test('a session of somebody else is not opened, and the token is not used further', async () => {
  stage.server.on('GET', 'v3/account/whoami', { body: { user_id: '@tybalt:example.org' } });
  await expect(stage.session()).rejects.toMatchObject({ code: 'bad-credentials' });
  expect(stage.server.asked).toHaveLength(1);
  expect(stage.events).toEqual([]);
});

test('giving up ends it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.server.on('GET', 'v3/account/whoami', () => {
    resolve();
    return { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 20_000 } };
  });
  const abort = new AbortController();
  const opening = stage.network.openSession(stage.account(), () => {}, abort.signal);
  await promise;
  abort.abort();
  await expect(opening).rejects.toMatchObject({ code: 'timeout' });
});

describe('homeservers', () => {
  const servers = (settings: Answers): Homeservers => new Homeservers(readSettings(settings), publicAddresses);

  test.each([
    'http://matrix.example.org',
    'https://127.0.0.1',
    'https://10.0.0.1:8448',
    'https://[::1]',
    'https://localhost',
    'ftp://example.org',
    'no url',
  ])('%s is not reached', async (base) => {
    await expect(servers({}).check(base)).rejects.toMatchObject({
      code: expect.stringMatching(/host-unknown|network-down/),
    });
  });

  test('hosts that the operator listed are', async () => {
    await servers({ privateHosts: ['Localhost'] }).check('https://localhost:8448');
    await servers({ homeserver: 'http://127.0.0.1:8008' }).check('http://127.0.0.1:8008');
  });

  test('a gateway with one homeserver knows no other', async () => {
    const only = servers({ homeserver: 'https://matrix.example.org/' });
    expect(await only.baseUrl('@romeo:elsewhere.example', AbortSignal.timeout(1_000))).toBe(
      'https://matrix.example.org',
    );
  });

  test.each(['http://matrix.example.org', 'http://10.0.0.1'])('%s can not be configured', (homeserver) => {
    expect(() => readSettings({ homeserver })).toThrow(
      expect.objectContaining({ code: 'malformed', details: { field: 'homeserver' } }),
    );
  });
});

test('whoever links is asked for nothing that is kept in the clear', () => {
  const secrets = stage.network.signInForm.filter(({ type }) => type === 'secret').map(({ name }) => name);
  expect(secrets).toEqual(['password', 'token']);
});
