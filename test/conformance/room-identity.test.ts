// XEP-0421 on a network where people are known by nicks that change and go to others.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { gone, here, rename, ROOM } from './patterns.ts';
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
