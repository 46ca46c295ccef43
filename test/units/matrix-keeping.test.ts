// What a sync brings while the store takes nothing: it is asked for again, and told as if it came for the first time.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { event, inSquare, joined, NURSE, ROMEO, ROOM, SQUARE, said, Stage } from './matrix-stage.ts';

let stage: Stage;

const open = async (settings = {}): Promise<void> => {
  stage = await Stage.open({ patienceMs: 5_000, ...settings });
  stage.state.set('since', 's0');
};
beforeEach(() => open());
afterEach(() => stage.close());

/** What was told since she came in. */
const told = (): readonly string[] =>
  stage.events.flatMap((one) => {
    if (one.kind === 'connected' || one.kind === 'opened') return [];
    return [one.kind === 'said' ? one.message.body.text : `(${one.kind})`];
  });

/** The next sync, which comes again as the store is full when it comes first. */
const syncsTwice = (sync: object): void => {
  let failures = 1;
  stage.onKeep = () => {
    if (failures-- > 0) throw new BridgeError('internal', 'The disk is full.');
  };
  for (let tries = 0; tries < 2; tries++) stage.server.syncs({ ...sync, next_batch: 's9' });
};

test('the word that messages are encrypted', async () => {
  await inSquare(stage);
  const secret = event('m.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2' });
  syncsTwice(joined({ events: [secret, said('hello'), event('m.room.encrypted', { algorithm: 'x' })] }));
  await stage.so(() => told().includes('hello'), 'hello');
  stage.server.syncs(joined({ events: [event('m.room.encrypted', { algorithm: 'x' }), said('once more')] }));
  await stage.so(() => told().includes('once more'), 'once more');
  expect(told()).toEqual(["[Encrypted messages: they can't be read here.]", 'hello', 'once more']);
});

test('a reaction that is taken back', async () => {
  await inSquare(stage);
  const { server } = stage;
  server.on('GET', `v1/rooms/${ROOM}/relations/$t/m.annotation/m.reaction`, { body: { chunk: [] } });
  const rose = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$t', key: '🌹' } };
  server.syncs(joined({ events: [event('m.reaction', rose, { event_id: '$r' })] }));
  await stage.so(() => told().length === 1, 'a reaction');
  syncsTwice(joined({ events: [event('m.room.redaction', {}, { redacts: '$r' }), said('hello')] }));
  await stage.so(() => told().includes('hello'), 'hello');
  expect(told()).toEqual(['(reacted)', '(reacted)', 'hello']);
  expect(stage.kept.map((one) => one.event)).toMatchObject([{ emoji: ['🌹'] }, { emoji: [] }, { kind: 'said' }]);
});

test('a reaction of before that is taken back: it is no message', async () => {
  await inSquare(stage);
  stage.server.on('GET', `v3/rooms/${ROOM}/event/$r`, { body: event('m.reaction', {}, { event_id: '$r' }) });
  stage.server.syncs(joined({ events: [event('m.room.redaction', {}, { redacts: '$r' }), said('hello')] }));
  await stage.so(() => told().includes('hello'), 'hello');
  expect(told()).toEqual(['hello']);
});

test('more was said than is fetched: once', async () => {
  await stage.close();
  await open({ backfill: 0 });
  await inSquare(stage);
  stage.server.on('GET', `v3/rooms/${ROOM}/joined_members`, {
    body: { joined: { [NURSE]: { display_name: 'Nurse' }, [ROMEO]: { display_name: 'Romeo' } } },
  });
  syncsTwice(joined({ limited: true, prev_batch: 'p', events: [said('hello')] }));
  await stage.so(() => told().includes('hello'), 'hello');
  expect(told()).toEqual(['(told)', 'hello']);
});

test('what was said before she was put out, and that she was', async () => {
  await inSquare(stage);
  const out = event('m.room.member', { membership: 'leave', reason: 'out' }, { state_key: ROMEO });
  syncsTwice({ rooms: { leave: { [ROOM]: { timeline: { events: [said('farewell'), out] } } } } });
  expect(await stage.until('closed')).toMatchObject({ conversation: SQUARE, why: 'ejected', by: 'Nurse', text: 'out' });
  expect(told()).toEqual(['farewell', '(closed)']);
  await stage.so(() => stage.server.sinces().at(-1) === 's9', 'the next sync');
  expect([...stage.state.keys()].filter((key) => key.startsWith('room:'))).toEqual([]);
});

test('an invitation to a direct chat waits before anybody is asked about it', async () => {
  const session = await stage.session();
  const invite = event('m.room.member', { membership: 'invite', is_direct: true }, { state_key: ROMEO });
  const waiting = (): string | undefined => stage.state.get('invited:!chat:example.org');
  let waitedThen: string | undefined;
  stage.onKeep = () => {
    waitedThen = waiting();
  };
  const invitation = { rooms: { invite: { '!chat:example.org': { invite_state: { events: [invite] } } } } };
  stage.server.syncs(invitation);
  const { conversation } = await stage.until('asked');
  expect(waitedThen).toBe(NURSE);
  stage.server.on('POST', 'v3/rooms/!chat:example.org/leave', { body: {} });
  await session.send({ kind: 'answer', conversation, allow: false });
  expect(waiting()).toBeUndefined();
});
