// Section 3: presence and subscriptions, the gateway being the server of all its addresses.

import { expect } from 'vitest';
import { contact } from './echo-people.ts';
import { BENVOLIO, COMMANDS, GATEWAY, ping, REGISTER, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const presence = (to: string, type: string): string => `<presence to='${to}' type='${type}'/>`;

async function subscribe(romeo: Client, to: string): Promise<void> {
  await romeo.asks(presence(to, 'subscribe'), `<presence type='subscribed' from='${to}' to='${romeo.bare}'/>`);
  await romeo.receives(`<presence from='${to}' to='${romeo.bare}' !type/>`);
}

conformance(
  {
    'SUB-2': ['nobody is approved', 'subscriptions are out'],
    'SUB-18': 'presence goes to one client',
    'SUB-17': 'contacts have resources',
    'GW-11': 'nobody is asked',
  },
  'subscribing to gateway and contact: approved, then their presence from the same bare address; again is approved again',
  { claims: ['23.1.29', '25.2.2'] },
  async ({ romeo }) => {
    for (const to of [GATEWAY, BENVOLIO]) {
      await subscribe(romeo, to);
      await romeo.receives(`<presence type='subscribe' from='${to}' to='${romeo.bare}'/>`);
      romeo.sends(presence(to, 'subscribed'));
      await romeo.asks(presence(to, 'subscribe'), `<presence type='subscribed' from='${to}' to='${romeo.bare}'/>`);
    }
    // Of presence, too, nothing that has not changed.
    expect((await romeo.unread()).filter(({ name }) => name === 'presence')).toEqual([]);
  },
);

conformance(
  ['SUB-4', 'SUB-6'],
  'the user’s presence is asked for once; what she refused is not asked for again, and nothing is approved unasked',
  { sabotage: 'asks again and again' },
  async ({ romeo }) => {
    await romeo.asks(presence(BENVOLIO, 'subscribe'), `<presence type='subscribe' from='${BENVOLIO}'/>`);
    await romeo.receives(`<presence type='subscribed'/>`);
    romeo.sends(presence(BENVOLIO, 'unsubscribed'));
    await romeo.asks(presence(BENVOLIO, 'subscribe'), `<presence type='subscribed'/>`);
    romeo.sends(presence(BENVOLIO, 'unsubscribe'));
    await romeo.receives(`<presence type='unsubscribed'/>`);
    await romeo.asks(presence(BENVOLIO, 'subscribe'), `<presence type='subscribed'/>`);
    expect(
      (await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'subscribe' || attrs['type'] === 'subscribed'),
    ).toEqual([]);
  },
);

conformance(
  {
    'SUB-5': ['nobody is unsubscribed', 'no goodbyes'],
    'SUB-7': ['nobody is unsubscribed', 'accounts are forgotten'],
    '26.6': ['nobody is unsubscribed', 'nobody is approved'],
  },
  'unsubscribing is confirmed and presence ends; talking goes on; each half of a removal counts alone, in any order',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const order of [['unsubscribe', 'unsubscribed'], ['unsubscribed', 'unsubscribe'], ['unsubscribe']]) {
      await subscribe(romeo, BENVOLIO);
      for (const type of order) romeo.sends(presence(BENVOLIO, type));
      await romeo.receives(`<presence type='unsubscribed' from='${BENVOLIO}'/>`);
      await romeo.receives(`<presence type='unavailable' from='${BENVOLIO}'/>`);
      await romeo.asks(presence(BENVOLIO, 'probe'), `<presence type='unsubscribed' from='${BENVOLIO}'/>`);
    }
    const account = (type: string, inside: string): string =>
      `<iq to='${GATEWAY}' type='${type}' id='${type}'><query xmlns='jabber:iq:register'>${inside}</query></iq>`;
    await romeo.asks(account('set', '<nick>montague</nick>'), `<iq type='result' id='set'/>`);
    for (const type of ['unsubscribe', 'unsubscribed']) romeo.sends(presence(GATEWAY, type));
    await romeo.receives(`<presence type='unsubscribed' from='${GATEWAY}'/>`);
    await romeo.asks(
      account('get', ''),
      `<iq type='result' id='get'><query xmlns='jabber:iq:register'><registered/></query></iq>`,
    );
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='m'><body>still friends</body></message>`);
    await irc.receives(/PRIVMSG benvolio :still friends/);
  },
);

conformance(
  {
    'SUB-2': ['nobody is approved', 'approved and ended'],
    'SUB-5': ['approved and ended', 'no goodbyes'],
    'SUB-7': ['approved and ended', 'nobody is approved'],
  },
  'whoever adds at once what she has just removed is approved, and no end of what was before comes after that',
  {},
  async (world) => {
    const { romeo, clock, peer } = world;
    for (const to of [GATEWAY, BENVOLIO]) {
      await subscribe(romeo, to);
      const since = peer.all().length;
      // However long it takes, it is a moment.
      clock.speed = 0.001;
      for (const type of ['unsubscribe', 'unsubscribed']) romeo.sends(presence(to, type));
      await romeo.receives(`<presence type='unavailable' from='${to}'/>`);
      await romeo.asks(presence(to, 'subscribe'), `<presence type='subscribed' from='${to}'/>`);
      clock.speed = 20;
      await clock.passed(5_000);
      await world.barrier();
      expect(peer.all().slice(since)).not.toContainEqual(
        expect.objectContaining({ attrs: expect.objectContaining({ type: 'unsubscribed' }) as unknown }),
      );
      clock.speed = 1;
    }
  },
);

conformance(
  { 'SUB-6': ['no chats', 'nobody is asked'] },
  'who does not let the gateway see her hears why nobody signs her in, once and whenever she asks; a sign-in by hand asks her again',
  { ...contact },
  async ({ romeo }) => {
    const account = '<username>romeo</username><password>secret</password>';
    const register = `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'>${account}</query></iq>`;
    const asked = `<presence type='subscribe' from='${GATEWAY}'/>`;
    await romeo.asks(register, `<iq type='result' id='r'/>`);
    await romeo.receives(asked);
    const said = `<message type='chat' from='${GATEWAY}'><body/></message>`;
    const why = /Not signed in\.(?: |\\n)irc\.localhost may not see .* “login” signs you in/;
    for (let i = 0; i < 2; i++) romeo.sends(presence(GATEWAY, 'unsubscribed'));
    expect(JSON.stringify(await romeo.receives(said))).toMatch(why);
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
    romeo.sends(`<message to='${GATEWAY}' type='chat' id='s'><body>status</body></message>`);
    expect(JSON.stringify(await romeo.receives(said))).toMatch(why);
    const login = `<command xmlns='${COMMANDS}' node='login' action='execute'/>`;
    const done = await romeo.asks(`<iq to='${GATEWAY}' type='set' id='l'>${login}</iq>`, `<iq type='result' id='l'/>`);
    expect(JSON.stringify(done)).toContain('romeo (echo): Signed in as romeo."');
    await romeo.receives(asked);
  },
);

conformance(
  { 'SUB-4': ['nobody is asked', 'asks again and again'], 'SUB-7': 'nobody is asked' },
  'whoever removes the gateway or a contact, and adds it anew, is asked for her presence anew; who takes back only that is not',
  {},
  async ({ romeo }) => {
    for (const to of [GATEWAY, BENVOLIO]) {
      const asked = `<presence type='subscribe' from='${to}' to='${romeo.bare}'/>`;
      for (const order of [['unsubscribed', 'unsubscribe'], ['unsubscribe', 'unsubscribed'], []]) {
        await subscribe(romeo, to);
        await romeo.receives(asked);
        romeo.sends(presence(to, 'subscribed'));
        for (const type of order) romeo.sends(presence(to, type));
      }
      romeo.sends(presence(to, 'unsubscribed'));
      await romeo.asks(presence(to, 'subscribe'), `<presence type='subscribed' from='${to}'/>`);
      expect((await romeo.unread()).filter(({ attrs: { type } }) => type === 'subscribe')).toEqual([]);
    }
  },
);

conformance(
  {
    'SUB-8': ['nobody is unsubscribed', 'no presence of the gateway', 'subscriptions are out'],
    '26.6': 'nobody is unsubscribed',
  },
  'probes: presence to the one who asks where there is a subscription, else unsubscribed; and no login',
  { claims: ['SUB-11'] },
  async ({ romeo, irc }) => {
    for (const to of [GATEWAY, BENVOLIO, 'nobody%test@irc.localhost'])
      await romeo.asks(presence(to, 'probe'), `<presence type='unsubscribed' from='${to}' to='${romeo.bare}'/>`);
    for (const to of [GATEWAY, BENVOLIO]) await subscribe(romeo, to);
    for (const to of [GATEWAY, BENVOLIO])
      await romeo.asks(presence(to, 'probe'), `<presence from='${to}' to='${romeo.jid}' !type/>`);
    expect(irc.lines).toEqual([]);
  },
);

conformance(
  { 'SUB-10': 'self-pings fail', 'SUB-12': 'self-pings fail', 'GW-9': ['self-pings fail', 'parts with every PONG'] },
  'each client by itself: leaving a contact, or one client leaving, signs nobody else off',
  { claims: ['SUB-13'] },
  async ({ romeo, client, irc }) => {
    const other = client('romeo@localhost/balcony');
    romeo.sends(`<presence to='${GATEWAY}'><priority>-1</priority></presence>`);
    other.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    romeo.sends(presence(BENVOLIO, 'unavailable'));
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result'/>`);
    other.sends(presence(GATEWAY, 'unavailable'));
    await other.asks(ping(`${ROOM}/romeo`), `<iq type='error'/>`);
    romeo.sends(say('with a negative priority', 'n'));
    await romeo.receives(`<message type='groupchat' id='n'/>`);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => /PART|QUIT/.test(line))).toEqual([]);
  },
);

conformance(
  { 'SUB-14': 'chats to one client', 'SUB-15': 'room talk to the bare user', 'CORE-13': 'words out of order' },
  'chats go to the bare user, room traffic to full addresses, in order',
  {},
  async ({ romeo, irc, peer }) => {
    await romeo.joins(ROOM, 'romeo');
    for (let i = 0; i < 30; i++) {
      irc.says('benvolio', 'romeo', `private ${i}`);
      irc.says('benvolio', '#verona', `public ${i}`);
    }
    for (let i = 0; i < 30; i++)
      await romeo.receives(`<message to='${romeo.bare}' type='chat'><body>private ${i}</body></message>`);
    await romeo.receives(`<message type='groupchat'><body>public 29</body></message>`);
    const heard = peer.all().filter(({ name, attrs }) => name === 'message' && attrs['type'] === 'groupchat');
    expect(heard.every(({ attrs }) => attrs['to'] === romeo.jid)).toBe(true);
    const bodies = heard
      .map((stanza) => /public (\d+)/.exec(JSON.stringify(stanza))?.[1])
      .filter((text) => text !== undefined);
    expect(bodies).toEqual(Array.from({ length: 30 }, (_, i) => String(i)));
  },
);
