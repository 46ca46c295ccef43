// Sections 10 and 21: lists of rooms in pages, who runs the gateway, and that nobody takes it for a place to make rooms.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { BENVOLIO, DISCO_INFO, DISCO_ITEMS, error, GATEWAY, MUC, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

const RSM = 'http://jabber.org/protocol/rsm';
const SERVER = `test@${GATEWAY}`;
const CHANNELS = ['#mantua', '#padua', '#pisa'];

const items = (to: string, set = ''): string =>
  `<iq to='${to}' type='get' id='items'><query xmlns='${DISCO_ITEMS}'>${set}</query></iq>`;
const page = (inside: string): string => `<set xmlns='${RSM}'>${inside}</set>`;
const answer = (from: string, inside = ''): string =>
  `<iq type='result' id='items' from='${from}'><query xmlns='${DISCO_ITEMS}'>${inside}</query></iq>`;
const info = (to: string): string => `<iq to='${to}' type='get' id='info'><query xmlns='${DISCO_INFO}'/></iq>`;

const inside = (stanza: XmlNode, name: string): XmlNode[] =>
  elementsOf(stanza)
    .flatMap(elementsOf)
    .filter((one) => one.name === name);
const textIn = (stanza: XmlNode, name: string): string | undefined =>
  inside(stanza, 'set')
    .flatMap(elementsOf)
    .filter((one) => one.name === name)
    .map(textOf)[0];

conformance(
  { '21.1': ['disco is out', 'pages have no end', 'silent errors'], 'DSC-6': ['disco is out', 'pages have no end'] },
  'the channels of a server come in pages, from a list that is asked for once; unknown pages are not found',
  {},
  async ({ romeo, irc }) => {
    for (const name of CHANNELS) irc.channel(name);
    await romeo.joins(ROOM, 'romeo');
    const seen: string[] = [];
    let after = '';
    for (let pages = 0; pages < 4; pages++) {
      const got = await romeo.asks(
        items(SERVER, page(`<max>1</max>${after}`)),
        answer(SERVER, `<item jid='*' name='*'/>${page('<first>*</first><last>*</last><count>4</count>')}`),
      );
      const listed = inside(got, 'item');
      expect(listed).toHaveLength(1);
      seen.push(...listed.map(({ attrs }) => attrs['name'] ?? ''));
      after = `<after>${textIn(got, 'last')}</after>`;
    }
    expect(seen.toSorted()).toEqual([...CHANNELS, '#verona']);
    expect(inside(await romeo.asks(items(SERVER, page(`<max>1</max>${after}`)), answer(SERVER)), 'item')).toEqual([]);
    const counted = await romeo.asks(items(SERVER, page('<max>0</max>')), answer(SERVER, page('<count>4</count>')));
    expect(inside(counted, 'item')).toEqual([]);
    await romeo.asks(
      items(SERVER, page('<max>1</max><after>nowhere</after>')),
      `<iq type='error' id='items' from='${SERVER}'>${error('cancel/item-not-found')}</iq>`,
    );
    expect(irc.lines.filter((line) => / LIST/.test(line))).toHaveLength(1);
  },
);

conformance(
  { '21.1': ['disco is out', 'pages have no end', 'lists are read forwards only'] },
  'a list is read from its end as well: the last page, the one before it and so on, until nothing is before',
  {},
  async ({ romeo, irc }) => {
    for (const name of CHANNELS) irc.channel(name);
    await romeo.joins(ROOM, 'romeo');
    const listed = async (set: string): Promise<XmlNode> =>
      await romeo.asks(items(SERVER, page(set)), answer(SERVER, page('<count>4</count>')));
    const names = (stanza: XmlNode): (string | undefined)[] => inside(stanza, 'item').map(({ attrs }) => attrs['name']);
    const all = names(await listed('<max>4</max>'));
    const last = await listed('<max>3</max><before/>');
    expect(names(last)).toEqual(all.slice(1));
    expect(names(await listed(`<max>3</max><after>${textIn(last, 'last')}</after>`))).toEqual([]);
    const first = await listed(`<max>3</max><before>${textIn(last, 'first')}</before>`);
    expect(names(first)).toEqual(all.slice(0, 1));
    expect(names(await listed(`<max>3</max><after>${textIn(first, 'last')}</after>`))).toEqual(all.slice(1));
    expect(names(await listed(`<max>3</max><before>${textIn(first, 'first')}</before>`))).toEqual([]);
    await romeo.asks(
      items(SERVER, page('<max>1</max><before>nowhere</before>')),
      `<iq type='error' id='items' from='${SERVER}'>${error('cancel/item-not-found')}</iq>`,
    );
  },
);

conformance(
  { 'DSC-6': 'disco is out' },
  'the gateway names the rooms that one is in, and others of the networks one is connected to; a contact has no items',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#mantua');
    for (const to of [GATEWAY, BENVOLIO]) expect(inside(await romeo.asks(items(to), answer(to)), 'item')).toEqual([]);
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      items(GATEWAY),
      answer(GATEWAY, `<item jid='${ROOM}' name='#verona'/><item jid='#mantua%test@${GATEWAY}' name='#mantua'/>`),
    );
  },
);

conformance(
  { 'DSC-9': ['operators are hidden', 'room facts are out'] },
  'the gateway says how to reach who runs it; of a room’s forms its facts are the first',
  {},
  async ({ romeo }) => {
    const field = (name: string): string =>
      `<field var='${name}-addresses'><value>xmpp:escalus@localhost</value></field>`;
    await romeo.asks(
      info(GATEWAY),
      `<iq type='result' id='info'><query xmlns='${DISCO_INFO}'><x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/network/serverinfo</value></field>${field('abuse')}${field('admin')}${field('support')}</x></query></iq>`,
    );
    const room = await romeo.asks(info(ROOM), `<iq type='result' id='info' from='${ROOM}'/>`);
    const [first] = inside(room, 'x').flatMap(elementsOf).flatMap(elementsOf);
    expect(first && textOf(first)).toBe(`${MUC}#roominfo`);
  },
);

conformance(
  { 'DSC-3': ['identities are missing', 'the prompt is out', 'rooms are new'] },
  'no client takes the gateway for a place to make rooms: first of all it is a gateway, and no room of it is ever new',
  {},
  async ({ romeo }) => {
    const described = await romeo.asks(info(GATEWAY), `<iq type='result' id='info' from='${GATEWAY}'/>`);
    expect(inside(described, 'identity')[0]?.attrs['category']).toBe('gateway');
    expect(inside(described, 'feature').map(({ attrs }) => attrs['var'])).toContain('jabber:iq:gateway');
    const joined = await romeo.joins(`#new%test@${GATEWAY}`, 'romeo');
    const codes = joined.flatMap((stanza) => inside(stanza, 'status')).map(({ attrs }) => attrs['code']);
    expect(codes).toContain('110');
    expect(codes).not.toContain('201');
  },
);
