// Sections 9 and 19: what a user sets of one room alone, by its command, in its configuration form, and in a talk.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { isOnline } from './echo-people.ts';
import { COMMANDS, error, GATEWAY, MUC_USER, REGISTER, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client, World } from './world.ts';

const GARDEN = `#garden@${GATEWAY}`;
const ORCHARD = `#orchard@${GATEWAY}`;
const FORMS = 'jabber:x:data';
const OWNER = 'http://jabber.org/protocol/muc#owner';
const nickIs = (nick: string): string => `<field var='nick'><value>${nick}</value></field>`;

async function byCommand(romeo: Client, nick: string): Promise<void> {
  const command = (attrs: string, inside = ''): string =>
    `<iq to='${GARDEN}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='room-settings' ${attrs}>${inside}</command></iq>`;
  const opened = await romeo.asks(
    command(''),
    `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='executing'><x xmlns='${FORMS}'><field var='nick' type='text-single'/></x></command></iq>`,
  );
  const session = elementsOf(opened)[0]?.attrs['sessionid'] ?? '';
  const form = `<x xmlns='${FORMS}' type='submit'>${nickIs(nick)}</x>`;
  await romeo.asks(
    command(`sessionid='${session}'`, form),
    `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='completed'/></iq>`,
  );
}

async function byForm(romeo: Client, nick: string): Promise<void> {
  await romeo.asks(
    `<iq to='${GARDEN}' type='get' id='get'><query xmlns='${OWNER}'/></iq>`,
    `<iq type='result' id='get'><query xmlns='${OWNER}'><x xmlns='${FORMS}' type='form'><field var='viaduct#own_nick'/><field var='viaduct#own_history'/><field var='viaduct#own_language'><value>account</value></field></x></query></iq>`,
  );
  const field = nickIs(nick).replace('nick', 'viaduct#own_nick');
  await romeo.asks(
    `<iq to='${GARDEN}' type='set' id='set'><query xmlns='${OWNER}'><x xmlns='${FORMS}' type='submit'>${field}</x></query></iq>`,
    `<iq type='result' id='set'/>`,
  );
}

async function byTalk(romeo: Client, nick: string): Promise<void> {
  for (const text of ['room #garden', '5', nick, 'done']) {
    romeo.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>${text}</body></message>`);
    await romeo.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
  }
}

/** Told as one who is called otherwise now, in the garden. */
async function isRenamed(romeo: Client, from: string, to: string): Promise<void> {
  await romeo.receives(
    `<presence from='${GARDEN}/${from}' type='unavailable'><x xmlns='${MUC_USER}'><item nick='${to}'/><status code='303'/></x></presence>`,
  );
  await romeo.receives(
    `<presence from='${GARDEN}/${to}' !type><x xmlns='${MUC_USER}'><status code='110'/></x></presence>`,
  );
}

conformance(
  { 'CMD-7': ['preferences are out', 'nobody is renamed'], 'CMD-6': ['preferences are out', 'the talk is out'] },
  'the nick of one room: by command, by its form and in a talk; at once, at the next join, and in no other room',
  { echo: '      guests: false' },
  async (world) => {
    const { romeo } = world;
    await isOnline(romeo);
    await romeo.receives(`<message from='${GATEWAY}'><body>*</body></message>`);
    await romeo.joins(GARDEN, 'romeo');
    await romeo.joins(ORCHARD, 'romeo');
    await byCommand(romeo, 'monty');
    await isRenamed(romeo, 'romeo', 'monty');
    await byForm(romeo, 'pilgrim');
    await isRenamed(romeo, 'monty', 'pilgrim');
    world.peer.takeUnread();
    await byTalk(romeo, 'lover');
    await isRenamed(romeo, 'pilgrim', 'lover');
    expect((await romeo.unread()).filter(({ attrs }) => attrs['from']?.startsWith(ORCHARD) === true)).toEqual([]);
    await world.stop();
    await world.start();
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.joins(GARDEN, 'romeo');
    await isRenamed(romeo, 'romeo', 'lover');
    await byCommand(romeo, '');
    await isRenamed(romeo, 'lover', 'romeo');
  },
);

const MANTUA = `#mantua%test@${GATEWAY}`;
const MAM = 'urn:xmpp:mam:2';

/** Submits a form of a command: at the room itself, or at the gateway, which asks for the room first. */
async function sets(romeo: Client, to: string, fields: Readonly<Record<string, string>>): Promise<XmlNode> {
  const command = (attrs: string, inside = ''): string =>
    `<iq to='${to}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='room-settings' ${attrs}>${inside}</command></iq>`;
  const form = (answers: Readonly<Record<string, string>>): string =>
    `<x xmlns='${FORMS}' type='submit'>${Object.entries(answers)
      .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
      .join('')}</x>`;
  const asked = `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='executing'><x xmlns='${FORMS}' type='form'/></command></iq>`;
  let shown = await romeo.asks(command(''), asked);
  const session = `sessionid='${elementsOf(shown)[0]?.attrs['sessionid'] ?? ''}'`;
  if (to === GATEWAY) shown = await romeo.asks(command(session, form({ room: ROOM })), asked);
  await romeo.asks(
    command(session, form(fields)),
    `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='completed'><note type='info'/></command></iq>`,
  );
  return shown;
}

async function isInBoth({ romeo, irc }: World): Promise<void> {
  irc.channel('#mantua', { nicks: ['@friar'] });
  const fields = `<nick>romeo</nick><url>test</url>`;
  await romeo.asks(
    `<iq to='${GATEWAY}' type='set' id='reg'><query xmlns='${REGISTER}'>${fields}</query></iq>`,
    `<iq type='result' id='reg'/>`,
  );
  await romeo.joins(ROOM, 'romeo');
  await romeo.joins(MANTUA, 'romeo');
}

/** She says something there and corrects it, reacts, and says too much for one line. */
async function tries(romeo: Client, room: string, id: string): Promise<void> {
  romeo.sends(say('good nite', id, room));
  await romeo.receives(`<message type='groupchat' from='${room}/romeo'><body>good nite</body></message>`);
  const groupchat = (inside: string, own: string): string =>
    `<message to='${room}' type='groupchat' id='${own}'>${inside}</message>`;
  const correction = `<body>good night</body><replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;
  romeo.sends(groupchat(correction, `${id}e`));
  romeo.sends(
    groupchat(`<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>🌹</reaction></reactions>`, `${id}r`),
  );
  romeo.sends(groupchat('<body>parting\nis\nsweet</body>', `${id}l`));
}

const isRefused = (romeo: Client, room: string, id: string, text = '*'): Promise<XmlNode> =>
  romeo.receives(
    `<message type='error' from='${room}' id='${id}'><error><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${text}</text></error></message>`,
  );

async function isAsEverywhere({ romeo, irc }: World, room: string, id: string): Promise<void> {
  const channel = room.slice(0, room.indexOf('%'));
  const before = irc.lines.length;
  await tries(romeo, room, id);
  for (const line of ['\\* good night', 'parting', 'sweet'])
    await irc.receives(new RegExp(`PRIVMSG ${channel} :?${line}$`));
  expect(irc.lines.slice(before).filter((line) => line.includes(channel) && line.includes('🌹'))).toEqual([]);
}

async function isAsSet({ romeo, irc }: World, room: string, id: string): Promise<void> {
  const channel = room.slice(0, room.indexOf('%'));
  const before = irc.lines.length;
  await tries(romeo, room, id);
  await isRefused(romeo, room, `${id}e`, 'Dieses Netz kann nicht ändern, was gesendet ist.');
  await isRefused(romeo, room, `${id}l`);
  await irc.receives(new RegExp(`PRIVMSG ${channel} :.ACTION reacts with 🌹.$`));
  expect(irc.lines.slice(before).filter((line) => line.includes(channel) && line.includes('* good night'))).toEqual([]);
}

const DIFFERENT = { edits: 'refuse', reactionsInWords: 'yes', longTexts: 'refuse', language: 'de', archive: 'no' };
const ALL_AS_ACCOUNT = Object.fromEntries(Object.keys(DIFFERENT).map((name) => [name, 'account']));

conformance(
  { '19.9.2': ['own data are out', 'preferences are out'] },
  'what is set of one room is in the copy of what is kept, and is gone with the account; its form sets it too',
  {},
  async (world) => {
    const { romeo } = world;
    await isInBoth(world);
    const fields = `<field var='viaduct#own_edits'><value>refuse</value></field><field var='viaduct#own_archive'><value>no</value></field>`;
    const set = (inside: string): string =>
      `<iq to='${ROOM}' type='set' id='set'><query xmlns='${OWNER}'><x xmlns='${FORMS}' type='submit'>${inside}</x></query></iq>`;
    await romeo.asks(set(fields), `<iq type='result' id='set'/>`);
    const wrong = fields.replace('refuse', 'shout');
    await romeo.asks(
      set(wrong),
      `<iq type='error' id='set'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>“When I correct a message” is one of: “As for the account: Send the new text, marked with *”, “Send the new text, marked with *”, “Send nothing, and tell me”.</text></error></iq>`,
    );
    const exported = `<iq to='${GATEWAY}' type='set' id='copy'><command xmlns='${COMMANDS}' node='export-data'/></iq>`;
    const copy = JSON.stringify(await romeo.asks(exported, `<iq type='result' id='copy'/>`));
    expect(copy).toMatch(/#verona%test[^]*archive[^]*no[^]*edits[^]*refuse/);
    expect(copy).not.toContain('shout');
    const remove = `<iq to='${GATEWAY}' type='set' id='remove'><query xmlns='${REGISTER}'><remove/></query></iq>`;
    await romeo.asks(remove, `<iq type='result' id='remove'/>`);
    await isInBoth(world);
    const shown = JSON.stringify(await sets(romeo, ROOM, {}));
    expect(shown).toMatch(/"var":"edits".*?\["account"\]/);
    expect(shown).not.toMatch(/\["(refuse|no)"\]\}\],"options?"/);
  },
);

conformance(
  { 'CMD-7': 'preferences are out', 'CMD-6': 'preferences are out' },
  'what a network lacks, the history and the language: as for the account, or in one room otherwise, at once and after a restart',
  {},
  async (world) => {
    const { romeo } = world;
    await isInBoth(world);
    await isAsEverywhere(world, ROOM, 'a');
    const shown = JSON.stringify(await sets(romeo, ROOM, DIFFERENT));
    expect(shown).toMatch(/As for the account: Send it in several/);
    expect(shown).toMatch(/As for the account: No/);
    await isAsSet(world, ROOM, 'b');
    await isAsEverywhere(world, MANTUA, 'c');
    await romeo.asks(mamOf(ROOM), `<iq type='error' id='mam'>${error('cancel/service-unavailable')}</iq>`);
    await romeo.asks(mamOf(MANTUA), `<iq type='result' id='mam'/>`);
    await world.stop();
    await world.start();
    await romeo.joins(ROOM, 'romeo');
    await isAsSet(world, ROOM, 'd');
    const again = JSON.stringify(await sets(romeo, GATEWAY, ALL_AS_ACCOUNT));
    expect(again).toMatch(/"edits".*?\["refuse"\]/);
    await isAsEverywhere(world, ROOM, 'e');
  },
);

conformance(
  { 'CMD-4': 'preferences are out', 'CMD-3': 'preferences are out' },
  'a step that was gone back to shows what was typed there, and a choice that is none what is set now',
  {},
  async (world) => {
    const { romeo } = world;
    await isInBoth(world);
    const command = (attrs: string, inside = ''): string =>
      `<iq to='${GATEWAY}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='room-settings' ${attrs}>${inside}</command></iq>`;
    const shows = (inside: string): string =>
      `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='executing'>${inside}</command></iq>`;
    const form = (name: string, value: string): string =>
      `<x xmlns='${FORMS}' type='submit'><field var='${name}'><value>${value}</value></field></x>`;
    const field = (name: string, value: string): string =>
      `<x xmlns='${FORMS}' type='form'><field var='${name}'><value>${value}</value></field></x>`;
    const first = await romeo.asks(command(''), shows(`<x xmlns='${FORMS}' type='form'><field var='room'/></x>`));
    const session = `sessionid='${elementsOf(first)[0]?.attrs['sessionid'] ?? ''}'`;
    await romeo.asks(command(session, form('room', ROOM)), shows(field('edits', 'account')));
    await romeo.asks(command(`${session} action='prev'`), shows(field('room', ROOM)));
    await romeo.asks(command(session, form('room', ROOM)), shows(field('edits', 'account')));
    await romeo.asks(
      command(session, form('edits', 'shout')),
      shows(`<note type='warn'/>${field('edits', 'account')}`),
    );
  },
);

const mamOf = (room: string): string => `<iq to='${room}' type='set' id='mam'><query xmlns='${MAM}'/></iq>`;
