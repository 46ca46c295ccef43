// Invitations to direct chats on a real Synapse: answered in a later life of the gateway, against a homeserver that hiccups, or not in time.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SYNAPSE } from '../support/programs-python.ts';
import { startSynapse, type SynapseServer } from '../support/server-synapse.ts';
import { AccountStage } from './matrix-account-stage.ts';

const whyNot = await SYNAPSE.whyMissing();

describe.skipIf(whyNot !== undefined)(`invitations on Synapse${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
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

  test('she says yes after a restart, and hears what was said before and after', async () => {
    const { session, room } = await stage.invited();
    await stage.nurse.say(room, 'are you there?');
    await session.close('shutdown');
    await stage.answer(await stage.session(), true);
    await stage.nurse.say(room, 'Madam!');
    await stage.hears('are you there?', 'Madam!');
  });

  test('she says no after a restart, and the inviter sees it', async () => {
    const { session, room } = await stage.invited();
    await session.close('shutdown');
    await stage.answer(await stage.session(), false);
    await stage.nurse.seesMember(room, stage.juliet.id, 'leave');
  });

  test('an answer that the homeserver did not take can be given again, and again after that', async () => {
    const { session, room } = await stage.invited();
    stage.proxy.refuses = /POST .*\/join\//;
    await expect(stage.answer(session, true)).rejects.toMatchObject({ code: 'timeout' });
    stage.proxy.refuses = undefined;
    await stage.answer(session, true);
    await stage.answer(session, true);
    await stage.nurse.say(room, 'Madam!');
    await stage.hears('Madam!');
  });

  test('of two invitations by the same person both are answered', async () => {
    const { session, room } = await stage.invited();
    const second = await stage.nurse.createRoom({ direct: true, invite: [stage.juliet.id] });
    await expect.poll(() => stage.kinds.filter((kind) => kind === 'asked').length, { timeout: 20_000 }).toBe(2);
    await stage.answer(session, true);
    await stage.nurse.say(room, 'Madam!');
    await stage.hears('Madam!');
    await stage.nurse.say(second, 'Juliet!');
    await stage.hears('Madam!', 'Juliet!');
  });

  /** Where she has less power than its creator, unlike in direct chats otherwise. */
  const inviting = async (): Promise<string> => {
    const plan = { preset: 'private_chat', is_direct: true, invite: [stage.juliet.id] };
    return String((await stage.nurse.call('POST', ['_matrix/client/v3', 'createRoom'], plan))['room_id']);
  };

  test.each(['taken back', 'left by whoever made it', 'taken back while the gateway is away'] as const)(
    'an invitation that was %s: what she writes goes into a chat of its own, and a yes is refused',
    async (how) => {
      const first = await stage.session();
      const room = await inviting();
      await stage.until('asked');
      if (how === 'left by whoever made it') await stage.nurse.leave(room);
      if (how === 'taken back while the gateway is away') await first.close('shutdown');
      if (how !== 'left by whoever made it') await stage.nurse.kick(room, stage.juliet.id);
      const session = how === 'taken back while the gateway is away' ? await stage.session() : first;
      await expect(stage.answer(session, true)).rejects.toMatchObject({ code: 'not-found' });
      await stage.say(session, 'Nurse?');
      await stage.nurse.join(await stage.nurse.isInvited(stage.juliet.id));
      await stage.nurse.hears(stage.juliet.id, 'Nurse?');
    },
  );

  test('what she took with another client needs no answer', async () => {
    const { session, room } = await stage.invited();
    await stage.juliet.join(room);
    await stage.nurse.say(room, 'Madam!');
    await stage.hears('Madam!');
    await stage.answer(session, true);
    await stage.answer(session, false);
    await stage.nurse.say(room, 'Juliet!');
    await stage.hears('Madam!', 'Juliet!');
  });
});
