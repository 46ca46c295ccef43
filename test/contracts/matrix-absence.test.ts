// What is said on a real Synapse around a coming or going, all of it in one sync: each word is heard, once, in its place.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { conversationId } from '../../src/model/ids.ts';
import { SYNAPSE } from '../support/programs-python.ts';
import { startSynapse, type SynapseServer } from '../support/server-synapse.ts';
import { AccountStage } from './matrix-account-stage.ts';

const whyNot = await SYNAPSE.whyMissing();

describe.skipIf(whyNot !== undefined)(`absences on Synapse${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  let synapse: SynapseServer;
  let stage: AccountStage;
  beforeAll(async () => {
    synapse = await startSynapse();
  });
  afterAll(() => synapse.stop());
  beforeEach(async () => {
    stage = await AccountStage.open(synapse);
  });
  afterEach(() => stage.close());

  test('said in a room, then she is put out: both while the gateway is away', async () => {
    const { session, room } = await stage.inRoom();
    await session.close('shutdown');
    await stage.nurse.say(room, 'before the kick');
    await stage.nurse.kick(room, stage.juliet.id, 'out');
    await stage.session();
    await stage.hears('first', 'before the kick');
    await stage.until('closed');
    expect(stage.kinds.lastIndexOf('said')).toBeLessThan(stage.kinds.lastIndexOf('closed'));
  });

  test('the same with the gateway there, and more than one sync brings at once', async () => {
    const { room } = await stage.inRoom();
    const texts = Array.from({ length: 60 }, (_, n) => `m${n}`);
    for (const text of texts) await stage.nurse.say(room, text);
    await stage.nurse.kick(room, stage.juliet.id, 'out');
    await stage.until('closed');
    expect(stage.heard).toEqual(['first', ...texts]);
  });

  test('said in a direct chat, then a third is invited: what was said before was hers, the rest is that of a room', async () => {
    const { session, room } = await stage.inDirect();
    const peter = await stage.person('peter');
    await session.close('shutdown');
    await stage.nurse.say(room, 'for you alone');
    await stage.nurse.invite(room, peter.id);
    await stage.nurse.say(room, 'for us three');
    await stage.session();
    await stage.hears('first', 'for you alone');
    await stage.until('invited');
    expect(stage.heard).toEqual(['first', 'for you alone']);
  });

  test('said in a direct chat, then one of the two leaves it', async () => {
    const { session, room } = await stage.inDirect();
    await session.close('shutdown');
    await stage.nurse.say(room, 'a third came and went');
    const peter = await stage.person('peter');
    await stage.nurse.invite(room, peter.id);
    await peter.leave(room);
    await stage.nurse.say(room, 'farewell');
    await stage.juliet.leave(room);
    await stage.session();
    await stage.hears('first', 'a third came and went', 'farewell');
  });

  test('she leaves a room and joins it again with another client: nothing of before is left out', async () => {
    const { session, room } = await stage.inRoom();
    await session.close('shutdown');
    await stage.nurse.say(room, 'before');
    await stage.juliet.leave(room);
    await stage.juliet.join(room);
    await stage.nurse.say(room, 'after');
    await stage.session();
    await stage.hears('first', 'before', 'after');
  });

  test('what was shown as the history of a room is not said again after a restart, nor what was said before that', async () => {
    const room = await stage.nurse.createRoom({ name: 'The square', open: true });
    await stage.juliet.join(room);
    const first = await stage.session();
    for (const text of ['older', 'old']) await stage.nurse.say(room, text);
    await first.send({ kind: 'join', conversation: conversationId(room), history: { maxStanzas: 1 } });
    const opened = stage.events.find((event) => event.kind === 'opened');
    expect(opened?.history?.map(({ body }) => body.text)).toEqual(['old']);
    await first.close('shutdown');
    await stage.nurse.say(room, 'new');
    const second = await stage.session();
    await stage.hears('new');
    await second.close('shutdown');
    await stage.nurse.say(room, 'newer');
    await stage.session();
    await stage.hears('new', 'newer');
  });

  test('the homeserver has forgotten the token: what it still has is heard, and she is told that it may not be all', async () => {
    const { session, room } = await stage.inRoom();
    const chat = await stage.nurse.createRoom({ direct: true, invite: [stage.juliet.id] });
    await stage.until('asked');
    await stage.answer(session, true);
    const hall = await stage.nurse.createRoom({ name: 'The hall', open: true });
    await session.send({ kind: 'join', conversation: conversationId(hall) });
    await session.close('shutdown');
    await stage.nurse.say(room, 'meanwhile');
    await stage.nurse.say(chat, 'psst');
    await stage.nurse.say(hall, 'farewell');
    await stage.nurse.kick(hall, stage.juliet.id);
    await stage.keeping.host.keep(stage.account, [], { since: 's999_nonsense' });
    await stage.session();
    await stage.until('told');
    await expect
      .poll(() => stage.heard.toSorted(), { timeout: 20_000 })
      .toEqual(['farewell', 'first', 'meanwhile', 'psst']);
    await stage.until('closed');
    await stage.nurse.say(room, 'later');
    await expect.poll(() => stage.heard.at(-1), { timeout: 20_000 }).toBe('later');
    expect(stage.kinds.filter((kind) => kind === 'told')).toHaveLength(1);
  });
});
