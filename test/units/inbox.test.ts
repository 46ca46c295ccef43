// Events of a durable network: kept with their ids, delivered in order, gone once the XMPP server has read them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvent, encodeEvent } from '../../src/bridge/event-codec.ts';
import type { Message } from '../../src/model/conversation.ts';
import { BridgeError, ERROR_CODES } from '../../src/model/errors.ts';
import { type AnyEvent, EVENT_KINDS, type EventKind, type EventOf } from '../../src/model/events.ts';
import { accountKey, conversationId, messageId, participantId, userId } from '../../src/model/ids.ts';
import { ACCOUNT, DurableStage, GATEWAY, ROMEO, said, still, TYBALT } from '../support/durable-stage.ts';
import { conversationWith } from '../support/scripted-network.ts';

const ids = (stage: DurableStage): readonly string[] =>
  stage.deliveries().map(({ event }): string => (event.kind === 'said' ? event.message.id : event.kind));

function saidMessage(id: string): Message {
  const event = said(id, 'hey');
  if (event.kind !== 'said') throw new Error('nothing was said');
  return event.message;
}

async function started(): Promise<DurableStage> {
  const stage = new DurableStage();
  await stage.start();
  return stage;
}

test('an event is kept until the XMPP server has read it', async () => {
  const stage = await started();
  await stage.keep(['1', said('n1', 'hey')]);
  expect(ids(stage)).toEqual(['n1']);
  expect(await stage.kept()).toBe(1);
  await stage.confirmAll();
  expect(await stage.kept()).toBe(0);
});

test('an id that was kept before is dropped, the others are not, and the state is written in any case', async () => {
  const stage = await started();
  await stage.keep(['1', said('n1', 'one')]);
  await stage.confirmAll();
  const kept = [
    { id: '1', event: said('n1', 'one') },
    { id: '2', event: said('n2', 'two') },
    { id: '2', event: said('n2', 'two') },
  ];
  await stage.life.bridge.keep({ user: ROMEO, key: ACCOUNT }, kept, { token: 's2' });
  await still();
  expect(ids(stage)).toEqual(['n2']);
  await stage.life.bridge.keep({ user: ROMEO, key: ACCOUNT }, kept, { token: 's3' });
  await still();
  expect(ids(stage)).toEqual(['n2']);
  expect(await stage.store.table('state').get(`${ROMEO} token`)).toBe('s3');
});

test('ids are of one account: another one may have the same', async () => {
  const stage = await started();
  await stage.keep(['1', said('n1', 'one')]);
  await stage.life.bridge.keep({ user: ROMEO, key: accountKey('b') }, [{ id: '1', event: said('n1', 'one') }]);
  expect(stage.life.keeping.inbox.counts).toMatchObject({ kept: 2, repeated: 0 });
});

test('what the server had not read is delivered again after a kill, in order and with the same ids', async () => {
  const stage = await started();
  await stage.keep(['1', said('n1', 'one')], ['2', said('n2', 'two')], ['3', said('n3', 'three')]);
  stage.deliveries()[0]?.confirmed?.();
  await still();
  await stage.kill();
  expect(ids(stage)).toEqual(['n2', 'n3']);
  await stage.keep(['4', said('n4', 'four')]);
  expect(ids(stage)).toEqual(['n2', 'n3', 'n4']);
  // It may be the second copy, so it says when it came.
  const times = stage.deliveries().map(({ event }) => event.kind === 'said' && event.message.at !== undefined);
  expect(times).toEqual([true, true, false]);
});

test('while the XMPP server is away nothing is delivered, and what was is not delivered again', async () => {
  const stage = await started();
  await stage.keep(['1', said('n1', 'one')]);
  stage.life.bridge.linkDown();
  await stage.keep(['2', said('n2', 'two')]);
  expect(ids(stage)).toEqual(['n1']);
  stage.life.bridge.linkUp();
  await still();
  expect(ids(stage)).toEqual(['n1', 'n2']);
});

test('the oldest that is kept has an age, also where nothing was delivered yet', async () => {
  const stage = await started();
  const { inbox } = stage.life.keeping;
  expect(await inbox.oldestMs()).toBe(0);
  stage.life.bridge.linkDown();
  await stage.keep(['1', said('n1', 'one')]);
  stage.clock.advance(2_000);
  await stage.keep(['2', said('n2', 'two')]);
  stage.clock.advance(1_000);
  expect([inbox.size, await inbox.oldestMs()]).toEqual([2, 3_000]);
  stage.life.bridge.linkUp();
  await still();
  expect(await inbox.oldestMs()).toBe(3_000);
  await stage.confirmAll();
  expect([inbox.size, await inbox.oldestMs()]).toEqual([0, 0]);
});

test('so many are under way, and no more', async () => {
  const stage = new DurableStage();
  stage.options = { inbox: { maxRows: 3 } };
  await stage.start();
  await stage.kill();
  const many = Array.from({ length: 10 }, (_, n) => [String(n), said(`n${n}`, 'hey')] as const);
  await stage.keep(...many);
  expect(ids(stage)).toEqual(['n0', 'n1', 'n2']);
  stage.deliveries()[1]?.confirmed?.();
  await still();
  expect(ids(stage)).toEqual(['n0', 'n1', 'n2', 'n3']);
  const seen = [...ids(stage)];
  for (let turn = 0; turn < 10; turn++) {
    await stage.confirmAll();
    seen.push(...ids(stage));
  }
  expect(new Set(seen).size).toBe(10);
  expect(await stage.kept()).toBe(0);
});

test('nothing was kept where the store fails, and it can be kept later', async () => {
  const stage = await started();
  const mend = stage.spoilBatches(() => Promise.reject(new BridgeError('internal', 'The disk is full.')));
  await expect(stage.keep(['1', said('n1', 'one')])).rejects.toThrow('full');
  mend();
  await stage.keep(['1', said('n1', 'one')]);
  expect(ids(stage)).toEqual(['n1']);
});

test('a late event says when it came', async () => {
  const stage = await started();
  stage.life.bridge.linkDown();
  const at = stage.clock.now();
  await stage.keep(['1', said('n1', 'one')]);
  await stage.wait(60_000);
  stage.life.bridge.linkUp();
  await still();
  const [delivery] = stage.deliveries();
  expect(delivery?.event).toMatchObject({ message: { at: new Date(at) } });
});

test('an event of a room that nobody is in is let go; an invitation is not', async () => {
  const stage = await started();
  await stage.keep(['1', said('n1', 'hey', conversationId('#verona'))]);
  expect(ids(stage)).toEqual([]);
  expect(await stage.kept()).toBe(0);
  await stage.keep(['2', { kind: 'invited', conversation: conversationId('#verona'), by: 'tybalt' }]);
  expect(ids(stage)).toEqual(['invited']);
});

test('what is said in a room while its clients are coming back is shown when they are there', async () => {
  const stage = await started();
  const room = conversationId('#verona');
  const session = await stage.online();
  const join = { kind: 'join', conversation: room, nick: 'romeo' } as const;
  stage.submit(join);
  await session.open(room, 'tybalt');
  await still();
  await stage.confirmAll();
  session.cut();
  await stage.wait(5_000);
  const next = await stage.network.opening.succeed();
  await stage.keep(['1', said('n1', 'one', room)], ['2', said('n2', 'two', room)]);
  expect(ids(stage)).toEqual(['closed']);
  expect(await stage.kept()).toBe(2);
  stage.submit(join);
  const history = [{ ...saidMessage('n1'), at: new Date(0) }];
  next.emit({ kind: 'opened', conversation: room, snapshot: conversationWith(room, 'tybalt'), history });
  await still();
  expect(ids(stage)).toEqual(['closed', 'opened', 'n2']);
  await stage.confirmAll();
  expect(await stage.kept()).toBe(0);
});

test('who does not come back is not waited for: what was said is let go', async () => {
  const stage = await started();
  const room = conversationId('#verona');
  const session = await stage.online();
  stage.submit({ kind: 'join', conversation: room, nick: 'romeo' });
  await session.open(room, 'tybalt');
  session.cut();
  await stage.wait(5_000);
  await stage.keep(['1', said('n1', 'one', room)]);
  expect(await stage.kept()).toBe(1);
  await stage.wait(300_000);
  expect(await stage.kept()).toBe(0);
});

test('an event of an account that is no more goes with it', async () => {
  const stage = await started();
  stage.life.bridge.linkDown();
  await stage.keep(['1', said('n1', 'hey')]);
  await stage.records.delete(ROMEO, ACCOUNT);
  await stage.kill();
  expect(ids(stage)).toEqual([]);
  expect(await stage.kept()).toBe(0);
});

test('what can not be read does not stand in the way', async () => {
  const stage = await started();
  stage.life.bridge.linkDown();
  await stage.store.log.append(`inbox/${GATEWAY}`, { id: 'x', at: 0, value: 'no event' });
  await stage.keep(['1', said('n1', 'hey')]);
  stage.life.bridge.linkUp();
  await still();
  expect(ids(stage)).toEqual(['n1']);
  expect(await stage.dead.list()).toMatchObject([{ id: 'x', what: 'event' }]);
});

test('a receipt of before the restart finds the name of its message', async () => {
  const stage = await started();
  const session = await stage.online();
  await stage.say('hello', 'm1');
  await stage.accept(session.last, 'n1');
  await stage.kill();
  expect(stage.life.bridge.ids.xmpp(ROMEO, TYBALT, messageId('n1'))).toBeUndefined();
  const by = { id: participantId('tybalt'), nick: 'tybalt', rank: 'none', presence: { show: 'online' } } as const;
  await stage.keep(['1', { kind: 'delivered', conversation: TYBALT, upTo: messageId('n1'), by }]);
  expect(stage.life.bridge.ids.xmpp(ROMEO, TYBALT, messageId('n1'))).toBe('m1');
});

const text = fc.string({ unit: 'binary', maxLength: 20 });
const date = fc.date({ noInvalidDate: true });
const optional = <T>(name: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [name]: one }));
const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object);

const error = fc
  .tuple(fc.constantFrom(...ERROR_CODES), text, optional('retryAfterMs', fc.nat()), optional('networkCode', text))
  .map(([code, why, retry, network]) => new BridgeError(code, why, { ...retry, ...network }));
const presence = merged(
  fc.record({ show: fc.constantFrom('online', 'away', 'offline') }),
  optional('status', text),
  optional('since', date),
);
const person = merged(
  fc.record({ id: text, nick: text, rank: fc.constantFrom('owner', 'member', 'none'), presence }),
  optional('address', text),
  optional('avatar', fc.record({ sha1: text, mediaType: text, url: text })),
);
const body = merged(
  fc.record({ kind: fc.constantFrom('text', 'action', 'notice'), text }),
  optional('spans', fc.array(fc.record({ style: fc.constant('strong'), start: fc.nat(), end: fc.nat() }))),
  optional('attachments', fc.array(merged(fc.record({ url: text }), optional('bytes', fc.nat())))),
  optional('replyTo', fc.record({ target: fc.record({ by: fc.constant('network'), ids: fc.array(text) }) })),
  optional('thread', text),
  optional('lang', text),
);
const message = merged(fc.record({ id: text, from: person, own: fc.boolean(), body }), optional('at', date));

/** What each kind carries besides its place. */
const fields: { readonly [K in Exclude<EventKind, 'opened'>]: fc.Arbitrary<object> } = {
  closed: merged(fc.record({ why: fc.constantFrom('left', 'gone') }), optional('text', text), optional('by', text)),
  joined: fc.record({ who: person }),
  left: merged(fc.record({ who: person, why: fc.constant('lost') }), optional('text', text)),
  changed: fc.record({ before: person, now: person }),
  topicSet: fc.record({ topic: merged(fc.record({ text }), optional('by', text), optional('at', date)) }),
  configured: fc.record({}),
  moved: fc.record({ to: text }),
  invited: merged(fc.record({ by: text }), optional('reason', text), optional('password', text)),
  said: fc.record({ message }),
  edited: fc.record({ target: text, message }),
  retracted: merged(fc.record({ target: text }), optional('by', person)),
  reacted: fc.record({ target: text, by: person, emoji: fc.array(text) }),
  typed: fc.record({ by: person, state: fc.constant('composing') }),
  sent: fc.record({ target: text }),
  delivered: fc.record({ upTo: text, by: person }),
  displayed: fc.record({ upTo: text, by: person }),
  failed: fc.record({ target: text, error }),
  asked: merged(fc.record({ who: person }), optional('text', text)),
  answered: fc.record({ allow: fc.boolean() }),
  appeared: fc.record({ who: person }),
  connected: optional('nick', text),
  disconnected: merged(fc.record({ final: fc.boolean() }), optional('error', error)),
  told: merged(fc.record({ text }), optional('urgent', fc.boolean())),
  listed: fc.record({ contacts: fc.array(fc.record({ conversation: text })), complete: fc.boolean() }),
};

test.each(EVENT_KINDS.filter((kind) => kind !== 'opened'))('"%s" comes out of the inbox as it went in', (kind) => {
  const account = { user: userId('romeo@example.org'), key: accountKey('a') };
  fc.assert(
    fc.property(text, fields[kind as Exclude<EventKind, 'opened'>], (place, more) => {
      const event = { kind, conversation: place, account: place, ...more } as unknown as AnyEvent;
      expect(decodeEvent(encodeEvent(account, event))).toEqual({ ...account, event });
    }),
    { numRuns: 50 },
  );
});

test('a snapshot is not kept', () => {
  const snapshot = { id: TYBALT, kind: 'group', name: '', self: participantId('r'), participants: new Map() } as const;
  const event: EventOf<'opened'> = { kind: 'opened', conversation: TYBALT, snapshot };
  expect(() => encodeEvent({ user: ROMEO, key: ACCOUNT }, event)).toThrow(BridgeError);
});

test.each(['', '{}', '[]', 'null', '{"user":"a","key":"b","event":{"kind":"flew"}}', '{"event":{"$date":"x"}}'])(
  'text that is no event is none: %j',
  (value) => {
    expect(decodeEvent(value)).toBeUndefined();
  },
);
