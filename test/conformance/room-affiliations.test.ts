// XEP-0463: the list of affiliations comes with the join, to those who ask for it and do not have it.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { DISCO_INFO, MUC_USER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

const MAV = 'urn:xmpp:muc:affiliations:1';
const asks = (since = ''): string => `<mav xmlns='${MAV}'${since === '' ? '' : ` since='${since}'`}/>`;

const find = (node: XmlNode, name: string, ns: string): XmlNode | undefined =>
  elementsOf(node).find((one) => one.name === name && one.ns === ns);
/** What a stanza says of affiliations. */
function versionIn(stanza: XmlNode): { since?: string; until?: string; items: readonly string[] } | undefined {
  const x = find(stanza, 'x', MUC_USER);
  const mav = x && find(x, 'mav', MAV);
  if (x === undefined || mav === undefined) return undefined;
  const items = elementsOf(x).filter(({ name }) => name === 'item');
  return { ...mav.attrs, items: items.map(({ attrs: { affiliation, jid } }) => `${affiliation} ${jid}`) };
}

conformance(
  { 'MUC-75': ['affiliations are out', 'affiliations come late', 'affiliations have no version'] },
  'a join that asks for affiliations gets the list first and its version in the own presence; who has the version gets no list; nobody else hears of it',
  {},
  async ({ romeo, irc, client }) => {
    irc.channel('#council', { nicks: ['@tybalt', '+mercutio', 'benvolio'] });
    const room = ROOM.replace('verona', 'council');
    await romeo.asks(
      `<iq to='${room}' type='get' id='info'><query xmlns='${DISCO_INFO}'/></iq>`,
      `<iq type='result' id='info'><query xmlns='${DISCO_INFO}'><feature var='${MAV}'/></query></iq>`,
    );
    const got = await romeo.joins(room, 'romeo', asks());
    expect(got[0]?.name).toBe('message');
    const list = got[0] && versionIn(got[0]);
    expect(list?.items).toEqual(['member mercutio%test@irc.localhost', 'admin tybalt%test@irc.localhost']);
    expect([list?.since, got.filter(({ name }) => name === 'presence').length]).toEqual([undefined, 4]);
    const versions = got.flatMap((stanza) => versionIn(stanza) ?? []);
    expect(versions.map(({ until }) => until)).toEqual([list?.until, list?.until]);
    const own = got.find((stanza) => JSON.stringify(stanza).includes('"110"'));
    expect(own && versionIn(own)?.until).toBe(list?.until);

    const phone = client('romeo@localhost/phone');
    const known = await phone.joins(room, 'romeo', asks(list?.until));
    expect(known[0]?.name).toBe('presence');
    expect(known.flatMap((stanza) => versionIn(stanza) ?? []).map(({ until }) => until)).toEqual([list?.until]);
    const plain = await client('romeo@localhost/plain').joins(room, 'romeo');
    expect(JSON.stringify(plain)).not.toContain(MAV);

    irc.modes('tybalt', '#council', '+v benvolio');
    await phone.receives(
      `<presence from='${room}/benvolio'><x xmlns='${MUC_USER}'><item affiliation='member'/></x></presence>`,
    );
    const changed = await phone.joins(room, 'romeo', asks(list?.until));
    const fresh = changed[0] && versionIn(changed[0]);
    expect(fresh?.items).toHaveLength(3);
    expect(fresh?.until).not.toBe(list?.until);
  },
);

conformance(
  { 'MUC-75': ['affiliations are out', 'affiliations have no version'] },
  'a long list comes in several messages, each from the version where the one before has ended; an empty one says so',
  {},
  async ({ romeo, irc }) => {
    const voiced = Array.from({ length: 450 }, (_, nth) => `+montague${nth}`);
    irc.channel('#clan', { nicks: voiced });
    irc.channel('#street', { nicks: ['benvolio'] });
    const clan = await romeo.joins(ROOM.replace('verona', 'clan'), 'romeo', asks());
    const lists = clan.filter(({ name }) => name === 'message').flatMap((stanza) => versionIn(stanza) ?? []);
    expect(lists.map(({ items }) => items.length)).toEqual([200, 200, 50]);
    expect(lists.map(({ since }) => since)).toEqual([undefined, lists[0]?.until, lists[1]?.until]);
    expect(clan.slice(0, 3).every(({ name }) => name === 'message')).toBe(true);
    const street = await romeo.joins(ROOM.replace('verona', 'street'), 'romeo', asks());
    expect(street[0] && versionIn(street[0])).toMatchObject({ until: expect.any(String), items: [] });
  },
);
