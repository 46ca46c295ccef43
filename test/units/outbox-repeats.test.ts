// Equal words: which of them the network has, after a death and while the store is away, and which are still to be sent.

import { expect, test } from 'vitest';
import { messageId } from '../../src/model/ids.ts';
import type { Table } from '../../src/model/stores.ts';
import { DurableStage, ROMEO, still, TYBALT } from '../support/durable-stage.ts';

const taken = (id: string) => ({ ids: [messageId(id)], outcome: 'accepted' }) as const;

/** The store does not answer the first question for a name of a message. @returns how many were asked. */
function spoilNames(stage: DurableStage): () => number {
  let asked = 0;
  const table = stage.store.table.bind(stage.store);
  stage.store.table = (name) => {
    const real: Table = table(name);
    if (!name.startsWith('message-ids/')) return real;
    const get: Table['get'] = (key) => (asked++ === 0 ? Promise.reject(new Error('away')) : real.get(key));
    return new Proxy(real, { get: (of, key) => (key === 'get' ? get : Reflect.get(of, key).bind(of)) });
  };
  return () => asked;
}

test('the same words under the same name, accepted anew after ten minutes, are another attempt', async () => {
  const stage = new DurableStage();
  await stage.start();
  const session = await stage.online();
  await stage.say('ok', '1');
  await stage.accept(session.last, 'n1');
  await stage.wait(11 * 60_000);
  await stage.say('ok', '1');
  const [first, second, ...more] = session.sent.map(({ attempt }) => attempt?.id);
  expect(more).toEqual([]);
  expect(second).not.toBe(first);
});

test('a receipt of an earlier life waits until the store can say whose it is', async () => {
  const stage = new DurableStage();
  await stage.start();
  const session = await stage.online();
  await stage.say('hello', 'm1');
  await stage.accept(session.last, 'n1');
  await stage.kill();
  const asked = spoilNames(stage);
  const by = { id: 'tybalt', nick: 'tybalt' } as never;
  await stage.keep(['n1:delivered', { kind: 'delivered', conversation: TYBALT, upTo: messageId('n1'), by }]);
  await still();
  expect(asked()).toBe(1);
  expect(stage.deliveries()).toEqual([]);
  await stage.wait(10_000);
  expect(stage.deliveries().map(({ event }) => event.kind)).toEqual(['delivered']);
  expect(stage.life.keeping.ids.xmpp(ROMEO, TYBALT, messageId('n1'))).toBe('m1');
});

test.each([false, true])(
  'the same words twice, the second of unknown outcome, a death: the second is sent (the store is away: %s)',
  async (isAway) => {
    const stage = new DurableStage();
    stage.idempotent = false;
    await stage.start();
    const session = await stage.online();
    await stage.say('ok', 'm1');
    await stage.accept(session.last, 'n1');
    await stage.say('ok', 'm2');
    stage.find = () => [taken('n1')];
    await stage.kill();
    const asked = isAway ? spoilNames(stage) : () => 1;
    const next = await stage.network.opening.succeed();
    for (let turn = 0; turn < 10 && next.sent.length === 0; turn++) await stage.wait(10_000);
    expect(asked()).toBeGreaterThan(0);
    expect(next.sent).toHaveLength(1);
  },
);

test.each(['equal', 'different'])(
  'two %s parts, a death while the second is on its way: it is sent again',
  async (how) => {
    const stage = new DurableStage();
    stage.idempotent = false;
    await stage.start();
    const session = await stage.online();
    const { max } = stage.network.capabilities.text;
    const isEqual = how === 'equal';
    await stage.say('a'.repeat(max) + (isEqual ? 'a' : 'b').repeat(max), 'm1');
    await stage.accept(session.last, 'n1');
    expect(session.sent).toHaveLength(2);
    stage.find = () => (isEqual ? [taken('n1')] : []);
    await stage.kill();
    const next = await stage.network.opening.succeed();
    await stage.wait(25_000);
    expect(next.sent).toHaveLength(1);
  },
);
