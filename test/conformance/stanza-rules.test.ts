// Section 1: what every stanza owes and is owed, whoever it is sent to.

import { expect } from 'vitest';
import { matches } from '../support/matcher.ts';
import type { XmlNode } from '../support/xml-tree.ts';
import { conformance } from './proves.ts';
import type { World } from './world.ts';

const GATEWAY = 'irc.localhost';
const NICK = 'benvolio%test@irc.localhost';
const ROOM = '#verona%test@irc.localhost';
const EVERYWHERE = [GATEWAY, NICK, `${NICK}/home`, ROOM, `${ROOM}/romeo`, `${ROOM}/benvolio`];
const ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const error = (type: string, condition: string): string =>
  `<error type='${type}'><${condition} xmlns='${ERRORS}'/><text xmlns='${ERRORS}'>*</text></error>`;
const REFUSED = error('cancel', 'service-unavailable');

conformance(
  { 'CORE-1': 'a stanza without to' },
  'every stanza of a session has a from of ours and a to',
  {},
  async (world) => {
    await session(world);
    for (const { attrs } of world.peer.all()) {
      expect(attrs['from'] ?? '').toMatch(/(^|@)irc\.localhost(\/|$)/);
      expect(attrs['to'] ?? '').toMatch(/./);
    }
  },
);

/** Something of everything. */
async function session(world: World): Promise<void> {
  const { romeo } = world;
  await romeo.joins(ROOM, 'romeo');
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='s1'><body>hello</body></message>`);
  await romeo.receives(`<message id='s1' type='groupchat'/>`);
  world.irc.says('benvolio', 'romeo', 'psst');
  await romeo.receives(`<message type='chat'><body>psst</body></message>`);
  romeo.sends(`<presence to='${GATEWAY}' type='subscribe' id='s2'/>`);
  await romeo.receives(`<presence type='subscribed'/>`);
  await romeo.asks(`<iq to='${GATEWAY}' type='get' id='s3'><x xmlns='urn:nothing'/></iq>`, `<iq id='s3'/>`);
  await world.barrier();
}

conformance(
  {
    'CORE-2': ['answers twice', 'answers from the domain', 'silent errors'],
    'CORE-4': ['every error is internal', 'silent errors'],
    '26.3': ['answers twice', 'silent errors'],
    '25.6.2': 'errors without words',
  },
  'an unknown request is refused once, from the address that was asked',
  {},
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const [i, to] of EVERYWHERE.entries()) {
      for (const type of ['get', 'set']) {
        const id = `u${i}${type}`;
        await romeo.asks(
          `<iq to='${to}' type='${type}' id='${id}'><query xmlns='urn:example:unknown'/></iq>`,
          `<iq type='error' id='${id}' from='${to}'>${REFUSED}</iq>`,
        );
      }
    }
    const odd = 'two\\20words%test@irc.localhost';
    await romeo.asks(
      `<iq to='${odd}' type='get' id='odd'><query xmlns='urn:example:unknown'/></iq>`,
      `<iq type='error' id='odd' from='${odd}'>${error('modify', 'jid-malformed')}</iq>`,
    );
    expect((await romeo.unread()).filter(({ name }) => name === 'iq')).toEqual([]);
  },
);

conformance(
  ['CORE-3'],
  'errors and results are not answered, whatever is in them and wherever they go',
  { sabotage: 'answers errors' },
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const to of EVERYWHERE) {
      if (to.endsWith('/romeo')) continue;
      romeo.sends(`<iq to='${to}' type='result' id='r1'/>`);
      romeo.sends(`<iq to='${to}' type='result' id='r2'><query xmlns='urn:example:unknown'/></iq>`);
      romeo.sends(`<iq to='${to}' type='error' id='r3'>${REFUSED.replace('*', 'x')}</iq>`);
      romeo.sends(
        `<message to='${to}' type='error' id='r4'><body>x</body><error type='wait'><undefined-condition xmlns='${ERRORS}'/></error></message>`,
      );
      romeo.sends(
        `<presence to='${to}' type='error' id='r5'><error type='wait'><undefined-condition xmlns='${ERRORS}'/></error></presence>`,
      );
    }
    expect(await romeo.unread()).toEqual([]);
  },
);

conformance(
  ['CORE-5'],
  'a request without id, without payload, with two, or of an unknown type is a bad one',
  { sabotage: ['silent errors', 'every error is internal'] },
  async ({ romeo }) => {
    const bad = error('modify', 'bad-request');
    for (const to of [GATEWAY, NICK, ROOM]) {
      await romeo.asks(`<iq to='${to}' type='get' id='b1'/>`, `<iq type='error' id='b1' from='${to}'>${bad}</iq>`);
      await romeo.asks(
        `<iq to='${to}' type='set' id='b2'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>`,
        `<iq type='error' id='b2' from='${to}'>${bad}</iq>`,
      );
      await romeo.asks(
        `<iq to='${to}' type='fetch' id='b3'><a xmlns='urn:a'/></iq>`,
        `<iq type='error' id='b3' from='${to}'>${bad}</iq>`,
      );
      await romeo.asks(
        `<iq to='${to}' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`,
        `<iq type='error' !id from='${to}'>${bad}</iq>`,
      );
    }
    romeo.sends(`<iq to='${GATEWAY}' type='result' id='b4'/>`);
    expect(await romeo.unread()).toEqual([]);
  },
);

conformance(
  { 'CORE-6': ['IRC lines are lost', 'silent errors', 'every error is internal'] },
  'a message of unknown type counts as normal, a presence of unknown type is bad',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<message to='${NICK}' type='shouted' id='k1'><body>hear me</body></message>`);
    await irc.receives(/PRIVMSG benvolio :?hear me/);
    await romeo.asks(
      `<presence to='${GATEWAY}' type='shouted' id='k2'/>`,
      `<presence type='error' id='k2' from='${GATEWAY}'>${error('modify', 'bad-request')}</presence>`,
    );
  },
);

conformance(
  ['CORE-7', 'TXT-5'],
  'what has no body and can’t be delivered is dropped in silence',
  { sabotage: 'answers errors' },
  async ({ romeo }) => {
    const STATES = 'http://jabber.org/protocol/chatstates';
    for (const to of [GATEWAY, 'nobody%nowhere@irc.localhost', 'nobody%down@irc.localhost', `${ROOM}/romeo`, NICK]) {
      romeo.sends(`<message to='${to}' type='chat' id='n1'><composing xmlns='${STATES}'/></message>`);
      romeo.sends(`<message to='${to}' type='chat' id='n2'><received xmlns='urn:xmpp:receipts' id='x'/></message>`);
      romeo.sends(
        `<message to='${to}' type='chat' id='n3'><displayed xmlns='urn:xmpp:chat-markers:0' id='x'/><no-store xmlns='urn:xmpp:hints'/></message>`,
      );
      romeo.sends(`<message to='${to}' type='chat' id='n4'/>`);
    }
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  { 'CORE-8': ['errors without ids', 'errors from the domain'] },
  'the error of a room message comes from the bare room to the full sender, with its id',
  {},
  async ({ romeo }) => {
    await romeo.asks(
      `<message to='${ROOM}' type='groupchat' id='g1'><body>let me in</body></message>`,
      `<message type='error' id='g1' from='${ROOM}' to='${romeo.jid}'>${error('modify', 'not-acceptable')}</message>`,
    );
  },
);

conformance(
  ['CORE-9', '25.6.1'],
  'unknown children and attributes do no harm to joins, messages and requests',
  { sabotage: ['no reflections', 'no answers'] },
  async ({ romeo, irc }) => {
    await romeo.joins(
      ROOM,
      'romeo',
      `<mav xmlns='urn:xmpp:muc:affiliations:1' since='0'/><new xmlns='urn:example'><deep/></new>`,
    );
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='c1'><new xmlns='urn:example' a='b'><deep>x</deep></new><body>plain</body><origin-id xmlns='urn:xmpp:sid:0' id='c1'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><active xmlns='http://jabber.org/protocol/chatstates'/><thread>t</thread></message>`,
    );
    await irc.receives(/PRIVMSG #verona :?plain$/);
    await romeo.receives(`<message id='c1' type='groupchat'><body>plain</body></message>`);
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='c2'><ping xmlns='urn:xmpp:ping' x='y'><z xmlns='urn:z'/></ping></iq>`,
      `<iq type='result' id='c2'/>`,
    );
  },
);

conformance(
  ['25.6.2'],
  'texts for people say in which language they are',
  { sabotage: 'errors without words', claims: ['CORE-10'] },
  async ({ romeo }) => {
    const text = await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='l1' xml:lang='de'><x xmlns='urn:example'/></iq>`,
      `<iq id='l1'><error><text xmlns='${ERRORS}' xml:lang='*'>*</text></error></iq>`,
    );
    expect(text).toBeDefined();
  },
);

conformance(
  { 'CORE-11': 'controls get through' },
  'what XML can’t carry never leaves: messages, topics, nicks and reasons of IRC',
  {},
  async ({ romeo, irc, server, barrier }) => {
    const odd = '\u0002bold\u0002 \u000304red\u000f \u001ditalic \u0016\u001f \u0007\u001b end';
    irc.channel('#odd', { topic: odd, nicks: ['@ty^\\{}[]`|', 'benvolio'] });
    await romeo.joins('#odd%test@irc.localhost', 'romeo');
    irc.says('benvolio', '#odd', odd);
    await romeo.receives(`<message type='groupchat'><body>bold red italic   end</body></message>`);
    irc.setsTopic('benvolio', '#odd', odd);
    await romeo.receives(`<message type='groupchat'><subject/></message>`);
    irc.kicks('benvolio', 'ty^\\{}[]`|', '#odd', odd);
    await romeo.receives(`<presence type='unavailable'/>`);
    expect(server.attempts).toHaveLength(1);
    await barrier();
  },
);

conformance(
  { 'CORE-12': 'very large stanzas', '23.1.3': 'nobody is somebody else' },
  'a channel of 2,000 opens with everybody in it, each stanza small',
  {},
  async ({ romeo, irc, proxy }) => {
    const nicks = Array.from({ length: 2_000 }, (_, i) => `member${i}`);
    irc.channel('#crowd', { nicks });
    const got = await romeo.joins('#crowd%test@irc.localhost', 'romeo');
    const from = new Set(
      got.filter(({ name }) => name === 'presence').map(({ attrs }) => attrs['from']?.split('/')[1]),
    );
    expect(from.size).toBe(2_001);
    expect(proxy.largest).toBeLessThan(60 * 1024);
  },
);

conformance(
  {
    'CORE-13': 'the subject comes first',
    'MUC-11': ['the subject comes first', 'oneself comes first'],
  },
  'what is said during a join comes behind it',
  {},
  async ({ romeo, irc }) => {
    romeo.sends(`<presence to='${ROOM}/romeo' id='j'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await irc.receives(/JOIN #verona/);
    for (let i = 0; i < 20; i++) irc.says('benvolio', '#verona', `word ${i}`);
    const kinds: string[] = [];
    for (let words = 0; words < 20; ) {
      const kind = kindOf(await romeo.receives(`<* from='*'/>`));
      if (kind === 'word') words++;
      kinds.push(kind);
    }
    expect(kinds.filter((kind) => kind !== 'other')).toEqual([
      'occupant',
      'occupant',
      'self',
      'subject',
      ...Array.from({ length: 20 }, () => 'word'),
    ]);
  },
);

function kindOf(stanza: XmlNode): string {
  const MUC_USER = 'http://jabber.org/protocol/muc#user';
  if (stanza.attrs['from']?.startsWith('#verona') !== true) return 'other';
  if (matches(`<presence><x xmlns='${MUC_USER}'><status code='110'/></x></presence>`, stanza)) return 'self';
  if (matches(`<presence><x xmlns='${MUC_USER}'/></presence>`, stanza)) return 'occupant';
  if (matches(`<message><subject/></message>`, stanza)) return 'subject';
  return matches(`<message><body/></message>`, stanza) ? 'word' : 'other';
}

conformance(
  { 'CORE-14': ['nothing has an id', 'errors without ids'] },
  'everything we send has an id, the error of a join that of the join',
  {},
  async (world) => {
    const { romeo, irc, peer } = world;
    irc.refuse('JOIN #closed', '473 %n #closed :Cannot join channel (+i)');
    await session(world);
    romeo.sends(
      `<presence to='#closed%test@irc.localhost/romeo' id='join-7'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
    );
    await romeo.receives(`<presence type='error' id='join-7'/>`);
    const needIds = peer.all().filter(({ name }) => name === 'message' || name === 'iq');
    expect(needIds.filter(({ attrs }) => attrs['id'] === undefined)).toEqual([]);
  },
);
