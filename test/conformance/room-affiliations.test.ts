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
    expect(fresh?.items).toEqual(['member benvolio%test@irc.localhost']);
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

conformance(
  { 'MUC-75': ['affiliations are out', 'changes of affiliations are silent', 'affiliations are whole each time'] },
  'who asked for versions is told each later change with the versions before and after it, ranks, kicks, bans and nicks; others are not',
  {},
  async ({ romeo, irc, client }) => {
    irc.channel('#council', { nicks: ['@tybalt', '+mercutio', 'benvolio'] });
    const room = ROOM.replace('verona', 'council');
    const plain = client('romeo@localhost/plain');
    await plain.joins(room, 'romeo');
    const first = versionIn((await romeo.joins(room, 'romeo', asks()))[0] as XmlNode);
    const at = (nick: string): string => `${nick}%test@irc.localhost`;
    let until = first?.until;
    const told = async (...items: readonly string[]): Promise<void> => {
      const stanza = await romeo.receives(
        `<message from='${room}'><x xmlns='${MUC_USER}'><mav xmlns='${MAV}' since='${until}' until='*'/></x></message>`,
      );
      const change = versionIn(stanza);
      expect(change?.items).toEqual(items);
      expect(change?.until).not.toBe(until);
      until = change?.until;
    };
    irc.modes('tybalt', '#council', '+v benvolio');
    await told(`member ${at('benvolio')}`);
    irc.kicks('tybalt', 'mercutio', '#council', 'a plague');
    await told(`none ${at('mercutio')}`);
    irc.renames('tybalt', 'prince', '#council');
    await told(`none ${at('tybalt')}`, `admin ${at('prince')}`);
    irc.modes('prince', '#council', '+b benvolio!*@*');
    irc.kicks('prince', 'benvolio', '#council', 'banished');
    await told(`outcast ${at('benvolio')}`);
    irc.joins('sampson', '#council');
    irc.parts('sampson', '#council');
    await romeo.receives(`<presence from='${room}/sampson' type='unavailable'/>`);
    expect((await romeo.unread()).flatMap((stanza) => versionIn(stanza) ?? [])).toEqual([]);
    expect(JSON.stringify(await plain.unread())).not.toContain(MAV);

    const known = versionIn(
      (await client('romeo@localhost/phone').joins(room, 'romeo', asks(first?.until)))[0] as XmlNode,
    );
    expect(known).toMatchObject({ since: first?.until, until });
    expect(known?.items.toSorted()).toEqual([
      `admin ${at('prince')}`,
      `none ${at('mercutio')}`,
      `none ${at('tybalt')}`,
      `outcast ${at('benvolio')}`,
    ]);
  },
);

conformance(
  { 'MUC-75': ['affiliations are out', 'affiliations are whole each time'] },
  'who was away is told what has changed since her version; of a version that nobody knows she gets the whole list',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#council', { nicks: ['@tybalt', '+mercutio', 'benvolio'] });
    const room = ROOM.replace('verona', 'council');
    const first = versionIn((await romeo.joins(room, 'romeo', asks()))[0] as XmlNode);
    await romeo.asks(
      `<presence to='${room}/romeo' type='unavailable'/>`,
      `<presence from='${room}/romeo' type='unavailable'/>`,
    );
    irc.channel('#council', { nicks: ['@tybalt', 'mercutio', '+benvolio'] });
    const [back] = await romeo.joins(room, 'romeo', asks(first?.until));
    const since = back && versionIn(back);
    expect(since?.since).toBe(first?.until);
    expect(since?.items.toSorted()).toEqual(['member benvolio%test@irc.localhost', 'none mercutio%test@irc.localhost']);
    const [again] = await romeo.joins(room, 'romeo', asks(since?.until));
    expect(again?.name).toBe('presence');
    const [strange] = await romeo.joins(room, 'romeo', asks('never-heard-of'));
    const whole = strange && versionIn(strange);
    expect(whole).toMatchObject({ until: since?.until });
    expect(whole).not.toHaveProperty('since');
    expect(whole?.items).toHaveLength(2);
  },
);
