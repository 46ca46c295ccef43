// Section 19 on a network that has all that rooms can have: history, settings, bans, rooms that end.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { error, joinOf, MUC_ADMIN, MUC_USER, ping, say, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const GARDEN = '#garden@irc.localhost';
const ECHO = { echo: '      people: 3' };
const OWNER = 'http://jabber.org/protocol/muc#owner';
const OCCUPANT_ID = 'urn:xmpp:occupant-id:0';

const seen = (nick: string, inside: string, attrs = '!type'): string =>
  `<presence from='${GARDEN}/${nick}' ${attrs}><x xmlns='${MUC_USER}'>${inside}</x></presence>`;
const out = (nick: string, inside: string): string => seen(nick, inside, "type='unavailable'");
const line = (text: string, from = 'benvolio'): string =>
  `<message from='${GARDEN}/${from}' type='groupchat'><body>${text}</body></message>`;
const script = (one: Client, text: string, id = 's'): void => one.sends(say(text, id, GARDEN));
const find = (node: XmlNode, name: string): XmlNode | undefined => elementsOf(node).find((one) => one.name === name);
const bodies = (stanzas: readonly XmlNode[]): string[] =>
  stanzas.flatMap((stanza) => elementsOf(stanza).filter(({ name }) => name === 'body')).map(textOf);

conformance(
  { '19.3.1': ['everything said twice', 'no reflections'] },
  'a late client gets as much history as the least of its limits allows, the newest, oldest first',
  ECHO,
  async ({ romeo, client }) => {
    await romeo.joins(GARDEN, 'romeo');
    script(romeo, '!flood 30');
    await romeo.receives(line('line 30 of 30'));
    const lines = (from: number): string[] => Array.from({ length: 31 - from }, (_, i) => `line ${from + i} of 30`);
    const limits: readonly (readonly [string, readonly string[]])[] = [
      [`<history maxstanzas='5' maxchars='100000' seconds='600' since='2020-01-01T00:00:00Z'/>`, lines(26)],
      [`<history maxstanzas='25' maxchars='900' seconds='600'/>`, lines(29)],
      [`<history maxstanzas='25' maxchars='0'/>`, []],
      [`<history maxstanzas='0' seconds='600'/>`, []],
      [`<history maxstanzas='25' seconds='0'/>`, []],
      [`<history maxstanzas='25' since='2099-01-01T00:00:00Z'/>`, []],
      [`<history maxstanzas='3' maxchars='x'/>`, lines(28)],
      ['', lines(11)],
    ];
    for (const [at, [limit, wanted]] of limits.entries()) {
      const got = await client(`romeo@localhost/late${at}`).joins(GARDEN, 'romeo', limit);
      expect(bodies(got), limit).toEqual(wanted);
    }
  },
);

conformance(
  { '19.3.2': ['history has no times', 'everything from one nick', 'no reflections'] },
  'history is from those who spoke, with the ids of then and its times, and before the subject',
  ECHO,
  async ({ romeo, client }) => {
    await romeo.joins(GARDEN, 'romeo');
    romeo.sends(say('my own', 'mine', GARDEN));
    const mine = await romeo.receives(`<message id='mine' type='groupchat' from='${GARDEN}/romeo'/>`);
    script(romeo, '!say theirs');
    const theirs = await romeo.receives(line('theirs'));
    const got = await client('romeo@localhost/balcony').joins(GARDEN, 'romeo');
    for (const [live, nick] of [
      [mine, 'romeo'],
      [theirs, 'benvolio'],
    ] as const) {
      const kept = got.find(({ attrs }) => attrs['id'] === live.attrs['id']);
      expect(kept?.attrs).toMatchObject({ from: `${GARDEN}/${nick}`, type: 'groupchat' });
      if (kept === undefined) continue;
      expect(find(kept, 'stanza-id')?.attrs['id']).toBe(find(live, 'stanza-id')?.attrs['id']);
      expect(find(kept, 'delay')?.attrs['from']).toBe(GARDEN);
    }
    expect(got.at(-1)?.name).toBe('message');
    expect(got.findIndex(({ name }) => name === 'message')).toBeGreaterThan(
      got.findLastIndex(({ name }) => name === 'presence'),
    );
  },
);

conformance(
  { 'MUC-33': ['nobody is somebody else', 'no reflections'] },
  'who speaks without being in the room comes in for it',
  ECHO,
  async ({ romeo }) => {
    await romeo.joins(GARDEN, 'romeo');
    script(romeo, '!part benvolio');
    await romeo.receives(out('benvolio', ''));
    script(romeo, '!say from the street');
    await romeo.receives(seen('benvolio', `<item role='participant'/>`));
    await romeo.receives(line('from the street'));
    await romeo.receives(out('benvolio', `<item role='none'/>`));
  },
);

conformance(
  { '19.6.5': ['no status', 'no affiliations', 'everybody is in the room'] },
  'being banned: 110 and 301, outcast, by whom and why; nobody is let in again',
  ECHO,
  async ({ romeo }) => {
    await romeo.joins(GARDEN, 'romeo');
    script(romeo, '!ban a plague');
    await romeo.receives(
      out(
        'romeo',
        `<item affiliation='outcast' role='none'><actor nick='tybalt'/><reason>a plague</reason></item>${status(110, 301)}`,
      ),
    );
    await romeo.asks(ping(`${GARDEN}/romeo`), `<iq type='error' id='ping'>${error('cancel/not-acceptable')}</iq>`);
    await romeo.asks(joinOf('romeo', GARDEN), `<presence type='error' id='join'>${error('auth/forbidden')}</presence>`);
  },
);

conformance(
  {
    '19.6.7': ['rooms end without a word', 'nobody is oneself'],
    '20.1.7': ['every error is internal', 'silent errors'],
  },
  'a room that ends says why, one that moves says where to; those that can’t be made are refused',
  ECHO,
  async ({ romeo }) => {
    await romeo.joins(GARDEN, 'romeo');
    script(romeo, '!move #orchard');
    await romeo.receives(
      out('romeo', `<item affiliation='none' role='none'/><destroy jid='#orchard@irc.localhost'/>${status(110)}`),
    );
    script(romeo, '!close');
    await romeo.receives(
      out('romeo', `<item affiliation='none' role='none'/><destroy !jid><reason>*</reason></destroy>${status(110)}`),
    );
    const unmade = '#unmade@irc.localhost';
    await romeo.asks(
      joinOf('romeo', unmade),
      `<presence type='error' from='${unmade}/romeo' id='join'>${error('cancel/not-allowed')}</presence>`,
    );
  },
);

const list = (affiliation: string): string =>
  `<iq to='${GARDEN}' type='get' id='list'><query xmlns='${MUC_ADMIN}'><item affiliation='${affiliation}'/></query></iq>`;
const admin = (item: string): string =>
  `<iq to='${GARDEN}' type='set' id='set'><query xmlns='${MUC_ADMIN}'>${item}</query></iq>`;
const benvolio = 'benvolio@irc.localhost';

conformance(
  { '19.7.7': ['room administration is out', 'no affiliations'] },
  'who is banned is an outcast: shown so, in the list for those who may see it, and let in again by it',
  ECHO,
  async ({ romeo }) => {
    await romeo.joins(GARDEN, 'romeo');
    await romeo.asks(list('outcast'), `<iq type='error' id='list'>${error('auth/forbidden')}</iq>`);
    script(romeo, '!op');
    await romeo.receives(seen('romeo', `<item affiliation='owner' role='moderator'/>${status(110)}`));
    await romeo.asks(admin(`<item jid='${benvolio}' affiliation='outcast'/>`), `<iq type='result' id='set'/>`);
    await romeo.receives(out('benvolio', `<item affiliation='outcast' role='none'/>${status(301)}`));
    const outcast = `<item affiliation='outcast' jid='${benvolio}'/>`;
    const answered = (item: string): string =>
      `<iq type='result' id='list'><query xmlns='${MUC_ADMIN}'>${item}</query></iq>`;
    await romeo.asks(list('outcast'), answered(outcast));
    await romeo.asks(admin(`<item jid='${benvolio}' affiliation='none'/>`), `<iq type='result' id='set'/>`);
    await romeo.asks(list('outcast'), answered('<!item/>'));
  },
);

const settings = (inside: string): string =>
  `<iq to='${GARDEN}' type='set' id='set'><query xmlns='${OWNER}'>${inside}</query></iq>`;
const submits = (fields: Readonly<Record<string, string>>): string => {
  const given = Object.entries(fields).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  return settings(
    `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>${given.join('')}</x>`,
  );
};
const asksForm = `<iq to='${GARDEN}' type='get' id='form'><query xmlns='${OWNER}'/></iq>`;
const formWith = (fields: string): string =>
  `<iq type='result' id='form'><query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='form'>${fields}</x></query></iq>`;
const done = `<iq type='result' id='set' from='${GARDEN}'/>`;

conformance(
  {
    'MUC-72': [
      'room settings are out',
      'forms without a type',
      'silent errors',
      'every error is internal',
      'no status',
    ],
    '19.7.6': 'everybody is a participant',
  },
  'the settings of a room: for those who may see them, set, told, checked; moderated, nobody special is a visitor',
  ECHO,
  async ({ romeo }) => {
    await romeo.joins(GARDEN, 'romeo');
    await romeo.asks(asksForm, `<iq type='error' id='form' from='${GARDEN}'>${error('auth/forbidden')}</iq>`);
    script(romeo, '!op');
    await romeo.receives(seen('romeo', `<item affiliation='owner' role='moderator'/>${status(110)}`));
    await romeo.asks(
      asksForm,
      formWith(
        `<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roomconfig</value></field><field var='muc#roomconfig_moderatedroom' type='boolean'><value>0</value></field><field var='muc#roomconfig_publicroom'><value>1</value></field>`,
      ),
    );
    const wrong = submits({ 'muc#roomconfig_moderatedroom': 'perhaps' });
    await romeo.asks(wrong, `<iq type='error' id='set'>${error('modify/not-acceptable')}</iq>`);
    await romeo.asks(settings(`<x xmlns='jabber:x:data' type='cancel'/>`), done);
    romeo.sends(submits({ 'muc#roomconfig_moderatedroom': '1', 'muc#roomconfig_persistentroom': '1', mam: '1' }));
    await romeo.receives(
      `<message from='${GARDEN}' type='groupchat'><!body/><x xmlns='${MUC_USER}'>${status(104)}</x></message>`,
    );
    await romeo.receives(seen('benvolio', `<item affiliation='none' role='visitor'/><!status code='110'/>`));
    await romeo.receives(done);
    await romeo.asks(asksForm, formWith(`<field var='muc#roomconfig_moderatedroom'><value>1</value></field>`));
    await romeo.asks(submits({ 'muc#roomconfig_moderatedroom': '0' }), done);
    await romeo.receives(seen('benvolio', `<item affiliation='none' role='participant'/>`));
    await romeo.asks(submits({}), done);
  },
);

conformance(
  { '19.6.6': ['no status', 'no goodbyes'] },
  'a room that becomes one for members puts out who is none: 322',
  ECHO,
  async ({ romeo, client }) => {
    const juliet = client('juliet@localhost/balcony');
    await romeo.joins(GARDEN, 'romeo');
    await juliet.joins(GARDEN, 'juliet');
    script(romeo, '!op');
    await romeo.receives(seen('romeo', `<item affiliation='owner'/>${status(110)}`));
    romeo.sends(submits({ 'muc#roomconfig_membersonly': '1' }));
    await juliet.receives(out('juliet', `<item affiliation='none' role='none'/>${status(110, 322)}`));
    await romeo.receives(out('juliet', `<item affiliation='none' role='none'/>${status(322)}<!status code='110'/>`));
  },
);

conformance(
  { 'MUC-74': 'occupants have no id' },
  'occupants have an id that stays: in presence, in messages, in history, under another nick; one’s own is never taken',
  ECHO,
  async ({ romeo, client }) => {
    const idIn = (node: XmlNode): string => find(node, 'occupant-id')?.attrs['id'] ?? '';
    const got = await romeo.joins(GARDEN, 'romeo');
    const presences = got.filter(({ name }) => name === 'presence');
    const ids = new Map(presences.map((stanza) => [stanza.attrs['from']?.split('/')[1] ?? '', idIn(stanza)]));
    const id = ids.get('benvolio') ?? '';
    expect(id).not.toBe('');
    expect(new Set(ids.values()).size).toBe(4);
    const carries = `<occupant-id xmlns='${OCCUPANT_ID}' id='${id}'/>`;
    script(romeo, '!say here');
    await romeo.receives(`<message type='groupchat'><body>here</body>${carries}</message>`);
    script(romeo, '!rename benvolio ben');
    await romeo.receives(`<presence from='${GARDEN}/ben' !type>${carries}</presence>`);
    script(romeo, '!say there');
    await romeo.receives(`<message from='${GARDEN}/ben' type='groupchat'><body>there</body>${carries}</message>`);
    romeo.sends(
      `<message to='${GARDEN}' type='groupchat' id='forged'><body>I am he</body><occupant-id xmlns='${OCCUPANT_ID}' id='${id}'/></message>`,
    );
    const own = ids.get('romeo') ?? '';
    await romeo.receives(
      `<message id='forged'><body>I am he</body><occupant-id xmlns='${OCCUPANT_ID}' id='${own}'/><!occupant-id id='${id}'/></message>`,
    );
    const late = await client('romeo@localhost/late').joins(GARDEN, 'romeo');
    expect(late.filter((stanza) => bodies([stanza])[0] === 'here').map(idIn)).toEqual([id]);
  },
);

for (const [code, kind, id] of [
  ['unreachable', 'wait/recipient-unavailable', '20.2.3'],
  ['rate-limited', 'wait/policy-violation', '20.2.7'],
  ['network-down', 'wait/remote-server-timeout', '20.2.8'],
  ['unsupported', 'cancel/not-allowed', '20.2.9'],
] as const) {
  conformance(
    { [id]: ['silent errors', 'every error is internal', 'errors without ids'] },
    `a message that the network refuses as ${code} is ${kind}`,
    ECHO,
    async ({ romeo }) => {
      await romeo.joins(GARDEN, 'romeo');
      romeo.sends(`<message to='${benvolio}' type='chat' id='f'><body>!fail ${code} not now</body></message>`);
      await romeo.receives(`<message type='error' id='f' from='${benvolio}'>${error(kind)}</message>`);
    },
  );
}

const invited = (who: string, id: string): string =>
  `<message to='${GARDEN}' id='${id}'><x xmlns='${MUC_USER}'><invite to='${who}'><reason>come</reason></invite></x></message>`;

conformance(
  {
    'MUC-71': ['invitations are out', 'invitations in one form', 'silent errors'],
    'MUC-70': 'invitations in one form',
  },
  'invitations: to people elsewhere by the room, to contacts by the network, mediated and direct; those of a room not here as words; the decline',
  ECHO,
  async ({ romeo, client }) => {
    const juliet = client('juliet@localhost/balcony');
    await juliet.joins('#verona@irc.localhost', 'juliet');
    romeo.sends(invited('nurse@elsewhere.example', 'i0'));
    await romeo.receives(`<message type='error' id='i0' from='${GARDEN}'>${error('modify/not-acceptable')}</message>`);
    await romeo.joins(GARDEN, 'romeo');
    romeo.sends(invited('juliet@localhost', 'i1'));
    await juliet.receives(
      `<message from='${GARDEN}' to='juliet@localhost'><!body/><x xmlns='${MUC_USER}'><invite from='romeo@localhost'><reason>come</reason></invite></x><x xmlns='jabber:x:conference' jid='${GARDEN}' reason='come'/></message>`,
    );
    const nurse = client('nurse@localhost/hall');
    const peter = client('peter@localhost/hall');
    await nurse.joins('#verona@irc.localhost', 'nurse');
    await peter.joins('#verona@irc.localhost', 'peter');
    for (const who of ['juliet', 'nurse']) romeo.sends(invited(`${who}@irc.localhost`, 'i2'));
    for (const who of ['juliet', 'peter'])
      romeo.sends(
        `<message to='${who}@irc.localhost' id='i3'><x xmlns='jabber:x:conference' jid='${GARDEN}' reason='do come'/></message>`,
      );
    for (const [who, reason] of [
      [nurse, 'come'],
      [peter, 'do come'],
    ] as const)
      await who.receives(
        `<message from='${GARDEN}' to='${who.bare}'><!body/><x xmlns='${MUC_USER}'><invite from='*'><reason>${reason}</reason></invite></x><x xmlns='jabber:x:conference' jid='${GARDEN}' reason='${reason}'/></message>`,
      );
    romeo.sends(
      `<message to='juliet@irc.localhost' type='chat' id='i4'><x xmlns='jabber:x:conference' jid='ball@rooms.example'/></message>`,
    );
    await juliet.receives(
      `<message type='chat' from='romeo@irc.localhost' to='juliet@localhost'><body>xmpp:ball@rooms.example?join</body></message>`,
    );
    juliet.sends(
      `<message to='${GARDEN}' id='i5'><x xmlns='${MUC_USER}'><decline to='romeo@localhost'><reason>no</reason></decline></x></message>`,
    );
    romeo.sends(invited('benvolio@irc.localhost', 'i6'));
    await romeo.receives(`<message type='error' id='i6' from='${GARDEN}'>${error('cancel/conflict')}</message>`);
    expect(
      (await juliet.unread()).filter(({ name, attrs }) => name === 'message' && attrs['type'] !== 'groupchat'),
    ).toEqual([]);
  },
);
