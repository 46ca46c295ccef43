// Equal words: which of them the network has, after a death and while the store is away, and which are still to be sent.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { conversationId, messageId } from '../../src/model/ids.ts';
import type { Table } from '../../src/model/stores.ts';
import { DurableStage, ROMEO, still, TYBALT } from '../support/durable-stage.ts';

const taken = (id: string) => ({ ids: [messageId(id)], outcome: 'accepted' }) as const;

const tybalt = { id: 'tybalt', nick: 'tybalt' } as never;
const delivered = (id: string, conversation = TYBALT): readonly [string, AnyEvent] => [
  `${id}:delivered`,
  { kind: 'delivered', conversation, upTo: messageId(id), by: tybalt },
];
const toldOf = (stage: DurableStage): readonly string[] =>
  stage.deliveries().map(({ event }): string => (event.kind === 'delivered' ? event.upTo : event.kind));

/** A text is on its way when the process dies. */
async function diesSending(): Promise<DurableStage> {
  const stage = new DurableStage();
  stage.idempotent = false;
  await stage.start();
  const session = await stage.online();
  await stage.say('hi', 'm1');
  await stage.accept(session.last, 'n1');
  await stage.say('hello', 'm2');
  stage.find = () => [taken('n2')];
  await stage.kill();
  return stage;
}

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
  await stage.keep(delivered('n1'));
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

test('what became of a message whose acceptance died with the process is told when it has been found again', async () => {
  const stage = await diesSending();
  await stage.keep(delivered('n2'));
  await stage.keep(delivered('n1'), delivered('n9', conversationId('benvolio')));
  expect(toldOf(stage)).toEqual(['n1', 'n9']);
  await stage.network.opening.succeed();
  await stage.wait(10_000);
  expect(toldOf(stage)).toEqual(['n1', 'n9']);
  await stage.wait(15_000);
  expect(toldOf(stage)).toEqual(['n1', 'n9', 'n2']);
  expect(stage.life.keeping.ids.xmpp(ROMEO, TYBALT, messageId('n2'))).toBe('m2');
  expect(await stage.waiting()).toBe(0);
  await stage.confirmAll();
  expect(await stage.kept()).toBe(0);
});

test('it is told after one more death, too, and once', async () => {
  const stage = await diesSending();
  await stage.keep(delivered('n2'));
  await stage.kill();
  expect(toldOf(stage)).toEqual([]);
  await stage.network.opening.succeed();
  await stage.wait(25_000);
  expect(toldOf(stage)).toEqual(['n2']);
});

test('where it is not found again, nothing that became of another waits for ever', async () => {
  const stage = await diesSending();
  stage.network.find = () => [];
  await stage.keep(delivered('n9'));
  expect(toldOf(stage)).toEqual([]);
  const next = await stage.network.opening.succeed();
  await stage.wait(25_000);
  await stage.refuse(next.last, new BridgeError('unsupported', 'No.'));
  expect(toldOf(stage)).toContain('n9');
});
