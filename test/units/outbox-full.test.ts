// An outbox with more lanes than it holds in memory goes on with the others when the first are done.

import { expect, test } from 'vitest';
import { conversationId } from '../../src/model/ids.ts';
import { DurableStage } from '../support/durable-stage.ts';

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
