// Sections 23.1 and 4: people of IRC as contacts: watched, heard, and told whether the user is there.

import { expect } from 'vitest';
import { BENVOLIO, GATEWAY, REGISTER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

/** With an account, the gateway in the roster both ways, and there. */
async function isOnline(romeo: Client): Promise<void> {
  await romeo.asks(
    `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'><nick>romeo</nick></query></iq>`,
    `<iq type='result' id='r'/>`,
  );
  romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await romeo.asks(`<presence to='${GATEWAY}' type='subscribe'/>`, `<presence type='subscribed' from='${GATEWAY}'/>`);
  romeo.sends(`<presence to='${GATEWAY}'/>`);
  await romeo.receives(`<presence from='${GATEWAY}' !type><!show/><status>*</status></presence>`);
}

const there = (jid: string): string => `<presence from='${jid}' !type><!show/></presence>`;
const gone = (jid: string): string => `<presence from='${jid}' type='unavailable'/>`;

conformance(
  { '23.1.29': ['nobody is approved', 'nobody is watched', 'no goodbyes'], 'SUB-2': 'nobody is approved' },
  'who subscribes to a nick is approved, and told when that person comes and goes, also after a restart',
  {},
  async (world) => {
    const { romeo, irc, clock } = world;
    const paris = `paris%test@${GATEWAY}`;
    await isOnline(romeo);
    for (const jid of [BENVOLIO, paris])
      await romeo.asks(`<presence to='${jid}' type='subscribe'/>`, `<presence type='subscribed' from='${jid}'/>`);
    await irc.receives(/MONITOR \+ benvolio/);
    await irc.receives(/MONITOR \+ paris/);
    await romeo.receives(gone(paris));
    irc.tell('romeo', ':irc.test 731 romeo :benvolio');
    clock.speed = 20;
    await romeo.receives(gone(BENVOLIO));
    irc.tell('romeo', ':irc.test 730 romeo :BENVOLIO!b@host.test,paris!p@host.test');
    for (const jid of [BENVOLIO, paris]) await romeo.receives(there(jid));
    romeo.sends(`<presence to='${paris}' type='unsubscribe'/>`);
    await irc.receives(/MONITOR - paris/);
    clock.speed = 1;
    await world.stop();
    await world.start();
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    expect(await irc.receives(/MONITOR/)).toBe('romeo MONITOR + benvolio');
  },
);

const AWAY = (jid: string): string => `<presence from='${jid}' !type><show>away</show></presence>`;
async function wants(romeo: Client, jid: string): Promise<void> {
  await romeo.asks(`<presence to='${jid}' type='subscribe'/>`, `<presence type='subscribed' from='${jid}'/>`);
}

conformance(
  { '23.1.14': ['nobody is away', 'nobody is asked whether they are away'] },
  'contacts who are away are shown so although the server does not tell: asked when they come and now and then, five at once',
  {},
  async ({ romeo, irc, clock }) => {
    await isOnline(romeo);
    irc.refuse('USERHOST', '302 %n :Benvolio=-b@host.test ');
    await wants(romeo, BENVOLIO);
    await romeo.receives(there(BENVOLIO));
    clock.speed = 20;
    await romeo.receives(AWAY(BENVOLIO));
    irc.refuse('USERHOST', '302 %n :benvolio*=+b@host.test');
    await romeo.receives(there(BENVOLIO));
    irc.channel('#mantua', { nicks: ['a', 'b', 'c', 'd', 'e', 'f'] });
    for (const nick of ['a', 'b', 'c', 'd', 'e', 'f']) await wants(romeo, `${nick}%test@${GATEWAY}`);
    await irc.receives(/USERHOST( \w+){5}$/);
    expect(irc.lines.filter((line) => /USERHOST( \w+){6}/.test(line))).toEqual([]);
  },
);

conformance(
  { '23.1.14': 'nobody is asked whether they are away' },
  'a server that can not tell who is away is asked once, and nothing is said of it',
  {},
  async ({ romeo, irc }) => {
    await isOnline(romeo);
    irc.refuse('USERHOST', '421 %n USERHOST :Unknown command');
    await wants(romeo, BENVOLIO);
    await irc.receives(/USERHOST benvolio/);
    // It has read the refusal.
    await irc.flush('romeo');
    irc.tell('romeo', ':irc.test 731 romeo :benvolio');
    irc.tell('romeo', ':irc.test 730 romeo :benvolio!b@host.test');
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('USERHOST'))).toHaveLength(1);
    expect(JSON.stringify(await romeo.unread())).not.toContain('Unknown command');
  },
);

conformance(
  { '23.1.24': 'presence is kept back', '5.1': 'presence is kept back' },
  'when all of a user’s clients are away so is she on IRC, with what she says of it; one that is there brings her back',
  {},
  async ({ romeo, irc, client }) => {
    await isOnline(romeo);
    const phone = client('romeo@localhost/phone');
    phone.sends(`<presence to='${GATEWAY}'><show>xa</show></presence>`);
    romeo.sends(`<presence to='${GATEWAY}'><show>away</show><status>at supper</status></presence>`);
    expect(await irc.receives(/AWAY/)).toBe('romeo AWAY :at supper');
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    expect(await irc.receives(/AWAY/)).toBe('romeo AWAY');
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('AWAY'))).toHaveLength(2);
  },
);

conformance(
  { '23.1.8': ['notices are words', 'notices are answered'] },
  'notices to channel and person are marked, and never answered',
  {},
  async ({ romeo, irc, barrier }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', '#verona', 'mind the gap', 'NOTICE');
    await romeo.receives(
      `<message from='${ROOM}/benvolio' type='groupchat'><body>[notice] mind the gap</body></message>`,
    );
    irc.says('benvolio', 'romeo', 'only you', 'NOTICE');
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><body>[notice] only you</body></message>`);
    await barrier();
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => /PRIVMSG|NOTICE/.test(line))).toEqual([]);
  },
);
