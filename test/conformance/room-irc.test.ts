// Sections 19 and 23 on IRC: what modes, bans, splits and lost connections are in a room, and what of a room goes to IRC.

import { expect } from 'vitest';
import { elementsOf } from '../support/xml-tree.ts';
import { error, gone, here, joinOf, MUC_ADMIN, MUC_USER, ping, rename, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';

const OWNER = 'http://jabber.org/protocol/muc#owner';
const SECOND = '#second%test@irc.localhost';
const admin = (item: string, id = 'set'): string =>
  `<iq to='${ROOM}' type='set' id='${id}'><query xmlns='${MUC_ADMIN}'>${item}</query></iq>`;
const done = (id = 'set'): string => `<iq type='result' id='${id}' from='${ROOM}'/>`;

conformance(
  { '19.7.6': 'everybody is a participant', '23.1.12': ['no status', 'everybody is a participant'] },
  'a channel becomes moderated: 104, nobody special is a visitor, oneself too; and back',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.modes('tybalt', '#verona', '+m');
    await romeo.receives(
      `<message from='${ROOM}' type='groupchat'><x xmlns='${MUC_USER}'>${status(104)}</x></message>`,
    );
    await romeo.receives(here('benvolio', `<item affiliation='none' role='visitor'/><!status code='110'/>`));
    await romeo.receives(here('romeo', `<item affiliation='none' role='visitor' jid='${romeo.jid}'/>${status(110)}`));
    expect((await romeo.unread()).filter(({ attrs }) => attrs['from'] === `${ROOM}/tybalt`)).toEqual([]);
    await romeo.asks(
      say('may I?', 'v'),
      `<message type='error' id='v' from='${ROOM}'>${error('auth/forbidden')}</message>`,
    );
    irc.modes('tybalt', '#verona', '-m');
    await romeo.receives(here('benvolio', `<item affiliation='none' role='participant'/>`));
  },
);

conformance(
  { 'MUC-72': ['room settings are out', 'silent errors', 'forms without a type'] },
  'the modes of a channel as a form: for operators, set by MODE, and nothing is sent for what stays',
  {},
  async ({ romeo, irc }) => {
    const form = `<iq to='${ROOM}' type='get' id='form'><query xmlns='${OWNER}'/></iq>`;
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(form, `<iq type='error' id='form'>${error('auth/forbidden')}</iq>`);
    irc.modes('tybalt', '#verona', '+o romeo');
    await romeo.receives(here('romeo', `<item affiliation='admin' role='moderator'/>`));
    await romeo.asks(
      form,
      `<iq type='result' id='form'><query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE'/><field var='muc#roomconfig_moderatedroom'><value>0</value></field><field var='muc#roomconfig_changesubject'><value>0</value></field></x></query></iq>`,
    );
    const field = (name: string, value: string): string =>
      `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`;
    const submit = (...fields: readonly string[]): string =>
      `<iq to='${ROOM}' type='set' id='set'><query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x></query></iq>`;
    await romeo.asks(
      submit(
        field('moderatedroom', '1'),
        field('publicroom', '1'),
        field('persistentroom', '1'),
        field('passwordprotectedroom', '1'),
        field('roomsecret', 'sesame'),
      ),
      done(),
    );
    await irc.receives(/MODE #verona \+mk sesame$/);
    await romeo.receives(here('benvolio', `<item role='visitor'/>`));
    await romeo.asks(submit(field('moderatedroom', '1'), field('passwordprotectedroom', '0')), done());
    await irc.receives(/MODE #verona -k sesame$/);
    const refused = (text: string): string =>
      `<iq type='error' id='set' from='${ROOM}'>${error('modify/not-acceptable').replace('>*<', `>${text}<`)}</iq>`;
    const protects = field('passwordprotectedroom', '1');
    await romeo.asks(submit(protects, field('roomsecret', '')), refused('“Key” is needed.'));
    await romeo.asks(submit(protects), refused('“Key” is needed.'));
    await romeo.asks(
      submit(protects, field('roomsecret', 'k e y')),
      refused('A channel key has no spaces, commas or colons.'),
    );
    irc.refuse('MODE #verona', '696 %n #verona k :That is no key');
    await romeo.asks(submit(protects, field('roomsecret', 'sésame')), refused('“Key”: That is no key'));
    const destroy = `<iq to='${ROOM}' type='set' id='set'><query xmlns='${OWNER}'><destroy/></query></iq>`;
    await romeo.asks(destroy, `<iq type='error' id='set'>${error('cancel/not-allowed')}</iq>`);
  },
);

conformance(
  {
    '23.1.27': ['no confirmations', 'room administration is out'],
    '19.7.7': ['room administration is out', 'no affiliations'],
  },
  'voices, operators, bans and kicks as IRC has them; the list of bans, and taking one away',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(admin(`<item nick='benvolio' role='moderator'/>`), done());
    await irc.receives(/MODE #verona \+o benvolio$/);
    await romeo.receives(here('benvolio', `<item affiliation='admin' role='moderator'/>`));
    await romeo.asks(admin(`<item nick='benvolio' affiliation='member'/>`), done());
    await irc.receives(/MODE #verona -o\+v benvolio benvolio$/);
    await romeo.receives(here('benvolio', `<item affiliation='member' role='participant'/>`));
    await romeo.asks(admin(`<item nick='benvolio' affiliation='outcast'><reason>out</reason></item>`), done());
    await irc.receives(/MODE #verona \+b \S+$/);
    await irc.receives(/KICK #verona benvolio :out$/);
    await romeo.receives(gone('benvolio', `<item affiliation='outcast' role='none'/>${status(301)}`));
    const got = await romeo.asks(
      `<iq to='${ROOM}' type='get' id='list'><query xmlns='${MUC_ADMIN}'><item affiliation='outcast'/></query></iq>`,
      `<iq type='result' id='list'><query xmlns='${MUC_ADMIN}'><item affiliation='outcast' jid='*'/></query></iq>`,
    );
    const jid = elementsOf(got).flatMap(elementsOf)[0]?.attrs['jid'] ?? '';
    expect(jid).toMatch(/paris\.test.*@irc\.localhost$/);
    await romeo.asks(admin(`<item jid='${jid}' affiliation='none'/>`), done());
    await irc.receives(/MODE #verona -b \*!\*@paris\.test$/);
  },
);

conformance(
  { '23.1.2': 'nobody is kicked' },
  'which nicks are the same one the server says: {TYBALT} is [Tybalt] under RFC 1459',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#second', { nicks: ['@[Tybalt]', 'benvolio'] });
    await romeo.joins(SECOND, 'romeo');
    irc.kicks('benvolio', '{TYBALT}', '#second', 'a plague');
    await romeo.receives(
      `<presence from='${SECOND}/[Tybalt]' type='unavailable'><x xmlns='${MUC_USER}'><item role='none'/>${status(307)}</x></presence>`,
    );
  },
);

for (const [numeric, kind, id] of [
  ['421', 'cancel/feature-not-implemented', '23.2.421'],
  ['263', 'wait/resource-constraint', '23.2.263'],
] as const) {
  conformance(
    { [id]: ['silent errors', 'every error is internal', 'no answers'] },
    `a kick that the server answers with ${numeric} is ${kind}`,
    {},
    async ({ romeo, irc }) => {
      await romeo.joins(ROOM, 'romeo');
      irc.refuse('KICK #verona', `${numeric} %n KICK :The server says no`);
      await romeo.asks(
        admin(`<item nick='benvolio' role='none'/>`),
        `<iq type='error' id='set' from='${ROOM}'>${error(kind)}</iq>`,
      );
    },
  );
}

conformance(
  { '23.2.436': ['silent errors', 'every error is internal', 'errors without ids'] },
  'a nick that collides is a conflict',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('NICK', '436 %n montague :Nickname collision');
    await romeo.asks(
      rename(`${ROOM}/montague`),
      `<presence type='error' from='${ROOM}/montague' id='nick'>${error('cancel/conflict')}</presence>`,
    );
  },
);

conformance(
  { '23.1.4': ['no goodbyes', 'everything said twice', 'nobody is somebody else'], '23.1.5': 'nobody is renamed' },
  'others: renamed and gone in every room that they were in, each told once, also in a split, and back after it',
  {},
  async ({ romeo, irc }) => {
    const crowd = Array.from({ length: 20 }, (_, i) => `friend${i}`);
    irc.channel('#verona', { nicks: ['@tybalt', 'benvolio', ...crowd] });
    irc.channel('#second', { nicks: ['benvolio'] });
    await romeo.joins(ROOM, 'romeo');
    await romeo.joins(SECOND, 'romeo');
    irc.tell('romeo', ':benvolio!benvolio@host.test NICK :ben');
    for (const room of [ROOM, SECOND]) {
      await romeo.receives(
        `<presence from='${room}/benvolio' type='unavailable'><x xmlns='${MUC_USER}'><item nick='ben'/>${status(303)}</x></presence>`,
      );
      await romeo.receives(`<presence from='${room}/ben' !type/>`);
    }
    for (const nick of crowd) irc.quits(nick, '#verona', 'hub.test leaf.test');
    irc.says('tybalt', '#verona', 'where is everybody?');
    for (const nick of crowd) await romeo.receives(gone(nick, `<item role='none'/>`));
    await romeo.receives(`<message from='${ROOM}/tybalt'><body>where is everybody?</body></message>`);
    for (const nick of crowd) irc.joins(nick, '#verona');
    for (const nick of crowd) await romeo.receives(here(nick, `<item role='participant'/>`));
    expect((await romeo.unread()).filter(({ name }) => name !== 'iq')).toEqual([]);
  },
);

conformance(
  { '23.1.10': ['no subjects', 'history has no times'] },
  'the topic comes from who set it, with when',
  {},
  async ({ romeo }) => {
    const got = await romeo.joins(ROOM, 'romeo');
    const subject = got.at(-1);
    expect(subject?.attrs['from']).toBe(`${ROOM}/tybalt`);
    expect(JSON.stringify(subject)).toContain('2023-11-14T22:13:20');
  },
);

conformance(
  { '23.1.18': ['no status', 'no goodbyes', 'nobody is oneself'] },
  'the connection is lost: 333; who comes back waits until IRC is there again, and is in',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.cut();
    await romeo.receives(gone('romeo', status(110, 333)));
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
  },
);

conformance(
  { '23.1.21': ['keys are lost', 'IRC lines are lost'] },
  'a join connects first, and joins with the key; what is said behind it is said there',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#locked', { key: 'sesame', nicks: ['tybalt'] });
    const room = '#locked%test@irc.localhost';
    expect(irc.lines).toEqual([]);
    await romeo.joins(room, 'romeo', '<password>sesame</password>');
    await irc.receives(/^romeo JOIN #locked sesame$/);
    romeo.sends(say('open', 'm', room));
    await irc.receives(/PRIVMSG #locked :?open$/);
  },
);

conformance(
  { '23.1.22': ['no goodbyes', 'nobody is oneself'] },
  'the last client’s leaving parts, with its words; another client keeps the channel',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    await romeo.asks(`<presence to='${ROOM}/romeo' type='unavailable'/>`, gone('romeo', status(110)));
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('PART'))).toEqual([]);
    await other.asks(
      `<presence to='${ROOM}/romeo' type='unavailable'><status>good night</status></presence>`,
      gone('romeo', status(110)),
    );
    await irc.receives(/PART #verona :?good night$/);
  },
);

conformance(
  { 'MUC-60': ['no status', 'everybody is in the room', 'no goodbyes'], '19.6.9': ['no status', 'nobody is oneself'] },
  'a planned end is 332; after it every client hears 333 once, is out, and gets in again under the same nick',
  {},
  async (world) => {
    const { romeo, irc, client } = world;
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    const before = world.peer;
    await world.stop();
    for (const one of [romeo, other]) {
      const [got] = before
        .unread()
        .filter(({ name, attrs }) => name === 'presence' && attrs['to'] === one.jid && attrs['type'] === 'unavailable');
      expect(JSON.stringify(got ?? '')).toMatch(/"332"/);
      expect(JSON.stringify(got ?? '')).toMatch(/"110"/);
    }
    await world.start();
    for (const one of [romeo, other]) await one.receives(gone('romeo', status(110, 333)));
    for (const one of [romeo, other]) expect((await one.unread()).filter(({ name }) => name !== 'iq')).toEqual([]);
    await romeo.joins(ROOM, 'romeo');
    await other.asks(ping(`${ROOM}/romeo`), `<iq type='error' id='ping'>${error('cancel/not-acceptable')}</iq>`);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
    irc.says('tybalt', '#verona', 'back?');
    await romeo.receives(`<message type='groupchat'><body>back?</body></message>`);
  },
);

conformance(
  { '19.6.10': ['no status', 'no goodbyes', 'nobody is oneself'] },
  'who takes back the registration is out of the rooms, and told so',
  {},
  async ({ romeo }) => {
    const register = (inside: string, id: string): string =>
      `<iq to='irc.localhost' type='set' id='${id}'><query xmlns='jabber:iq:register'>${inside}</query></iq>`;
    await romeo.asks(register('<nick>montague</nick>', 'r'), `<iq type='result' id='r'/>`);
    await romeo.joins(ROOM, 'montague');
    romeo.sends(register('<remove/>', 'x'));
    await romeo.receives(gone('montague', `<item role='none'/>${status(110, 307)}`));
  },
);

conformance(
  { '25.5.1': ['a second join gets nothing', 'everybody is in the room'] },
  'a client that lost its stream joins again, as it was called or otherwise; what bounces from the old one leaves the new in',
  {},
  async ({ romeo, irc, client }) => {
    const again = client('romeo@localhost/orchard2');
    await romeo.joins(ROOM, 'romeo');
    await romeo.joins(ROOM, 'romeo');
    await again.joins(ROOM, 'romeo');
    const gonePart = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    romeo.sends(`<message to='${ROOM}/tybalt' type='error' id='b'>${gonePart}</message>`);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='error' id='ping'>${error('cancel/not-acceptable')}</iq>`);
    await again.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
    irc.says('tybalt', '#verona', 'still here?');
    await again.receives(`<message type='groupchat'><body>still here?</body></message>`);
    expect(irc.lines.filter((line) => /PART|QUIT/.test(line))).toEqual([]);
  },
);

conformance(
  { '20.1.9': ['silent errors', 'every error is internal', 'every error can be retried'] },
  'a join that the server wants to be tried later is refused so that every client says so',
  {},
  async ({ romeo, irc }) => {
    irc.refuse('JOIN #verona', '263 %n JOIN :Server load is temporarily too heavy');
    await romeo.asks(
      joinOf('romeo'),
      `<presence type='error' id='join' from='${ROOM}/romeo'>${error('cancel/resource-constraint')}</presence>`,
    );
  },
);

conformance(
  { '23.1.17': ['disco is out', 'no answers'] },
  'the channels of the server are its items, by name and address',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#mantua', { nicks: ['tybalt'] });
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      `<iq to='test@irc.localhost' type='get' id='items'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
      `<iq type='result' id='items'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='#mantua%test@irc.localhost' name='*'/><item jid='${ROOM}' name='*'/></query></iq>`,
    );
    await irc.receives(/^romeo LIST/);
  },
);
