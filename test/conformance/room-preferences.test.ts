// Sections 9 and 19: what a user sets of one room alone, by its command, in its configuration form, and in a talk.

import { expect } from 'vitest';
import { elementsOf } from '../support/xml-tree.ts';
import { isOnline } from './echo-people.ts';
import { COMMANDS, GATEWAY, MUC_USER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

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
    `<iq type='result' id='get'><query xmlns='${OWNER}'><x xmlns='${FORMS}' type='form'><field var='viaduct#own_nick'/><field var='viaduct#own_history'/></x></query></iq>`,
  );
  const field = nickIs(nick).replace('nick', 'viaduct#own_nick');
  await romeo.asks(
    `<iq to='${GARDEN}' type='set' id='set'><query xmlns='${OWNER}'><x xmlns='${FORMS}' type='submit'>${field}</x></query></iq>`,
    `<iq type='result' id='set'/>`,
  );
}

async function byTalk(romeo: Client, nick: string): Promise<void> {
  for (const text of ['room #garden', '1', nick, 'done']) {
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
