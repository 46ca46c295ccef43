// Dead letters do not pile up without end: the oldest of a user go when there are too many, and each when it is too old.

import { expect, test } from 'vitest';
import { progressOf } from '../../src/bridge/dead-letters.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { DurableStage, GATEWAY, ROMEO, still, TYBALT } from '../support/durable-stage.ts';

const DAY_MS = 24 * 3_600_000;

/** Letters of one user; `at`: when each was written, in days. */
async function write(stage: DurableStage, user: string, ...at: readonly number[]): Promise<void> {
  const letter = { user, what: 'command', reason: 'No answer.', value: '{}' } as const;
  await stage.store.batch(
    at.map((days) => stage.dead.write({ ...letter, id: `${user} ${days}`, at: stage.clock.now() + days * DAY_MS })),
  );
}
const left = async (stage: DurableStage): Promise<readonly string[]> => (await stage.dead.list()).map(({ id }) => id);
const warnings = (stage: DurableStage): number =>
  stage.log.lines.filter(({ level, text }) => level === 'warn' && text.startsWith('dead letters went')).length;

test('the oldest of a user go, and nobody else’s', async () => {
  const stage = new DurableStage();
  stage.options = { deadLetters: { most: 2 } };
  await write(stage, 'romeo', -4, -1, -3, -2);
  await write(stage, 'juliet', -5, -4);
  await stage.store.table(progressOf(GATEWAY)).put('romeo -4', '{"receipts":[]}');
  await stage.kill();
  expect(await left(stage)).toEqual(['juliet -5', 'juliet -4', 'romeo -2', 'romeo -1']);
  expect(await stage.store.table(progressOf(GATEWAY)).list('')).toEqual([]);
  expect(stage.life.keeping.deadLetters.counts).toEqual({ expired: 2 });
  expect(warnings(stage)).toBe(1);
});

test('each goes when it is too old, while the gateway runs', async () => {
  const stage = new DurableStage();
  await write(stage, 'romeo', -29.99, -1);
  await stage.kill();
  expect(await left(stage)).toHaveLength(2);
  await stage.wait(0.02 * DAY_MS);
  expect(await left(stage)).toEqual(['romeo -1']);
  expect(stage.life.keeping.deadLetters.counts).toEqual({ expired: 1 });
});

test('a store that fails now is looked at again later', async () => {
  const stage = new DurableStage();
  stage.options = { deadLetters: { most: 0 } };
  await write(stage, 'romeo', 0);
  const heal = stage.spoilBatches(() => Promise.reject(new BridgeError('internal', 'The disk is full.')));
  await stage.kill();
  expect(await left(stage)).toHaveLength(1);
  heal();
  await stage.wait(600_000);
  expect(await left(stage)).toEqual([]);
  expect(stage.life.keeping.deadLetters.counts).toEqual({ expired: 1 });
});

test('what is tried once more is not let go', async () => {
  const stage = new DurableStage();
  stage.options = { deadLetters: { most: 0 } };
  await stage.start();
  await stage.kill();
  const command = { kind: 'say', conversation: TYBALT, body: { kind: 'text', text: 'hello' } };
  const value = JSON.stringify({ user: ROMEO, command, pieces: [command], at: 0 });
  await stage.store.batch([
    stage.dead.write({ id: 'x', user: ROMEO, what: 'command', reason: 'No answer.', lane: 'l', value, at: 0 }),
  ]);
  await stage.store.table(progressOf(GATEWAY)).put('x', '{"receipts":[]}');
  const replayed = stage.life.keeping.deadLetters.replay('x');
  stage.clock.advance(600_000);
  expect(await replayed).toBe(true);
  await still();
  expect(await stage.waiting()).toBe(1);
  expect(await stage.store.table(progressOf(GATEWAY)).get('x')).toBe('{"receipts":[]}');
  expect(stage.life.keeping.deadLetters.counts).toEqual({ expired: 0 });
});
