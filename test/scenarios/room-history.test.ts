// What was said before a client came into a room (XEP-0045 7.2.13, 7.2.14): within the limits that it asks for.

import { entersVerona, groupchat, joinRequest, MUC_USER, occupant, subject } from '../support/openings.ts';
import { at, type Person, scenario } from '../support/scenario.ts';
import type { XmppClient } from '../support/xmpp-client.ts';

const ROOM = at('#verona');

/** One line each of tybalt and of romeo, whose client is in the room. */
async function talk(romeo: Person, irc: Parameters<typeof entersVerona>[1]): Promise<void> {
  await entersVerona(romeo, irc);
  (await irc.nick('tybalt')).send('PRIVMSG #verona :hark');
  await romeo.receives(groupchat(ROOM, 'tybalt', 'hark'));
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>/me listens</body></message>`);
  await irc.receives('romeo PRIVMSG #verona \u0001ACTION listens\u0001');
  await romeo.receives(groupchat(ROOM, 'romeo', '/me listens'));
}

async function entersLate(client: XmppClient, history: string): Promise<void> {
  client.sends(joinRequest(ROOM, 'romeo', history));
  await client.receives(`<presence from='${ROOM}/tybalt' !type><x xmlns='${MUC_USER}'><item/></x></presence>`);
  await client.receives(occupant(ROOM, 'romeo', 'participant', "<status code='110'/>"));
}

const before = (client: XmppClient, nick: string, id: string, text: string): string =>
  `<message from='${ROOM}/${nick}' to='${client.jid}' type='groupchat' id='${id}'><body>${text}</body>
     <stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='*'/>
     <delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='*'/></message>`;

scenario('a second client is told what was said, before the subject', async ({ romeo, irc }) => {
  await talk(romeo, irc);
  const phone = await romeo.anotherDevice('phone');
  await entersLate(phone, '');
  await phone.receives(before(phone, 'tybalt', '*', 'hark'));
  await phone.receives(before(phone, 'romeo', 'm1', '/me listens'));
  await phone.receives(subject(ROOM, ''));
  (await irc.nick('tybalt')).send('PRIVMSG #verona :what now');
  for (const client of [romeo, phone]) {
    await client.receives(
      `<message from='${ROOM}/tybalt'><body>what now</body><!delay xmlns='urn:xmpp:delay'/></message>`,
    );
  }
});

for (const none of ["maxchars='0'", "maxstanzas='0'", "seconds='0'", "since='2099-01-01T00:00:00Z'"]) {
  scenario(`one that asks with ${none} is told nothing of it`, async ({ romeo, irc }) => {
    await talk(romeo, irc);
    await joinsWith(await romeo.anotherDevice('phone'), none);
  });
}

async function joinsWith(client: XmppClient, limits: string): Promise<void> {
  await entersLate(client, `<history ${limits}/>`);
  await client.receives(subject(ROOM, ''));
}

scenario(
  'one that asks for a single message gets the last, and each of several gets what it asks for',
  async ({ romeo, irc }) => {
    await talk(romeo, irc);
    const phone = await romeo.anotherDevice('phone');
    await entersLate(phone, "<history maxstanzas='1' since='2020-01-01T00:00:00Z'/>");
    await phone.receives(before(phone, 'romeo', 'm1', '/me listens'));
    await phone.receives(subject(ROOM, ''));
    const tablet = await romeo.anotherDevice('tablet');
    await entersLate(tablet, "<history seconds='600' maxchars='5000'/>");
    await tablet.receives(before(tablet, 'tybalt', '*', 'hark'));
    await tablet.receives(before(tablet, 'romeo', 'm1', '/me listens'));
    await tablet.receives(subject(ROOM, ''));
  },
);

scenario('a room that was left and is entered again tells what is archived of it', async ({ romeo, irc }) => {
  await talk(romeo, irc);
  romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
  await romeo.receives(`<presence from='${ROOM}/romeo' type='unavailable'/>`);
  await irc.receivesLike(/^:romeo!\S+ PART :?#verona/);
  await entersLate(romeo, '');
  await romeo.receives(before(romeo, 'tybalt', '*', 'hark'));
  await romeo.receives(before(romeo, 'romeo', 'm1', '/me listens'));
  await romeo.receives(subject(ROOM, ''));
});
