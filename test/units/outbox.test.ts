// Accepted commands of a durable network: kept before they are sent, in order, told of when they fail, never twice.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, messageId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { ACCOUNT, DurableStage, ROMEO, receiptOf, still, TYBALT } from '../support/durable-stage.ts';
import type { ScriptedSession } from '../support/scripted-network.ts';

const DOWN = new BridgeError('network-down', 'No answer.');
const texts = (session: ScriptedSession): readonly string[] =>
  session.sent.map(({ command }) => (command.kind === 'say' ? command.body.text : command.kind));

async function talking(stage = new DurableStage()): Promise<{ stage: DurableStage; session: ScriptedSession }> {
  await stage.start();
  return { stage, session: await stage.online() };
}

test('a command is on disk before the network sees it, and leaves it when the network has it', async () => {
  const { stage, session } = await talking();
  const gate = Promise.withResolvers<void>();
  stage.spoilBatches((write) => gate.promise.then(write));
  await stage.say('hello', 'm1');
  expect(session.sent).toHaveLength(0);
  gate.resolve();
  await still();
  expect(texts(session)).toEqual(['hello']);
  expect(await stage.waiting()).toBe(1);
  await stage.accept(session.last, 'n1');
  expect(await stage.waiting()).toBe(0);
  expect(stage.presenter.heard()).toEqual([]);
});

test('a lane keeps its order and waits for nobody else', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  await stage.say('two', 'm2');
  await stage.say('elsewhere', 'm3', conversationId('benvolio'));
  expect(texts(session)).toEqual(['one', 'elsewhere']);
  await stage.accept(session.sent[0] ?? session.last, 'n1');
  expect(texts(session)).toEqual(['one', 'elsewhere', 'two']);
});

test('what was accepted is performed after a kill, with the same attempt', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  await stage.say('two', 'm2');
  const before = session.last.attempt;
  expect(before?.first).toBe(true);
  await stage.kill();
  const next = await stage.network.opening.succeed();
  await still();
  expect(texts(next)).toEqual(['one']);
  expect(next.last.attempt).toEqual({ id: before?.id, first: false });
  await stage.accept(next.last, 'n1');
  expect(texts(next)).toEqual(['one', 'two']);
  await stage.accept(next.last, 'n2');
  expect(await stage.waiting()).toBe(0);
});

test('the session is opened for what waits, and stays wanted until it is sent', async () => {
  const stage = new DurableStage();
  await stage.start();
  await stage.say('hello', 'm1');
  expect(stage.network.openings).toHaveLength(1);
  await stage.network.opening.fail(DOWN);
  await stage.wait(300_000);
  const session = await stage.network.opening.succeed();
  await still();
  expect(texts(session)).toEqual(['hello']);
});

test('what was under way when the session was lost is sent again with the same attempt, in order', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  await stage.say('two', 'm2');
  session.cut(false, DOWN);
  await stage.wait(5_000);
  const next = await stage.network.opening.succeed();
  await still();
  expect(next.last.attempt?.id).toBe(session.last.attempt?.id);
  await session.last.accept('late');
  await stage.accept(next.last, 'n1');
  expect(texts(next)).toEqual(['one', 'two']);
});

test('the same words under the same name within ten minutes are said once', async () => {
  const { stage, session } = await talking();
  await stage.say('hello', 'm1');
  await stage.say('hello', 'm1');
  await stage.accept(session.last, 'n1');
  await stage.say('hello', 'm1');
  expect(texts(session)).toEqual(['hello']);
  await stage.say('other words', 'm1');
  await stage.accept(session.last, 'n2');
  expect(texts(session)).toEqual(['hello', 'other words']);
  await stage.wait(9 * 60_000);
  await stage.say('hello', 'm1');
  expect(session.sent).toHaveLength(2);
  await stage.wait(60_000);
  await stage.say('hello', 'm1');
  expect(session.sent).toHaveLength(3);
});

test('a clock that is put forward and back again keeps nothing waiting, and ages nothing', async () => {
  const { stage, session } = await talking();
  const day = 24 * 3_600_000;
  stage.clock.shift(day);
  await stage.say('one', 'm1');
  await stage.refuse(session.last, DOWN);
  await stage.say('two', 'm2');
  stage.clock.shift(-day);
  await stage.wait(1_000);
  expect(texts(session)).toEqual(['one', 'one']);
  await stage.accept(session.last, 'n1');
  expect(texts(session)).toEqual(['one', 'one', 'two']);
  expect(stage.presenter.heard()).not.toContain('network-down > home m1');
});

test('a refusal is told to the one who asked, and the next of the lane goes on', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  await stage.say('two', 'm2');
  await stage.refuse(session.last, new BridgeError('forbidden', 'No.'));
  expect(stage.presenter.heard()).toEqual(['forbidden > home m1']);
  expect(texts(session)).toEqual(['one', 'two']);
});

test('a refusal while the XMPP server is away is kept until it is back, also through a restart', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  stage.life.bridge.linkDown();
  await stage.refuse(session.last, new BridgeError('forbidden', 'No.'));
  expect(stage.presenter.heard()).toEqual([]);
  expect(await stage.waiting()).toBe(0);
  expect(await stage.kept()).toBe(1);
  await stage.kill();
  const [delivery] = stage.deliveries();
  expect(delivery?.event).toMatchObject({ kind: 'failed', conversation: TYBALT, error: { code: 'forbidden' } });
});

test('what is said while the gateway stops waits for the next one', async () => {
  const { stage, session } = await talking();
  const { presenter } = stage;
  await stage.life.bridge.stop();
  await stage.say('late', 'm1');
  expect(session.sent).toEqual([]);
  expect(await stage.waiting()).toBe(1);
  expect(presenter.heard()).not.toContain('network-down > home m1');
  await stage.kill();
  const next = await stage.network.opening.succeed();
  await still();
  expect(texts(next)).toEqual(['late']);
});

test('a refusal after a minute, or after a restart, is told in words', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  await stage.wait(59_000);
  await stage.kill();
  const next = await stage.network.opening.succeed();
  await still();
  expect(session.sent).toHaveLength(1);
  await stage.refuse(next.last, new BridgeError('forbidden', 'No.'));
  const [delivery] = stage.deliveries();
  expect(delivery?.event).toMatchObject({ kind: 'failed', conversation: TYBALT, error: { code: 'forbidden' } });
  const { event } = delivery ?? {};
  const target = event?.kind === 'failed' ? event.target : messageId('');
  expect(stage.life.bridge.ids.xmpp(next.account.user, TYBALT, target)).toBe('m1');
  expect(await stage.kept()).toBe(1);
  await stage.confirmAll();
  expect(await stage.kept()).toBe(0);
  expect(await stage.waiting()).toBe(0);
});

test('a network that is away is tried again with growing distances, not sooner than it wants', async () => {
  const stage = new DurableStage();
  stage.options = { outbox: { retryFirstMs: 1_000 } };
  const { session } = await talking(stage);
  await stage.say('hello', 'm1');
  await stage.refuse(session.last, new BridgeError('rate-limited', 'Slowly.', { retryAfterMs: 30_000 }));
  await stage.wait(29_000);
  expect(session.sent).toHaveLength(1);
  await stage.wait(1_000);
  expect(session.sent).toHaveLength(2);
  expect(new Set(session.sent.map(({ attempt }) => attempt?.id)).size).toBe(1);
  for (let attempt = 2; attempt < 10; attempt++) {
    await stage.refuse(session.last, DOWN);
    await stage.wait(300_000);
    expect(session.sent).toHaveLength(attempt + 1);
  }
});

test('what could not be sent for a day is told, kept for the operator, and sent when he says so', async () => {
  const { stage, session } = await talking();
  await stage.say('hello', 'm1');
  const { last } = session;
  await stage.wait(24 * 3_600_000);
  await stage.refuse(last, DOWN);
  expect(await stage.waiting()).toBe(0);
  const failures = stage.deliveries().filter(({ event }) => event.kind === 'failed');
  expect(failures).toHaveLength(1);
  const [letter] = await stage.dead.list();
  expect(letter).toMatchObject({ what: 'command', user: 'romeo@example.org' });
  if (letter !== undefined) expect(await stage.dead.replay(letter, stage.clock.now())).toBe('added');
  expect(await stage.dead.list()).toEqual([]);
  await stage.wait(60_000);
  expect(texts(session).at(-1)).toBe('hello');
});

test('what waited a day for a session is a dead letter too', async () => {
  const stage = new DurableStage();
  await stage.start();
  await stage.say('hello', 'm1');
  for (let hour = 0; hour < 25; hour++) await stage.wait(3_600_000);
  expect(await stage.dead.list()).toHaveLength(1);
  expect(await stage.waiting()).toBe(0);
});

test('a defect is tried a few times, then given up', async () => {
  const { stage, session } = await talking();
  await stage.say('hello', 'm1');
  for (let attempt = 0; attempt < 5; attempt++) {
    await session.last.refuse(new TypeError('a defect'));
    await still();
    await stage.wait(300_000);
  }
  expect(session.sent).toHaveLength(5);
  expect(await stage.dead.list()).toHaveLength(1);
});

test('a store that does not answer in two seconds is told, and the command is not sent after all', async () => {
  const { stage, session } = await talking();
  const gate = Promise.withResolvers<void>();
  stage.spoilBatches((write) => gate.promise.then(write));
  await stage.say('hello', 'm1');
  await stage.wait(2_000);
  expect(stage.presenter.heard()).toEqual(['full > home m1']);
  gate.resolve();
  await stage.wait(1_000);
  expect(session.sent).toHaveLength(0);
  expect(await stage.waiting()).toBe(0);
  await stage.say('hello', 'm1');
  expect(texts(session)).toEqual(['hello']);
});

test('a store that fails is told', async () => {
  const { stage, session } = await talking();
  const mend = stage.spoilBatches(() => Promise.reject(new Error('disk full')));
  await stage.say('hello', 'm1');
  expect(stage.presenter.heard()).toEqual(['full > home m1']);
  mend();
  await stage.say('hello', 'm1');
  expect(texts(session)).toEqual(['hello']);
});

test('an acknowledgement that can not be stored holds the lane until it can', async () => {
  const { stage, session } = await talking();
  await stage.say('one', 'm1');
  await stage.say('two', 'm2');
  const mend = stage.spoilBatches(() => Promise.reject(new Error('disk full')));
  await stage.accept(session.last, 'n1');
  await stage.wait(10_000);
  expect(texts(session)).toEqual(['one']);
  mend();
  await stage.wait(1_000);
  expect(texts(session)).toEqual(['one', 'two']);
});

test('a correction that was accepted while its original waits finds it, also after a restart', async () => {
  const { stage, session } = await talking();
  await stage.say('helo', 'm1');
  const target = { by: 'id', value: 'm1' } as const;
  stage.submit({ kind: 'edit', conversation: TYBALT, target, body: { kind: 'text', text: 'hello' } }, 'm2');
  await still();
  await stage.accept(session.last, 'n1');
  expect(session.last.command).toMatchObject({ kind: 'edit', target: { by: 'network', ids: ['n1'] } });
  await stage.kill();
  const next = await stage.network.opening.succeed();
  await still();
  expect(next.last.command).toMatchObject({ kind: 'edit', target: { by: 'network', ids: ['n1'] } });
});

test('a message cut into parts goes on where it was, and its parts have one name', async () => {
  const { stage, session } = await talking();
  await stage.say('word '.repeat(500), 'm1');
  await stage.accept(session.last, 'n1');
  const second = session.last;
  expect(second.attempt?.id).not.toBe(session.sent[0]?.attempt?.id);
  await stage.kill();
  const next = await stage.network.opening.succeed();
  await still();
  expect(next.sent.map(({ attempt }) => attempt?.id)).toEqual([second.attempt?.id]);
  await stage.accept(next.last, 'n2');
  await stage.accept(next.last, 'n3');
  expect(await stage.waiting()).toBe(0);
  await stage.kill();
  const { ids } = stage.life.bridge;
  await ids.fetch({ user: next.account.user, conversation: TYBALT, xmppId: 'm1' });
  expect(ids.network(next.account.user, TYBALT, 'm1')).toEqual(['n1', 'n2', 'n3']);
});

/** A network that takes everything twice that it is sent twice. */
async function unsafe(found: readonly Receipt[] | undefined) {
  const stage = new DurableStage();
  stage.idempotent = false;
  const { session } = await talking(stage);
  await stage.say('known before', 'm0');
  await stage.accept(session.last, 'n0');
  await stage.say('hello', 'm1');
  expect(texts(session)).toEqual(['known before', 'hello']);
  const asked: Date[] = [];
  if (found !== undefined) {
    stage.find = (since) => {
      asked.push(since);
      return found;
    };
  }
  await stage.kill();
  const next = await stage.network.opening.succeed();
  const notedAt = stage.clock.now();
  await still();
  expect(next.sent).toEqual([]);
  await stage.wait(20_000);
  if (found !== undefined) expect(asked).toEqual([new Date(notedAt)]);
  return { stage, next };
}

test('unknown outcome: nothing found is sent again', async () => {
  const { stage, next } = await unsafe([receiptOf('n0')]);
  expect(texts(next)).toEqual(['hello']);
  await stage.accept(next.last, 'n1');
  expect(await stage.waiting()).toBe(0);
  expect(stage.presenter.heard()).toEqual([]);
});

test('unknown outcome: one found is adopted', async () => {
  const { stage, next } = await unsafe([receiptOf('n0'), receiptOf('n7')]);
  expect(next.sent).toEqual([]);
  expect(await stage.waiting()).toBe(0);
  expect(stage.life.bridge.ids.network(next.account.user, TYBALT, 'm1')).toEqual(['n7']);
});

test.each([[[receiptOf('n7'), receiptOf('n8')]], [undefined]])(
  'unknown outcome: where nobody can say, she is told and nothing is sent',
  async (found) => {
    const { stage, next } = await unsafe(found);
    expect(next.sent).toEqual([]);
    expect(await stage.waiting()).toBe(0);
    expect(stage.deliveries().map(({ event }) => event.kind)).toEqual(['failed']);
  },
);

test('unknown outcome: what was given up meanwhile is looked for when it is tried once more, after a restart too', async () => {
  const stage = new DurableStage();
  stage.idempotent = false;
  const { session } = await talking(stage);
  await stage.say('hello', 'm1');
  const { last } = session;
  await stage.wait(24 * 3_600_000);
  await stage.refuse(last, DOWN);
  const [letter] = await stage.dead.list();
  stage.find = () => [receiptOf('n1')];
  await stage.kill();
  const next = await stage.online();
  if (letter !== undefined) expect(await stage.dead.replay(letter, stage.clock.now())).toBe('added');
  await stage.wait(60_000);
  expect(next.sent).toEqual([]);
  expect(await stage.waiting()).toBe(0);
});

test('a definite refusal leaves no doubt: the next try is not looked up', async () => {
  const stage = new DurableStage();
  stage.idempotent = false;
  const { session } = await talking(stage);
  await stage.say('hello', 'm1');
  await stage.refuse(session.last, new BridgeError('rate-limited', 'Slowly.', { retryAfterMs: 1_000 }));
  await stage.wait(2_000);
  expect(session.sent).toHaveLength(2);
});

test('with the account gone, what waits is told and gone', async () => {
  const stage = new DurableStage();
  await stage.start();
  await stage.say('hello', 'm1');
  await stage.records.delete(ROMEO, ACCOUNT);
  await stage.kill();
  expect(await stage.waiting()).toBe(0);
});
