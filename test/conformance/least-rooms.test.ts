// Section 26: the variants of a join, pings of oneself, a room of 2,000, and a contact that is blocked and goes on writing.

import { expect } from 'vitest';
import { matches } from '../support/matcher.ts';
import type { XmlNode } from '../support/xml-tree.ts';
import { BENVOLIO, error, gone, here, MUC_USER, ping, rename, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';

const SUBJECT = `<message type='groupchat'><subject/><!body/></message>`;
const SELF = `<presence !type><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`;

/** Occupants, oneself, what was said before, the subject: what a join is, in this order. */
const course = (got: readonly XmlNode[]): string =>
  got.map((stanza) => (matches(SELF, stanza) ? 'me' : matches(SUBJECT, stanza) ? 'subject' : stanza.name)).join(' ');

conformance(
  {
    '26.9': [
      'no subjects',
      'the subject comes first',
      'oneself comes first',
      'a second join gets nothing',
      'no status',
    ],
  },
  'a join, without a topic too, again by the same client, by a second one; presence of who is not in: always in order, to the subject',
  {},
  async ({ romeo, irc, client }) => {
    await romeo.asks(`<presence to='${ROOM}/romeo'/>`, gone('romeo', status(110, 307, 333)));
    const whole = 'presence presence me subject';
    expect(course(await romeo.joins(ROOM, 'romeo'))).toBe(whole);
    expect(course(await romeo.joins(ROOM, 'romeo'))).toBe(whole);
    expect(course(await client('romeo@localhost/balcony').joins(ROOM, 'romeo'))).toBe(whole);
    expect(course(await client('juliet@localhost/chamber').joins(ROOM, 'juliet'))).toBe(`presence ${whole}`);
    irc.channel('#quiet', { nicks: ['tybalt'] });
    const quiet = await romeo.joins('#quiet%test@irc.localhost', 'romeo');
    expect(course(quiet)).toBe('presence me subject');
    expect(matches(`<message><subject/></message>`, quiet.at(-1) ?? '')).toBe(true);
  },
);

conformance(
  { '26.9': ['no subjects', 'no reflections', 'everything said twice'] },
  'each limit of history alone, and none at all: as much as it allows, and the subject behind it',
  {},
  async ({ romeo, irc, client }) => {
    irc.caps = ['multi-prefix', 'server-time'];
    await romeo.joins(ROOM, 'romeo');
    const aWhileAgo = new Date(Date.now() - 300_000).toISOString();
    for (const text of ['one', 'two', 'three']) {
      irc.tell('romeo', `@time=${aWhileAgo} :benvolio!benvolio@host.test PRIVMSG #verona :${text}`);
      await romeo.receives(`<message from='${ROOM}/benvolio'><body>${text}</body></message>`);
    }
    const since = new Date(Date.now() - 60_000).toISOString();
    for (const text of ['four', 'five']) {
      romeo.sends(say(text, text));
      await romeo.receives(`<message id='${text}' type='groupchat'/>`);
    }
    const balcony = client('romeo@localhost/balcony');
    for (const [limit, count] of [
      ['', 5],
      [`<history maxstanzas='1'/>`, 1],
      [`<history maxstanzas='0'/>`, 0],
      [`<history maxchars='0'/>`, 0],
      [`<history seconds='30'/>`, 2],
      [`<history since='${since}'/>`, 2],
    ] as const) {
      const got = await balcony.joins(ROOM, 'romeo', limit);
      expect(course(got), limit).toBe(`presence presence me ${'message '.repeat(count)}subject`);
    }
  },
);

conformance(
  { '26.18': ['self-ping is out', 'everybody is in the room', 'self-pings fail'] },
  'pinging oneself: not joined, joined, by a client that is not, and while and after the nick changes',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    const out = `<iq type='error' id='ping' from='*'>${error('cancel/not-acceptable')}</iq>`;
    const itsMe = `<iq type='result' id='ping' from='${ROOM}/romeo'/>`;
    await romeo.asks(ping(`${ROOM}/romeo`), out);
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(ping(`${ROOM}/romeo`), itsMe);
    await other.asks(ping(`${ROOM}/romeo`), out);
    irc.refuse('NICK', 'NOTICE %n :wait');
    romeo.sends(rename(`${ROOM}/montague`));
    await irc.receives(/NICK montague/);
    await romeo.asks(ping(`${ROOM}/romeo`), itsMe);
    irc.tell('romeo', ':romeo!romeo@host.test NICK :montague');
    await romeo.receives(here('montague', status(110)));
    await romeo.asks(ping(`${ROOM}/montague`), `<iq type='result' id='ping' from='${ROOM}/montague'/>`);
    // Whatever is not this one condition means that she is in.
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='error' id='ping'>${error('cancel/item-not-found')}</iq>`);
    await other.asks(ping(`${ROOM}/montague`), out);
  },
);

conformance(
  {
    '26.16': [
      'very large stanzas',
      'nobody is somebody else',
      'presence is told twice',
      'no goodbyes',
      'self-pings fail',
    ],
  },
  'a room of 2,000 is joined within 5 s in small stanzas; a split of 1,000 tells each going once, and a ping gets through meanwhile',
  {},
  async ({ romeo, irc, proxy }) => {
    const people = Array.from({ length: 2_000 }, (_, i) => `member${i}`);
    const split = people.slice(0, 1_000);
    irc.channel('#verona', { nicks: people });
    const startedMs = performance.now();
    expect(await romeo.joins(ROOM, 'romeo')).toHaveLength(2_002);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    for (const nick of split) irc.quits(nick, '#verona', 'west.test east.test');
    await romeo.receives(gone('member0'));
    const askedMs = performance.now();
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
    expect(performance.now() - askedMs).toBeLessThan(1_000);
    irc.says('member1999', '#verona', 'where is everybody?');
    await romeo.receives(`<message type='groupchat'><body>where is everybody?</body></message>`);
    const told = (await romeo.unread()).filter(({ name }) => name === 'presence');
    expect(told.map(({ attrs: { from, type } }) => `${type} ${from}`).sort()).toEqual(
      split
        .slice(1)
        .map((nick) => `unavailable ${ROOM}/${nick}`)
        .sort(),
    );
    expect(proxy.largest).toBeLessThan(60 * 1024);
  },
);

conformance(
  { '26.15': ['answers errors', 'self-pings fail', 'notices are answered'] },
  'whoever is blocked at the user’s server goes on writing: everything bounces, nothing is said to that, here or there, and she stays in',
  {},
  async ({ romeo, irc, barrier }) => {
    await romeo.joins(ROOM, 'romeo');
    const before = irc.lines.length;
    for (let i = 0; i < 200; i++) irc.says('benvolio', 'romeo', `word ${i}`);
    const blocked = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    for (let i = 0; i < 200; i++) {
      const { attrs } = await romeo.receives(`<message type='chat' from='${BENVOLIO}'><body/></message>`);
      romeo.sends(`<message to='${BENVOLIO}' type='error' id='${attrs['id'] ?? ''}'>${blocked}</message>`);
    }
    await barrier();
    expect((await romeo.unread()).filter(({ name }) => name !== 'iq')).toEqual([]);
    await irc.flush('romeo');
    expect(irc.lines.slice(before).filter((line) => !/ PONG /.test(line))).toEqual([]);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
  },
);
