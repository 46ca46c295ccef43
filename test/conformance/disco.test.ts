// Sections 10, 12, 17 and 19.1: what every address says of itself.

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { BENVOLIO, COMMANDS, DISCO_INFO, DISCO_ITEMS, error, GATEWAY, MUC, ping, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const info = (to: string, node = '', id = 'info'): string =>
  `<iq to='${to}' type='get' id='${id}'><query xmlns='${DISCO_INFO}'${node === '' ? '' : ` node='${node}'`}/></iq>`;
const items = (to: string, node = ''): string =>
  `<iq to='${to}' type='get' id='items'><query xmlns='${DISCO_ITEMS}'${node === '' ? '' : ` node='${node}'`}/></iq>`;
const features = (...names: readonly string[]): string => names.map((name) => `<feature var='${name}'/>`).join('');
const result = (to: string, inside: string, id = 'info'): string =>
  `<iq type='result' id='${id}' from='${to}'><query xmlns='${DISCO_INFO}'>${inside}</query></iq>`;

async function query(romeo: Client, to: string, node = ''): Promise<XmlNode> {
  const answer = await romeo.asks(info(to, node), result(to, ''));
  return elementsOf(answer)[0] ?? answer;
}
const all = (parent: XmlNode, name: string): XmlNode[] => elementsOf(parent).filter((child) => child.name === name);

conformance(
  {
    'DSC-2': 'identities are missing',
    'DSC-4': ['features are missing', 'commands are out', 'ping is out', 'about is out'],
    'GW-1': 'identities are missing',
    'PRM-5': 'the prompt is out',
    'REG-1': 'registration is out',
    'ESC-2': 'features are missing',
    '25.1.1': 'disco is out',
  },
  'the gateway: its identity first, and all that it does',
  {},
  async ({ romeo }) => {
    await romeo.asks(
      info(GATEWAY),
      result(
        GATEWAY,
        `<identity category='gateway' type='irc' name='*'/>${features(DISCO_INFO, DISCO_ITEMS, 'jabber:iq:register', 'jabber:iq:gateway', COMMANDS, 'jid\\20escaping', 'jabber:iq:version', 'urn:xmpp:ping', 'urn:xmpp:time', 'jabber:iq:last', MUC)}`,
      ),
    );
    const [first] = all(await query(romeo, GATEWAY), 'identity');
    expect(first?.attrs).toMatchObject({ category: 'gateway', type: 'irc' });
  },
);

conformance(
  {
    'DSC-1': ['disco is out', 'every error is internal'],
    'DSC-5': ['identities are missing', 'features are missing', 'features nobody has'],
    'MUC-6': 'occupants are shown to strangers',
  },
  'contacts, rooms and occupants answer, strangers too; unknown nodes are not found; outsiders learn of no occupant',
  {},
  async ({ romeo }) => {
    for (const to of [BENVOLIO, `${BENVOLIO}/home`])
      await romeo.asks(info(to), result(to, `<identity category='*' type='*'/>${features(DISCO_INFO)}`));
    for (const to of [GATEWAY, BENVOLIO, ROOM])
      await romeo.asks(
        info(to, 'urn:no:such:node'),
        `<iq type='error' from='${to}'>${error('cancel/item-not-found')}</iq>`,
      );
    await romeo.asks(
      info(`${ROOM}/benvolio`),
      `<iq type='error' from='${ROOM}/benvolio'>${error('modify/bad-request')}</iq>`,
    );
    await romeo.asks(items(ROOM), `<iq type='result' id='items'><query xmlns='${DISCO_ITEMS}'><!item/></query></iq>`);
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      info(`${ROOM}/benvolio`),
      result(`${ROOM}/benvolio`, `<identity category='*' type='*'/>${features(DISCO_INFO)}`),
    );
    await romeo.asks(
      items(ROOM),
      `<iq type='result'><query xmlns='${DISCO_ITEMS}'><item jid='${ROOM}/benvolio'/><item jid='${ROOM}/romeo'/></query></iq>`,
    );
    await romeo.asks(
      info(ROOM, 'x-roomuser-item'),
      `<iq type='result'><query xmlns='${DISCO_INFO}' node='x-roomuser-item'><identity category='conference' type='text' name='romeo'/></query></iq>`,
    );
    for (const never of ['urn:xmpp:jingle:1', 'eu.siacs.conversations.axolotl.devicelist+notify'])
      for (const to of [BENVOLIO, ROOM]) expect(JSON.stringify(await query(romeo, to))).not.toContain(never);
    expect(JSON.stringify(await query(romeo, BENVOLIO))).not.toContain('urn:xmpp:mam:2');
  },
);

conformance(
  {
    'MUC-1': 'disco is out',
    'MUC-2': 'identities are missing',
    'MUC-3': ['features are missing', 'both of a pair'],
    'MUC-4': ['features are missing', 'rooms are nonanonymous'],
    'MUC-5': 'room facts are out',
    'E2E-3': 'rooms are nonanonymous',
  },
  'a room, before and after joining: one identity with a name, one feature of each pair, its facts in the first form',
  { claims: ['DSC-9'] },
  async ({ romeo }) => {
    for (const when of ['before', 'after']) {
      if (when === 'after') await romeo.joins(ROOM, 'romeo');
      const answer = await query(romeo, ROOM);
      expect(
        all(answer, 'identity').map(({ attrs }) => attrs),
        when,
      ).toMatchObject([{ category: 'conference', type: 'text', name: expect.stringContaining('verona') }]);
      const names = all(answer, 'feature').map(({ attrs }) => attrs['var'] ?? '');
      expect(names).toEqual(
        expect.arrayContaining([
          MUC,
          `${MUC}#stable_id`,
          `${MUC}#self-ping-optimization`,
          'urn:xmpp:sid:0',
          'urn:xmpp:ping',
          'muc_persistent',
          'muc_semianonymous',
        ]),
      );
      for (const pair of [
        ['muc_persistent', 'muc_temporary'],
        ['muc_public', 'muc_hidden'],
        ['muc_open', 'muc_membersonly'],
        ['muc_moderated', 'muc_unmoderated'],
        ['muc_semianonymous', 'muc_nonanonymous'],
        ['muc_passwordprotected', 'muc_unsecured'],
      ])
        expect(
          names.filter((name) => pair.includes(name)),
          pair.join(),
        ).toHaveLength(1);
      const [form] = all(answer, 'x');
      const fields = new Map(
        elementsOf(form ?? answer).map((field) => [field.attrs['var'], elementsOf(field).map(textOf).join()]),
      );
      expect(fields.get('FORM_TYPE')).toBe(`${MUC}#roominfo`);
      expect([...fields.keys()]).toEqual(
        expect.arrayContaining([
          'muc#roomconfig_roomname',
          'muc#roominfo_description',
          'muc#roominfo_changesubject',
          'muc#roomconfig_allowpm',
        ]),
      );
      if (when === 'after')
        expect([fields.get('muc#roominfo_occupants'), fields.get('muc#roominfo_subject')]).toEqual([
          '3',
          'No brawling',
        ]);
    }
  },
);

/** XEP-0115 5.1, written anew from the text. */
function verification(answer: XmlNode): string {
  const sorted = (list: readonly string[]): string =>
    [...list]
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((text) => `${text}<`)
      .join('');
  const identities = all(answer, 'identity').map(
    ({ attrs: { category, type, name = '', ...more } }) => `${category}/${type}/${more['xml:lang'] ?? ''}/${name}`,
  );
  const form = (x: XmlNode): string => {
    const fields = elementsOf(x).map((field) => ({
      name: field.attrs['var'] ?? '',
      values: elementsOf(field).map(textOf),
    }));
    const type = fields.find(({ name }) => name === 'FORM_TYPE')?.values[0] ?? '';
    const rest = fields
      .filter(({ name }) => name !== 'FORM_TYPE')
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    return `${type}<${rest.map(({ name, values }) => `${name}<${sorted(values)}`).join('')}`;
  };
  const forms = all(answer, 'x').map(form).sort().join('');
  return createHash('sha1')
    .update(`${sorted(identities)}${sorted(all(answer, 'feature').map(({ attrs }) => attrs['var'] ?? ''))}${forms}`)
    .digest('base64');
}

conformance(
  { 'DSC-7': 'a hash of something else', '26.8': 'a hash of something else' },
  'the capabilities in presence of gateway and contact are those of their disco answers, byte for byte, by node too',
  { claims: ['25.1.2'] },
  async ({ romeo }) => {
    for (const to of [GATEWAY, BENVOLIO]) {
      romeo.sends(`<presence to='${to}' type='subscribe'/>`);
      const presence = await romeo.receives(
        `<presence from='${to}' !type><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='*' ver='*'/></presence>`,
      );
      const { node, ver } = elementsOf(presence).find(({ name }) => name === 'c')?.attrs ?? {};
      expect(verification(await query(romeo, to))).toBe(ver);
      expect(verification(await query(romeo, to, `${node}#${ver}`))).toBe(ver);
    }
  },
);

conformance(
  ['DSC-10'],
  'asked a hundred times, disco answers a hundred times',
  { sabotage: ['disco is out', 'no answers'] },
  async ({ romeo }) => {
    for (let i = 0; i < 100; i++) romeo.sends(info(GATEWAY, '', `n${i}`));
    for (let i = 0; i < 100; i++) await romeo.receives(`<iq type='result' id='n${i}'/>`);
    await romeo.asks(items(GATEWAY), `<iq type='result' id='items'/>`);
  },
);

conformance(
  { '12.7': 'about is out', '18.3': 'ping is out' },
  'version, time and uptime of the gateway; pings of gateway, contact and room',
  {},
  async ({ romeo }) => {
    const get = (payload: string, id: string): string => `<iq to='${GATEWAY}' type='get' id='${id}'>${payload}</iq>`;
    await romeo.asks(
      get(`<query xmlns='jabber:iq:version'/>`, 'v'),
      `<iq type='result' id='v'><query xmlns='jabber:iq:version'><name>*</name><version>*</version></query></iq>`,
    );
    const time = await romeo.asks(
      get(`<time xmlns='urn:xmpp:time'/>`, 't'),
      `<iq type='result' id='t'><time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>*</utc></time></iq>`,
    );
    expect(Math.abs(Date.parse(/\d{4}-[^"]+Z/.exec(JSON.stringify(time))?.[0] ?? '') - Date.now())).toBeLessThan(5_000);
    await romeo.asks(
      get(`<query xmlns='jabber:iq:last'/>`, 'l'),
      `<iq type='result' id='l'><query xmlns='jabber:iq:last' seconds='*'/></iq>`,
    );
    for (const to of [GATEWAY, BENVOLIO, ROOM]) await romeo.asks(ping(to), `<iq type='result' from='${to}'/>`);
  },
);

conformance(
  {
    'E2E-1': ['encryption is let through', 'silent errors', 'errors without words'],
    'CPIM-6': 'encryption is let through',
    '26.13': 'encryption is let through',
    '20.2.5': 'every error is internal',
  },
  'an encrypted message is refused with words and nothing of it leaves; key transport is dropped',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const encrypted = [
      `<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>x</payload></encrypted>`,
      `<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'/><payload>x</payload></encrypted>`,
      `<x xmlns='jabber:x:encrypted'>x</x>`,
      `<openpgp xmlns='urn:xmpp:openpgp:0'>x</openpgp>`,
      `<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl'/>`,
    ];
    for (const [i, inside] of encrypted.entries()) {
      await romeo.asks(
        `<message to='${BENVOLIO}' type='chat' id='e${i}'>${inside}<body>I sent you an encrypted message</body></message>`,
        `<message type='error' id='e${i}' from='${BENVOLIO}'>${error('modify/not-acceptable')}</message>`,
      );
      romeo.sends(`<message to='${BENVOLIO}' type='chat' id='k${i}'>${inside}</message>`);
    }
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
    expect(irc.lines.join('\n')).not.toMatch(/encrypted/);
  },
);

conformance(
  ['17.1', '18.8', '13.5'],
  'calls, old file transfers, archives of contacts: refused as what is not there',
  { sabotage: ['silent errors', 'every error is internal'] },
  async ({ romeo }) => {
    for (const [i, payload] of [
      `<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'/>`,
      `<open xmlns='http://jabber.org/protocol/ibb' sid='s' block-size='4096'/>`,
      `<si xmlns='http://jabber.org/protocol/si' id='s'/>`,
      `<query xmlns='http://jabber.org/protocol/bytestreams' sid='s'/>`,
      `<query xmlns='urn:xmpp:mam:2'/>`,
    ].entries())
      await romeo.asks(
        `<iq to='${BENVOLIO}' type='set' id='j${i}'>${payload}</iq>`,
        `<iq type='error' id='j${i}' from='${BENVOLIO}'>${error('cancel/service-unavailable')}</iq>`,
      );
  },
);
