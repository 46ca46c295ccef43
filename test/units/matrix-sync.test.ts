// The sync of one account: what is kept before its token, what is never told twice, and what a homeserver that fails does to it.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { inSquare, joined, NURSE, ROMEO, ROOM, said, SQUARE, Stage } from './matrix-stage.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({ patienceMs: 1_000 });
});
afterEach(() => stage.close());

const texts = (): readonly string[] =>
  stage.events.flatMap((one) => (one.kind === 'said' ? [one.message.body.text] : []));

test('a room is opened as it is', async () => {
  await inSquare(stage);
  const { snapshot } = await stage.until('opened');
  expect(snapshot).toMatchObject({ id: SQUARE, name: 'The square', traits: { membersOnly: false } });
  expect([...snapshot.participants.values()]).toMatchObject([
    { id: NURSE, nick: 'Nurse', rank: 'owner' },
    { id: ROMEO, nick: 'Romeo', rank: 'member' },
  ]);
});

test('the token is stored with what was kept, and asked with from then on', async () => {
  await inSquare(stage);
  expect(stage.state.get('since')).toBe('s0');
  stage.server.syncs(joined({ events: [said('hello')] }));
  await stage.until('said');
  expect(stage.state.get('since')).toBe('s1');
  await stage.so(() => stage.server.sinces().at(-1) === 's1', 'the next sync');
});

test('what could not be kept is asked for again, and nothing counts before it', async () => {
  let failures = 2;
  stage.onKeep = () => {
    if (failures-- > 0) throw new BridgeError('internal', 'The disk is full.');
  };
  stage.state.set('since', 's0');
  await inSquare(stage);
  const sync = joined({ events: [said('hello')] });
  for (let tries = 0; tries < 3; tries++) stage.server.syncs({ ...sync, next_batch: 's1' });
  await stage.until('said');
  await stage.so(() => stage.server.sinces().at(-1) === 's1', 'the next sync');
  expect(stage.server.sinces()).toEqual(['s0', 's0', 's0', 's1']);
  expect(texts()).toEqual(['hello']);
  expect(stage.events.filter(({ kind }) => kind === 'disconnected')).toEqual([]);
});

test('a session goes on from where the last one was', async () => {
  const first = await inSquare(stage);
  stage.server.syncs(joined({ events: [said('one')] }));
  await stage.until('said');
  await first.close('shutdown');
  await stage.session();
  stage.server.syncs(joined({ events: [said('two')] }));
  // The one that was closed may have asked for it.
  stage.server.syncs(joined({ events: [said('three')] }));
  await stage.so(() => texts().includes('three'), 'the third');
  expect(stage.server.sinces().filter((since) => since === null)).toHaveLength(1);
  for (const { event: one } of stage.kept) expect(one).toMatchObject({ kind: 'said', conversation: SQUARE });
});

test('what was sent here is not told, by its transaction and by its id', async () => {
  const session = await inSquare(stage);
  const { server } = stage;
  server.on('PUT', /\/send\/m\.room\.message\//, { body: { event_id: '$mine' } });
  const body = { kind: 'text', text: 'mine' } as const;
  const { ids } = await session.send({ kind: 'say', conversation: SQUARE, body }, { id: 'a1', first: true });
  expect(ids).toEqual(['$mine']);
  const from = { sender: ROMEO };
  server.syncs(
    joined({
      events: [
        said('mine', { ...from, event_id: '$mine' }),
        said('mine too', { ...from, unsigned: { transaction_id: 'viaduct.a2' } }),
        said('from another program', { ...from, unsigned: { transaction_id: 'm123' } }),
        said('from the phone', from),
      ],
    }),
  );
  await stage.so(() => texts().length >= 2, 'both');
  expect(texts()).toEqual(['from another program', 'from the phone']);
  expect(stage.events.filter((one) => one.kind === 'said' && !one.message.own)).toEqual([]);
});

test('every try of a command has the same transaction', async () => {
  const session = await inSquare(stage);
  const { server } = stage;
  let tries = 0;
  server.on('PUT', /\/send\//, () => (++tries === 1 ? { status: 502, body: {} } : { body: { event_id: '$1' } }));
  const say = { kind: 'say', conversation: SQUARE, body: { kind: 'text', text: 'once' } } as const;
  await expect(session.send(say, { id: 'a1', first: true })).rejects.toMatchObject({ code: 'timeout' });
  await session.send(say, { id: 'a1', first: false });
  const paths = server.asked.filter(({ path }) => path.includes('/send/')).map(({ path }) => path);
  expect(new Set(paths)).toEqual(new Set([`v3/rooms/${ROOM}/send/m.room.message/viaduct.a1`]));
});

test('a gap is filled from the archive, in order', async () => {
  await inSquare(stage);
  const { server } = stage;
  const old = (body: string): object => said(body, { origin_server_ts: Date.now() - 60_000 });
  server.on('GET', `v3/rooms/${ROOM}/messages`, ({ query }) =>
    query.get('from') === 'gap' ? { body: { chunk: [old('second'), old('first')] } } : { body: { chunk: [] } },
  );
  server.on('GET', `v3/rooms/${ROOM}/joined_members`, { body: { joined: { [ROMEO]: {}, '@peter:example.org': {} } } });
  server.syncs(joined({ limited: true, prev_batch: 'gap', events: [said('third')] }));
  await stage.so(() => texts().length >= 3, 'all three');
  expect(texts()).toEqual(['first', 'second', 'third']);
  const [first] = stage.kept;
  expect(first?.event).toMatchObject({ message: { at: expect.any(Date) } });
  const gap = server.asked.find(({ query }) => query.get('from') === 'gap');
  expect(gap?.query.get('to')).toBe('s0');
  expect((await stage.until('left')).who.id).toBe(NURSE);
  expect((await stage.until('joined')).who.nick).toBe('peter');
});

test.each([
  ['M_UNKNOWN_TOKEN', {}],
  ['M_UNKNOWN_TOKEN', { soft_logout: true }],
  ['M_USER_DEACTIVATED', {}],
])('%s %j ends the session for good, once', async (errcode, more) => {
  const session = await inSquare(stage);
  stage.server.answersSync({ status: 401, body: { errcode, error: 'no', ...more } });
  expect(await stage.until('disconnected')).toMatchObject({ final: true, error: { code: 'bad-credentials' } });
  const { length } = stage.server.asked;
  await expect(session.send({ kind: 'join', conversation: SQUARE })).rejects.toMatchObject({ code: 'network-down' });
  expect(stage.server.asked).toHaveLength(length);
});

test('a homeserver that is away for a moment costs nothing', async () => {
  await inSquare(stage);
  stage.server.answersSync({ status: 503, body: {} });
  stage.server.answersSync({ status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 60 } });
  stage.server.syncs(joined({ events: [said('hello')] }));
  await stage.until('said');
  expect(stage.events.some(({ kind }) => kind === 'disconnected')).toBe(false);
});

test('a homeserver that stays away is told, and may be tried again', async () => {
  await inSquare(stage);
  for (let n = 0; n < 20; n++) stage.server.answersSync({ status: 503, body: {} });
  expect(await stage.until('disconnected')).toMatchObject({ final: false, error: { code: 'network-down' } });
});

test('a rate limit is waited for, and told where it is too long', async () => {
  const session = await inSquare(stage);
  const { server } = stage;
  const limits = [100, 3_600_000];
  server.on('PUT', /\/send\//, () => {
    const retry_after_ms = limits.shift();
    if (retry_after_ms === undefined) return { body: { event_id: '$1' } };
    return { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', error: 'slowly', retry_after_ms } };
  });
  const say = { kind: 'say', conversation: SQUARE, body: { kind: 'text', text: 'in haste' } } as const;
  const refusal = { code: 'rate-limited', details: { retryAfterMs: 3_600_000 } };
  await expect(session.send(say, { id: 'a1', first: true })).rejects.toMatchObject(refusal);
  expect(server.count('PUT', /\/send\//)).toBe(2);
  await session.send(say, { id: 'a1', first: false });
});
