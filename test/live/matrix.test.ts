// Matrix through the gateway as people meet it: a real Synapse, XMPP clients on Prosody and on ejabberd, and people on Matrix who call its
// API themselves.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressOf,
  asksToSignUp,
  MATRIX,
  MatrixCast,
  MatrixWorld,
  signsOff,
  signsUp,
} from '../support/matrix-world.ts';
import { error, gone, groupchat, joinRequest, MUC_USER, occupant } from '../support/openings.ts';
import { until } from '../support/processes.ts';
import { SYNAPSE } from '../support/programs-python.ts';
import { startSynapse, type SynapseServer } from '../support/servers.ts';
import {
  chat,
  CORRECT,
  inRoom,
  isEditOf,
  noMessages,
  type Play,
  RETRACT,
  roomSay,
  say,
  stanzaId,
  talking,
} from './matrix-scenes.ts';
import { pictures } from './matrix-pictures.ts';
import { troubles } from './matrix-troubles.ts';

const missing = await SYNAPSE.whyMissing();
if (missing === undefined) plays();
else test('Matrix, with Synapse', ({ skip }) => skip(missing));

function plays(): void {
  let synapse: SynapseServer;
  beforeAll(async () => {
    synapse = await startSynapse();
  });
  afterAll(() => synapse.stop());

  describe.each(['prosody', 'ejabberd'] as const)('on %s', (kind) => {
    let world: MatrixWorld;
    beforeAll(async () => {
      world = await MatrixWorld.open(kind, synapse);
    });
    afterAll(() => world.close());

    const play = (what: string, act: (cast: MatrixCast) => Promise<void>): void =>
      test(what, async () => {
        const cast = new MatrixCast(world);
        try {
          await act(cast);
        } catch (thrown) {
          console.error(cast.transcript);
          throw thrown;
        } finally {
          await cast.leave();
        }
      });

    linking(play);
    direct(play);
    rooms(play);
    pictures(play);
    troubles(play);
  });
}

function linking(play: Play): void {
  play('a password or a token links the account, a wrong one does not', async (cast) => {
    const romeo = await cast.person('romeo');
    const matrix = await cast.stranger('romeo');
    const wrong = await asksToSignUp(romeo, { user: matrix.id, password: 'guess' });
    expect(wrong.attrs['type']).toBe('error');
    const wrongToken = await asksToSignUp(romeo, { user: matrix.id, token: 'syt_guess' });
    expect(wrongToken.attrs['type']).toBe('error');
    expect(await matrix.devices()).toEqual([matrix.device]);
    await signsUp(romeo, { user: matrix.id, password: matrix.password });
    expect(await matrix.devices()).toHaveLength(2);

    const juliet = await cast.person('juliet');
    const tablet = await cast.stranger('juliet');
    await signsUp(juliet, { user: tablet.id, token: tablet.token });
    expect(await tablet.devices()).toEqual([tablet.device]);
  });

  play('the old fields link too, and a removal logs the device out', async (cast) => {
    const romeo = await cast.person('romeo');
    const matrix = await cast.stranger('romeo');
    const fields = `<username>${matrix.id}</username><password>${matrix.password}</password>`;
    const answer = await romeo.asks('set', MATRIX, `<query xmlns='jabber:iq:register'>${fields}</query>`);
    expect(answer.attrs['type']).toBe('result');
    expect(await matrix.devices()).toHaveLength(2);
    await signsOff(romeo);
    await until('the device is gone', async () => (await matrix.devices()).length === 1);
  });
}

function direct(play: Play): void {
  play('whoever is there becomes a contact, whoever is not does not, and it is said so', async (cast) => {
    const { client } = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const jid = await addressOf(client, nurse.id);
    expect(await addressOf(client, nurse.id.replace(/:.*/, ''))).toBe(jid);
    client.sends(`<presence to='${jid}' type='subscribe'/>`);
    await client.finds(`<presence from='${jid}' type='subscribed'/>`);
    const nobody = nurse.id.replace('@', '@nobody-like-');
    const none = await addressOf(client, nobody);
    client.sends(`<presence to='${none}' type='subscribe'/>`);
    await client.finds(`<presence from='${none}' type='error'>${error('cancel', 'item-not-found')}</presence>`);
    await client.finds(`<presence from='${none}' type='unsubscribed'/>`);
    const told = await client.finds(`<message from='${MATRIX}' type='chat'><body>*</body></message>`);
    expect(JSON.stringify(told)).toContain(`Nobody on Matrix is called ${nobody}`);
  });

  play('one to one, both ways, with edits, what is taken back, and /me', async (cast) => {
    const romeo = await cast.linked('romeo');
    const { client, matrix } = romeo;
    const nurse = await cast.stranger('nurse');
    const { jid, room } = await talking(romeo, nurse);

    client.sends(say(jid, 'm1', 'Commend me to thy lday'));
    const first = await nurse.hears(matrix.id, 'Commend me to thy lday');
    client.sends(
      `<message to='${jid}' type='chat' id='m2'><body>Commend me to thy lady</body><replace xmlns='${CORRECT}' id='m1'/></message>`,
    );
    const edit = await nurse.heard('the edit', ({ content }) => isEditOf(content, first.id));
    expect(edit.content['m.new_content']).toMatchObject({ body: 'Commend me to thy lady' });
    client.sends(say(jid, 'm3', '/me sighs'));
    await nurse.hears(matrix.id, 'sighs', 'm.emote');
    client.sends(`<message to='${jid}' type='chat' id='m4'><retract xmlns='${RETRACT}' id='m1'/></message>`);
    await nurse.heard('what is taken back', ({ redacts }) => redacts === first.id);

    const said = await nurse.say(room, 'Peter, my fna');
    const shown = await client.finds(chat(jid, 'Peter, my fna'));
    await nurse.edit(room, said, 'Peter, my fan');
    await client.finds(
      `<message from='${jid}' type='chat'><body>Peter, my fan</body><replace xmlns='${CORRECT}' id='${shown.attrs['id']}'/></message>`,
    );
    await nurse.say(room, 'laughs', 'm.emote');
    await client.finds(chat(jid, '/me laughs'));
    await nurse.redact(room, said);
    await client.finds(
      `<message from='${jid}' type='chat'><retract xmlns='${RETRACT}' id='${shown.attrs['id']}'/></message>`,
    );
    await noMessages(client);
  });

  play('a contact comes in by an invitation', async (cast) => {
    const { client, matrix } = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const jid = await addressOf(client, nurse.id);
    const room = await nurse.createRoom({ direct: true, invite: [matrix.id] });
    await client.finds(`<presence from='${jid}' type='subscribe'/>`);
    client.sends(`<presence to='${jid}' type='subscribed'/>`);
    await nurse.seesMember(room, matrix.id, 'join');
    await nurse.say(room, 'Is it you?');
    await client.finds(chat(jid, 'Is it you?'));
    client.sends(say(jid, 'm1', 'It is I'));
    await nurse.hears(matrix.id, 'It is I');
    expect((await nurse.history(room)).filter(({ content }) => content['body'] === 'It is I')).toHaveLength(1);
  });

  play('what she writes with another client on Matrix is shown once, as her own', async (cast) => {
    const romeo = await cast.linked('romeo');
    const { client, matrix } = romeo;
    const nurse = await cast.stranger('nurse');
    const { jid, room } = await talking(romeo, nurse);
    await matrix.say(room, 'By and by');
    await nurse.say(room, 'Anon');
    const own = await client.finds(`<message from='${jid}' type='chat'><body>*</body></message>`);
    expect(JSON.stringify(own)).toMatch(/You \(Matrix\): By and by/);
    await client.finds(chat(jid, 'Anon'));
    await noMessages(client);
  });
}

function rooms(play: Play): void {
  play('a room by its alias: name, topic, who is there, who comes and goes', async (cast) => {
    const romeo = await cast.linked('romeo');
    const { client, matrix } = romeo;
    const nurse = await cast.stranger('nurse');
    const { jid } = await inRoom(romeo, nurse);
    const info = await client.asks('get', jid, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    expect(JSON.stringify(info)).toContain('Verona');

    const alias = `square-${nurse.name}`;
    await nurse.createRoom({ name: 'The square', topic: 'Sword fights', alias });
    const square = await addressOf(client, `#${alias}:${cast.world.synapse.name}`);
    client.sends(joinRequest(square, matrix.name));
    await client.finds(occupant(square, matrix.name, 'participant', "<status code='110'/>"));
    await client.finds(`<message type='groupchat'><subject>Sword fights</subject></message>`);

    const tybalt = await cast.stranger('tybalt');
    const room = await nurse.createRoom({ name: 'Tomb', open: true });
    const tomb = await addressOf(client, room);
    client.sends(joinRequest(tomb, matrix.name));
    await client.finds(occupant(tomb, matrix.name, 'participant', "<status code='110'/>"));
    await tybalt.join(room);
    await client.finds(occupant(tomb, tybalt.name, 'participant'));
    await nurse.setTopic(room, 'Silence');
    await client.finds(`<message from='${tomb}/${nurse.name}' type='groupchat'><subject>Silence</subject></message>`);
    await tybalt.leave(room);
    await client.finds(gone(tomb, tybalt.name));
    await nurse.kick(room, matrix.id, 'Away');
    await client.finds(gone(tomb, matrix.name, "<status code='110'/><status code='307'/>"));
  });

  play('text in a room, both ways, with edits, what is taken back, and /me', async (cast) => {
    const romeo = await cast.linked('romeo');
    const { client, matrix } = romeo;
    const nurse = await cast.stranger('nurse');
    const { room, jid } = await inRoom(romeo, nurse);

    client.sends(roomSay(jid, 'm1', 'Is she a Caplet?'));
    const first = await nurse.hears(matrix.id, 'Is she a Caplet?');
    const mirrored = await client.finds(groupchat(jid, matrix.name, 'Is she a Caplet?'));
    expect(mirrored.attrs['id']).toBe('m1');
    client.sends(
      `<message to='${jid}' type='groupchat' id='m2'><body>Is she a Capulet?</body><replace xmlns='${CORRECT}' id='m1'/></message>`,
    );
    await nurse.heard('the edit', ({ content }) => isEditOf(content, first.id));
    await client.finds(
      `<message from='${jid}/${matrix.name}' type='groupchat' id='m2'><replace xmlns='${CORRECT}' id='m1'/></message>`,
    );
    client.sends(
      `<message to='${jid}' type='groupchat' id='m3'><retract xmlns='${RETRACT}' id='${stanzaId(mirrored)}'/></message>`,
    );
    await nurse.heard('what is taken back', ({ redacts }) => redacts === first.id);
    await client.finds(
      `<message from='${jid}/${matrix.name}' type='groupchat'><retract xmlns='${RETRACT}'/></message>`,
    );

    const said = await nurse.say(room, 'Her mother is the lday');
    const shown = await client.finds(groupchat(jid, nurse.name, 'Her mother is the lday'));
    await nurse.edit(room, said, 'Her mother is the lady');
    await client.finds(
      `<message from='${jid}/${nurse.name}' type='groupchat'><body>Her mother is the lady</body><replace xmlns='${CORRECT}' id='${shown.attrs['id']}'/></message>`,
    );
    await nurse.redact(room, said);
    await client.finds(
      `<message from='${jid}/${nurse.name}' type='groupchat'><retract xmlns='${RETRACT}' id='${stanzaId(shown)}'/></message>`,
    );
    await nurse.say(room, 'leaves', 'm.emote');
    await client.finds(groupchat(jid, nurse.name, '/me leaves'));

    // With another client of his own on Matrix.
    await matrix.say(room, 'O dear account!');
    await client.finds(groupchat(jid, matrix.name, 'O dear account!'));
    await noMessages(client);
  });

  play('an invitation into a room', async (cast) => {
    const { client, matrix } = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const room = await nurse.createRoom({ name: 'The orchard', invite: [matrix.id] });
    const jid = await addressOf(client, room);
    await client.finds(`<message from='${jid}'><x xmlns='${MUC_USER}'><invite/></x></message>`);
    client.sends(joinRequest(jid, matrix.name));
    await client.finds(occupant(jid, matrix.name, 'participant', "<status code='110'/>"));
    await nurse.seesMember(room, matrix.id, 'join');
    await nurse.createRoom({ name: 'closed' }).then(async (closed) => {
      const wall = await addressOf(client, closed);
      client.sends(joinRequest(wall, matrix.name));
      await client.finds(
        `<presence from='${wall}/${matrix.name}' type='error'>${error('auth', 'registration-required')}</presence>`,
      );
    });
  });
}
