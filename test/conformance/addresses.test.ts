// Section 4: names of IRC as addresses, and addresses as names. Other networks: addresses-elsewhere.test.ts.

import { expect } from 'vitest';
import { isUsernameCaseMapped } from '../support/precis.ts';
import { ProsodyPrep } from '../support/prosody-prep.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { error, GATEWAY, here, joinOf, ping, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';
import { prompted } from './prompting.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
const chat = (to: string, text: string, id = 'c'): string =>
  `<message to='${escaped(to)}' type='chat' id='${id}'><body>${text}</body></message>`;

/** What is typed, and the localpart that stands for it. */
const WRITTEN: readonly (readonly [typed: string, local: string])[] = [
  ['#"&\'/:<>@%test', '#\\22\\26\\27\\2f\\3a\\3c\\3e\\40%test'],
  ['#a\\20b%test', '#a\\5c20b%test'],
  ['#a\\zz\\2%test', '#a\\zz\\2%test'],
  ['#a\\5c40%test', '#a\\5c5c40%test'],
  ['#a\\3A%test', '#a\\5c3a%test'],
  ['#a%b%test', '#a%b%test'],
  ['#=41=zz%test', '#=3d41=zz%test'],
  ['  #verona%TEST  ', '#verona%test'],
  ['#ÉCLAIR%test', '#=c3=89clair%test'],
  ['#café%test', '#café%test'],
  ['#cafe\u0301%test', '#cafe=cc=81%test'],
  ['irc://test/%23a%2Fb%5C20', '#a\\2fb\\5c20%test'],
  ['irc://test/a%7Cb,isnick', 'a|b%test'],
];

conformance(
  {
    'ESC-1': ['addresses are not escaped', 'every backslash is escaped'],
    'ESC-3': 'spaces are kept',
    'ESC-6': 'percents are kept',
    'ESC-7': 'case is kept',
    'MAP-1': ['addresses are not escaped', 'every backslash is escaped', 'case is kept'],
    'MAP-2': ['case is kept', 'letters are not composed'],
    '26.4': ['case is kept', 'letters are not composed'],
  },
  'what is typed is folded, then escaped; it is the same after any server’s preparation, and typed in it stands for itself',
  {},
  async ({ romeo }) => {
    const prep = await ProsodyPrep.start();
    try {
      for (const [typed, local] of WRITTEN) {
        const jid = await prompted(romeo, escaped(typed));
        expect(jid).toBe(`${local}@${GATEWAY}`);
        const [made = ''] = jid.split('@', 1);
        expect(await prep.prepare('nodeprep', true, [made])).toEqual([made]);
        expect(isUsernameCaseMapped(made)).toBe(true);
        expect(await prompted(romeo, escaped(jid))).toBe(jid);
      }
    } finally {
      await prep.stop();
    }
  },
);

conformance(
  { 'ESC-4': 'names are read twice', 'MAP-1': 'names are read twice' },
  'an address is read back in one pass: what comes out of an escape is never read as one',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const nick = 'a\\5c40[b]|^';
    const jid = await prompted(romeo, `${nick}%test`);
    expect(jid).toBe(`a\\5c5c40[b]|^%test@${GATEWAY}`);
    romeo.sends(chat(jid, 'hello'));
    expect(await irc.receives(/PRIVMSG .*hello$/)).toBe(`romeo PRIVMSG ${nick} :hello`);
    irc.says(nick, 'romeo', 'well met');
    await romeo.receives(`<message from='${jid}' type='chat'><body>well met</body></message>`);
  },
);

conformance(
  { 'ESC-5': ['self-pings fail', 'addresses are put right'] },
  'a room is the same however its address is spelt, and the answer comes from the spelling that was asked',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#a/b', { nicks: ['benvolio'] });
    await romeo.joins(`#a\\2fb%test@${GATEWAY}`, 'romeo');
    for (const spelt of ['#A\\2fB%TEST', '#a\\2Fb%test', '#=61\\2fb%test']) {
      const occupant = `${spelt}@${GATEWAY}/romeo`;
      await romeo.asks(ping(occupant), `<iq type='result' id='ping' from='${occupant}'/>`);
    }
  },
);

conformance(
  { 'MAP-3': ['silent errors', 'every error is internal', 'addresses are put right'] },
  'an address in another spelling: requests and messages are served from it, joins and subscriptions named the right one',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const spelt = `BenVolio%TEST@${GATEWAY}`;
    await romeo.asks(ping(spelt), `<iq type='result' id='ping' from='${spelt}'/>`);
    romeo.sends(chat(spelt, 'hello'));
    await irc.receives(/PRIVMSG benvolio :?hello/);
    const moved = (uri: string): string =>
      `<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${uri}</gone></error>`;
    await romeo.asks(
      `<presence to='${spelt}' type='subscribe' id='s'/>`,
      `<presence type='error' from='${spelt}'>${moved(`xmpp:benvolio%25test@${GATEWAY}`)}</presence>`,
    );
    await romeo.receives(`<presence type='unsubscribed' from='${spelt}'/>`);
    await romeo.asks(
      joinOf('romeo', `#VERONA%test@${GATEWAY}`),
      `<presence type='error' id='join' from='#VERONA%test@${GATEWAY}/romeo'>${moved(`xmpp:%23verona%25test@${GATEWAY}?join`)}</presence>`,
    );
  },
);

conformance(
  { 'MAP-4': 'long addresses are cut' },
  'a name too long for an address has a hash, which is known again after a restart',
  {},
  async (world) => {
    const { romeo, irc } = world;
    const name = `#${'É'.repeat(190)}`;
    const jid = await prompted(romeo, `${name}%test`);
    expect(jid).toMatch(/^h-[a-z2-7]{52}@irc\.localhost$/);
    await world.barrier();
    await world.stop();
    await world.start();
    irc.channel(name, { nicks: ['benvolio'] });
    await romeo.joins(jid, 'romeo');
    expect(await irc.receives(/JOIN/)).toBe(`romeo JOIN ${name}`);
  },
);

conformance(
  { 'MAP-5': ['silent errors', 'every error is internal'] },
  'an address that can’t be is malformed, and one of nobody is not found',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const local of ['two\\20words%test', '#a\\20b%test', 'a,b%test', `h-${'a'.repeat(52)}`, '#verona%..']) {
      const jid = `${local}@${GATEWAY}`;
      await romeo.asks(
        chat(jid, 'x', 'm'),
        `<message type='error' id='m' from='${jid}'>${error('modify/jid-malformed')}</message>`,
      );
      await romeo.asks(ping(jid), `<iq type='error' id='ping' from='${jid}'>${error('modify/jid-malformed')}</iq>`);
    }
    irc.refuse('PRIVMSG nobody', '401 %n nobody :No such nick/channel');
    const nobody = `nobody%test@${GATEWAY}`;
    await romeo.asks(
      chat(nobody, 'x', 'n'),
      `<message type='error' id='n' from='${nobody}'>${error('cancel/item-not-found')}</message>`,
    );
  },
);

const ODD = [
  'bob',
  'ｂｏｂ',
  'b\u200bob',
  '👩\u200d👩\u200d👦kin',
  'caf\u0065\u0301',
  '\u202eevil',
  'Straße',
  'strasse',
  'x'.repeat(300),
  'ﬁn',
];

conformance(
  {
    'MAP-6': ['nicks keep what nobody sees', 'everybody has the same nick'],
    '26.5': ['nicks keep what nobody sees', 'everybody has the same nick'],
  },
  'odd nicks in a channel: the same after any server’s preparation, no two that look alike, each line from its speaker’s',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#odd', { nicks: ODD });
    const room = `#odd%test@${GATEWAY}`;
    const joined = await romeo.joins(room, 'romeo');
    const nicks = joined.filter(({ name }) => name === 'presence').map(({ attrs }) => nickIn(attrs['from']));
    expect(nicks).toHaveLength(ODD.length + 1);
    expect(new Set(nicks.map((nick) => nick.normalize('NFKC').toLowerCase())).size).toBe(nicks.length);
    const prep = await ProsodyPrep.start();
    try {
      expect(await prep.prepare('resourceprep', false, nicks)).toEqual(nicks);
    } finally {
      await prep.stop();
    }
    const speakers = new Set<string>();
    for (const [at, nick] of ODD.entries()) {
      irc.says(nick, '#odd', `line ${at}`);
      const line = await romeo.receives(`<message type='groupchat'><body>line ${at}</body></message>`);
      speakers.add(nickIn(line.attrs['from']));
    }
    expect(speakers).toEqual(new Set(nicks.filter((nick) => nick !== 'romeo')));
  },
);

const nickIn = (jid = ''): string => jid.slice(jid.indexOf('/') + 1);

conformance(
  { 'MAP-7': ['rooms with brackets are the same', 'no reflections'] },
  'which names are equal is the server’s to say: with rfc1459 brackets are letters of two cases, with ascii they are others',
  {},
  async ({ romeo, irc, client }) => {
    for (const name of ['#[a]', '#{a}']) irc.channel(name, { nicks: ['benvolio'] });
    irc.casemapping = 'ascii';
    for (const name of ['#[a]', '#{a}']) await romeo.joins(`${name}%test@${GATEWAY}`, 'romeo');
    for (const name of ['#[a]', '#{a}']) {
      irc.tell('romeo', `:benvolio!b@host.test PRIVMSG ${name} :in ${name}`);
      await romeo.receives(
        `<message type='groupchat' from='${name}%test@${GATEWAY}/benvolio'><body>in ${name}</body></message>`,
      );
    }
    irc.casemapping = 'rfc1459';
    const juliet = client('juliet@localhost/balcony');
    await juliet.joins(`#[a]%test@${GATEWAY}`, 'juliet');
    irc.tell('juliet', ':BENVOLIO!b@host.test PRIVMSG #{A} :in both');
    await juliet.receives(
      `<message type='groupchat' from='#[a]%test@${GATEWAY}/benvolio'><body>in both</body></message>`,
    );
  },
);

conformance(
  { 'MAP-8': ['nobody is oneself', 'everybody has the same nick'] },
  'nicks that IRC takes for one are one: another client of hers in another spelling, and a line of somebody in another',
  {},
  async ({ romeo, irc, client }) => {
    await romeo.joins(ROOM, 'ro[me]o');
    const phone = client('romeo@localhost/phone');
    phone.sends(joinOf('RO{ME}O'));
    await phone.receives(here('ro[me]o', status(110)));
    irc.says('BenVolio', '#verona', 'cousin');
    await romeo.receives(`<message type='groupchat' from='${ROOM}/benvolio'><body>cousin</body></message>`);
    romeo.sends(say('one of us', 'one'));
    await romeo.receives(`<message id='one' from='${ROOM}/ro[me]o'/>`);
    expect(irc.lines.filter((line) => / (?:NICK|JOIN) /.test(` ${line}`))).toHaveLength(2);
  },
);

const items = (stanza: XmlNode): XmlNode[] => elementsOf(stanza).flatMap(elementsOf);

conformance(
  { '4.2.6': ['disco is out', 'servers say nothing'] },
  'a server has a contact: it lists its channels, says what the server says, and takes lines of the protocol',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const server = `test@${GATEWAY}`;
    const listed = await romeo.asks(
      `<iq to='${server}' type='get' id='i'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
      `<iq type='result' id='i' from='${server}'/>`,
    );
    expect(items(listed).map(({ attrs }) => attrs['jid'])).toEqual([ROOM]);
    irc.tell('romeo', ':irc.test NOTICE romeo :closing at midnight');
    const told = await romeo.receives(`<message from='${server}'><body>*</body></message>`);
    expect(elementsOf(told).map(textOf).join()).toContain('closing at midnight');
    romeo.sends(chat(server, 'WHOIS benvolio'));
    await irc.receives(/WHOIS benvolio/);
  },
);
