// Rooms of thousands: what happens while the list is written, netsplits, and MUC-18: very large ones are shown in part, and whoever does
// something that anybody notices is there first.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { DISCO_ITEMS, gone, here, joinOf, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const BIG = { gateway: '    fullListUpTo: 3' } as const;
const CROWD = ['@tybalt', '+laurence', 'sampson', 'gregory', 'abram', 'balthasar', 'peter'];

/** Nicks of presences, `-` before those that go, and what is said in between. */
const course = (stanzas: readonly XmlNode[]): string[] =>
  stanzas.map((stanza) => {
    const nick = stanza.attrs['from']?.split('/')[1] ?? '';
    if (stanza.name === 'presence') return `${stanza.attrs['type'] === 'unavailable' ? '-' : '+'}${nick}`;
    const body = elementsOf(stanza).find(({ name }) => name === 'body');
    return body === undefined ? 'subject' : `${nick}: ${textOf(body)}`;
  });

/** All that comes until something is said that is said last. */
async function received(client: Client, last: string): Promise<XmlNode[]> {
  const got: XmlNode[] = [];
  while (course(got.slice(-1))[0] !== last) {
    const stanza = await client.receives(`<* from='*'/>`);
    if (stanza.attrs['from']?.startsWith(ROOM) === true) got.push(stanza);
  }
  return got;
}
const until = async (client: Client, last: string): Promise<string[]> => course(await received(client, last));

/** Roles of one of them, as they were told. */
function rolesOf(nick: string, stanzas: readonly XmlNode[]): (string | undefined)[] {
  const hers = stanzas.filter(({ name, attrs }) => name === 'presence' && attrs['from'] === `${ROOM}/${nick}`);
  const items = hers.flatMap((presence) => elementsOf(presence).flatMap((x) => elementsOf(x)));
  return items.filter(({ name }) => name === 'item').map(({ attrs }) => attrs['role']);
}

const crowd = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);
const come = (nicks: readonly string[]): string[] => nicks.map((nick) => `+${nick}`);
const go = (nicks: readonly string[]): string[] => nicks.map((nick) => `-${nick}`);

conformance(
  { 'MUC-11': ['the subject comes first', 'oneself comes first'] },
  'a list of 1,500 and what happens while it is written: each once, oneself, the subject, and then the rest in its order',
  {},
  async ({ romeo, irc }) => {
    const people = crowd('p', 1_500);
    irc.channel('#verona', { nicks: people.map((nick, i) => (i === 0 ? `@${nick}` : nick)) });
    // Without history nothing is waited for, so the list begins at once.
    romeo.sends(joinOf('romeo', ROOM, `<history maxstanzas='0'/>`));
    await irc.receives(/MODE #verona/);
    const [parted, quit, renamed, came] = [
      people.slice(0, 40),
      people.slice(1_400),
      people.slice(100, 140),
      crowd('n', 40),
    ];
    for (const nick of parted) irc.parts(nick, '#verona');
    for (const nick of quit) irc.quits(nick, '#verona');
    for (const nick of renamed) irc.renames(nick, `${nick}x`, '#verona');
    for (const nick of came) irc.joins(nick, '#verona');
    irc.says('n0', '#verona', 'that is all');
    const list = await until(romeo, 'subject');
    expect(list.slice(0, -2).sort()).toEqual(come(people).sort());
    expect(list.slice(-2)).toEqual(['+romeo', 'subject']);
    expect(await until(romeo, 'n0: that is all')).toEqual([
      ...go(parted),
      ...go(quit),
      ...renamed.flatMap((nick) => [`-${nick}`, `+${nick}x`]),
      ...come(came),
      'n0: that is all',
    ]);
  },
);

conformance(
  { '19.6.2': ['no goodbyes'] },
  'a netsplit of 1,000 is shown to ten users in the channel as it is: each gone once, each back once, in order, and with the rank given back',
  { claims: ['MUC-17', '23.1.4'] },
  async ({ romeo, irc, client }) => {
    const people = crowd('p', 1_100);
    const split = people.slice(50, 1_050);
    const [operator = '', voiced = '', plain = ''] = split;
    const signs = new Map([
      [operator, '@'],
      [voiced, '+'],
    ]);
    irc.channel('#verona', { nicks: people.map((nick) => (signs.get(nick) ?? '') + nick) });
    const users = crowd('user', 9);
    await romeo.joins(ROOM, 'romeo');
    const listeners = [romeo, client('romeo@localhost/balcony'), ...users.map((user) => client(`${user}@localhost/x`))];
    for (const one of listeners.slice(1)) await one.joins(ROOM, one.bare.split('@', 1)[0] ?? '');
    irc.says('p0', '#verona', 'everybody is there');
    for (const one of listeners) await received(one, 'p0: everybody is there');
    for (const nick of split) irc.quits(nick, '#verona', 'west.test east.test');
    for (const nick of split) irc.joins(nick, '#verona');
    irc.modes('east.test', '#verona', `+ov ${operator} ${voiced}`);
    irc.says('p0', '#verona', 'they are back');
    const standings = come([operator, voiced]);
    for (const one of listeners) {
      const got = await received(one, 'p0: they are back');
      expect(course(got)).toEqual([...go(split), ...come(split), ...standings, 'p0: they are back']);
      expect(rolesOf(operator, got)).toEqual(['none', 'participant', 'moderator']);
      expect(rolesOf(voiced, got)).toEqual(['none', 'participant', 'participant']);
      expect(rolesOf(plain, got)).toEqual(['none', 'participant']);
    }
  },
);

conformance(
  { 'MUC-18': ['nobody is somebody else', 'who speaks comes in late'] },
  'of a very large room those with a rank are listed; who speaks comes in first, who comes and goes without a word does not',
  BIG,
  async ({ romeo, irc, client }) => {
    irc.channel('#verona', { nicks: CROWD });
    expect(course(await romeo.joins(ROOM, 'romeo'))).toEqual(['+tybalt', '+laurence', '+romeo', 'subject']);
    irc.parts('gregory', '#verona');
    irc.joins('mercutio', '#verona');
    irc.says('sampson', '#verona', 'I will bite my thumb');
    irc.says('sampson', '#verona', 'at them');
    irc.quits('sampson', '#verona');
    irc.says('tybalt', '#verona', 'peace');
    expect(await until(romeo, 'tybalt: peace')).toEqual([
      '+sampson',
      'sampson: I will bite my thumb',
      'sampson: at them',
      '-sampson',
      'tybalt: peace',
    ]);
    irc.says('abram', '#verona', 'do you');
    await romeo.receives(here('abram'));
    const late = course(await client('romeo@localhost/balcony').joins(ROOM, 'romeo'));
    expect(late.filter((one) => one.startsWith('+'))).toEqual(['+tybalt', '+laurence', '+abram', '+romeo']);
  },
);

conformance(
  { 'MUC-18': ['nobody is somebody else', 'nobody is renamed', 'nobody is kicked'] },
  'whoever is kicked, renamed or given a rank in a very large room is there to be',
  BIG,
  async ({ romeo, irc }) => {
    irc.channel('#verona', { nicks: CROWD });
    await romeo.joins(ROOM, 'romeo');
    irc.kicks('tybalt', 'gregory', '#verona', 'a plague');
    await romeo.receives(here('gregory', `<item role='participant'/>`));
    await romeo.receives(gone('gregory', `<item role='none'><reason>a plague</reason></item>${status(307)}`));
    irc.renames('balthasar', 'baldo', '#verona');
    await romeo.receives(here('balthasar'));
    await romeo.receives(gone('balthasar', `<item nick='baldo'/>${status(303)}`));
    await romeo.receives(here('baldo'));
    irc.modes('tybalt', '#verona', '+o peter');
    await romeo.receives(here('peter', `<item affiliation='none' role='participant'/>`));
    await romeo.receives(here('peter', `<item role='moderator'/>`));
    irc.quits('baldo', '#verona');
    await romeo.receives(gone('baldo', `<item role='none'/>`));
  },
);

conformance(
  { 'MUC-18': 'results are empty' },
  'whoever is not shown of a very large room is in its list, page by page, and can be spoken to',
  BIG,
  async ({ romeo, irc }) => {
    irc.channel('#verona', { nicks: CROWD });
    await romeo.joins(ROOM, 'romeo');
    const names: string[] = [];
    for (let after = ''; ; ) {
      const set = `<set xmlns='http://jabber.org/protocol/rsm'><max>3</max>${after === '' ? '' : `<after>${after}</after>`}</set>`;
      const page = await romeo.asks(
        `<iq to='${ROOM}' type='get' id='items'><query xmlns='${DISCO_ITEMS}'>${set}</query></iq>`,
        `<iq type='result' id='items'><query xmlns='${DISCO_ITEMS}'><set xmlns='http://jabber.org/protocol/rsm'><count>8</count></set></query></iq>`,
      );
      const query = elementsOf(page)[0];
      const items = query === undefined ? [] : elementsOf(query).filter(({ name }) => name === 'item');
      names.push(...items.map(({ attrs }) => attrs['jid']?.split('/')[1] ?? ''));
      after = query === undefined ? '' : lastOf(query);
      if (after === '' || items.length < 3) break;
    }
    expect(names.sort()).toEqual([...CROWD.map((nick) => nick.replace(/^[@+]/, '')), 'romeo'].sort());
    romeo.sends(say('are you there?', 'pm', `${ROOM}/gregory`).replace('groupchat', 'chat'));
    await irc.receives(/PRIVMSG gregory :are you there\?/);
  },
);

function lastOf(query: XmlNode): string {
  const set = elementsOf(query).find(({ name }) => name === 'set');
  const last = set === undefined ? undefined : elementsOf(set).find(({ name }) => name === 'last');
  return last === undefined ? '' : textOf(last);
}
