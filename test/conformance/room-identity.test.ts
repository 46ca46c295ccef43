// XEP-0421 on a network where people are known by nicks that change and go to others.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { gone, here, rename, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';

const OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
const MAM = 'urn:xmpp:mam:2';
const FIND_ARCHIVED = `<iq to='${ROOM}' type='set' id='mam'><query xmlns='${MAM}'/></iq>`;

function identityIn(node: XmlNode): string {
  const ids = elementsOf(node).filter(({ name, ns }) => name === 'occupant-id' && ns === OCCUPANT_ID);
  expect(ids).toHaveLength(1);
  return ids[0]?.attrs['id'] ?? '';
}
const nickIn = ({ attrs }: XmlNode): string => attrs['from']?.split('/')[1] ?? '';
/** Of everybody who is shown. */
const identitiesIn = (stanzas: readonly XmlNode[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    stanzas.filter(({ name }) => name === 'presence').map((stanza) => [nickIn(stanza), identityIn(stanza)]),
  );
const said = (nick: string, text: string): string =>
  `<message from='${ROOM}/${nick}' type='groupchat'><body>${text}</body></message>`;

conformance(
  { 'MUC-74': ['occupants have no id', 'occupants are known by their nick'] },
  'on IRC an id outlives a nick, in presence, messages and the archive; who takes the old nick has another; oneself as well, for every client; others see the same',
  {},
  async ({ romeo, irc, client }) => {
    const before = identitiesIn(await romeo.joins(ROOM, 'romeo'));
    expect(new Set(Object.values(before)).size).toBe(3);
    const { benvolio = '', romeo: own = '' } = before;
    irc.renames('benvolio', 'ben', '#verona');
    expect(identityIn(await romeo.receives(gone('benvolio')))).toBe(benvolio);
    expect(identityIn(await romeo.receives(here('ben')))).toBe(benvolio);
    irc.joins('benvolio', '#verona');
    const other = identityIn(await romeo.receives(here('benvolio')));
    expect(Object.values(before)).not.toContain(other);
    irc.says('ben', '#verona', 'I am he');
    irc.says('benvolio', '#verona', 'and I am not');
    expect(identityIn(await romeo.receives(said('ben', 'I am he')))).toBe(benvolio);
    expect(identityIn(await romeo.receives(said('benvolio', 'and I am not')))).toBe(other);

    romeo.sends(rename(`${ROOM}/montague`));
    expect(identityIn(await romeo.receives(gone('romeo')))).toBe(own);
    expect(identityIn(await romeo.receives(here('montague')))).toBe(own);
    const phone = client('romeo@localhost/phone');
    const now = identitiesIn(await phone.joins(ROOM, 'montague'));
    expect(now).toEqual({ tybalt: before['tybalt'], ben: benvolio, benvolio: other, montague: own });

    phone.sends(FIND_ARCHIVED);
    const archived: Record<string, string> = {};
    for (let nth = 0; nth < 2; nth++) {
      const found = await phone.receives(`<message><result xmlns='${MAM}'/></message>`);
      const message = [found]
        .flatMap(elementsOf)
        .flatMap(elementsOf)
        .flatMap(elementsOf)
        .find(({ name }) => name === 'message');
      if (message !== undefined) archived[nickIn(message)] = identityIn(message);
    }
    expect(archived).toEqual({ ben: benvolio, benvolio: other });
    const others = identitiesIn(await client('juliet@localhost/balcony').joins(ROOM, 'juliet'));
    expect(others).toMatchObject(now);

    irc.quits('ben', '#verona');
    expect(identityIn(await romeo.receives(gone('ben')))).toBe(benvolio);
    irc.says('benvolio', '#verona', 'still not');
    expect(identityIn(await romeo.receives(said('benvolio', 'still not')))).toBe(other);
  },
);

conformance(
  { 'MUC-74': ['occupants have no id', 'occupants are known by their nick'] },
  'where IRC tells accounts, who comes back with the same account under another nick has the id of before; another account under the same nick has not',
  {},
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'extended-join', 'account-notify', 'account-tag', 'message-tags'];
    await romeo.joins(ROOM, 'romeo');
    const comes = async (nick: string, account: string): Promise<string> => {
      irc.tell('romeo', `:${nick}!${nick}@host.test JOIN #verona ${account} :somebody`);
      return identityIn(await romeo.receives(here(nick)));
    };
    const goes = async (nick: string): Promise<void> => {
      irc.tell('romeo', `:${nick}!${nick}@host.test QUIT :asleep`);
      await romeo.receives(gone(nick));
    };
    const mercutio = await comes('mercutio', 'mercutio');
    await goes('mercutio');
    expect(await comes('mercutio_', 'mercutio')).toBe(mercutio);
    const paris = await comes('mercutio', 'paris');
    expect(paris).not.toBe(mercutio);
    await goes('mercutio_');
    await goes('mercutio');
    expect(await comes('paris', 'paris')).toBe(paris);
    expect(await comes('mab', 'mercutio')).toBe(mercutio);

    const late = await comes('sampson', '*');
    irc.tell('romeo', ':sampson!sampson@host.test ACCOUNT capulet');
    await goes('sampson');
    expect(await comes('gregory', 'capulet')).toBe(late);
    const tagged = await comes('abram', '*');
    irc.tell('romeo', '@account=montague :abram!abram@host.test PRIVMSG #verona :Do you bite your thumb at us?');
    expect(identityIn(await romeo.receives(said('abram', 'Do you bite your thumb at us?')))).toBe(tagged);
    await goes('abram');
    expect(await comes('balthasar', 'montague')).toBe(tagged);
  },
);

const groupchat = (id: string, inside: string): string =>
  `<message to='${ROOM}' type='groupchat' id='${id}'>${inside}</message>`;
const REACTIONS = 'urn:xmpp:reactions:0';

conformance(
  {
    'MUC-74': ['occupants have no id', 'occupants are known by their nick'],
    'MUC-30': ['no reflections', 'nothing has an id'],
  },
  'reactions, typing, what is taken back and topics say whose they are, as it happens, in the archive and at a join; one’s own come back under the ids one gave them, a topic that was made one line too',
  {},
  async ({ romeo, irc, client }) => {
    irc.caps = ['multi-prefix', 'message-tags', 'draft/message-redaction'];
    const from = ':benvolio!benvolio@host.test';
    const { benvolio = '', romeo: own = '' } = identitiesIn(await romeo.joins(ROOM, 'romeo'));
    irc.renames('benvolio', 'ben', '#verona');
    await romeo.receives(here('ben'));
    const hers = async (inside: string): Promise<string> =>
      identityIn(await romeo.receives(`<message from='${ROOM}/ben' type='groupchat'>${inside}</message>`));
    const by = from.replaceAll('benvolio', 'ben');
    irc.tell('romeo', `@msgid=a1 ${by} PRIVMSG #verona :good morrow`);
    expect(await hers('<body>good morrow</body>')).toBe(benvolio);
    irc.tell('romeo', `@+typing=active ${by} TAGMSG #verona`);
    expect(await hers(`<composing xmlns='http://jabber.org/protocol/chatstates'/>`)).toBe(benvolio);
    irc.tell('romeo', `@+draft/reply=a1;+draft/react=👍 ${by} TAGMSG #verona`);
    expect(await hers(`<reactions xmlns='${REACTIONS}' id='a1'/>`)).toBe(benvolio);
    irc.setsTopic('ben', '#verona', 'peace');
    expect(await hers('<subject>peace</subject>')).toBe(benvolio);

    const mine = async (id: string, inside: string): Promise<string> =>
      identityIn(await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat' id='${id}'>${inside}</message>`));
    romeo.sends(groupchat('r1', `<reactions xmlns='${REACTIONS}' id='a1'><reaction>❤</reaction></reactions>`));
    expect(await mine('r1', `<reactions xmlns='${REACTIONS}' id='a1'/>`)).toBe(own);
    romeo.sends(groupchat('s1', '<subject>both\nalike</subject>'));
    expect(await mine('s1', '<subject>both alike</subject>')).toBe(own);
    irc.tell('romeo', `${by} REDACT #verona a1 :never mind`);
    expect(await hers(`<retract xmlns='urn:xmpp:message-retract:1' id='a1'/>`)).toBe(benvolio);

    const late = await client('romeo@localhost/late').joins(ROOM, 'romeo');
    expect(late.filter(({ attrs }) => attrs['type'] === 'groupchat').map(identityIn)).toContain(own);
    romeo.sends(FIND_ARCHIVED);
    const archived: string[] = [];
    for (let nth = 0; nth < 6; nth++) {
      const found = await romeo.receives(`<message><result xmlns='${MAM}'/></message>`);
      const inner = [found].flatMap(elementsOf).flatMap(elementsOf).flatMap(elementsOf);
      const message = inner.find(({ name }) => name === 'message');
      if (message !== undefined) archived.push(`${nickIn(message)} ${identityIn(message)}`);
    }
    const [ben, self] = [`ben ${benvolio}`, `romeo ${own}`];
    expect(archived).toEqual([ben, ben, ben, self, self, ben]);
  },
);

conformance(
  { 'MUC-74': 'occupants have no id' },
  'a correction says whose it is',
  { echo: '      people: 3' },
  async ({ romeo }) => {
    const garden = '#garden@irc.localhost';
    const { benvolio = '', romeo: own = '' } = identitiesIn(await romeo.joins(garden, 'romeo'));
    const corrected = (nick: string, text: string): string =>
      `<message from='${garden}/${nick}' type='groupchat'><body>${text}</body><replace xmlns='urn:xmpp:message-correct:0'/></message>`;
    const sends = (id: string, inside: string): void =>
      romeo.sends(`<message to='${garden}' type='groupchat' id='${id}'>${inside}</message>`);
    sends('m1', '<body>!say here</body>');
    await romeo.receives(`<message from='${garden}/benvolio' type='groupchat'><body>here</body></message>`);
    sends('m2', '<body>!edit there</body>');
    expect(identityIn(await romeo.receives(corrected('benvolio', 'there')))).toBe(benvolio);
    sends('m3', '<body>when</body>');
    await romeo.receives(`<message from='${garden}/romeo' type='groupchat' id='m3'/>`);
    sends('m4', `<body>where</body><replace xmlns='urn:xmpp:message-correct:0' id='m3'/>`);
    expect(identityIn(await romeo.receives(corrected('romeo', 'where')))).toBe(own);
  },
);

conformance(
  { 'MUC-74': ['occupants have no id', 'occupants are known by their nick'] },
  'users of the gateway keep theirs under every nick, for each other too: after a kick, a leave, and the end of the gateway; who takes their nick has another',
  {},
  async (world) => {
    const { romeo, irc, client } = world;
    const own = identitiesIn(await romeo.joins(ROOM, 'romeo'))['romeo'];
    romeo.sends(rename(`${ROOM}/montague`));
    await romeo.receives(here('montague'));
    irc.joins('romeo', '#verona');
    expect(identityIn(await romeo.receives(here('romeo')))).not.toBe(own);
    irc.kicks('tybalt', 'montague', '#verona', 'out');
    await romeo.receives(gone('montague', status(307)));
    const juliet = client('juliet@localhost/balcony');
    const hers = identitiesIn(await juliet.joins(ROOM, 'juliet'))['juliet'];
    const back = identitiesIn(await romeo.joins(ROOM, 'montague'));
    expect([back['montague'], back['juliet']]).toEqual([own, hers]);
    expect(identityIn(await juliet.receives(here('montague')))).toBe(own);
    await romeo.asks(say('I am he', 'm'), said('montague', 'I am he'));
    await juliet.receives(said('montague', 'I am he'));
    romeo.sends(`<presence to='${ROOM}/montague' type='unavailable'/>`);
    await juliet.receives(gone('montague'));
    await world.stop();
    await world.start();
    const again = await romeo.joins(ROOM, 'benedick');
    expect(identitiesIn(again)['benedick']).toBe(own);
  },
);
