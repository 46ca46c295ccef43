// Rooms and direct chats of one account: what is told of a message later, what is told only once, and where a direct chat is.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { conversationId, messageId } from '../../src/model/ids.ts';
import { event, inSquare, joined, NURSE, ROMEO, ROOM, said, SQUARE, Stage } from './matrix-stage.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const texts = (): readonly string[] =>
  stage.events.flatMap((one) => (one.kind === 'said' ? [one.message.body.text] : []));

test('edits, reactions, what is taken back and what can not be read', async () => {
  await inSquare(stage);
  const { server } = stage;
  server.on('GET', /^v1\/rooms\/.*\/relations\//, { body: { chunk: [] } });
  const first = event('m.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$m', key: '🌹' } });
  const second = event('m.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$m', key: '👍' } });
  server.syncs(
    joined({
      events: [
        event('m.room.message', {
          msgtype: 'm.text',
          body: '* new',
          'm.new_content': { msgtype: 'm.text', body: 'new' },
          'm.relates_to': { rel_type: 'm.replace', event_id: '$m' },
        }),
        first,
        second,
        event('m.room.redaction', {}, { redacts: Reflect.get(first, 'event_id') }),
        event('m.room.redaction', { redacts: '$m', reason: 'rude' }),
        event('m.room.encrypted', { algorithm: 'x' }),
        event('m.room.encrypted', { algorithm: 'x' }),
      ],
    }),
  );
  await stage.until('said');
  expect(stage.kept.map((one) => one.event)).toMatchObject([
    { kind: 'edited', target: '$m', message: { body: { text: 'new' } } },
    { kind: 'reacted', target: '$m', emoji: ['🌹'] },
    { kind: 'reacted', target: '$m', emoji: ['🌹', '👍'] },
    { kind: 'reacted', target: '$m', emoji: ['👍'] },
    { kind: 'retracted', target: '$m', reason: 'rude' },
    { kind: 'said', message: { body: { kind: 'notice' } } },
  ]);
});

test('of one person all reactions are set, and only what differs is sent', async () => {
  const session = await inSquare(stage);
  const { server } = stage;
  const has = (key: string): object =>
    event(
      'm.reaction',
      { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$m', key } },
      { sender: ROMEO, event_id: `$${key}` },
    );
  server.on('GET', /^v1\/rooms\/.*\/relations\//, { body: { chunk: [has('a'), has('b')] } });
  server.on('PUT', /\/redact\//, { body: { event_id: '$r' } });
  server.on('PUT', /\/send\/m\.reaction\//, {
    status: 400,
    body: { errcode: 'M_DUPLICATE_ANNOTATION', error: 'twice' },
  });
  const target = { by: 'network', ids: [messageId('$m')] } as const;
  await session.send({ kind: 'react', conversation: SQUARE, target, emoji: ['b', 'c'] }, { id: 'a1', first: true });
  expect(server.asked.filter(({ path }) => path.includes('/redact/')).map(({ path }) => path)).toEqual([
    `v3/rooms/${ROOM}/redact/$a/viaduct.a1.$a`,
  ]);
  expect(server.asked.filter(({ path }) => path.includes('/send/m.reaction/')).map(({ body }) => body)).toEqual([
    { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$m', key: 'c' } },
  ]);
});

test('rooms that nobody has opened cost nothing', async () => {
  await inSquare(stage);
  stage.server.syncs(joined({ events: [said('elsewhere')] }, '!other:example.org'));
  stage.server.syncs(joined({ events: [said('here')] }));
  await stage.until('said');
  expect(texts()).toEqual(['here']);
  expect(stage.server.asked.filter(({ path }) => path.includes('!other'))).toEqual([]);
});

test('what came as history does not come again', async () => {
  const { server } = stage;
  const session = await inSquare(stage);
  await session.send({ kind: 'leave', conversation: SQUARE });
  const old = said('old');
  server.on('GET', `v3/rooms/${ROOM}/messages`, { body: { chunk: [old] } });
  await session.send({ kind: 'join', conversation: SQUARE });
  server.syncs(joined({ events: [old, said('new')] }));
  await stage.until('said');
  expect(texts()).toEqual(['new']);
  const opened = stage.events.filter((one) => one.kind === 'opened');
  expect(opened.at(-1)?.history?.map(({ body }) => body.text)).toEqual(['old']);
});

test('a room that was left here is hers on Matrix still, unless she wants it otherwise', async () => {
  const { server } = stage;
  server.on('POST', `v3/rooms/${ROOM}/leave`, { body: {} });
  const session = await inSquare(stage);
  await session.send({ kind: 'leave', conversation: SQUARE });
  expect(server.count('POST', /\/leave$/)).toBe(0);
  await session.close('paused');
  const other = await stage.session({ leaveRooms: true });
  await other.send({ kind: 'join', conversation: SQUARE });
  await other.send({ kind: 'leave', conversation: SQUARE });
  expect(server.count('POST', /\/leave$/)).toBe(1);
});

test('history says what a message says since it was edited', async () => {
  const { server } = stage;
  const edited = {
    'm.relations': { 'm.replace': event('m.room.message', { 'm.new_content': { msgtype: 'm.text', body: 'new' } }) },
  };
  const session = await inSquare(stage);
  await session.send({ kind: 'leave', conversation: SQUARE });
  server.on('GET', `v3/rooms/${ROOM}/messages`, { body: { chunk: [{ ...said('old'), unsigned: edited }] } });
  await session.send({ kind: 'join', conversation: SQUARE });
  await stage.so(() => stage.events.filter(({ kind }) => kind === 'opened').length === 2, 'both');
  const opened = stage.events.filter((one) => one.kind === 'opened');
  expect(opened.at(-1)?.history?.map(({ body }) => body.text)).toEqual(['new']);
});

test('a direct chat is found, made once, and made again after a crash only if there is none', async () => {
  const { server } = stage;
  const nurse = conversationId('nurse:example.org');
  let directs: object = {};
  let isDown = true;
  server.on('GET', `v3/profile/${NURSE}`, { body: {} });
  server.on('GET', `v3/user/${ROMEO}/account_data/m.direct`, () => ({ body: directs }));
  server.on('PUT', `v3/user/${ROMEO}/account_data/m.direct`, ({ body }) => {
    if (isDown) return { status: 500, body: {} };
    directs = body as object;
    return { body: {} };
  });
  let created: object = {};
  server.on('POST', 'v3/createRoom', ({ body }) => {
    created = { ...(Reflect.get(body as object, 'creation_content') as object), room_version: '11' };
    return { status: 502, body: {} };
  });
  // It was still at it when she looked for the first time.
  let looks = 0;
  const creation = (content: object): object => ({
    state: { events: [event('m.room.create', content, { state_key: '' })] },
  });
  server.on('GET', 'v3/sync', ({ query }) => {
    if (query.get('filter')?.includes('m.room.create"') !== true || query.get('timeout') !== '0') return undefined;
    looks += 1;
    const join = { '!other:example.org': creation({}), ...(looks > 1 && { '!direct:example.org': creation(created) }) };
    return { body: { next_batch: 's0', rooms: { join } } };
  });
  const member = (who: string, membership: string): object =>
    event('m.room.member', { membership }, { state_key: who });
  server.on('GET', 'v3/rooms/!direct:example.org/members', {
    body: { chunk: [member(ROMEO, 'join'), member(NURSE, 'invite')] },
  });
  server.on('PUT', /\/send\//, { body: { event_id: '$1' } });
  const say = { kind: 'say', conversation: nurse, body: { kind: 'text', text: 'psst' } } as const;
  const first = await stage.session();
  await expect(first.send(say, { id: 'a1', first: true })).rejects.toMatchObject({ code: 'timeout' });
  await expect(first.send(say, { id: 'a1', first: false })).rejects.toMatchObject({ code: 'network-down' });
  await first.close('shutdown');
  isDown = false;
  const second = await stage.session();
  await second.send(say, { id: 'a1', first: false });
  await second.send(say, { id: 'a2', first: true });
  expect(server.count('POST', /createRoom/)).toBe(1);
  expect(looks).toBeGreaterThan(1);
  expect(directs).toEqual({ [NURSE]: ['!direct:example.org'] });
  expect(stage.state.has(`direct:${NURSE}`)).toBe(false);
});

test('what the homeserver will never tell holds up nothing', async () => {
  const { server } = stage;
  await inSquare(stage);
  server.on('GET', `v3/rooms/${ROOM}/messages`, { status: 403, body: { errcode: 'M_FORBIDDEN', error: 'no' } });
  server.on('GET', /relations/, { status: 403, body: { errcode: 'M_FORBIDDEN', error: 'no' } });
  const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$m', key: '🌹' } };
  server.syncs(joined({ limited: true, prev_batch: 'gap', events: [said('behind the gap')] }));
  server.syncs(joined({ events: [event('m.reaction', reaction), said('hello')] }));
  await stage.so(() => texts().length >= 2, 'both');
  expect(stage.kept.map((one) => one.event)).toMatchObject([
    { kind: 'said' },
    { kind: 'reacted', emoji: ['🌹'] },
    { kind: 'said' },
  ]);
  expect(texts()).toEqual(['behind the gap', 'hello']);
});
