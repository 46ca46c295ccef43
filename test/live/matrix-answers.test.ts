// Invitations to direct chats, and what she says to them, through the whole gateway while it dies or the homeserver hiccups; and what a
// restart must not say again.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HomeserverProxy } from '../support/homeserver-proxy.ts';
import { addressOf, isConnected, MATRIX, MatrixCast, MatrixWorld } from '../support/matrix-world.ts';
import { gone, groupchat, joinRequest, occupant } from '../support/openings.ts';
import { until } from '../support/processes.ts';
import { SYNAPSE } from '../support/programs-python.ts';
import { startSynapse, type SynapseServer } from '../support/servers.ts';
import { chat, noMessages } from './matrix-scenes.ts';

const whyNot = await SYNAPSE.whyMissing();
const JOINS = /POST .*\/join\//;

describe.skipIf(whyNot !== undefined)(`answers to Matrix${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  let synapse: SynapseServer;
  let proxy: HomeserverProxy;
  let world: MatrixWorld;
  beforeAll(async () => {
    synapse = await startSynapse();
    proxy = await HomeserverProxy.open(synapse.port);
    world = await MatrixWorld.open('prosody', synapse, proxy.url);
  });
  afterAll(async () => {
    await world.close();
    proxy.close();
    await synapse.stop();
  });

  const play = (what: string, act: (cast: MatrixCast) => Promise<void>): void =>
    test(what, async () => {
      const cast = new MatrixCast(world);
      try {
        await act(cast);
      } catch (thrown) {
        console.error(cast.transcript);
        throw thrown;
      } finally {
        proxy.refuses = undefined;
        await cast.leave();
      }
    });

  /** The nurse has invited him, and he was asked. */
  const asked = async (cast: MatrixCast, preset?: string) => {
    const { client, matrix } = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const jid = await addressOf(client, nurse.id);
    const plan = { preset: preset ?? 'trusted_private_chat', is_direct: true, invite: [matrix.id] };
    const room = String((await nurse.call('POST', ['_matrix/client/v3', 'createRoom'], plan))['room_id']);
    await client.finds(`<presence from='${jid}' type='subscribe'/>`);
    return { client, matrix, nurse, jid, room };
  };
  const yes = (jid: string): string => `<presence to='${jid}' type='subscribed'/>`;

  /** The homeserver refuses what fits, until it has done so a few times. */
  const whileRefusing = async (what: RegExp, act: () => unknown): Promise<void> => {
    const before = proxy.refused;
    proxy.refuses = what;
    await act();
    await until('it was refused', () => proxy.refused > before + 1);
    proxy.refuses = undefined;
  };

  play('the gateway is killed between the invitation and the answer', async (cast) => {
    const { client, nurse, jid, room } = await asked(cast);
    await nurse.say(room, 'before the answer');
    await world.gateway.crash();
    await isConnected(client);
    client.sends(yes(jid));
    await client.finds(chat(jid, 'before the answer'), 30_000);
    await nurse.say(room, 'Madam!');
    await client.finds(chat(jid, 'Madam!'), 30_000);
  });

  play(
    'the homeserver hiccups when she says yes: it hears that later, and nobody has to say it again',
    async (cast) => {
      const { client, nurse, jid, room } = await asked(cast);
      await whileRefusing(JOINS, () => client.sends(yes(jid)));
      await nurse.say(room, 'Madam!');
      await client.finds(chat(jid, 'Madam!'), 30_000);
      client.sends(yes(jid));
      await noMessages(client);
    },
  );

  play('the homeserver is out of order when she says yes, and then the gateway is killed', async (cast) => {
    const { client, nurse, jid, room } = await asked(cast);
    await whileRefusing(JOINS, async () => {
      const before = proxy.refused;
      client.sends(yes(jid));
      await until('it was asked', () => proxy.refused > before);
      await world.gateway.crash();
    });
    await nurse.say(room, 'Madam!');
    await client.finds(chat(jid, 'Madam!'), 60_000);
  });

  play('a no that the homeserver did not take at first', async (cast) => {
    const { client, matrix, nurse, jid, room } = await asked(cast);
    await whileRefusing(/POST .*\/leave/, () => client.sends(`<presence to='${jid}' type='unsubscribed'/>`));
    await nurse.seesMember(room, matrix.id, 'leave');
    await noMessages(client);
  });

  play('somebody who is a contact begins another direct chat while the homeserver hiccups', async (cast) => {
    const { client, matrix, nurse, jid, room } = await asked(cast);
    client.sends(yes(jid));
    await nurse.say(room, 'hello');
    await client.finds(chat(jid, 'hello'), 30_000);
    let second = '';
    await whileRefusing(JOINS, async () => {
      second = await nurse.createRoom({ direct: true, invite: [matrix.id] });
    });
    await nurse.say(second, 'Madam!');
    await client.finds(chat(jid, 'Madam!'), 30_000);
  });

  play('an invitation that was taken back: she is told that her answer comes too late', async (cast) => {
    const { client, matrix, nurse, jid, room } = await asked(cast, 'private_chat');
    await nurse.kick(room, matrix.id);
    client.sends(yes(jid));
    await client.finds(chat(jid, 'Your answer could not be given: There is no invitation to a chat with this person.'));
  });

  play('the gateway is killed: what was shown as the history of a room is not said again', async (cast) => {
    const { client, matrix } = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const room = await nurse.createRoom({ name: 'Verona', open: true });
    await matrix.join(room);
    const jid = await addressOf(client, room);
    const entered = occupant(jid, matrix.name, 'participant', "<status code='110'/>");
    for (const n of [1, 2, 3]) await nurse.say(room, `old news ${n}`);
    client.sends(joinRequest(jid, matrix.name));
    await client.finds(entered);
    for (const n of [1, 2, 3]) await client.finds(groupchat(jid, nurse.name, `old news ${n}`));
    const since = new Date().toISOString();
    await world.gateway.crash();
    await client.finds(gone(jid, matrix.name, "<status code='110'/><status code='333'/>"), 30_000);
    await client.finds(`<presence from='${MATRIX}' !type><!show/></presence>`, 30_000);
    client.sends(joinRequest(jid, matrix.name, `<history since='${since}'/>`));
    await client.finds(entered, 30_000);
    await nurse.say(room, 'news');
    await client.finds(groupchat(jid, nurse.name, 'news'), 30_000);
    expect(client.unread.filter((raw) => raw.includes('old news'))).toEqual([]);
  });
});
