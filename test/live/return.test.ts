// Everybody back: the gateway killed, the IRC server restarted, the XMPP server restarted, with two clients in two rooms.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { gone, groupchat, joinRequest, occupant } from '../support/openings.ts';
import { startProsody, type XmppServer } from '../support/servers.ts';
import { COMPONENT_SECRET, type Stage } from '../support/stage.ts';
import { at, Cast, GATEWAY, type Person, World } from '../support/world.ts';
import type { XmppClient } from '../support/xmpp-client.ts';
import { textOf, type XmlNode } from '../support/xml-tree.ts';

const VERONA = at('#verona');
const VAULT = at('#vault');
/** MUC-60: what clients act on. */
const ended = (room: string): string => gone(room, 'romeo', "<status code='110'/><status code='332'/>");
const lost = (room: string): string => gone(room, 'romeo', "<status code='110'/><status code='333'/>");

let xmpp: XmppServer;
beforeAll(async () => {
  xmpp = await startProsody({ components: [{ domain: GATEWAY, secret: COMPONENT_SECRET }] });
});
afterAll(() => xmpp.stop());

interface Play {
  readonly world: World;
  readonly cast: Cast;
  readonly romeo: Person;
  readonly phone: XmppClient;
}

/** Romeo in two rooms with two clients; one of the rooms has a key. */
async function inside(play: (inside: Play) => Promise<void>): Promise<void> {
  const stage: Stage = { xmpp: 'prosody', irc: 'ngircd', c2sPort: xmpp.c2sPort, componentPort: xmpp.componentPort };
  const world = await World.open(stage);
  const cast = new Cast(world);
  try {
    await cast.irc.channel('#vault', { nicks: ['@tybalt'], key: 'sesame' });
    await cast.irc.channel('#verona', { nicks: ['@tybalt'] });
    const romeo = await cast.person('romeo', 'orchard');
    const phone = await romeo.anotherDevice('phone');
    for (const client of [romeo, phone]) {
      await enters(client, VERONA);
      await enters(client, VAULT, '<password>sesame</password>');
    }
    await play({ world, cast, romeo, phone });
  } catch (error) {
    console.error(cast.transcript);
    throw error;
  } finally {
    await cast.leave();
    await world.close();
  }
}

async function enters(client: XmppClient, room: string, inside = ''): Promise<void> {
  client.sends(joinRequest(room, 'romeo', inside));
  await isIn(client, room);
}

async function isIn(client: XmppClient, room: string): Promise<void> {
  await client.receives(occupant(room, 'tybalt', 'moderator'), 40_000);
  await client.receives(occupant(room, 'romeo', 'participant', "<status code='110'/>"));
  await client.receives("<message type='groupchat'><subject/></message>");
}

/** Both ways, and nothing else. */
async function talk({ cast, romeo, phone }: Play, text: string): Promise<void> {
  const tybalt = await cast.irc.nick('tybalt');
  for (const [room, channel] of [
    [VERONA, '#verona'],
    [VAULT, '#vault'],
  ] as const) {
    romeo.sends(`<message to='${room}' type='groupchat' id='${text}'><body>${text}</body></message>`);
    await tybalt.until(new RegExp(`PRIVMSG ${channel} :?${text}$`));
    tybalt.send(`PRIVMSG ${channel} :${text} yourself`);
    for (const client of [romeo, phone]) {
      // A line without an echo is shown when it has been written, which the answer may overtake.
      await client.receivesInAnyOrder(groupchat(room, 'romeo', text), groupchat(room, 'tybalt', `${text} yourself`));
    }
  }
  await cast.nothingIsLeft();
}

async function backIn(client: XmppClient, said: readonly string[] = []): Promise<void> {
  await client.receivesInAnyOrder(lost(VERONA), lost(VAULT));
  await entersAgain(client, VERONA, said);
  // Without the key: the room is open by then, or is opened with the key that was given before.
  await entersAgain(client, VAULT, said, '<password>sesame</password>');
}

/** Of `said` the archive may tell each once: the last lines before a death it has not. */
async function entersAgain(client: XmppClient, room: string, said: readonly string[], inside = ''): Promise<void> {
  client.sends(joinRequest(room, 'romeo', inside));
  await client.receives(occupant(room, 'tybalt', 'moderator'), 40_000);
  await client.receives(occupant(room, 'romeo', 'participant', "<status code='110'/>"));
  const told: string[] = [];
  for (;;) {
    const next = await client.receives(`<message type='groupchat' from='*'/>`);
    const body = next.children.find((child) => typeof child !== 'string' && child.name === 'body');
    if (body === undefined || typeof body === 'string') break;
    expect(next.children.some((child) => typeof child !== 'string' && child.name === 'delay')).toBe(true);
    told.push(textOf(body));
  }
  expect(new Set(told).size).toBe(told.length);
  expect(told.filter((text) => !said.includes(text))).toEqual([]);
}

test('the gateway is killed: every client is told once, and finds its rooms with the same nick', async () => {
  await inside(async (play) => {
    await talk(play, 'before');
    await play.world.gateway.crash();
    for (const client of [play.romeo, play.phone]) await backIn(client, ['before', 'before yourself']);
    await talk(play, 'again');
  });
});

test('the gateway is stopped and started', async () => {
  await inside(async (play) => {
    const { world, romeo, phone } = play;
    const restarted = world.gateway.restart();
    for (const client of [romeo, phone]) await client.receivesInAnyOrder(ended(VERONA), ended(VAULT));
    await restarted;
    for (const client of [romeo, phone]) await backIn(client);
    await talk(play, 'again');
  });
});

test('the IRC server restarts: told once, joins wait, and are in when it is back', async () => {
  await inside(async (play) => {
    const { world, cast, romeo, phone } = play;
    await world.irc.kill();
    await world.irc.restart();
    for (const client of [romeo, phone]) await client.receivesInAnyOrder(lost(VERONA), lost(VAULT));
    await cast.irc.close();
    const irc = new Cast(world).irc;
    await irc.channel('#vault', { nicks: ['@tybalt'] });
    await irc.channel('#verona', { nicks: ['@tybalt'] });
    for (const client of [romeo, phone]) {
      client.sends(joinRequest(VERONA, 'romeo'));
      await isIn(client, VERONA);
      client.sends(joinRequest(VAULT, 'romeo', '<password>sesame</password>'));
      await isIn(client, VAULT);
    }
    await cast.nothingIsLeft();
    await irc.close();
  });
});

test('the XMPP server is killed: clients that do not come back are out of the rooms, and who comes back is in', async () => {
  await inside(async ({ world, cast, romeo }) => {
    const tybalt = await cast.irc.nick('tybalt');
    await xmpp.kill();
    await xmpp.restart();
    await world.gateway.process.untilLog(/the link is online[\s\S]*the link is online/, 30_000);
    const again = await romeo.anotherDevice('orchard');
    // What bounced while she was away put her out, which she may be told now: before she is in again, and of that room no more behind it.
    const isOut = ({ name, attrs }: XmlNode): boolean => name === 'presence' && attrs['type'] === 'unavailable';
    again.sends(joinRequest(VERONA, 'romeo'));
    await again.finds(occupant(VERONA, 'tybalt', 'moderator'), 40_000);
    await again.forgets(isOut);
    await again.finds(occupant(VERONA, 'romeo', 'participant', "<status code='110'/>"));
    await again.finds("<message type='groupchat'><subject/></message>");
    await tybalt.until(/^:romeo!\S+ PART #vault/i, 60_000);
    // Behind the answer, what the gateway had to tell her of that has come.
    await again.asks('get', GATEWAY, "<ping xmlns='urn:xmpp:ping'/>");
    await again.forgets((node) => isOut(node) && node.attrs['from'] === `${VAULT}/romeo`);
    again.sends(`<message to='${VERONA}' type='groupchat' id='m1'><body>hello</body></message>`);
    await again.receives(groupchat(VERONA, 'romeo', 'hello'));
    await cast.nothingIsLeft();
    expect(world.gateway.process.running).toBe(true);
  });
});
