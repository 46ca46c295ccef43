// Section 6: what the gateway and its contacts look like from the first subscription to the end of the account.

import { expect } from 'vitest';
import { textOf, type XmlNode } from '../support/xml-tree.ts';
import { appears, contact, hasBenvolio, isOnline, presence, script, signsUp } from './echo-people.ts';
import { BENVOLIO, COMMANDS, GATEWAY, REGISTER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client, World } from './world.ts';

const PARIS = `paris%test@${GATEWAY}`;
const BENVOLIO_ECHO = `benvolio@${GATEWAY}`;
const register = (fields: string, id: string): string =>
  `<iq to='${GATEWAY}' type='set' id='${id}'><query xmlns='${REGISTER}'>${fields}</query></iq>`;
const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
const account = (server: string, nick: string, id = server): string =>
  register(`<x xmlns='jabber:x:data' type='submit'>${field('server', server)}${field('nick', nick)}</x>`, id);
const command = (node: string): string =>
  `<iq to='${GATEWAY}' type='set' id='${node}'><command xmlns='${COMMANDS}' node='${node}' action='execute'/></iq>`;

function goesOn(node: string, { children }: XmlNode, form: string): string {
  const [session] = children.flatMap((child) => (typeof child === 'string' ? [] : [child.attrs['sessionid'] ?? '']));
  return `<iq to='${GATEWAY}' type='set' id='on'><command xmlns='${COMMANDS}' node='${node}' sessionid='${session}'>${form}</command></iq>`;
}

async function befriends(romeo: Client, who: readonly string[]): Promise<void> {
  for (const to of who) {
    romeo.sends(presence(to, 'subscribed'));
    await romeo.asks(presence(to, 'subscribe'), `<presence type='subscribed' from='${to}'/>`);
  }
}

/** Signed in to IRC, with Benvolio who is there and Paris who is not. */
async function isOnIrc({ romeo, irc }: World): Promise<void> {
  await romeo.asks(account('test', 'montague'), `<iq type='result' id='test'/>`);
  await befriends(romeo, [GATEWAY, BENVOLIO, PARIS]);
  romeo.sends(appears());
  await irc.receives(/MONITOR \+/);
  await romeo.receives(`<presence from='${BENVOLIO}' !type/>`);
  await romeo.receives(`<presence from='${PARIS}' type='unavailable'/>`);
}

/** All presence of one address from then on, each as one line. */
function presenceOf(world: World, from: string, since = 0): readonly string[] {
  const told = world.peer.all().slice(since);
  return told.filter(({ name, attrs }) => name === 'presence' && attrs['from'] === from).map(lineOf);
}

function lineOf({ attrs: { type = 'available' }, children }: XmlNode): string {
  const texts = children.flatMap((child) =>
    typeof child !== 'string' && (child.name === 'show' || child.name === 'status') ? [textOf(child)] : [],
  );
  return [type, ...texts].join(' ');
}

/** What is told in the end of a removal, the answer among it. */
async function removal(world: World): Promise<readonly { readonly from: string; readonly what: string }[]> {
  const since = world.peer.all().length;
  await world.romeo.asks(register('<remove/>', 'remove'), `<iq type='result' id='remove'/>`);
  await world.romeo.receives(`<presence type='unavailable' from='${GATEWAY}'/>`);
  await world.barrier();
  return world.peer
    .all()
    .slice(since)
    .filter(({ name, attrs }) => name === 'presence' || attrs['id'] === 'remove')
    .map(({ name, attrs: { from = '', type = 'available' } }) => ({ from, what: name === 'iq' ? 'answer' : type }));
}

conformance(
  {
    'GW-5': [
      'the answer comes last',
      'rooms end before the answer',
      'the gateway goes first',
      'absent contacts flash',
      'no goodbyes',
      'nobody is unsubscribed',
    ],
  },
  'removing: the answer, then contacts and rooms go, then nobody is subscribed any more, and the gateway comes last; nobody shows up again',
  {},
  async (world) => {
    const { romeo, irc } = world;
    await isOnIrc(world);
    await romeo.joins(ROOM, 'montague');
    const told = await removal(world);
    const lines = told.map(({ from, what }) => `${what} ${from}`);
    expect(lines[0]).toBe(`answer ${GATEWAY}`);
    expect(lines.at(-1)).toBe(`unavailable ${GATEWAY}`);
    const first = told.findIndex(({ what }) => what === 'unsubscribe');
    for (const line of [`unavailable ${BENVOLIO}`, `unavailable ${ROOM}/montague`]) {
      expect(lines.indexOf(line)).toBeGreaterThan(0);
      expect(lines.indexOf(line)).toBeLessThan(first);
    }
    for (const from of [BENVOLIO, PARIS, GATEWAY]) {
      expect(lines.indexOf(`unsubscribe ${from}`)).toBeGreaterThanOrEqual(first);
      expect(lines.indexOf(`unsubscribed ${from}`)).toBeGreaterThan(lines.indexOf(`unsubscribe ${from}`));
    }
    expect(told.filter(({ what }) => !/^(?:answer|un)/.test(what))).toEqual([]);
    await irc.receives(/QUIT(?! :Account checked)/);
    for (const to of [BENVOLIO, PARIS, GATEWAY])
      await romeo.asks(presence(to, 'probe'), `<presence type='unsubscribed' from='${to}'/>`);
    expect((await romeo.unread()).filter(({ attrs: { type } }) => type === undefined)).toEqual([]);
  },
);

conformance(
  { 'GW-17': ['nobody is unsubscribed', 'absent contacts flash', 'presence without words'] },
  'removing one of several accounts takes its contacts, and nobody else’s; the gateway names the others',
  { servers: `, other: { host: 127.0.0.1, port: PORT, tls: false, linesPerSecond: 0 }` },
  async (world) => {
    const { romeo } = world;
    const tybalt = `tybalt%other@${GATEWAY}`;
    await isOnIrc(world);
    await romeo.asks(account('other', 'capulet'), `<iq type='result' id='other'/>`);
    await romeo.receives(
      `<presence from='${GATEWAY}'><!show/><status>capulet (other): Signed in as capulet. · montague (test): Signed in as montague.</status></presence>`,
    );
    await befriends(romeo, [tybalt]);
    const since = world.peer.all().length;
    const asked = await romeo.asks(command('unregister'), `<iq type='result' id='unregister'/>`);
    const chosen = `<x xmlns='jabber:x:data' type='submit'>${field('account', 'test')}</x>`;
    await romeo.asks(goesOn('unregister', asked, chosen), `<iq type='result' id='on'/>`);
    for (const from of [BENVOLIO, PARIS]) await romeo.receives(`<presence from='${from}' type='unsubscribed'/>`);
    await romeo.receives(`<presence from='${GATEWAY}'><!show/><status>Signed in as capulet.</status></presence>`);
    await world.barrier();
    for (const from of [BENVOLIO, PARIS]) expect(presenceOf(world, from, since)).not.toContain('available');
    for (const from of [tybalt, GATEWAY]) expect(presenceOf(world, from, since)).not.toContain('unsubscribed');
  },
);

conformance(
  { 'GW-5': ['absent contacts flash', 'nobody is unsubscribed'] },
  'deleting everything: nobody shows up again either',
  {},
  async (world) => {
    const { romeo } = world;
    await isOnIrc(world);
    const since = world.peer.all().length;
    const asked = await romeo.asks(command('delete-data'), `<iq type='result' id='delete-data'/>`);
    const sure = `<x xmlns='jabber:x:data' type='submit'>${field('sure', '1')}</x>`;
    await romeo.asks(goesOn('delete-data', asked, sure), `<iq type='result' id='on'/>`);
    await romeo.receives(`<presence type='unsubscribed' from='${GATEWAY}'/>`);
    await world.barrier();
    for (const from of [BENVOLIO, PARIS, GATEWAY]) {
      const lines = presenceOf(world, from, since);
      expect(lines.filter((line) => line.startsWith('available'))).toEqual([]);
      expect(lines.at(-1)).toMatch(from === GATEWAY ? /^unavailable/ : /^unsubscribed/);
    }
  },
);

conformance(
  { '23.1.29': ['absent contacts flash', 'nobody is watched'] },
  'until the network has said who is there nobody is shown as if he were, at sign-in and when the connection is back',
  {},
  async (world) => {
    const { romeo, irc, clock } = world;
    await isOnIrc(world);
    clock.speed = 20;
    irc.socketOf('montague').destroy();
    await irc.receives(/MONITOR \+/);
    await irc.flush('montague');
    const before = presenceOf(world, PARIS);
    clock.speed = 1;
    await world.stop();
    await world.start();
    romeo.sends(appears());
    await romeo.receives(`<presence from='${BENVOLIO}' !type/>`);
    await romeo.receives(`<presence from='${PARIS}' type='unavailable'/>`);
    for (const line of [...before, ...presenceOf(world, PARIS)]) expect(line).toMatch(/^(?:un|subscribe)/);
  },
);

conformance(
  { 'GW-6': ['presence without words', 'no presence of the gateway'] },
  'the gateway’s presence tells the state of the account in words',
  { ...contact },
  async (world) => {
    const { romeo } = world;
    await romeo.asks(presence(GATEWAY, 'subscribe'), `<presence type='subscribed' from='${GATEWAY}'/>`);
    await romeo.asks(
      register(`<username>romeo</username><password>secret</password>`, 'r'),
      `<iq type='result' id='r'/>`,
    );
    await romeo.receives(`<presence from='${GATEWAY}'><show>xa</show><status>Not signed in.</status></presence>`);
    romeo.sends(presence(GATEWAY, 'subscribed'));
    romeo.sends(appears());
    await romeo.receives(`<presence from='${GATEWAY}'><!show/><status>Signed in as romeo.</status></presence>`);
    await romeo.asks(command('logout'), `<iq type='result' id='logout'/>`);
    await romeo.asks(command('login'), `<iq type='result' id='login'/>`);
    romeo.sends(script('drop'));
    const lost = 'Not connected, trying again in less than a minute. You asked to be cut off.';
    await romeo.receives(`<presence from='${GATEWAY}'><show>xa</show><status>${lost}</status></presence>`);
    await world.barrier();
    const states = [
      'available Not registered yet: see the commands of this contact.',
      'available xa Not signed in.',
      'available xa Signing in…',
      'available Signed in as romeo.',
      'available xa You have signed off.',
      'available xa Signing in…',
      'available Signed in as romeo.',
      `available xa ${lost}`,
    ];
    const told = presenceOf(world, GATEWAY).filter((line) => line.startsWith('available'));
    expect(told.slice(0, states.length)).toEqual(states);
  },
);

conformance(
  { 'GW-6': 'presence without words' },
  'in the language of the user',
  { ...contact, language: 'de' },
  async ({ romeo }) => {
    await signsUp(romeo);
    romeo.sends(appears());
    for (const text of ['Wird angemeldet …', 'Angemeldet als romeo.'])
      await romeo.receives(`<presence from='${GATEWAY}' xml:lang='de'><status>${text}</status></presence>`);
  },
);

conformance(
  { 'GW-6': 'presence without words' },
  'a gateway whose network is gone says so, and when',
  { gone: "      { title: ICQ, since: '2024-06-26', text: Its people have gone elsewhere. }" },
  async (world) => {
    const { romeo } = world;
    await romeo.asks(presence(GATEWAY, 'subscribe'), `<presence type='subscribed' from='${GATEWAY}'/>`);
    romeo.sends(appears());
    await world.barrier();
    expect(presenceOf(world, GATEWAY)).not.toContain('subscribe');
    expect(presenceOf(world, GATEWAY)).toContain(
      'available xa ICQ ended on 2024-06-26. Its people have gone elsewhere.',
    );
    expect(JSON.stringify(world.peer.all())).not.toContain('Not registered');
  },
);

conformance(
  { 'SUB-2': ['no presence of the gateway', 'nobody is asked'] },
  'that her server has got a request of the gateway’s says nothing of her clients',
  {},
  async ({ romeo, peer }) => {
    await romeo.asks(presence(GATEWAY, 'subscribe'), `<presence type='subscribed' from='${GATEWAY}'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' !type><status>*</status></presence>`);
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
    peer.send(`<presence from='${romeo.bare}' to='${GATEWAY}' type='unavailable'/>`);
    expect((await romeo.unread()).filter(({ name }) => name === 'presence')).toEqual([]);
  },
);

for (const server of ['Prosody', 'ejabberd'] as const)
  conformance(
    { 'SUB-11': 'presence is told twice', 'SUB-8': 'no presence of the gateway' },
    `coming and going as ${server} tells it: nothing is told twice`,
    { ...contact, claims: ['GW-6'] },
    async (world) => {
      const { romeo, clock } = world;
      await isOnline(romeo);
      await hasBenvolio(romeo);
      // COMPAT(prosody, 0.12): since both have agreed.
      for (const to of [GATEWAY, BENVOLIO_ECHO]) {
        world.peer.send(`<presence from='${romeo.bare}' to='${to}' type='probe'/>`);
        romeo.sends(presence(to, 'subscribe'));
      }
      await comesAndGoes(world, server);
      // Next time she is signed in anew.
      await romeo.asks(command('logout'), `<iq type='result' id='logout'/>`);
      clock.speed = 20;
      await comesAndGoes(world, server);
      for (const from of [GATEWAY, BENVOLIO_ECHO]) {
        const lines = presenceOf(world, from).filter((line) => /^(?:un)?available/.test(line));
        expect(lines.filter((line) => !line.startsWith('un')).length).toBeGreaterThan(1);
        // Who asks for somebody who is not there is told that.
        expect(lines.filter((line, at) => line === lines[at - 1] && !line.startsWith('un'))).toEqual([]);
      }
    },
  );

/** One server asks for contacts when it has told of a client, another before. */
async function comesAndGoes({ romeo, barrier, clock }: World, server: 'Prosody' | 'ejabberd'): Promise<void> {
  romeo.sends(presence(GATEWAY, 'unavailable'));
  await romeo.receives(`<presence from='${GATEWAY}' type='unavailable'/>`);
  const probes = [GATEWAY, BENVOLIO_ECHO].map((to) => presence(to, 'probe'));
  for (const stanza of server === 'Prosody' ? [appears(), ...probes] : [...probes, appears()]) romeo.sends(stanza);
  await romeo.receives(`<presence from='${BENVOLIO_ECHO}' !type/>`);
  // What the server has not asked for is shown two seconds later.
  await clock.passed(3_000);
  await barrier();
}
