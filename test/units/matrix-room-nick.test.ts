// What a Matrix account is called in one room alone: its member event there, and nothing else of it.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountKey } from '../../src/model/ids.ts';
import { inSquare, ROMEO, ROOM, SQUARE, Stage } from './matrix-stage.ts';

const MEMBER = `v3/rooms/${ROOM}/state/m.room.member/${ROMEO}`;
const account = accountKey(ROMEO);
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

test('a nick of one room, and none of its own again', async () => {
  const session = await inSquare(stage);
  const { server } = stage;
  const before = { membership: 'join', displayname: 'Romeo', avatar_url: 'mxc://example.org/face' };
  server.on('GET', MEMBER, { body: before });
  server.on('PUT', MEMBER, { body: { event_id: '$member' } });
  server.on('GET', `v3/profile/${ROMEO}`, { body: { displayname: 'Romeo Montague' } });
  for (const nick of ['Pilgrim', '']) await session.send({ kind: 'setNick', account, nick, only: SQUARE });
  const put = server.asked.filter(({ method }) => method === 'PUT');
  expect(put.map(({ path, body }) => [path, body])).toEqual([
    [MEMBER, { ...before, displayname: 'Pilgrim' }],
    [MEMBER, { ...before, displayname: 'Romeo Montague' }],
  ]);
  const nicks = stage.events.flatMap((one) => (one.kind === 'changed' ? [[one.before.nick, one.now.nick]] : []));
  expect(nicks).toEqual([
    ['Romeo', 'Pilgrim'],
    ['Pilgrim', 'Romeo Montague'],
  ]);
});
