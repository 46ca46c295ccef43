// An outbox with more lanes than it holds in memory goes on with the others when the first are done.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId } from '../../src/model/ids.ts';
import { DurableStage } from '../support/durable-stage.ts';

test('what a process that is gone had claimed is taken up as there is room, and not when its claims have run out', async () => {
  const stage = new DurableStage();
  await stage.start();
  const before = await stage.online();
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) await stage.say(name, name, conversationId(name));
  expect(before.sent).toHaveLength(5);
  stage.options = { outbox: { mostHeld: 2 } };
  await stage.wait(1_000);
  await stage.kill();
  const session = await stage.online();
  expect(session.sent).toHaveLength(2);
  for (let at = 0; at < 5; at++) {
    const sent = session.sent[at];
    if (sent === undefined) break;
    await stage.accept(sent, `n${at}`);
  }
  const places = session.sent.map(({ command }) => ('conversation' in command ? command.conversation : ''));
  expect(places).toEqual(names);
  expect(await stage.waiting()).toBe(0);
});

test('what was put off meanwhile waits for its time', async () => {
  const stage = new DurableStage();
  await stage.start();
  await stage.online();
  for (const name of ['a', 'b']) await stage.say(name, name, conversationId(name));
  stage.options = { outbox: { mostHeld: 1 } };
  await stage.wait(1_000);
  await stage.kill();
  const session = await stage.online();
  await stage.refuse(session.last, new BridgeError('rate-limited', 'Not so fast.', { retryAfterMs: 120_000 }));
  expect(session.sent).toHaveLength(2);
  await stage.accept(session.last, 'n1');
  await stage.wait(110_000);
  expect(session.sent).toHaveLength(2);
  await stage.wait(11_000);
  expect(session.sent).toHaveLength(3);
});

test('what is more than can be held is performed when there is room again, and so is what comes after', async () => {
  const stage = new DurableStage();
  await stage.start();
  stage.options = { outbox: { mostHeld: 2 } };
  await stage.kill();
  const session = await stage.online();
  for (const name of ['a', 'b', 'c', 'd']) await stage.say(name, name, conversationId(name));
  expect(session.sent).toHaveLength(2);
  for (let at = 0; at < 4; at++) {
    const sent = session.sent[at];
    if (sent === undefined) break;
    await stage.accept(sent, `n${at}`);
  }
  expect(session.sent).toHaveLength(4);
  await stage.say('e', 'e', conversationId('e'));
  await stage.accept(session.last, 'n4');
  expect(await stage.waiting()).toBe(0);
});
