// Accounts, adapter state and subscriptions over every backend: sealed, found again, changed, and removed with all they left behind.

import { expect, test } from 'vitest';
import type { Field } from '../../src/model/form.ts';
import { accountKey, gatewayId, type UserId, userId } from '../../src/model/ids.ts';
import type { Clock, SubscriptionBook } from '../../src/model/ports.ts';
import type { Store } from '../../src/model/stores.ts';
import { openStore } from '../../src/store/open.ts';
import { openRecords, type Records } from '../../src/store/records.ts';
import { type Secrets, secretsWith } from '../../src/store/secrets.ts';
import { listeningLog, onEveryBackend, silentLog } from './store-backends.ts';

const ROMEO = userId('romeo@example.org');
const JULIET = userId('juliet@example.org');
const LIBERA = accountKey('irc.libera.chat');
const ODD = accountKey('a/b:c\udc80');
const FIELDS: readonly Field[] = [
  { name: 'server', label: 'Server', type: 'text' },
  { name: 'nick', label: 'Nick', type: 'text' },
  { name: 'password', label: 'Password', type: 'secret' },
  { name: 'stayConnected', label: 'Stay connected', type: 'boolean' },
  { name: 'more', label: 'More', type: 'map', of: [{ name: 'key', label: 'Key', type: 'secret' }] },
];
const key = (fill: number): Buffer => Buffer.alloc(32, fill);
const SETTINGS = { server: 'irc.libera.chat', nick: 'romeo', password: 'sw0rdfish', stayConnected: true };

/** Runs what was put off when the test says so. */
class HandClock implements Clock {
  readonly #tasks: (() => void)[] = [];
  now = (): number => 0;
  monotonic = (): number => 0;
  after(_delayMs: number, task: () => void): () => void {
    this.#tasks.push(task);
    return () => undefined;
  }
  strike(): void {
    for (const task of this.#tasks.splice(0)) task();
  }
}

let number = 0;
const freshGateway = () => gatewayId(`irc${++number}.example.org`);
const people = (book: SubscriptionBook, user: UserId) =>
  [...book.of(user)].sort(([one], [other]) => (one < other ? -1 : 1));

/** Every value in the store that belongs to a gateway. */
async function everything(store: Store, gateway: string): Promise<readonly string[]> {
  const tables = ['accounts', 'adapter-state', 'contacts'].map((name) => store.table(name).list(gateway));
  return (await Promise.all(tables)).flat().flat();
}

onEveryBackend((given) => {
  const records = (
    gateway = freshGateway(),
    secrets: Secrets = secretsWith([key(1)]),
    log = silentLog,
  ): Promise<Records> =>
    openRecords({ store: given.store, secrets, gateway, fields: FIELDS, log, clock: new HandClock() });

  test('keeps accounts, each under its user and key', async () => {
    const { accounts } = await records();
    const romeo = { user: ROMEO, key: LIBERA, title: 'romeo on libera', settings: SETTINGS };
    const odd = { user: ROMEO, key: ODD, title: 'odd', settings: { more: { one: { key: 'k3y' } }, nick: 'r' } };
    const only = { user: JULIET, key: accountKey(''), title: 'juliet', settings: {} };
    for (const record of [romeo, odd, only]) await accounts.save(record);
    expect(await accounts.list()).toEqual(expect.arrayContaining([romeo, odd, only]));
    expect(await accounts.list()).toHaveLength(3);
    expect(await accounts.list(JULIET)).toEqual([only]);
    expect(await accounts.load(ROMEO, ODD)).toEqual(odd);
    await accounts.save({ ...romeo, settings: { ...SETTINGS, nick: 'montague', password: 'n3w' } });
    expect((await accounts.load(ROMEO, LIBERA))?.settings).toEqual({ ...SETTINGS, nick: 'montague', password: 'n3w' });
    await accounts.delete(ROMEO, LIBERA);
    expect(await accounts.load(ROMEO, LIBERA)).toBeUndefined();
    expect(await accounts.list()).toHaveLength(2);
  });

  test('keeps gateways apart, and users whose names begin alike', async () => {
    const gateway = freshGateway();
    const [one, other] = [await records(gateway), await records(gatewayId(`${gateway}.uk`))];
    const long = userId('romeo@example.org.uk');
    await one.accounts.save({ user: ROMEO, key: LIBERA, title: 'one', settings: {} });
    await one.accounts.save({ user: long, key: LIBERA, title: 'long', settings: {} });
    await other.accounts.save({ user: ROMEO, key: LIBERA, title: 'other', settings: {} });
    expect((await one.accounts.list(ROMEO)).map(({ title }) => title)).toEqual(['one']);
    await one.deleteAllOf(ROMEO);
    expect((await one.accounts.list()).map(({ title }) => title)).toEqual(['long']);
    expect((await other.accounts.list()).map(({ title }) => title)).toEqual(['other']);
  });

  test('shows what may be read and seals all else', async () => {
    const gateway = freshGateway();
    const all = await records(gateway);
    const { accounts } = all;
    const settings = { ...SETTINGS, more: { one: { key: 'n3sted' } }, token: 'und3clared' };
    await accounts.save({ user: ROMEO, key: LIBERA, title: 'romeo on libera', settings });
    await all.state({ user: ROMEO, key: LIBERA }).put('sync', 'h1dden');
    const kept = (await everything(given.store, gateway)).join('\n');
    expect(kept).toContain('"nick":"romeo"');
    for (const secret of ['sw0rdfish', 'n3sted', 'und3clared', 'h1dden']) expect(kept).not.toContain(secret);
    expect((await accounts.load(ROMEO, LIBERA))?.settings).toEqual(settings);
    expect(await accounts.summaries()).toEqual([
      {
        user: ROMEO,
        key: LIBERA,
        title: 'romeo on libera',
        settings: { server: 'irc.libera.chat', nick: 'romeo', stayConnected: true },
      },
    ]);
  });

  test('an account takes along all that was kept about it, and nothing else', async () => {
    const gateway = freshGateway();
    const all = await records(gateway);
    for (const [user, account] of [
      [ROMEO, LIBERA],
      [ROMEO, ODD],
      [JULIET, LIBERA],
    ] as const) {
      await all.accounts.save({ user, key: account, title: '', settings: SETTINGS });
      await all.state({ user, key: account }).put('token', account);
    }
    await all.state().put('token', 'of the gateway');
    all.subscriptions.set(ROMEO, 'benvolio', { state: 'both' });
    all.subscriptions.set(JULIET, 'nurse', { state: 'from' });

    await all.accounts.delete(ROMEO, LIBERA);
    expect(await all.state({ user: ROMEO, key: LIBERA }).list('')).toEqual([]);
    expect(await all.state({ user: ROMEO, key: ODD }).get('token')).toBe(ODD);
    await all.deleteAllOf(ROMEO);
    expect((await everything(given.store, `${gateway}/${ROMEO}`)).length).toBe(0);
    expect(people(all.subscriptions, ROMEO)).toEqual([]);
    expect(await all.state({ user: JULIET, key: LIBERA }).get('token')).toBe(LIBERA);
    expect(await all.state().get('token')).toBe('of the gateway');
    expect(people(all.subscriptions, JULIET)).toEqual([['nurse', { state: 'from' }]]);
  });

  test('adapter state is a place of its own for each account', async () => {
    const all = await records();
    const scopes = [
      undefined,
      { user: ROMEO, key: accountKey('a') },
      { user: ROMEO, key: accountKey('a/b') },
      { user: JULIET, key: accountKey('a') },
    ];
    for (const [index, scope] of scopes.entries()) {
      const own = all.state(scope);
      await own.put('b/c', `value ${index}`);
      await own.put('c', `other ${index}`);
      await own.put('', `empty ${index}`);
    }
    for (const [index, scope] of scopes.entries()) {
      const own = all.state(scope);
      expect(await own.get('b/c')).toBe(`value ${index}`);
      expect(await own.list('')).toEqual([
        ['', `empty ${index}`],
        ['b/c', `value ${index}`],
        ['c', `other ${index}`],
      ]);
      expect(await own.list('b')).toEqual([['b/c', `value ${index}`]]);
      await own.delete('b/c');
      expect(await own.get('b/c')).toBeUndefined();
    }
  });

  test('subscriptions are read from memory and found again', async () => {
    const gateway = freshGateway();
    const first = await records(gateway);
    first.subscriptions.set(ROMEO, '', { state: 'both' });
    first.subscriptions.set(ROMEO, '#verona%libera', { state: 'none', asked: true });
    first.subscriptions.set(ROMEO, 'tybalt', { state: 'from' });
    first.subscriptions.set(ROMEO, 'tybalt', undefined);
    first.subscriptions.set(ROMEO, '', { state: 'from', refused: true });
    const wanted = [
      ['', { state: 'from', refused: true }],
      ['#verona%libera', { state: 'none', asked: true }],
    ];
    expect(people(first.subscriptions, ROMEO)).toEqual(wanted);
    await first.settled();
    const again = await records(gateway);
    expect(people(again.subscriptions, ROMEO)).toEqual(wanted);
    expect([...again.subscriptions.users()]).toEqual([ROMEO]);
    again.subscriptions.removeAll(ROMEO);
    expect([...again.subscriptions.users()]).toEqual([]);
    await again.settled();
    expect([...(await records(gateway)).subscriptions.users()]).toEqual([]);
  });

  test('a replaced key is rotated out of everything', async () => {
    const gateway = freshGateway();
    const old = await records(gateway, secretsWith([key(1)]));
    await old.accounts.save({ user: ROMEO, key: LIBERA, title: 't', settings: SETTINGS });
    await old.state({ user: ROMEO, key: LIBERA }).put('token', 'h1dden');
    await old.state().put('token', 'h1dden too');
    const place = `${gateway}/${JULIET}/0:/damaged`;
    await given.store.table('adapter-state').put(place, secretsWith([key(1)]).seal('x', 'elsewhere'));
    const log = listeningLog();
    const rotating = await records(gateway, secretsWith([key(2), key(1)]), log);
    expect(log.lines).toEqual(['error stored adapter state is damaged']);
    expect(await rotating.accounts.list()).toMatchObject([{ settings: SETTINGS }]);
    const after = await records(gateway, secretsWith([key(2)]));
    expect(await after.accounts.list()).toMatchObject([{ settings: SETTINGS }]);
    expect(await after.state({ user: ROMEO, key: LIBERA }).get('token')).toBe('h1dden');
    expect(await after.state().get('token')).toBe('h1dden too');
  });

  test('a lost key stops everything with a sentence that helps; a damaged record stops only itself', async () => {
    const gateway = freshGateway();
    const log = listeningLog();
    const { accounts } = await records(gateway, secretsWith([key(1)]), log);
    await accounts.save({ user: ROMEO, key: LIBERA, title: 't', settings: SETTINGS });
    await accounts.save({ user: JULIET, key: LIBERA, title: 't', settings: SETTINGS });
    const stranger = await records(gateway, secretsWith([key(9)]));
    await expect(stranger.accounts.list()).rejects.toThrow(/sealed with a key that is not configured/);

    const rows = await given.store.table('accounts').list(`${gateway}/`);
    const [romeos = ['', '']] = rows.filter(([row]) => row.includes(ROMEO));
    const [juliets = ['', '']] = rows.filter(([row]) => row.includes(JULIET));
    await given.store.table('accounts').put(romeos[0], juliets[1]);
    await given.store.table('accounts').put(`${gateway}/${ROMEO}/noise`, 'no JSON');
    expect((await accounts.list()).map(({ user }) => user)).toEqual([JULIET]);
    expect(log.lines).toEqual(Array.from({ length: 2 }, () => 'error a stored account is damaged and left out'));
  });
});

test('subscriptions that could not be stored are stored later, the newest of each', async () => {
  const store = await openStore('memory:', { log: silentLog });
  const clock = new HandClock();
  const log = listeningLog();
  let broken = true;
  const flaky: Store = {
    ...store,
    table: (name) => store.table(name),
    batch: (writes, fence) => (broken ? Promise.reject(new Error('no disk')) : store.batch(writes, fence)),
  };
  const options = { secrets: secretsWith([key(1)]), gateway: freshGateway(), fields: FIELDS, log, clock };
  const all = await openRecords({ ...options, store: flaky });
  const { subscriptions } = all;
  subscriptions.set(ROMEO, 'tybalt', { state: 'from' });
  await all.settled();
  subscriptions.set(ROMEO, 'tybalt', { state: 'both' });
  subscriptions.set(ROMEO, 'nurse', { state: 'to' });
  clock.strike();
  await all.settled();
  broken = false;
  clock.strike();
  await expect
    .poll(() => log.lines)
    .toEqual(['error subscriptions could not be stored; trying again', 'info subscriptions are stored again']);
  const again = await openRecords({ ...options, store });
  expect(people(again.subscriptions, ROMEO)).toEqual([
    ['nurse', { state: 'to' }],
    ['tybalt', { state: 'both' }],
  ]);
});
