// The order in which commands go out: what waits for what, and how messages are named.

import { expect, test } from 'vitest';
import { conversationId, participantId } from '../../src/model/ids.ts';
import { BridgeStage, HOME, ROOM } from '../support/bridge-stage.ts';

const TYBALT = conversationId('tybalt');

test('a correction waits for the line that it corrects, and everything behind it in the lane too', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.say('helo', 'm1');
  stage.submit(
    { kind: 'edit', conversation: ROOM, target: { by: 'id', value: 'm1' }, body: { kind: 'text', text: 'hello' } },
    HOME,
    'm2',
  );
  stage.say('there', 'm3');
  expect(session.kinds).toEqual(['join', 'say']);
  await session.last.accept('n1');
  expect(session.kinds).toEqual(['join', 'say', 'edit', 'say']);
  expect(session.sent[2]?.command).toMatchObject({ target: { by: 'network', ids: ['n1'] } });
});

test('a correction of a line that nobody knows is refused; a reply to one is quoted instead', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const target = { by: 'id', value: 'long-ago' } as const;
  stage.submit({ kind: 'edit', conversation: ROOM, target, body: { kind: 'text', text: 'x' } }, HOME, 'm1');
  expect(stage.presenter.heard()).toEqual(['not-found > home m1']);
  const replyTo = { target, author: participantId('tybalt'), quote: 'What, drawn?' };
  stage.submit({ kind: 'say', conversation: ROOM, body: { kind: 'text', text: 'Peace', replyTo } });
  expect(session.last.command).toMatchObject({ body: { text: '> tybalt: What, drawn?\nPeace' } });
  expect(session.last.command).not.toHaveProperty('body.replyTo');
});

test('sixty-four commands are under way in a lane, the rest follows in order as they are answered', async () => {
  const stage = new BridgeStage({ laneMost: 10 });
  const session = await stage.joined(HOME);
  for (let line = 0; line < 80; line++) stage.say(`line ${line}`, `m${line}`);
  expect(session.sent).toHaveLength(1 + 64);
  expect(stage.presenter.heard()).toEqual([74, 75, 76, 77, 78, 79].map((line) => `rate-limited > home m${line}`));
  for (let line = 0; line < 74; line++) await session.sent[1 + line]?.accept(`n${line}`);
  const texts = session.sent.slice(1).map(({ command }) => (command.kind === 'say' ? command.body.text : ''));
  expect(texts).toEqual(Array.from({ length: 74 }, (_, line) => `line ${line}`));
  expect(stage.presenter.heard()).toHaveLength(74);
});

test('a lane that is full holds up no other', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  for (let line = 0; line < 70; line++) stage.say(`line ${line}`, `m${line}`);
  stage.submit({ kind: 'say', conversation: TYBALT, body: { kind: 'text', text: 'hey' } });
  expect(session.last.command).toMatchObject({ conversation: 'tybalt' });
});
