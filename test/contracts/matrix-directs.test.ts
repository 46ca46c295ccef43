// A direct chat on a real Synapse whose answers come late: what the other one says before the gateway knows the room is heard all the same.

import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { SYNAPSE } from '../support/programs-python.ts';
import { startSynapse, type SynapseServer } from '../support/server-synapse.ts';
import { AccountStage } from './matrix-account-stage.ts';

const whyNot = await SYNAPSE.whyMissing();

describe.skipIf(whyNot !== undefined)(`direct chats on Synapse${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  let synapse: SynapseServer;
  let stage: AccountStage;
  beforeAll(async () => {
    synapse = await startSynapse();
  });
  afterAll(() => synapse.stop());
  beforeEach(async () => {
    stage = await AccountStage.open(synapse, { acceptDirects: true });
  });
  afterEach(() => stage.close());

  test('she answers before it is known that the room was made', async () => {
    const session = await stage.session();
    stage.proxy.holds = /createRoom/;
    const saying = stage.say(session, 'Nurse?').catch((error: unknown) => error);
    const room = await stage.nurse.isInvited(stage.juliet.id);
    await stage.nurse.join(room);
    await stage.nurse.say(room, 'Anon, good nurse!');
    await stage.hears('Anon, good nurse!');
    await session.close('shutdown');
    await saying;
  });

  test('the same, with a death in between and no second try', async () => {
    const session = await stage.session();
    stage.proxy.holds = /createRoom/;
    const saying = stage.say(session, 'Nurse?').catch((error: unknown) => error);
    const room = await stage.nurse.isInvited(stage.juliet.id);
    await session.close('shutdown');
    await saying;
    await stage.nurse.join(room);
    await stage.nurse.say(room, 'By and by');
    stage.proxy.holds = undefined;
    const again = await stage.session();
    await stage.hears('By and by');
    await again.close('shutdown');
  });

  test('an invitation that was taken, with a death before that was known', async () => {
    const session = await stage.session();
    stage.proxy.holds = /\/join\/|account_data\/m\.direct/;
    const room = await stage.nurse.createRoom({ direct: true, invite: [stage.juliet.id] });
    await stage.nurse.seesMember(room, stage.juliet.id, 'join');
    await session.close('shutdown');
    await stage.nurse.say(room, 'Madam!');
    stage.proxy.holds = undefined;
    const again = await stage.session();
    await stage.hears('Madam!');
    await stage.nurse.say(room, 'Juliet!');
    await stage.hears('Madam!', 'Juliet!');
    await again.close('shutdown');
  });
});
