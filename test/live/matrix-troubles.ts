// Plays on Matrix in which something breaks: the gateway, Synapse, a limit, a token.

import { expect } from 'vitest';
import { asksToSignUp, isConnected, MATRIX } from '../support/matrix-world.ts';
import { gone, groupchat, joinRequest, occupant } from '../support/openings.ts';
import { chat, inRoom, noMessages, type Play, say, talking } from './matrix-scenes.ts';
import { Traffic } from './matrix-traffic.ts';

export function troubles(play: Play): void {
  play('the gateway is killed under traffic: nothing is lost, nothing comes twice', async (cast) => {
    const romeo = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const traffic = new Traffic(romeo, nurse, await talking(romeo, nurse));
    await traffic.flowing(async () => {
      await traffic.flows(15);
      await traffic.cut(() => cast.world.gateway.crash());
      await isConnected(romeo.client);
      await traffic.flows(15);
    });
    await traffic.everythingArrives();
  });

  play('the gateway is killed: who comes back into a room misses nothing that was said there', async (cast) => {
    const romeo = await cast.linked('romeo');
    const { client, matrix } = romeo;
    const nurse = await cast.stranger('nurse');
    const { room, jid } = await inRoom(romeo, nurse);
    const lines = Array.from({ length: 12 }, (_, n) => `line ${n}`);
    const crashed = cast.world.gateway.crash();
    for (const line of lines) await nurse.say(room, line);
    await crashed;
    await client.finds(gone(jid, matrix.name, "<status code='110'/><status code='333'/>"));
    await client.finds(`<presence from='${MATRIX}' !type><!show/></presence>`, 30_000);
    client.sends(joinRequest(jid, matrix.name));
    await client.finds(occupant(jid, matrix.name, 'participant', "<status code='110'/>"), 20_000);
    await nurse.say(room, 'the end');
    await client.finds(groupchat(jid, nurse.name, 'the end'));
    const shown = client.unread.flatMap((raw) => /<body>(line \d+)<\/body>/.exec(raw)?.[1] ?? []);
    expect(shown).toEqual(lines);
  });

  play('Synapse restarts: what was said meanwhile is said then, once', async (cast) => {
    const romeo = await cast.linked('romeo');
    const { client } = romeo;
    const nurse = await cast.stranger('nurse');
    const talk = await talking(romeo, nurse);
    const { synapse } = cast.world;
    await synapse.kill();
    for (const n of [1, 2, 3]) client.sends(say(talk.jid, `w${n}`, `While it is away ${n}`));
    await client.settles();
    await synapse.restart();
    for (const n of [1, 2, 3]) await nurse.hears(romeo.matrix.id, `While it is away ${n}`, 'm.text', 40_000);
    await nurse.say(talk.room, 'It is back');
    await client.finds(chat(talk.jid, 'It is back'), 40_000);
    const bodies = (await nurse.history(talk.room)).map(({ content }) => content['body']);
    expect(bodies.filter((body) => String(body).startsWith('While'))).toEqual(
      [1, 2, 3].map((n) => `While it is away ${n}`),
    );
    await noMessages(client);
  });

  play('a rate limit delays and loses nothing', async (cast) => {
    const romeo = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const { jid, room } = await talking(romeo, nurse);
    await cast.world.synapse.limit(romeo.matrix.id, { perSecond: 1, burst: 2 });
    const lines = Array.from({ length: 6 }, (_, n) => `in haste ${n}`);
    const from = performance.now();
    for (const line of lines) romeo.client.sends(say(jid, line.replaceAll(' ', '-'), line));
    await nurse.hears(romeo.matrix.id, 'in haste 5');
    expect(performance.now() - from).toBeGreaterThan(2_000);
    const bodies = (await nurse.history(room)).map(({ content }) => content['body']);
    expect(bodies.filter((body) => String(body).startsWith('in haste'))).toEqual(lines);
    await noMessages(romeo.client);
  });

  play('a token that was revoked is told once, and a new sign-in heals it', async (cast) => {
    const { client, matrix } = await cast.linked('romeo');
    const { synapse } = cast.world;
    const refused = (): number => [...synapse.logs().matchAll(/ 401 .*"(?:GET|PUT|POST) /g)].length;
    const before = refused();
    await matrix.logoutEverywhere();
    await client.finds(`<message from='${MATRIX}'><body>*</body></message>`, 40_000);
    await client.finds(`<presence from='${MATRIX}'><show>dnd</show></presence>`);
    const again = await asksToSignUp(client, { user: matrix.id, password: matrix.password });
    expect(again.attrs['type']).toBe('result');
    await isConnected(client);
    expect(refused() - before).toBeLessThan(4);
    await noMessages(client);
  });
}
