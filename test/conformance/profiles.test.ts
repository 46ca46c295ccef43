// Section 12: who somebody is, what she looks like, when she was last there, and how to find her.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { BENVOLIO, DISCO_INFO, error, GATEWAY, MUC_USER, REGISTER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const ECHO = '      people: 3';
const FRIEND = `benvolio@${GATEWAY}`;
const GARDEN = `#garden@${GATEWAY}`;
const HASH = 'b013b359a29343b4aa42263288f06aedaed60208';
const GARDEN_HASH = '85828184c785ed4b1e827751e89d8f73fdb71097';
const VCARD = `<vCard xmlns='vcard-temp'/>`;
const VCARD4 = `<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>`;
const LAST = `<query xmlns='jabber:iq:last'/>`;
const PUBSUB = 'http://jabber.org/protocol/pubsub';

const get = (to: string, payload: string, id = 'get'): string => `<iq to='${to}' type='get' id='${id}'>${payload}</iq>`;
const set = (to: string, payload: string, id = 'set'): string => `<iq to='${to}' type='set' id='${id}'>${payload}</iq>`;
const result = (from: string, inside: string, id = 'get'): string =>
  `<iq type='result' id='${id}' from='${from}'>${inside}</iq>`;
const refusal = (from: string, kind: `${string}/${string}`, id = 'get'): string =>
  `<iq type='error' id='${id}' from='${from}'>${error(kind)}</iq>`;
const items = (node: string): string => `<pubsub xmlns='${PUBSUB}'><items node='${node}'/></pubsub>`;

/** Signs up with the echo network and is there. */
async function signsUp(client: Client, caps = ''): Promise<void> {
  const answers = `<username>romeo</username><password>secret</password>`;
  await client.asks(set(GATEWAY, `<query xmlns='${REGISTER}'>${answers}</query>`), result(GATEWAY, '', 'set'));
  client.sends(`<presence to='${GATEWAY}'>${caps}</presence>`);
}

function find(node: XmlNode, name: string): XmlNode | undefined {
  for (const child of elementsOf(node)) {
    const found = child.name === name ? child : find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function sha1(base64: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', Buffer.from(base64, 'base64'));
  return Buffer.from(digest).toString('hex');
}

conformance(
  { '12.1': ['vcards are out', 'silent errors'] },
  'on IRC: the gateway, a person, a channel and a person in it have a vCard, of what WHOIS says; none can be set',
  { claims: ['12.6'] },
  async ({ romeo }) => {
    await romeo.asks(
      get(GATEWAY, VCARD),
      result(GATEWAY, `<vCard xmlns='vcard-temp'><FN>*</FN><DESC>*</DESC></vCard>`),
    );
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      get(ROOM, VCARD),
      result(ROOM, `<vCard xmlns='vcard-temp'><FN>#verona</FN><DESC>No brawling</DESC></vCard>`),
    );
    await romeo.asks(
      get(BENVOLIO, VCARD),
      result(BENVOLIO, `<vCard xmlns='vcard-temp'><FN>*</FN><NICKNAME>benvolio</NICKNAME><URL>*</URL></vCard>`),
    );
    const occupant = `${ROOM}/benvolio`;
    await romeo.asks(
      get(occupant, VCARD),
      result(occupant, `<vCard xmlns='vcard-temp'><NICKNAME>benvolio</NICKNAME></vCard>`),
    );
    const mine = `<vCard xmlns='vcard-temp'><FN>me</FN></vCard>`;
    for (const to of [GATEWAY, BENVOLIO, occupant])
      await romeo.asks(set(to, mine), refusal(to, 'auth/forbidden', 'set'));
    await romeo.asks(set(ROOM, mine), refusal(ROOM, 'cancel/not-allowed', 'set'));
  },
);

conformance(
  { '12.1': 'vcards are out' },
  'without a connection a stranger still gets a vCard, of what the address says',
  {},
  async ({ romeo }) =>
    void (await romeo.asks(get(BENVOLIO, VCARD), result(BENVOLIO, `<vCard xmlns='vcard-temp'><URL>*</URL></vCard>`))),
);

conformance(
  {
    '12.2': ['pictures are out', 'pictures have another hash'],
    '12.4': 'pictures have another hash',
    '12.5': 'vcards are out',
    '12.6': ['vcards are out', 'rooms have no picture'],
  },
  'a contact’s and a room’s picture: the hash in presence and disco is that of the bytes in both vCards and by pubsub',
  { echo: ECHO },
  async ({ romeo }) => {
    await signsUp(romeo);
    romeo.sends(`<presence to='${FRIEND}' type='subscribe'/>`);
    await romeo.receives(
      `<presence from='${FRIEND}' !type><x xmlns='vcard-temp:x:update'><photo>${HASH}</photo></x></presence>`,
    );
    const card = await romeo.asks(
      get(FRIEND, VCARD),
      result(
        FRIEND,
        `<vCard xmlns='vcard-temp'><FN>Benvolio Montague</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>*</BINVAL></PHOTO></vCard>`,
      ),
    );
    const bytes = textOf(find(card, 'BINVAL') ?? card);
    expect(await sha1(bytes)).toBe(HASH);
    const newer = await romeo.asks(
      get(FRIEND, VCARD4),
      result(
        FRIEND,
        `<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Benvolio Montague</text></fn><impp><uri>echo:person/benvolio</uri></impp></vcard>`,
      ),
    );
    expect(textOf(find(find(newer, 'photo') ?? newer, 'uri') ?? newer)).toBe(`data:image/png;base64,${bytes}`);
    const data = await romeo.asks(
      get(FRIEND, items('urn:xmpp:avatar:data')),
      result(
        FRIEND,
        `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:avatar:data'><item id='${HASH}'><data xmlns='urn:xmpp:avatar:data'>*</data></item></items></pubsub>`,
      ),
    );
    expect(textOf(find(data, 'data') ?? data)).toBe(bytes);

    const joined = await romeo.joins(GARDEN, 'romeo');
    const shown = joined.find(({ attrs }) => attrs['from'] === `${GARDEN}/benvolio`);
    expect(shown && textOf(find(shown, 'photo') ?? shown)).toBe(HASH);
    await romeo.asks(
      get(GARDEN, `<query xmlns='${DISCO_INFO}'/>`),
      result(
        GARDEN,
        `<query xmlns='${DISCO_INFO}'><feature var='vcard-temp'/><x xmlns='jabber:x:data'><field var='muc#roominfo_avatarhash'><value>${GARDEN_HASH}</value></field></x></query>`,
      ),
    );
    const room = await romeo.asks(
      get(GARDEN, VCARD),
      result(GARDEN, `<vCard xmlns='vcard-temp'><PHOTO><BINVAL>*</BINVAL></PHOTO></vCard>`),
    );
    expect(await sha1(textOf(find(room, 'BINVAL') ?? room))).toBe(GARDEN_HASH);
  },
);

conformance(
  { '12.6': ['vcards are out', 'rooms have no picture', 'no status'] },
  'a room that gets another picture says that it has changed, and then has the new one; without one it tells no hash',
  { echo: ECHO },
  async ({ romeo }) => {
    await romeo.joins(GARDEN, 'romeo');
    const changes = async (name: string): Promise<XmlNode> => {
      romeo.sends(`<message to='${GARDEN}' type='groupchat' id='p'><body>!picture ${name}</body></message>`);
      await romeo.receives(
        `<message from='${GARDEN}' type='groupchat'><x xmlns='${MUC_USER}'><status code='104'/></x></message>`,
      );
      return romeo.asks(
        get(GARDEN, `<query xmlns='${DISCO_INFO}'/>`),
        result(GARDEN, `<query xmlns='${DISCO_INFO}'/>`),
      );
    };
    expect(JSON.stringify(await changes('benvolio'))).toContain(HASH);
    const card = await romeo.asks(
      get(GARDEN, VCARD),
      result(GARDEN, `<vCard xmlns='vcard-temp'><PHOTO><BINVAL>*</BINVAL></PHOTO></vCard>`),
    );
    expect(await sha1(textOf(find(card, 'BINVAL') ?? card))).toBe(HASH);
    expect(JSON.stringify(await changes('nobody'))).not.toContain('avatarhash');
    await romeo.asks(get(GARDEN, VCARD), result(GARDEN, `<vCard xmlns='vcard-temp'><!PHOTO/></vCard>`));
  },
);

conformance(
  { '12.6': ['vcards are out', 'rooms have no picture', 'no status', 'silent errors'] },
  'whoever is in charge of a room sets its picture by its vCard and takes it away; others may not, and what is no picture is none',
  { echo: ECHO },
  async ({ romeo, client }) => {
    const stage = '#stage@irc.localhost';
    const sets = (photo: string): string => set(stage, `<vCard xmlns='vcard-temp'>${photo}</vCard>`);
    const photo = (bytes: string, type = 'image/png'): string =>
      `<PHOTO><TYPE>${type}</TYPE><BINVAL>${bytes}</BINVAL></PHOTO>`;
    const refused = (kind: `${string}/${string}`): string => refusal(stage, kind, 'set');
    const done = result(stage, '', 'set');
    const changed = `<message from='${stage}' type='groupchat'><x xmlns='${MUC_USER}'><status code='104'/></x></message>`;
    const bytes = Buffer.from('not much of a picture').toString('base64');
    await romeo.asks(sets(photo(bytes)), refused('auth/forbidden'));
    await romeo.joins(stage, 'romeo');
    const juliet = client('juliet@localhost/balcony');
    await juliet.joins(stage, 'juliet');
    romeo.sends(`<message to='${stage}' type='groupchat' id='op'><body>!op</body></message>`);
    await romeo.receives(
      `<presence from='${stage}/romeo'><x xmlns='${MUC_USER}'><item role='moderator'/></x></presence>`,
    );
    await romeo.asks(sets(photo(bytes)), done);
    for (const one of [romeo, juliet]) await one.receives(changed);
    const hash = await sha1(bytes);
    const info = get(stage, `<query xmlns='${DISCO_INFO}'/>`);
    expect(JSON.stringify(await juliet.asks(info, result(stage, `<query xmlns='${DISCO_INFO}'/>`)))).toContain(hash);
    const card = await juliet.asks(
      get(stage, VCARD),
      result(stage, `<vCard xmlns='vcard-temp'><PHOTO><BINVAL>*</BINVAL></PHOTO></vCard>`),
    );
    expect(textOf(find(card, 'BINVAL') ?? card)).toBe(bytes);
    await juliet.asks(sets(''), refused('auth/forbidden'));
    await romeo.asks(sets(photo('AAAA', 'text/html')), refused('modify/bad-request'));
    await romeo.asks(sets(photo('A'.repeat(60_000))), refused('modify/not-acceptable'));
    await romeo.asks(sets(''), done);
    await juliet.receives(changed);
    const bare = await juliet.asks(info, result(stage, `<query xmlns='${DISCO_INFO}'/>`));
    expect(JSON.stringify(bare)).not.toContain('avatarhash');
  },
);

conformance(
  { '12.3': 'pictures are out', 'E2E-2': 'pictures are out' },
  'a contact’s picture is pushed once to those who see her presence and can be had by pubsub; other nodes are not found',
  { echo: ECHO },
  async ({ romeo }) => {
    const caps = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:test' ver='x'/>`;
    await signsUp(romeo, caps);
    romeo.sends(`<presence to='${FRIEND}' type='subscribe'/>`);
    const wants = `<query xmlns='${DISCO_INFO}'><feature var='urn:xmpp:avatar:metadata+notify'/></query>`;
    const asked = await romeo.receives(`<iq type='get' id='*'><query xmlns='${DISCO_INFO}' node='urn:test#x'/></iq>`);
    const others = (await romeo.unread()).filter(({ name, attrs }) => name === 'iq' && attrs['type'] === 'get');
    for (const { attrs } of [asked, ...others])
      romeo.sends(`<iq to='${GATEWAY}' type='result' id='${attrs['id']}'>${wants}</iq>`);
    const info = `<metadata xmlns='urn:xmpp:avatar:metadata'><info id='${HASH}' type='image/png' bytes='*'/></metadata>`;
    await romeo.receives(
      `<message from='${FRIEND}' type='headline'><event xmlns='${PUBSUB}#event'><items node='urn:xmpp:avatar:metadata'><item id='${HASH}'>${info}</item></items></event></message>`,
    );
    await romeo.asks(
      get(FRIEND, items('urn:xmpp:avatar:metadata')),
      result(FRIEND, `<pubsub xmlns='${PUBSUB}'><items><item id='${HASH}'>${info}</item></items></pubsub>`),
    );
    for (const node of [
      'eu.siacs.conversations.axolotl.devicelist',
      'urn:xmpp:omemo:2:bundles',
      'urn:xmpp:avatar:other',
    ])
      await romeo.asks(get(FRIEND, items(node)), refusal(FRIEND, 'cancel/item-not-found'));
    const echo = `echo@${GATEWAY}`;
    await romeo.asks(get(echo, items('urn:xmpp:avatar:data')), refusal(echo, 'cancel/item-not-found'));
    const left = await romeo.unread();
    expect(left.filter(({ attrs }) => attrs['type'] === 'headline' && attrs['from'] === FRIEND)).toEqual([]);
  },
);

conformance(
  { '12.7': ['about is out', 'silent errors', 'every error is internal'] },
  'a contact’s last activity is for those who see her presence, and only where the network knows; so is her software',
  { echo: ECHO },
  async ({ romeo }) => {
    await signsUp(romeo);
    const version = `<query xmlns='jabber:iq:version'/>`;
    await romeo.asks(get(FRIEND, LAST), refusal(FRIEND, 'auth/forbidden'));
    romeo.sends(`<presence to='${FRIEND}' type='subscribe'/>`);
    await romeo.receives(`<presence from='${FRIEND}' type='subscribed'/>`);
    await romeo.asks(get(FRIEND, LAST), result(FRIEND, `<query xmlns='jabber:iq:last' seconds='*'/>`));
    await romeo.asks(
      get(FRIEND, version),
      result(FRIEND, `<query xmlns='jabber:iq:version'><name>Echo 1</name></query>`),
    );
    const echo = `echo@${GATEWAY}`;
    romeo.sends(`<presence to='${echo}' type='subscribe'/>`);
    await romeo.receives(`<presence from='${echo}' type='subscribed'/>`);
    for (const payload of [LAST, version])
      await romeo.asks(get(echo, payload), refusal(echo, 'cancel/service-unavailable'));
  },
);

const SEARCH = 'jabber:iq:search';
const term = (text: string): string =>
  `<query xmlns='${SEARCH}'><x xmlns='jabber:x:data' type='submit'><field var='term'><value>${text}</value></field></x></query>`;

conformance(
  { '12.9': ['search is out', 'silent errors', 'every error is internal'] },
  'people are searched by a form or the old fields, by those with an account; nothing to look for is not acceptable',
  { echo: ECHO },
  async ({ romeo }) => {
    await romeo.asks(set(GATEWAY, term('ben')), refusal(GATEWAY, 'auth/registration-required', 'set'));
    await signsUp(romeo);
    await romeo.asks(
      get(GATEWAY, `<query xmlns='${SEARCH}'/>`),
      result(
        GATEWAY,
        `<query xmlns='${SEARCH}'><instructions>*</instructions><nick/><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>${SEARCH}</value></field><field var='term' type='text-single'><required/></field></x></query>`,
      ),
    );
    const row = `<item><field var='jid'><value>${FRIEND}</value></field><field var='fn'><value>Benvolio Montague</value></field></item>`;
    await romeo.asks(
      set(GATEWAY, term('BEN')),
      result(
        GATEWAY,
        `<query xmlns='${SEARCH}'><x xmlns='jabber:x:data' type='result'><reported><field var='jid' type='jid-single'/></reported>${row}</x></query>`,
        'set',
      ),
    );
    await romeo.asks(
      set(GATEWAY, `<query xmlns='${SEARCH}'><nick>benv</nick></query>`),
      result(GATEWAY, `<query xmlns='${SEARCH}'><item jid='${FRIEND}'><nick>benvolio</nick></item></query>`, 'set'),
    );
    await romeo.asks(set(GATEWAY, term(' ')), refusal(GATEWAY, 'modify/not-acceptable', 'set'));
  },
);

conformance(
  { '11.5': ['nicknames are out', 'nicknames in rooms'] },
  'a stranger’s first message has her nickname, the next has not; presence and messages in rooms never',
  {},
  async ({ romeo, irc }) => {
    const joined = await romeo.joins(ROOM, 'romeo');
    expect(joined.filter((stanza) => find(stanza, 'nick') !== undefined)).toEqual([]);
    irc.says('benvolio', 'romeo', 'good morrow');
    await romeo.receives(
      `<message type='chat' from='${BENVOLIO}'><body>good morrow</body><nick xmlns='http://jabber.org/protocol/nick'>benvolio</nick></message>`,
    );
    irc.says('benvolio', 'romeo', 'cousin');
    const next = await romeo.receives(`<message type='chat' from='${BENVOLIO}'><body>cousin</body></message>`);
    expect(find(next, 'nick')).toBeUndefined();
    irc.says('benvolio', '#verona', 'all');
    const inRoom = await romeo.receives(`<message type='groupchat' from='${ROOM}/benvolio'><body>all</body></message>`);
    expect(find(inRoom, 'nick')).toBeUndefined();
  },
);
