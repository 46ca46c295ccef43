// Section 19: joining, being in, and leaving a room, as clients need it to be.

import { expect } from 'vitest';
import { matches } from '../support/matcher.ts';
import { BENVOLIO, error, gone, here, joinOf, MUC_ADMIN, MUC_USER, ping, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  ['MUC-10', 'MUC-11', 'MUC-12', '19.7.2', '19.7.5', '23.1.21', '23.1.3'],
  'a join: the others with their roles, oneself with 110 and the real address, the subject; again on the same join',
  {
    sabotage: [
      'nobody is oneself',
      'nobody is somebody else',
      'no subjects',
      'everybody is a participant',
      'no affiliations',
      'oneself comes first',
    ],
  },
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
  ['MUC-14', 'MUC-13'],
  'the own presence waits for the network; asking twice meanwhile joins once',
  { sabotage: ['nobody is oneself', 'to the first client only'] },
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
  ['MUC-16', '23.2.433'],
  'the nick is taken on IRC: either the one that was got, with 210, or a conflict',
  { sabotage: ['no status', 'silent errors'] },
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
    const taken = romeoFriend(juliet);
    await romeo.asks(taken, `<presence type='error' from='${juliet}' id='nick'>${error('cancel/conflict')}</presence>`);
  },
);

/** A nick change in a room. */
const romeoFriend = (occupant: string): string => `<presence to='${occupant}' id='nick'/>`;

conformance(
  ['MUC-17', 'MUC-30'],
  'two clients are one occupant: both get everything, the first leaves alone, the last parts',
  { sabotage: ['to the first client only', 'no reflections', 'no goodbyes'] },
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
  ['MUC-19', '20.1.1', '23.2.475'],
  'the password of a join is the channel’s key',
  { sabotage: ['silent errors', 'every error is internal', 'every error can be retried', 'errors without ids'] },
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
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    expect(await romeo.unread()).toEqual([]);
    expect(irc.lines).toEqual([]);
  },
);

conformance(
  ['MUC-30', 'MUC-32', '13.1', '23.1.6', '15.9'],
  'what is said: on IRC once, back once with its id and the room’s, forged ids stripped; also with the network’s echo',
  {
    sabotage: [
      'no reflections',
      'everything said twice',
      'nothing has an id',
      'stanza ids are out',
      'everything from one nick',
    ],
  },
  async (world) => {
    const { romeo, irc } = world;
    irc.caps = ['multi-prefix', 'echo-message', 'server-time'];
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='x1'><body>good morrow</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='forged'/></message>`,
    );
    await irc.receives(/PRIVMSG #verona :?good morrow$/);
    await romeo.receives(
      `<message from='${ROOM}/romeo' type='groupchat' id='x1'><body>good morrow</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='*'/><!stanza-id xmlns='urn:xmpp:sid:0' id='forged'/><!delay xmlns='urn:xmpp:delay'/></message>`,
    );
    romeo.sends(say('/me waves', 'x2'));
    await irc.receives(/PRIVMSG #verona :\u0001ACTION waves\u0001/);
    await romeo.receives(`<message id='x2' type='groupchat'><body>/me waves</body></message>`);
    irc.says('benvolio', '#verona', '\u0001ACTION bows\u0001');
    await romeo.receives(
      `<message from='${ROOM}/benvolio' type='groupchat'><body>/me bows</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='*'/></message>`,
    );
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
    expect(irc.lines.filter((line) => line.includes('good morrow'))).toHaveLength(1);
  },
);

conformance(
  ['MUC-31', '23.2.404', '23.2.442'],
  'refused: from outside, by the channel, and where one is no more',
  { sabotage: ['silent errors', 'errors without ids', 'every error is internal'] },
  async ({ romeo, irc }) => {
    await romeo.asks(
      say('hello?', 'r1'),
      `<message type='error' from='${ROOM}' id='r1'>${error('modify/not-acceptable')}</message>`,
    );
    irc.caps = ['multi-prefix', 'echo-message'];
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('PRIVMSG #verona', '404 %n #verona :Cannot send to channel');
    await romeo.asks(
      say('muted', 'r2'),
      `<message type='error' from='${ROOM}' id='r2'>${error('auth/forbidden')}</message>`,
    );
    expect((await romeo.unread()).filter(({ attrs }) => attrs['id'] === 'r2')).toEqual([]);
    romeo.sends(say('heard', 'r3'));
    await romeo.receives(`<message type='groupchat' id='r3'/>`);
  },
);

conformance(
  ['19.6.2', '19.6.3', '19.5.3', '23.1.5'],
  'others come, are renamed, are kicked, part and quit, with their words',
  { sabotage: ['nobody is somebody else', 'no goodbyes', 'no status'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.joins('mercutio', '#verona');
    await romeo.receives(here('mercutio', `<item affiliation='none' role='participant'/>`));
    irc.renames('mercutio', 'mab', '#verona');
    await romeo.receives(gone('mercutio', `<item nick='mab'/>${status(303)}<!status code='110'/>`));
    await romeo.receives(here('mab', `<item role='participant'/><!status code='110'/>`));
    irc.kicks('tybalt', 'mab', '#verona', 'a plague');
    await romeo.receives(
      gone('mab', `<item role='none'><actor nick='tybalt'/><reason>a plague</reason></item>${status(307)}`),
    );
    irc.joins('sampson', '#verona');
    irc.joins('gregory', '#verona');
    irc.parts('sampson', '#verona', 'to supper');
    await romeo.receives(
      `<presence from='${ROOM}/sampson' type='unavailable'><status>to supper</status><x xmlns='${MUC_USER}'><item role='none'/></x></presence>`,
    );
    irc.quits('gregory', '#verona', 'asleep');
    await romeo.receives(`<presence from='${ROOM}/gregory' type='unavailable'><status>asleep</status></presence>`);
  },
);

conformance(
  ['MUC-34', '23.1.7', '23.2.401'],
  'private messages: to an occupant and back the same way; nobody of that name; never as groupchat; not from outside',
  { sabotage: ['no chats', 'silent errors', 'every error is internal'] },
  async ({ romeo, irc }) => {
    const whisper = `<message to='${ROOM}/benvolio' type='chat' id='p1'><body>a word</body></message>`;
    await romeo.asks(
      whisper,
      `<message type='error' id='p1' from='${ROOM}/benvolio'>${error('modify/not-acceptable')}</message>`,
    );
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', 'romeo', 'from outside');
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><body>from outside</body></message>`);
    romeo.sends(whisper);
    await irc.receives(/PRIVMSG benvolio :?a word/);
    irc.says('benvolio', 'romeo', 'my lord?');
    await romeo.receives(
      `<message from='${ROOM}/benvolio' type='chat'><body>my lord?</body><x xmlns='${MUC_USER}'/></message>`,
    );
    await romeo.asks(
      `<message to='${ROOM}/nobody' type='chat' id='p2'><body>x</body></message>`,
      `<message type='error' id='p2' from='${ROOM}/nobody'>${error('cancel/item-not-found')}</message>`,
    );
    await romeo.asks(
      `<message to='${ROOM}/benvolio' type='groupchat' id='p3'><body>x</body></message>`,
      `<message type='error' id='p3'>${error('modify/bad-request')}</message>`,
    );
  },
);

conformance(
  ['MUC-35', '23.1.10', '23.1.26', '23.2.482'],
  'the subject: set and reflected, set by others, refused; with a body it is a message',
  { sabotage: ['no subjects', 'silent errors', 'every error is internal'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<message to='${ROOM}' type='groupchat' id='t1'><subject>Two\nhouseholds</subject></message>`);
    await irc.receives(/TOPIC #verona :Two households/);
    await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat'><subject>Two households</subject></message>`);
    irc.setsTopic('tybalt', '#verona', 'Both alike');
    await romeo.receives(`<message from='${ROOM}/tybalt' type='groupchat'><subject>Both alike</subject></message>`);
    irc.refuse('TOPIC', '482 %n #verona :You are not a channel operator');
    await romeo.asks(
      `<message to='${ROOM}' type='groupchat' id='t2'><subject>mine</subject></message>`,
      `<message type='error' id='t2' from='${ROOM}'>${error('auth/forbidden')}</message>`,
    );
    romeo.sends(`<message to='${ROOM}' type='groupchat' id='t3'><subject>s</subject><body>just words</body></message>`);
    await irc.receives(/PRIVMSG #verona :?.*just words/);
  },
);

conformance(
  ['19.5.1', '23.1.25'],
  'one’s own nick change: in every room of the server, to every client, from the old with 303 and then the new',
  { sabotage: ['no status', 'nobody is oneself', 'to the first client only'] },
  async ({ romeo, irc, client }) => {
    irc.channel('#second', { nicks: ['tybalt'] });
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await romeo.joins('#second%test@irc.localhost', 'romeo');
    await other.joins(ROOM, 'romeo');
    romeo.sends(romeoFriend(`${ROOM}/montague`));
    await irc.receives(/NICK montague/);
    for (const one of [romeo, other]) {
      await one.receives(gone('romeo', `<item nick='montague'/>${status(110, 303)}`));
      await one.receives(here('montague', status(110)));
    }
    await romeo.receives(
      `<presence from='#second%test@irc.localhost/romeo' type='unavailable'><x xmlns='${MUC_USER}'>${status(110, 303)}</x></presence>`,
    );
    await romeo.receives(
      `<presence from='#second%test@irc.localhost/montague'><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`,
    );
  },
);

conformance(
  ['19.5.2', '23.2.433', '23.2.432', '23.2.438'],
  'a refused nick change comes from the wanted nick with the asker’s id, and changes nothing',
  { sabotage: ['silent errors', 'errors without ids', 'errors from the domain', 'every error is internal'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const [numeric, kind] of [
      ['433', 'cancel/conflict'],
      ['432', 'cancel/not-acceptable'],
      ['438', 'wait/policy-violation'],
    ] as const) {
      irc.refuse('NICK', `${numeric} %n montague :No`);
      await romeo.asks(
        romeoFriend(`${ROOM}/montague`),
        `<presence type='error' from='${ROOM}/montague' id='nick'>${error(kind)}</presence>`,
      );
    }
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
  },
);

conformance(
  ['19.6.1'],
  'leaving is confirmed by one’s own unavailable; leaving what one is not in is silent',
  { sabotage: ['no goodbyes', 'nobody is oneself'] },
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      `<presence to='${ROOM}/whatever' type='unavailable'/>`,
      gone('romeo', `<item role='none'/>${status(110)}`),
    );
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    expect(await romeo.unread()).toEqual([]);
  },
);

conformance(
  ['19.6.4', 'MUC-50'],
  'being kicked: 110 and 307 to every client, who and why; afterwards one is out',
  { sabotage: ['no status', 'nobody is oneself', 'no goodbyes', 'to the first client only'] },
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    irc.kicks('tybalt', 'romeo', '#verona', 'villain');
    for (const one of [romeo, other])
      await one.receives(
        gone('romeo', `<item role='none'><actor nick='tybalt'/><reason>villain</reason></item>${status(110, 307)}`),
      );
    await romeo.asks(
      ping(`${ROOM}/romeo`),
      `<iq type='error' id='ping' from='${ROOM}/romeo'>${error('cancel/not-acceptable')}</iq>`,
    );
    expect(irc.lines.filter((line) => line.includes('JOIN'))).toHaveLength(1);
  },
);

conformance(
  ['19.6.8'],
  'the connection to IRC is lost: 110 and 333 to every client in every room',
  { sabotage: ['no status', 'no goodbyes', 'to the first client only'] },
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    irc.cut();
    for (const one of [romeo, other]) await one.receives(gone('romeo', status(110, 333)));
  },
);

conformance(
  ['COMP-8'],
  'a planned end: those in rooms are told, the stream is closed in order',
  { sabotage: ['nobody is oneself', 'no goodbyes', 'no end of the stream'] },
  async (world) => {
    const { romeo, peer } = world;
    await romeo.joins(ROOM, 'romeo');
    await world.stop();
    await romeo.receives(gone('romeo', status(110)));
    await peer.closed(world.patienceMs);
    expect(peer.ended).toBe(true);
  },
);

conformance(
  ['19.7.1', '19.7.2', '19.7.3', '19.7.4', '19.7.5', '23.1.11'],
  'prefixes and modes are affiliations and roles, also when they change',
  { sabotage: ['everybody is a participant', 'no affiliations'] },
  async ({ romeo, irc }) => {
    irc.channel('#ranks', { nicks: ['~owner', '&admin', '@op', '%half', '+voice', 'plain', '@+both'] });
    const got = await romeo.joins('#ranks%test@irc.localhost', 'romeo');
    const rank = (nick: string): string | undefined => {
      const presence = got.find(({ attrs }) => attrs['from'] === `#ranks%test@irc.localhost/${nick}`);
      const found = /"affiliation":"(\w+)","role":"(\w+)"/.exec(JSON.stringify(presence));
      return found ? `${found[1]} ${found[2]}` : undefined;
    };
    expect(['owner', 'admin', 'op', 'half', 'voice', 'plain', 'both'].map(rank)).toEqual([
      'owner moderator',
      'admin moderator',
      'admin moderator',
      'member moderator',
      'member participant',
      'none participant',
      'admin moderator',
    ]);
    irc.modes('op', '#ranks', '+o plain');
    await romeo.receives(
      `<presence from='#ranks%test@irc.localhost/plain' !type><x xmlns='${MUC_USER}'><item affiliation='admin' role='moderator'/></x></presence>`,
    );
    irc.modes('op', '#ranks', '+v romeo');
    await romeo.receives(
      `<presence from='#ranks%test@irc.localhost/romeo' !type><x xmlns='${MUC_USER}'><item affiliation='member' role='participant'/>${status(110)}</x></presence>`,
    );
  },
);

conformance(
  ['19.6.11', '19.7.8', '23.1.27'],
  'lists are answered; kicks, voices and bans go to the network and are answered when it is done',
  { sabotage: ['no answers', 'room administration is out', 'silent errors'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const affiliation of ['owner', 'admin', 'member', 'outcast']) {
      await romeo.asks(
        `<iq to='${ROOM}' type='get' id='${affiliation}'><query xmlns='${MUC_ADMIN}'><item affiliation='${affiliation}'/></query></iq>`,
        `<iq type='result' id='${affiliation}' from='${ROOM}'><query xmlns='${MUC_ADMIN}'/></iq>`,
      );
    }
    const set = (item: string, id: string): string =>
      `<iq to='${ROOM}' type='set' id='${id}'><query xmlns='${MUC_ADMIN}'>${item}</query></iq>`;
    await romeo.asks(
      set(`<item nick='tybalt' role='none'><reason>peace</reason></item>`, 'k0'),
      `<iq type='result' id='k0' from='${ROOM}'/>`,
    );
    await romeo.receives(gone('tybalt', `<item role='none'><reason>peace</reason></item>${status(307)}`));
    irc.refuse('KICK #verona', '482 %n #verona :You are not a channel operator');
    await romeo.asks(
      set(`<item nick='benvolio' role='none'><reason>out</reason></item>`, 'k1'),
      `<iq type='error' id='k1' from='${ROOM}'>${error('auth/forbidden')}</iq>`,
    );
    await irc.receives(/KICK #verona benvolio :out/);
    await romeo.asks(
      set(`<item nick='nobody' role='none'/>`, 'k2'),
      `<iq type='error' id='k2'>${error('cancel/item-not-found')}</iq>`,
    );
    await romeo.asks(
      set(`<item nick='benvolio' role='none' affiliation='none'/>`, 'k3'),
      `<iq type='error' id='k3'>${error('modify/bad-request')}</iq>`,
    );
    await romeo.asks(
      set(`<item nick='romeo' affiliation='outcast'/>`, 'k4'),
      `<iq type='error' id='k4'>${error('cancel/conflict')}</iq>`,
    );
  },
);

conformance(
  ['MUC-50', '18.3'],
  'pinging oneself: joined, joined with another client only, not joined; others, present and absent',
  { sabotage: ['self-ping is out', 'no answers', 'every error is internal'] },
  async ({ romeo, client }) => {
    const other = client('romeo@localhost/balcony');
    const no = `<iq type='error' id='ping' from='${ROOM}/romeo'>${error('cancel/not-acceptable')}</iq>`;
    await romeo.asks(ping(`${ROOM}/romeo`), no);
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping' from='${ROOM}/romeo'/>`);
    await other.asks(ping(`${ROOM}/romeo`), no);
    await romeo.asks(ping(`${ROOM}/benvolio`), `<iq type='result' from='${ROOM}/benvolio'/>`);
    await romeo.asks(
      ping(`${ROOM}/nobody`),
      `<iq type='error' from='${ROOM}/nobody'>${error('cancel/item-not-found')}</iq>`,
    );
  },
);

conformance(
  ['MUC-51', '25.5.2'],
  'a bounce of what the room sent ends the joins of that client, not of the other',
  { sabotage: ['self-ping is out', 'no reflections'] },
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    other.sends(
      `<message to='${ROOM}/tybalt' type='error' id='b'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await other.asks(ping(`${ROOM}/romeo`), `<iq type='error'>${error('cancel/not-acceptable')}</iq>`);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result'/>`);
    irc.says('tybalt', '#verona', 'still here?');
    await romeo.receives(`<message type='groupchat'><body>still here?</body></message>`);
    expect((await other.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  ['MUC-52', 'SUB-12'],
  'a client that goes offline leaves all rooms, whichever of our addresses hears of it, more than once too',
  { sabotage: ['self-ping is out'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `<presence to='irc.localhost' type='unavailable'/><presence to='irc.localhost' type='unavailable'/><presence to='${ROOM}/romeo' type='unavailable'/>`,
    );
    await irc.receives(/PART #verona|QUIT/);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='error'>${error('cancel/not-acceptable')}</iq>`);
  },
);

conformance(
  ['MUC-71', '23.1.28', '23.2.443'],
  'inviting goes out to the network; its refusal comes back as a message error',
  { sabotage: ['invitations are out', 'silent errors', 'every error is internal'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const invite = (id: string): string =>
      `<message to='${ROOM}' id='${id}'><x xmlns='${MUC_USER}'><invite to='mercutio%test@irc.localhost'><reason>come</reason></invite></x></message>`;
    romeo.sends(invite('i1'));
    await irc.receives(/INVITE mercutio #verona/);
    irc.refuse('INVITE mercutio', '443 %n mercutio #verona :is already on channel');
    await romeo.asks(
      invite('i2'),
      `<message type='error' id='i2' from='${ROOM}'>${error('cancel/conflict')}</message>`,
    );
  },
);

conformance(
  ['MUC-70', '23.1.13'],
  'an invitation from the network comes in both forms, with words for those who read neither',
  { sabotage: ['invitations in one form'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.tell('romeo', ':benvolio!benvolio@host.test INVITE romeo :#feast');
    const room = '#feast%test@irc.localhost';
    await romeo.receives(
      `<message from='${room}' to='${romeo.bare}'><body>*</body><x xmlns='${MUC_USER}'><invite from='*'/></x><x xmlns='jabber:x:conference' jid='${room}'/></message>`,
    );
  },
);

conformance(
  ['MUC-73', '7.9', 'MUC-76'],
  'registering with rooms and contacts, and unknown requests to occupants: service-unavailable',
  { sabotage: ['silent errors', 'every error is internal'] },
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const to of [ROOM, BENVOLIO, `${ROOM}/benvolio`])
      await romeo.asks(
        `<iq to='${to}' type='get' id='g'><query xmlns='jabber:iq:register'/></iq>`,
        `<iq type='error' id='g' from='${to}'>${error('cancel/service-unavailable')}</iq>`,
      );
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
