// CORE-12: lists of who is what in a room, where they do not fit into one stanza.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { error, MUC_ADMIN, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const RSM = 'http://jabber.org/protocol/rsm';
const COUNT = 1_200;
/** Two bytes each in XML's UTF-8, and more than so many of them fit. */
const NICKS = Array.from({ length: COUNT }, (_, i) => `ölgötze${i}`);
const PARTICIPANTS = `<item role='participant'/>`;

const list = (inside: string): string =>
  `<iq to='${ROOM}' type='get' id='list'><query xmlns='${MUC_ADMIN}'>${inside}</query></iq>`;
const page = (inside: string): string => `<set xmlns='${RSM}'>${inside}</set>`;

interface Page {
  readonly nicks: readonly (string | undefined)[];
  readonly set: XmlNode | undefined;
  readonly last: string;
  readonly first: string;
}

async function read(client: Client, inside: string): Promise<Page> {
  const [query] = elementsOf(await client.asks(list(inside), `<iq type='result' id='list' from='${ROOM}'/>`));
  const found = query === undefined ? [] : elementsOf(query);
  const set = found.find(({ name }) => name === 'set');
  const textIn = (name: string): string =>
    (set === undefined ? [] : elementsOf(set)).filter((one) => one.name === name).map(textOf)[0] ?? '';
  const nicks = found.filter(({ name }) => name === 'item').map(({ attrs }) => attrs['nick']);
  return { nicks, set, first: textIn('first'), last: textIn('last') };
}

const people = NICKS.map((nick) => `+${nick}`);
const SPOILT = { 'CORE-12': ['pages have no end', 'room administration is out'] } as const;

conformance(
  SPOILT,
  'who takes part in a channel of 1,200 is told as far as it fits, says that it goes on, and is read to its end and from it',
  {},
  async ({ romeo, irc, proxy }) => {
    irc.channel('#verona', { nicks: people });
    await romeo.joins(ROOM, 'romeo');
    const whole = [...NICKS, 'romeo'];
    const [beginning, ending] = [await read(romeo, PARTICIPANTS), await read(romeo, PARTICIPANTS + page('<before/>'))];
    expect(beginning.set).toMatchObject({ name: 'set' });
    expect(beginning.nicks.length).toBeGreaterThan(200);
    expect([beginning.first, beginning.last]).toEqual([beginning.nicks[0], beginning.nicks.at(-1)]);
    const onwards = [...beginning.nicks];
    for (let { last } = beginning; last !== ''; ) {
      const more = await read(romeo, PARTICIPANTS + page(`<after>${last}</after>`));
      onwards.push(...more.nicks);
      last = more.last;
    }
    expect(new Set(onwards)).toEqual(new Set(whole));
    expect(onwards).toHaveLength(whole.length);
    const backwards = [...ending.nicks];
    for (let { first } = ending; first !== ''; ) {
      const more = await read(romeo, PARTICIPANTS + page(`<before>${first}</before>`));
      backwards.unshift(...more.nicks);
      first = more.first;
    }
    expect(backwards).toEqual(onwards);
    expect(proxy.largest).toBeLessThan(60 * 1024);
  },
);

conformance(
  SPOILT,
  'a list that fits comes as a whole; in pages where these are asked for; who is not in it is nobody to count from',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#verona', { nicks: ['@tybalt', '+benvolio', '+mercutio', '+sampson'] });
    await romeo.joins(ROOM, 'romeo');
    const members = `<item affiliation='member'/>`;
    const whole = await read(romeo, members);
    expect([whole.nicks, whole.set]).toEqual([['benvolio', 'mercutio', 'sampson'], undefined]);
    const two = await read(romeo, members + page('<max>2</max>'));
    expect([two.nicks, two.first, two.last]).toEqual([['benvolio', 'mercutio'], 'benvolio', 'mercutio']);
    const rest = await read(romeo, members + page('<max>2</max><after>mercutio</after>'));
    expect([rest.nicks, rest.last]).toEqual([['sampson'], 'sampson']);
    const none = await read(romeo, members + page('<max>0</max>'));
    expect(none.set && elementsOf(none.set).map((one) => [one.name, textOf(one)])).toEqual([['count', '3']]);
    await romeo.asks(
      list(members + page('<max>2</max><after>tybalt</after>')),
      `<iq type='error' id='list' from='${ROOM}'>${error('cancel/item-not-found')}</iq>`,
    );
  },
);

conformance(
  { 'CORE-12': 'affiliations are out' },
  'of people with long nicks the affiliations come in more messages',
  {},
  async ({ romeo, irc, proxy }) => {
    const nicks = Array.from({ length: 300 }, (_, i) => `${'ö'.repeat(50)}${i}`);
    irc.channel('#verona', { nicks: nicks.map((nick) => `+${nick}`) });
    const got = await romeo.joins(ROOM, 'romeo', `<mav xmlns='urn:xmpp:muc:affiliations:1'/>`);
    const lists = got.filter(({ name, attrs }) => name === 'message' && attrs['type'] === undefined);
    const items = lists.flatMap(elementsOf).flatMap(elementsOf);
    expect(items.filter(({ name }) => name === 'item')).toHaveLength(nicks.length);
    expect(proxy.largest).toBeLessThan(60 * 1024);
  },
);
