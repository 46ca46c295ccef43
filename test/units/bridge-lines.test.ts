// What a user says, from her client to the network and back to all her clients.

import { expect, test } from 'vitest';
import type { Body } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, messageId, participantId } from '../../src/model/ids.ts';
import { ACCOUNT, BridgeStage, HOME, PHONE, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { EVERYTHING, personCalled } from '../support/scripted-network.ts';

const TYBALT = conversationId('tybalt');

test('an accepted line is shown to all her clients as her own, with the id of the one that sent it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  stage.say('hello', 'm1', PHONE);
  expect(stage.presenter.heard()).toEqual([]);
  await session.last.accept('n1');
  const [delivery] = stage.presenter.deliveries;
  expect(delivery).toMatchObject({
    user: ROMEO,
    event: {
      kind: 'said',
      conversation: ROOM,
      message: { id: 'n1', own: true, from: { nick: 'romeo' }, body: { kind: 'text', text: 'hello' } },
    },
  });
  expect(delivery?.conversation).toBe(stage.bridge.conversation(ROMEO, ROOM));
  expect(stage.presenter.heard()).toEqual(['said > home phone m1']);
  expect(stage.bridge.ids.network(ROMEO, ROOM, 'm1')).toEqual(['n1']);
  expect(stage.bridge.ids.xmpp(ROMEO, ROOM, messageId('n1'))).toBe('m1');
});

test('what really went out is what is shown, and when', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.say('hello', 'm1');
  const body: Body = { kind: 'text', text: 'HELLO' };
  const at = new Date(0);
  await session.last.answer({ ids: [messageId('n1')], outcome: 'unknown', body, at });
  expect(stage.presenter.deliveries[0]?.event).toMatchObject({ message: { body, at } });
});

test('a refused line is refused to its sender and shown to nobody', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  stage.say('hello', 'm1', PHONE);
  await session.last.refuse(new BridgeError('forbidden', 'You have no voice.'));
  expect(stage.presenter.heard()).toEqual(['forbidden > phone m1']);
});

test('what is not a refusal of the network is an incident, without its text', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.say('hello', 'm1');
  await session.last.refuse(new TypeError('secret detail'));
  const [refusal] = stage.presenter.refusals;
  expect(refusal?.error.code).toBe('internal');
  expect(refusal?.error.message).not.toContain('secret');
  const incident = stage.log.lines.find(({ level }) => level === 'error')?.fields['incident'];
  expect(refusal?.error.message).toContain(String(incident));
});

test('an adapter that throws instead of rejecting does no more harm', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.send = () => {
    throw new BridgeError('too-long', 'No.');
  };
  stage.say('hello', 'm1');
  await Promise.resolve();
  await Promise.resolve();
  expect(stage.presenter.heard()).toEqual(['too-long > home m1']);
});

test('a direct line is answered by nothing at all when it was taken', async () => {
  const stage = new BridgeStage();
  const outcomes: unknown[] = [];
  const command = { kind: 'say', conversation: TYBALT, body: { kind: 'text', text: 'hey' } } as const;
  stage.bridge.submit(ROMEO, command, { resource: HOME, id: 'm1', settle: (error) => outcomes.push(error) });
  const session = await stage.network.opening.succeed();
  expect(session.kinds).toEqual(['say']);
  await session.last.accept('n1');
  stage.submit(command, HOME, 'm2');
  await session.last.accept('n2');
  expect(outcomes).toEqual([undefined]);
  expect(stage.presenter.heard()).toEqual([]);
  expect(stage.bridge.ids.network(ROMEO, TYBALT, 'm2')).toEqual(['n2']);
});

test('whoever settles by herself hears the refusal instead of the presenter', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const outcomes: (BridgeError | undefined)[] = [];
  const origin = { resource: HOME, settle: (error: BridgeError | undefined) => outcomes.push(error) };
  stage.bridge.submit(ROMEO, { kind: 'setTopic', conversation: ROOM, text: 'x' }, origin);
  await session.last.refuse(new BridgeError('forbidden', 'No.'));
  stage.bridge.submit(ROMEO, { kind: 'setTopic', conversation: ROOM, text: 'y' }, origin);
  await session.last.accept();
  expect(outcomes.map((error) => error?.code)).toEqual(['forbidden', undefined]);
  expect(stage.presenter.heard()).toEqual([]);
});

test('the topic and the nick that she asked for come with her id, those of others do not', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME, PHONE);
  const topic = (text: string) => session.emit({ kind: 'topicSet', conversation: ROOM, topic: { text } });
  const renamed = (before: string, nick: string) =>
    session.emit({
      kind: 'changed',
      conversation: ROOM,
      before: personCalled(before),
      now: { ...personCalled(before), nick },
    });
  stage.submit({ kind: 'setTopic', conversation: ROOM, text: 'peace' }, HOME, 's1');
  topic('war');
  topic('peace');
  await session.last.accept();
  topic('peace');
  stage.submit({ kind: 'setNick', account: ACCOUNT, nick: 'montague' }, PHONE, 'n1');
  renamed('tybalt', 'montague');
  renamed('romeo', 'montag');
  await session.last.refuse(new BridgeError('nick-taken', 'No.'));
  renamed('romeo', 'montague');
  expect(stage.presenter.heard()).toEqual([
    'topicSet > home phone',
    'topicSet > home phone s1',
    'topicSet > home phone',
    'changed > home phone',
    'changed > home phone n1',
    'changed > home phone',
    'nick-taken > phone n1',
  ]);
});

test('own edits, retractions and reactions are shown from the receipt', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.say('helo', 'm1');
  await session.last.accept('n1');
  stage.submit(
    { kind: 'edit', conversation: ROOM, target: { by: 'id', value: 'm1' }, body: { kind: 'text', text: 'hello' } },
    HOME,
    'm2',
  );
  expect(session.last.command).toMatchObject({ kind: 'edit', target: { by: 'network', ids: ['n1'] } });
  await session.last.accept('n2');
  stage.submit(
    { kind: 'react', conversation: ROOM, target: { by: 'stanza-id', value: 'm1' }, emoji: ['👍'] },
    HOME,
    'm3',
  );
  await session.last.accept();
  stage.submit({ kind: 'retract', conversation: ROOM, target: { by: 'id', value: 'm1' } }, HOME, 'm4');
  await session.last.accept();
  const events = stage.presenter.deliveries.map(({ event }) => event);
  expect(events).toMatchObject([
    { kind: 'said' },
    { kind: 'edited', target: 'n1', message: { id: 'n2', own: true, body: { text: 'hello' } } },
    { kind: 'reacted', target: 'n1', by: { nick: 'romeo' }, emoji: ['👍'] },
    { kind: 'retracted', target: 'n1' },
  ]);
  expect(stage.presenter.heard().map((line) => line.split(' ').at(-1))).toEqual(['m1', 'm2', 'm3', 'm4']);
});

test('a reply to a known line goes out with its network id', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  stage.bridge.ids.remember(ROMEO, ROOM, 's1', [messageId('n7')]);
  const replyTo = { target: { by: 'stanza-id', value: 's1' }, quote: 'What?' } as const;
  stage.submit({ kind: 'say', conversation: ROOM, body: { kind: 'text', text: 'Peace', replyTo } });
  expect(session.last.command).toMatchObject({
    body: { text: 'Peace', replyTo: { target: { by: 'network', ids: ['n7'] } } },
  });
});

test('a long text goes out in pieces and comes back as one, with all their ids', async () => {
  const stage = new BridgeStage();
  stage.network.capabilities = { ...EVERYTHING, text: { max: 10, unit: 'characters', lines: 'one', styles: [] } };
  const session = await stage.joined(HOME);
  stage.say('one two three\nfour', 'm1');
  const texts = session.sent.slice(1).map(({ command }) => (command.kind === 'say' ? command.body.text : ''));
  expect(texts).toEqual(['one two ', 'three', 'four']);
  await session.sent[3]?.accept('n3');
  await session.sent[1]?.accept('n1');
  expect(stage.presenter.heard()).toEqual([]);
  await session.sent[2]?.accept('n2');
  expect(stage.presenter.deliveries[0]?.event).toMatchObject({
    message: { id: 'n1', body: { text: 'one two three\nfour' } },
  });
  expect(stage.presenter.heard()).toEqual(['said > home m1']);
  expect(stage.bridge.ids.network(ROMEO, ROOM, 'm1')).toEqual(['n1', 'n2', 'n3']);
});

test('of a text in pieces of which one is refused nothing is shown, and it is refused once', async () => {
  const stage = new BridgeStage();
  stage.network.capabilities = { ...EVERYTHING, text: { max: 100, unit: 'characters', lines: 'one', styles: [] } };
  const session = await stage.joined(HOME);
  stage.say('one\ntwo', 'm1');
  await session.sent[1]?.refuse(new BridgeError('rate-limited', 'Slow down.'));
  await session.sent[2]?.accept('n2');
  expect(stage.presenter.heard()).toEqual(['rate-limited > home m1']);
});

test('a correction on a network without any is said in words, and shown to her clients as the correction it is', async () => {
  const stage = new BridgeStage();
  stage.network.capabilities = { ...EVERYTHING, accepts: ['join', 'leave', 'say'] };
  const session = await stage.joined(HOME);
  stage.say('helo', 'm1');
  await session.last.accept('n1');
  stage.submit(
    { kind: 'edit', conversation: ROOM, target: { by: 'id', value: 'm1' }, body: { kind: 'text', text: 'hello' } },
    HOME,
    'm2',
  );
  expect(session.last.command).toMatchObject({ kind: 'say', body: { text: '* hello' } });
  await session.last.accept('n2');
  expect(stage.presenter.deliveries[1]?.event).toMatchObject({
    kind: 'edited',
    target: 'n1',
    message: { body: { text: 'hello' } },
  });
});

test('what the network lacks is refused without connecting for it', () => {
  const stage = new BridgeStage();
  stage.network.capabilities = { ...EVERYTHING, accepts: ['say'] };
  stage.submit({ kind: 'retract', conversation: TYBALT, target: { by: 'id', value: 'm1' } }, HOME, 'm2');
  stage.submit({ kind: 'setNick', account: ACCOUNT, nick: 'x' }, HOME, 'm3');
  expect(stage.presenter.heard()).toEqual(['unsupported > home m2', 'unsupported > home m3']);
  expect(stage.network.openings).toHaveLength(0);
});

test('typing and reading are never worth connecting for', () => {
  const stage = new BridgeStage();
  stage.submit({ kind: 'type', conversation: TYBALT, state: 'composing' });
  stage.submit({ kind: 'display', conversation: TYBALT, upTo: { by: 'id', value: 'x' } });
  expect(stage.network.openings).toHaveLength(0);
  expect(stage.presenter.heard()).toEqual([]);
});

test('an event that comes out of a delivery is delivered after it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const order: string[] = [];
  stage.presenter.present = ({ event }) => {
    order.push(`begin ${event.kind}`);
    if (event.kind === 'said') session.emit({ kind: 'topicSet', conversation: ROOM, topic: { text: 'x' } });
    order.push(`end ${event.kind}`);
  };
  const from = { id: participantId('tybalt'), nick: 'tybalt', rank: 'none', presence: { show: 'online' } } as const;
  session.emit({
    kind: 'said',
    conversation: ROOM,
    message: { id: messageId('n1'), from, own: false, body: { kind: 'text', text: 'x' } },
  });
  expect(order).toEqual(['begin said', 'end said', 'begin topicSet', 'end topicSet']);
});

test('a defect in one delivery does not reach the network, nor the deliveries behind it', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const present = stage.presenter.present.bind(stage.presenter);
  stage.presenter.present = (delivery) => {
    if (delivery.event.kind === 'configured') throw new Error('defect');
    present(delivery);
  };
  expect(() => session.emit({ kind: 'configured', conversation: ROOM })).not.toThrow();
  session.emit({ kind: 'topicSet', conversation: ROOM, topic: { text: 'x' } });
  expect(stage.presenter.heard()).toEqual(['topicSet > home']);
  expect(stage.log.lines.some(({ level, fields }) => level === 'error' && fields['incident'] !== undefined)).toBe(true);
});
