// What a client that comes late into an open room is shown of the time before.

import { expect, test } from 'vitest';
import { historyFor, mostOf, within } from '../../src/bridge/room-history.ts';
import { RING_SIZE, RoomRing } from '../../src/bridge/room-ring.ts';
import type { HistoryLimits } from '../../src/model/commands.ts';
import type { Message } from '../../src/model/conversation.ts';
import { messageId } from '../../src/model/ids.ts';
import type { AnyQuery } from '../../src/model/queries.ts';
import { BridgeStage, HOME, PHONE, ROOM } from '../support/bridge-stage.ts';
import { EVERYTHING, personCalled, settled } from '../support/scripted-network.ts';

const NOW = 1_000_000;
const message = (id: string, at?: number, text = id): Message => ({
  id: messageId(id),
  from: personCalled('tybalt'),
  own: false,
  body: { kind: 'text', text },
  ...(at !== undefined && { at: new Date(at) }),
});
const said = (id: string, at?: number) => ({ kind: 'said', conversation: ROOM, message: message(id, at) }) as const;
const idsOf = (messages: readonly Message[]): string => messages.map(({ id }) => id).join(' ');

const FIVE = [1, 2, 3, 4, 5].map((n) => message(`m${n}`, NOW - 60_000 + n * 10_000));
const ALL = 'm1 m2 m3 m4 m5';

test.each<[HistoryLimits | undefined, string]>([
  [undefined, ALL],
  [{}, ALL],
  [{ maxStanzas: 0 }, ''],
  [{ maxChars: 0 }, ''],
  [{ maxChars: 10 }, ''],
  [{ seconds: 0 }, ''],
  [{ maxStanzas: 2 }, 'm4 m5'],
  [{ seconds: 31 }, 'm3 m4 m5'],
  [{ since: new Date(NOW - 20_000) }, 'm4 m5'],
  [{ since: new Date(NOW + 1) }, ''],
  [{ maxChars: 1_000 }, 'm4 m5'],
  [{ maxStanzas: 4, seconds: 25 }, 'm4 m5'],
  [{ maxStanzas: 1, since: new Date(0) }, 'm5'],
])('limits %j let through "%s"', (limits, ids) => {
  expect(idsOf(within(FIVE, limits, NOW))).toBe(ids);
});

test('a network is not asked for more than can be shown', () => {
  expect(mostOf()).toBe(20);
  expect(mostOf({ since: new Date(0) })).toBe(500);
  expect(mostOf({ maxStanzas: 9_999 })).toBe(500);
  expect(mostOf({ maxChars: 2_000 })).toBe(5);
});

test('the ring keeps the last ones, with the time when they came', () => {
  const ring = new RoomRing();
  for (let n = 0; n < RING_SIZE + 10; n++) ring.note(said(`r${n}`), n);
  const kept = ring.before(ring.mark);
  expect(kept).toHaveLength(RING_SIZE);
  expect(kept[0]).toMatchObject({ id: 'r10', at: new Date(10) });
  expect(ring.since(ring.mark)).toEqual([]);
  ring.note({ kind: 'retracted', conversation: ROOM, target: messageId('r12') }, 1);
  ring.note({ kind: 'edited', conversation: ROOM, target: messageId('r10'), message: message('e', 1, 'better') }, 1);
  const after = ring.before(ring.mark);
  expect(after).toHaveLength(RING_SIZE - 1);
  expect(after[0]?.body.text).toBe('better');
});

test('what the network tells and what came meanwhile go together, each once', () => {
  const ring = new RoomRing();
  ring.note(said('b'), 1);
  const late = (mark: number, history?: HistoryLimits) => ({
    command: { kind: 'join', conversation: ROOM, ...(history !== undefined && { history }) } as const,
    origin: { resource: PHONE },
    at: 10,
    mark,
  });
  const { mark } = ring;
  ring.note(said('c'), 2);
  ring.note(said('d'), 3);
  const told = ['a', 'b', 'c'].map((id) => message(id, 0));
  expect(idsOf(historyFor(ring, late(mark), told))).toBe('a b c d');
  // Still on its way here: it will be shown as it comes.
  expect(idsOf(historyFor(ring, late(mark), [...told, message('e', 4)]))).toBe('a b c d');
  expect(idsOf(historyFor(ring, late(mark, { maxStanzas: 0 })))).toBe('c d');
  // Where nothing has come yet, the room's opening and the clock tell.
  const empty = new RoomRing();
  empty.openedAt = 5;
  const ask = { ...late(0), at: 8 };
  expect(idsOf(historyFor(empty, ask, [message('x', 4), message('y', 6)]))).toBe('x');
  expect(idsOf(historyFor(empty, { ...ask, at: 60_000 }, [message('x', 4), message('y', 6)]))).toBe('x y');
  // After a gap nobody knows what is still to come.
  ring.gap();
  ring.openedAt = 9;
  expect(idsOf(historyFor(ring, late(ring.mark), [message('b', 0), message('x', 4)]))).toBe('b x');
});

const historyOf = (stage: BridgeStage): string => {
  const event = stage.presenter.deliveries.at(-1)?.event;
  return event?.kind === 'opened' ? idsOf(event.history ?? []) : `no snapshot but ${event?.kind}`;
};

test('without history at the network a late client gets what was said while the room was open, also by herself', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  session.emit(said('n1'));
  stage.say('hello', 'm1');
  await session.last.accept('n2');
  stage.join(PHONE);
  expect(historyOf(stage)).toBe('n1 n2');
  stage.submit({ kind: 'join', conversation: ROOM, history: { maxStanzas: 1 } }, PHONE);
  expect(historyOf(stage)).toBe('n2');
});

interface Asking {
  readonly stage: BridgeStage;
  readonly asked: AnyQuery[];
  readonly say: (id: string) => void;
  readonly tell: (...ids: readonly string[]) => Promise<void>;
  readonly refuse: () => Promise<void>;
}

/** HOME is in the room, PHONE has just asked to be. */
async function asking(history?: HistoryLimits): Promise<Asking> {
  const stage = new BridgeStage();
  stage.network.capabilities = { ...EVERYTHING, answers: ['history'] };
  const session = await stage.joined(HOME);
  const asked: AnyQuery[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  session.answer = (query) => {
    asked.push(query);
    return promise;
  };
  session.emit(said('n1'));
  stage.presenter.heard();
  stage.submit({ kind: 'join', conversation: ROOM, ...(history !== undefined && { history }) }, PHONE);
  await settled();
  return {
    stage,
    asked,
    say: (id) => session.emit(said(id)),
    tell: (...ids) => {
      resolve({ messages: ids.map((id) => message(id, 1)), complete: true });
      return settled();
    },
    refuse: () => {
      reject(new Error('not now'));
      return settled();
    },
  };
}

test('the network is asked within the limits, and the client is let in with the answer and what came meanwhile', async () => {
  const { stage, asked, say, tell } = await asking({ maxStanzas: 3 });
  expect(asked).toMatchObject([{ kind: 'history', conversation: ROOM, limit: 3 }]);
  say('n2');
  expect(stage.presenter.heard()).toEqual(['said > home']);
  await tell('o1', 'o2', 'n1');
  expect(historyOf(stage)).toBe('o1 o2 n1 n2');
  expect(stage.presenter.heard()).toEqual(['opened > phone']);
  say('n3');
  expect(stage.presenter.heard()).toEqual(['said > home phone']);
});

test('a network that does not tell costs nobody the way in', async () => {
  const refused = await asking();
  await refused.refuse();
  expect(historyOf(refused.stage)).toBe('n1');
  const silent = await asking();
  silent.stage.clock.advance(5_000);
  expect(historyOf(silent.stage)).toBe('n1');
  await silent.tell('n1');
  expect(silent.stage.presenter.heard()).toEqual(['opened > phone']);
});

test('who wants nothing of it waits for nothing', async () => {
  const { stage, asked } = await asking({ maxChars: 0 });
  expect(asked).toEqual([]);
  expect(stage.presenter.heard()).toEqual(['opened > phone']);
});

test('who leaves or asks again while the network is asked', async () => {
  const { stage, tell } = await asking();
  stage.leave(PHONE, 'l1');
  stage.join(PHONE, 'j2');
  stage.join(PHONE, 'j3');
  await tell('n1');
  expect(stage.presenter.heard()).toEqual(['closed left > phone l1', 'opened > phone j3']);
});

test('the link is lost while the network is asked: let in, and told that she is out', async () => {
  const { stage, tell } = await asking();
  stage.network.opening.emit({ kind: 'disconnected', account: stage.network.opening.account.key, final: false });
  expect(stage.presenter.heard()).toEqual(['opened > phone', 'closed lost > home phone']);
  await tell('n1');
  expect(stage.presenter.heard()).toEqual([]);
});
