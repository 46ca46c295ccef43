// The operator's commands for what could not be delivered, on a real store.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeadLetters, outboxOf } from '../../src/bridge/dead-letters.ts';
import { runCli } from '../../src/cli.ts';
import { gatewayId } from '../../src/model/ids.ts';
import type { Store } from '../../src/model/stores.ts';
import { openStore } from '../../src/store/open.ts';
import { type PrivateFolder, privateFolder } from '../support/processes.ts';
import { silentLog } from './store-backends.ts';

const GATEWAY = gatewayId('echo.example.org');
let folder: PrivateFolder;
let configFile: string;

beforeAll(() => {
  folder = privateFolder('dead-letters');
  configFile = folder.write(
    'viaduct.yaml',
    JSON.stringify({
      xmpp: { server: 'xmpp://127.0.0.1:5347', domain: 'example.org' },
      store: `file:${join(folder.path, 'viaduct.db')}`,
      http: { private: { listen: '127.0.0.1:1' } },
      gateways: [{ domain: GATEWAY, secret: 'secret', network: 'echo' }],
    }),
  );
});
afterAll(() => folder.remove());

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(`file:${join(folder.path, 'viaduct.db')}`, { log: silentLog });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function viaduct(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const write = (more: string): void => void (text += more);
  const code = await runCli(['--config', configFile, 'users', 'dead-letters', ...args], {
    env: {},
    out: write,
    err: write,
  });
  return { code, text };
}

test('dead letters are listed, shown, tried again and dropped', async () => {
  const value = JSON.stringify({ user: 'romeo@example.org', command: { kind: 'say' }, pieces: [], at: 1 });
  const letter = { user: 'romeo@example.org', reason: 'No answer.', lane: 'romeo@example.org tybalt', value };
  await withStore(async (store) => {
    const dead = new DeadLetters(store, GATEWAY);
    await store.batch([
      dead.write({ ...letter, id: 'abc1', what: 'command', at: 1_000 }),
      dead.write({ ...letter, id: 'abd2', what: 'event', at: 2_000 }),
    ]);
  });
  const { text } = await viaduct();
  expect(text.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
    ['abc1', GATEWAY],
    ['abd2', GATEWAY],
    [''],
  ]);
  expect((await viaduct('show', 'abc')).text).toContain('reason: No answer.');
  expect(await viaduct('show', 'ab')).toMatchObject({ code: 2, text: '2 dead letters begin with ab\n' });
  expect(await viaduct('show', 'x')).toMatchObject({ code: 7 });
  expect(await viaduct('replay', 'abd2')).toMatchObject({ code: 2 });
  expect(await viaduct('replay', 'abc1')).toMatchObject({ code: 0 });
  expect(await viaduct('drop', 'abd2')).toMatchObject({ code: 0 });
  expect(await viaduct('list')).toEqual({ code: 0, text: '' });
  await withStore(async (store) => {
    const [item] = await store.queue.peek(outboxOf(GATEWAY), 10);
    expect(item).toMatchObject({ id: 'abc1', lane: 'romeo@example.org tybalt', attempts: 0 });
    expect(JSON.parse(item?.value ?? '').at).toBeGreaterThan(1);
  });
});
