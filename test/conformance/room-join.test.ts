// Sections 19.1 and 19.2: joining a room, as clients need it to be.

import { expect } from 'vitest';
import { matches } from '../support/matcher.ts';
import { error, gone, here, joinOf, MUC_ADMIN, MUC_USER, ping, rename, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  {
    'MUC-10': 'a second join gets nothing',
    'MUC-11': ['no subjects', 'oneself comes first'],
    'MUC-12': ['nobody is oneself', 'everybody is a participant', 'no affiliations'],
    '19.7.2': ['no affiliations', 'everybody is a participant'],
    '19.7.5': 'everybody is a moderator',
    '23.1.3': ['nobody is somebody else', 'oneself comes first'],
  },
  'a join: the others with their roles, oneself with 110 and the real address, the subject; again on the same join',
  { claims: ['23.1.21'] },
  async ({ romeo, irc }) => {
    for (const round of ['first', 'again']) {
      const got = await romeo.joins(ROOM, 'romeo');
      const wanted = [
        here('tybalt', `<item affiliation='admin' role='moderator'/><!status code='110'/>`),
        here('benvolio', `<item affiliation='none' role='participant'/><!status code='110'/>`),
        here('romeo', `<item affiliation='none' role='participant' jid='${romeo.jid}'/>${status(110)}`),
        `<message type='groupchat'><subject>No brawling</subject><!body/></message>`,
      ];
      expect(
        got.map((stanza, i) => matches(wanted[i] ?? '<nothing/>', stanza)),
        `${round}: ${JSON.stringify(got)}`,
      ).toEqual(wanted.map(() => true));
    }
    expect(irc.lines.filter((line) => line.includes('JOIN #verona'))).toHaveLength(1);
  },
);

conformance(
  { 'MUC-12': ['moderators see no addresses', 'everybody sees addresses'] },
  'a moderator sees by which address each can be had as a contact, in the list and of whoever comes or changes; others don’t',
  {},
  async ({ romeo, irc, client }) => {
    const juliet = client('juliet@localhost/balcony');
    const seen = (nick: string): string => here(nick, `<item jid='${nick}%test@irc.localhost'/>`);
    const unseen = (nick: string): string => here(nick, '<item !jid/>');
    await romeo.joins(ROOM, 'romeo');
    await juliet.joins(ROOM, 'juliet');
    await romeo.receives(unseen('juliet'));
    irc.modes('tybalt', '#verona', '+o romeo');
    await romeo.receives(here('romeo', `<item role='moderator' jid='${romeo.jid}'/>${status(110)}`));
    irc.joins('mercutio', '#verona');
    await romeo.receives(seen('mercutio'));
    await juliet.receives(unseen('mercutio'));
    irc.modes('tybalt', '#verona', '+v benvolio');
    await romeo.receives(here('benvolio', `<item affiliation='member' jid='benvolio%test@irc.localhost'/>`));
    await juliet.receives(here('benvolio', `<item affiliation='member' !jid/>`));
    for (const [place, who, shown] of [
      ['study', 'romeo', seen],
      ['tomb', 'juliet', unseen],
    ] as const) {
      const got = await client(`${who}@localhost/${place}`).joins(ROOM, who);
      const others = got.filter(
        ({ name, attrs }) => name === 'presence' && /\/(benvolio|tybalt|mercutio)$/.test(attrs['from'] ?? ''),
      );
      expect(others.map((stanza) => matches(shown(stanza.attrs['from']?.split('/')[1] ?? ''), stanza))).toEqual([
        true,
        true,
        true,
      ]);
    }
    expect((await romeo.unread()).filter((stanza) => JSON.stringify(stanza).includes(juliet.bare))).toEqual([]);
  },
);

conformance(
  ['MUC-11'],
  'a channel without a topic still has an empty subject',
  { sabotage: 'no subjects' },
  async ({ romeo, irc }) => {
    irc.channel('#quiet', { nicks: ['tybalt'] });
    const got = await romeo.joins('#quiet%test@irc.localhost', 'romeo');
    expect(matches(`<message type='groupchat'><subject/><!body/></message>`, got.at(-1) ?? '')).toBe(true);
  },
);

conformance(
  ['MUC-14'],
  'a channel that does not answer fails in the end, so that every client learns of it',
  { sabotage: ['silent errors', 'every error can be retried'], settings: '      joinTimeoutMs: 300' },
  async ({ romeo, irc }) => {
    irc.refuse('JOIN #verona', 'NOTICE %n :wait');
    await romeo.asks(
      joinOf('romeo'),
      `<presence type='error' from='${ROOM}/romeo' id='join'>${error('cancel/remote-server-timeout')}</presence>`,
    );
  },
);

conformance(
  { 'MUC-14': 'oneself comes before the network', 'MUC-13': 'rooms are new' },
  'the own presence waits for the network; asking twice meanwhile joins once',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    irc.refuse('JOIN #verona', 'NOTICE %n :wait');
    romeo.sends(joinOf('romeo'));
    other.sends(joinOf('romeo'));
    await irc.receives(/JOIN #verona/);
    expect((await romeo.unread()).filter(({ name }) => name === 'presence')).toEqual([]);
    irc.tell('romeo', ':romeo!romeo@host.test JOIN #verona');
    irc.tell('romeo', ':irc.test 353 romeo = #verona :@tybalt romeo');
    irc.tell('romeo', ':irc.test 366 romeo #verona :End of NAMES');
    for (const one of [romeo, other]) await one.receives(here('romeo', `${status(110)}<!status code='201'/>`));
    expect(irc.lines.filter((line) => line.includes('JOIN #verona'))).toHaveLength(1);
  },
);

conformance(
  ['MUC-15', '20.1.5', '23.2.432'],
  'no nick, and nicks that can’t be',
  { sabotage: ['silent errors', 'errors without ids', 'every error is internal', 'every error can be retried'] },
  async ({ romeo, irc }) => {
    await romeo.asks(
      `<presence to='${ROOM}' id='m1'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
      `<presence type='error' from='${ROOM}' id='m1'>${error('modify/jid-malformed')}</presence>`,
    );
    irc.refuse('NICK', '432 * services :Erroneous Nickname: reserved');
    await romeo.asks(
      joinOf('services', ROOM, '', 'm2'),
      `<presence type='error' from='${ROOM}/services' id='m2'>${error('cancel/not-acceptable')}</presence>`,
    );
  },
);

conformance(
  { 'MUC-16': 'no status', '23.2.433': 'every error is internal' },
  'the nick is taken on IRC: either the one that was got, with 210, or a conflict',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.channel('#second', { nicks: ['tybalt'] });
    const got = await romeo.joins('#second%test@irc.localhost', 'mercutio');
    const self = got.find((stanza) =>
      matches(`<presence><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`, stanza),
    );
    expect(
      matches(
        `<presence from='#second%test@irc.localhost/romeo'><x xmlns='${MUC_USER}'>${status(110, 210)}</x></presence>`,
        self ?? '',
      ),
    ).toBe(true);
    irc.taken.add('juliet');
    const juliet = `#second%test@irc.localhost/juliet`;
    const taken = rename(juliet);
    await romeo.asks(taken, `<presence type='error' from='${juliet}' id='nick'>${error('cancel/conflict')}</presence>`);
  },
);

conformance(
  { 'MUC-17': 'to the first client only', 'MUC-30': 'to the first client only' },
  'two clients are one occupant: both get everything, the first leaves alone, the last parts',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    expect(irc.lines.filter((line) => line.includes('JOIN #verona'))).toHaveLength(1);
    romeo.sends(say('to both', 'both'));
    for (const one of [romeo, other])
      await one.receives(`<message from='${ROOM}/romeo' type='groupchat' id='both'><body>to both</body></message>`);
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    await romeo.receives(gone('romeo', `<item role='none'/>${status(110)}`));
    expect(await other.unread()).toEqual([]);
    expect(irc.lines.some((line) => line.includes('PART'))).toBe(false);
    irc.says('tybalt', '#verona', 'who is left?');
    await other.receives(`<message from='${ROOM}/tybalt'><body>who is left?</body></message>`);
    expect(await romeo.unread()).toEqual([]);
    other.sends(`<presence to='${ROOM}/romeo' type='unavailable'><status>good night</status></presence>`);
    await irc.receives(/PART #verona :?good night/);
    await other.receives(gone('romeo', status(110)));
  },
);

conformance(
  {
    'MUC-19': 'keys are lost',
    '20.1.1': ['every error is internal', 'every error can be retried'],
    '23.2.475': ['every error is internal', 'every error can be retried'],
  },
  'the password of a join is the channel’s key',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#locked', { key: 'sesame', nicks: ['tybalt'] });
    const room = '#locked%test@irc.localhost';
    await romeo.asks(
      joinOf('romeo', room),
      `<presence type='error' from='${room}/romeo' id='join'>${error('auth/not-authorized')}</presence>`,
    );
    await romeo.asks(
      joinOf('romeo', room, '<password>open</password>'),
      `<presence type='error'>${error('auth/not-authorized')}</presence>`,
    );
    await romeo.joins(room, 'romeo', '<password>sesame</password>');
  },
);

conformance(
  ['MUC-20'],
  'presence without a join from outside is answered by a kick; probes and subscriptions join nobody',
  { sabotage: ['no goodbyes', 'nobody is oneself', 'no status'] },
  async ({ romeo, irc }) => {
    await romeo.asks(`<presence to='${ROOM}/romeo'/>`, gone('romeo', status(110, 307, 333)));
    romeo.sends(`<presence to='${ROOM}/romeo' type='probe'/><presence to='${ROOM}' type='probe'/>`);
    await romeo.asks(`<presence to='${ROOM}' type='subscribe'/>`, `<presence from='${ROOM}' type='unsubscribed'/>`);
    await romeo.receives(`<presence from='${ROOM}' type='error'/>`);
    await romeo.receives(`<message type='chat'><body>*</body></message>`);
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    expect(await romeo.unread()).toEqual([]);
    expect(irc.lines).toEqual([]);
  },
);

conformance(
  ['25.4.1'],
  'joins as real clients do them, with their requests in parallel',
  { sabotage: ['no subjects', 'nobody is oneself', 'no answers'] },
  async ({ client }) => {
    const joins = [
      `<history maxchars='0'/>`,
      `<history since='2026-01-01T00:00:00Z'/>`,
      `<history maxstanzas='0'/><mav xmlns='urn:xmpp:muc:affiliations:1'/>`,
      `<history seconds='x'/><password/>`,
      '',
    ];
    for (const [i, inside] of joins.entries()) {
      const one = client(`romeo@localhost/client${i}`);
      const info = `<iq to='${ROOM}' type='get' id='info'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;
      one.sends(info);
      one.sends(`<iq to='${ROOM}' type='get' id='vcard'><vCard xmlns='vcard-temp'/></iq>`);
      one.sends(joinOf('romeo', ROOM, inside));
      one.sends(
        `<iq to='${ROOM}' type='get' id='lists'><query xmlns='${MUC_ADMIN}'><item affiliation='member'/></query></iq>`,
      );
      one.sends(ping(ROOM));
      await one.receives(here('romeo', status(110)));
      await one.receives(`<message type='groupchat' from='*'><subject/></message>`);
      await one.receives(`<iq type='result' id='info'/>`);
      for (const id of ['vcard', 'lists', 'ping']) await one.receives(`<iq id='${id}' from='${ROOM}'/>`);
    }
  },
);

conformance(
  ['23.2.433', 'MUC-16'],
  'an account whose nick is taken gets another on connecting, and is told so by 210',
  { sabotage: ['no status', 'nobody is oneself'] },
  async ({ romeo, irc }) => {
    await romeo.asks(
      `<iq to='irc.localhost' type='set' id='r'><query xmlns='jabber:iq:register'><nick>montague</nick></query></iq>`,
      `<iq type='result' id='r'/>`,
    );
    irc.taken.add('montague');
    romeo.sends(joinOf('montague'));
    const self = await romeo.receives(
      `<presence from='*' !type><x xmlns='${MUC_USER}'>${status(110, 210)}</x></presence>`,
    );
    expect(self.attrs['from']).toMatch(/^#verona%test@irc\.localhost\/montague.+/);
  },
);

conformance(
  { 'MUC-15': ['silent errors', 'errors from the domain'], 'MUC-16': 'silent errors' },
  'a guest who comes into two rooms at once with two nicks, one of them taken, is refused in one and is in the other',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#second', { nicks: ['mercutio'] });
    irc.taken.add('benvolio');
    const second = ROOM.replace('verona', 'second');
    romeo.sends(joinOf('benvolio', ROOM, '', 'taken'));
    romeo.sends(joinOf('romeo', second, '', 'free'));
    await romeo.receives(
      `<presence type='error' from='${ROOM}/benvolio' id='taken'>${error('cancel/conflict')}</presence>`,
    );
    await romeo.receives(`<presence from='${second}/romeo' !type><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`);
    const errors = (await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error');
    expect(errors).toEqual([]);
  },
);
