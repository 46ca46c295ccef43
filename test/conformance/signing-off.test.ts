// Sections 3 and 6: whoever signs off, and what of it is heard where.

import { expect } from 'vitest';
import { matches } from '../support/matcher.ts';
import { textOf, type XmlNode } from '../support/xml-tree.ts';
import { appears, at, contact, hasBenvolio, isOnline, presence } from './echo-people.ts';
import { BENVOLIO, COMMANDS, GATEWAY, gone, MUC_USER, ping, REGISTER, ROOM, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client, World } from './world.ts';

const ELSEWHERE = `#verona%other@${GATEWAY}`;
const SIGNED_OFF = `<presence from='*' type='unavailable'><x xmlns='${MUC_USER}'>${status(110, 307)}</x></presence>`;
const register = (fields: string, id: string): string =>
  `<iq to='${GATEWAY}' type='set' id='${id}'><query xmlns='${REGISTER}'>${fields}</query></iq>`;
const command = (node: string): string =>
  `<iq to='${GATEWAY}' type='set' id='${node}'><command xmlns='${COMMANDS}' node='${node}' action='execute'/></iq>`;
const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
const account = (server: string, nick: string): string =>
  register(`<x xmlns='jabber:x:data' type='submit'>${field('server', server)}${field('nick', nick)}</x>`, server);

/** What the gateway and Benvolio have shown this person since, as one line each. */
function shown({ peer }: World, to: Client, since: number): readonly string[] {
  const told = peer.all().slice(since);
  const isHers = (given: string | undefined): boolean => given === to.jid || given === to.bare;
  return told.flatMap(({ name, attrs: { from, to: given, type = 'available' } }) =>
    name === 'presence' && isHers(given) && type.endsWith('available') ? [`${type} ${from ?? ''}`] : [],
  );
}

/** On IRC, with the gateway in the roster. */
async function isOnIrc(romeo: Client): Promise<void> {
  await romeo.asks(account('test', 'romeo'), `<iq type='result' id='test'/>`);
  romeo.sends(presence(GATEWAY, 'subscribed'));
  await romeo.asks(presence(GATEWAY, 'subscribe'), `<presence type='subscribed' from='${GATEWAY}'/>`);
  romeo.sends(appears());
  await romeo.receives(`<presence from='${GATEWAY}' !type><!show/></presence>`);
}

conformance(
  { 'GW-8': 'rooms are left in silence', 'SUB-12': 'rooms are left in silence' },
  'who signs off of the gateway hears of each room that it is out of it; another client stays in',
  {},
  async (world) => {
    const { romeo, client, irc } = world;
    const phone = client('romeo@localhost/phone');
    await isOnIrc(romeo);
    phone.sends(appears());
    for (const one of [romeo, phone]) await one.joins(ROOM, 'romeo');
    romeo.sends(presence(GATEWAY, 'unavailable'));
    await romeo.receives(gone('romeo', status(110, 307)));
    // As it is when a server tells each of our addresses that somebody has gone offline.
    romeo.sends(presence(`${ROOM}/romeo`, 'unavailable'));
    irc.says('tybalt', '#verona', 'still here?');
    await phone.receives(`<message type='groupchat'><body>still here?</body></message>`);
    expect(
      (await romeo.unread()).filter(({ attrs: { from = '', to } }) => to === romeo.jid && from.startsWith(ROOM)),
    ).toEqual([]);
    phone.sends(presence(GATEWAY, 'unavailable'));
    await phone.receives(SIGNED_OFF);
    await irc.receives(/PART #verona/);
  },
);

conformance(
  { 'SUB-7': 'rooms are left in silence' },
  'removing the gateway from the roster ends rooms where they are seen, and its presence once',
  {},
  async (world) => {
    const { romeo } = world;
    await isOnIrc(romeo);
    await romeo.joins(ROOM, 'romeo');
    const since = world.peer.all().length;
    // As Prosody and ejabberd tell of it.
    for (const type of ['unavailable', 'unsubscribe', 'unsubscribed']) romeo.sends(presence(GATEWAY, type));
    await romeo.receives(SIGNED_OFF);
    await romeo.receives(`<presence type='unsubscribed' from='${GATEWAY}'/>`);
    await world.barrier();
    expect(shown(world, romeo, since).filter((line) => line.endsWith(` ${GATEWAY}`))).toEqual([
      `unavailable ${GATEWAY}`,
    ]);
  },
);

conformance(
  { 'SUB-7': 'results are empty' },
  'removing the gateway from the roster signs off at once, and that is what is said',
  {},
  async ({ romeo, irc }) => {
    await isOnIrc(romeo);
    for (const type of ['unavailable', 'unsubscribe', 'unsubscribed']) romeo.sends(presence(GATEWAY, type));
    await irc.receives(/QUIT(?! :Account checked)/);
    const said = await romeo.asks(command('status'), `<iq type='result' id='status'/>`);
    expect(JSON.stringify(said)).toMatch(/You have signed off|Not signed in/);
  },
);

conformance(
  { 'GW-8': ['no goodbyes', 'presence goes to all'] },
  'one of two clients signs off, and sees all of it go while the other one keeps it; it has it back when it is there again',
  { ...contact },
  async (world) => {
    const { romeo, client, clock } = world;
    const phone = client('romeo@localhost/phone');
    await isOnline(romeo);
    await hasBenvolio(romeo);
    phone.sends(appears());
    await world.barrier();
    const since = world.peer.all().length;
    phone.sends(presence(GATEWAY, 'unavailable'));
    const all = [GATEWAY, at('benvolio')];
    for (const from of all) await phone.receives(`<presence type='unavailable' from='${from}' to='${phone.jid}'/>`);
    await world.barrier();
    expect(shown(world, romeo, since)).toEqual([]);
    phone.sends(appears('<show>dnd</show>'));
    // What the server does not ask for is shown two seconds later.
    clock.speed = 20;
    for (const from of all) await phone.receives(`<presence !type from='${from}' to='${phone.jid}'/>`);
  },
);

conformance(
  { 'SUB-9': 'presence is told twice' },
  'who has been there all the time is told once after a restart how the gateway is',
  { ...contact },
  async (world) => {
    const { romeo } = world;
    await isOnline(romeo);
    await romeo.asks(command('logout'), `<iq type='result' id='logout'/>`);
    await world.stop();
    await world.start();
    await romeo.receives(`<presence type='probe' from='${GATEWAY}' to='${romeo.bare}'/>`);
    romeo.sends(appears());
    await romeo.receives(`<presence from='${GATEWAY}' !type><!show/><status>Signed in as romeo.</status></presence>`);
    await world.barrier();
    const states = world.peer
      .all()
      .filter(({ name, attrs: { from, type } }) => name === 'presence' && from === GATEWAY && type === undefined)
      .map(({ children }) => children.flatMap((child) => (typeof child === 'string' ? [] : [textOf(child)])).join(' '));
    expect(states.map((state) => state.trim())).toEqual(['xa Not signed in.', 'xa Signing in…', 'Signed in as romeo.']);
  },
);

conformance(
  { 'GW-5': ['rooms are left in silence', 'rooms end before the answer'] },
  'with the last account all rooms end, those too that she is in as a guest elsewhere, after the answer',
  { servers: `, other: { host: 127.0.0.1, port: PORT, tls: false, linesPerSecond: 0 }` },
  async (world) => {
    const { romeo } = world;
    await isOnIrc(romeo);
    await romeo.joins(ROOM, 'romeo');
    await romeo.joins(ELSEWHERE, 'guest');
    const since = world.peer.all().length;
    await romeo.asks(register('<remove/>', 'remove'), `<iq type='result' id='remove'/>`);
    await romeo.receives(`<presence type='unavailable' from='${GATEWAY}'/>`);
    await world.barrier();
    const told = world.peer.all().slice(since);
    const order = [
      (one: XmlNode) => one.attrs['id'] === 'remove',
      ...[`${ROOM}/romeo`, `${ELSEWHERE}/guest`].map(
        (from) => (one: XmlNode) => matches(SIGNED_OFF, one) && one.attrs['from'] === from,
      ),
      (one: XmlNode) => one.attrs['type'] === 'unsubscribe',
    ].map((is) => told.findIndex((one) => is(one)));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    await romeo.asks(ping(`${ELSEWHERE}/guest`), `<iq type='error' from='${ELSEWHERE}/guest'/>`);
  },
);

conformance(
  { 'GW-8': 'waiting never ends' },
  'who goes offline and does not stay connected is gone from the network soon, after direct messages too',
  {},
  async ({ romeo, irc, clock }) => {
    await isOnIrc(romeo);
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='m'><body>good night</body></message>`);
    await irc.receives(/PRIVMSG benvolio :good night/);
    irc.says('benvolio', 'romeo', 'good night');
    await romeo.receives(`<message from='${BENVOLIO}'><body>good night</body></message>`);
    clock.speed = 20;
    romeo.sends(presence(GATEWAY, 'unavailable'));
    await irc.receives(/QUIT(?! :Account checked)/);
  },
);
