// Sections 19.4, 19.8 and 19.10: what is said in rooms, who is still in them, invitations.

import { expect } from 'vitest';
import { BENVOLIO, error, GATEWAY, gone, MUC_USER, ping, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  {
    'MUC-30': ['no reflections', 'nothing has an id', 'everything from one nick'],
    'MUC-32': 'everything said twice',
    '13.1': ['stanza ids are out', 'forged ids stay', 'origin ids are lost'],
    '15.9': 'actions are words',
  },
  'what is said: on IRC once, back once with its id and the room’s, forged ids stripped; also with the network’s echo',
  {},
  async (world) => {
    const { romeo, irc } = world;
    irc.caps = ['multi-prefix', 'echo-message', 'server-time'];
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='x1'><body>good morrow</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='forged'/><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>`,
    );
    await irc.receives(/PRIVMSG #verona :?good morrow$/);
    await romeo.receives(
      `<message from='${ROOM}/romeo' type='groupchat' id='x1'><body>good morrow</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='*'/><!stanza-id xmlns='urn:xmpp:sid:0' id='forged'/><origin-id xmlns='urn:xmpp:sid:0' id='o1'/><!delay xmlns='urn:xmpp:delay'/></message>`,
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
  { 'MUC-31': ['silent errors', 'every error is internal'], '23.2.404': 'every error is internal' },
  'refused: from outside, by the channel, and where one is no more',
  {},
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
  {
    'MUC-35': ['later subjects are lost', 'silent errors', 'every error is internal'],
    '23.1.26': 'later subjects are lost',
    '23.2.482': 'every error is internal',
  },
  'the subject: set and reflected, set by others, refused; with a body it is a message',
  { claims: ['23.1.10'] },
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
  { 'MUC-50': ['self-ping is out', 'everybody is in the room'], '18.3': 'no answers' },
  'pinging oneself: joined, joined with another client only, not joined; others, present and absent',
  {},
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
  { 'MUC-51': 'everybody is in the room', '25.5.2': 'self-pings fail' },
  'a bounce of what the room sent ends the joins of that client, not of the other',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    other.sends(
      `<message to='${ROOM}/tybalt' type='error' id='b'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await other.receives(
      `<presence from='${ROOM}/romeo' type='unavailable'><x xmlns='${MUC_USER}'>${status(110, 333)}</x></presence>`,
    );
    await other.asks(ping(`${ROOM}/romeo`), `<iq type='error'>${error('cancel/not-acceptable')}</iq>`);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result'/>`);
    irc.says('tybalt', '#verona', 'still here?');
    await romeo.receives(`<message type='groupchat'><body>still here?</body></message>`);
    expect((await other.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  ['MUC-51'],
  'what bounces of a lost stream does not end a join that is being answered, and nobody is in or out without being told',
  { sabotage: 'no status' },
  async ({ romeo, irc }) => {
    const bounce = `<message to='${ROOM}/tybalt' type='error' id='b'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `${bounce}<presence to='${ROOM}/romeo' type='unavailable'/><presence to='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>${bounce}`,
    );
    await romeo.receives(
      `<presence from='${ROOM}/romeo' type='unavailable'><x xmlns='${MUC_USER}'>${status(110, 333)}</x></presence>`,
    );
    await romeo.receives(`<presence from='${ROOM}/romeo'><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`);
    await romeo.receives(`<message type='groupchat'><subject>No brawling</subject></message>`);
    irc.says('tybalt', '#verona', 'still here?');
    await romeo.receives(`<message type='groupchat'><body>still here?</body></message>`);
  },
);

conformance(
  { 'MUC-52': 'everybody is in the room', 'SUB-12': 'everybody is in the room' },
  'a client that goes offline leaves all rooms, whichever of our addresses hears of it, more than once too',
  {},
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
  {
    'MUC-71': ['invitations are out', 'silent errors', 'every error is internal'],
    '23.1.28': 'invitations are out',
    '23.2.443': 'every error is internal',
  },
  'inviting goes out to the network; its refusal comes back as a message error',
  {},
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
  {
    'MUC-70': ['invitations in one form', 'invitations come twice', 'invitations say all in words'],
    '23.1.13': 'invitations in one form',
  },
  'an invitation from the network comes in both forms and says who invites; with words for those who read neither, of whom no client is in a room',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const room = '#feast%test@irc.localhost';
    const invited = async (by: string, inside: string, reason: string): Promise<void> => {
      irc.tell('romeo', `:${by}!${by}@host.test INVITE romeo :#feast`);
      const forms = `<x xmlns='${MUC_USER}'><invite from='${by}%test@irc.localhost'/></x><x xmlns='jabber:x:conference' jid='${room}' ${reason}/>`;
      await romeo.receives(`<message from='${room}' to='${romeo.bare}'>${inside}${forms}</message>`);
      expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
    };
    await invited('benvolio', '<!body/>', `reason='benvolio invites you to ${room}'`);
    await romeo.asks(`<presence to='${ROOM}/romeo' type='unavailable'/>`, gone('romeo'));
    await invited('tybalt', `<body>tybalt invites you to ${room}</body>`, '!reason');
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
  { 'MUC-36': ['silent errors', 'every error is internal'] },
  'who asks for a voice is told that it can’t be asked for so; other messages without words are nothing to answer',
  {},
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    const form = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#request</value></field><field var='muc#role'><value>participant</value></field></x>`;
    romeo.sends(`<message to='${ROOM}' id='nothing'><thread>t</thread></message>`);
    await romeo.asks(
      `<message to='${ROOM}' id='voice'>${form}</message>`,
      `<message type='error' id='voice' from='${ROOM}'>${error('cancel/feature-not-implemented')}</message>`,
    );
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  { 'MUC-77': 'answers errors' },
  'presence that asks for room activity is ignored',
  {},
  async ({ romeo }) => {
    romeo.sends(`<presence to='${GATEWAY}'><rai xmlns='urn:xmpp:rai:0'/></presence>`);
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<presence to='${GATEWAY}'><rai xmlns='urn:xmpp:rai:0'/></presence>`);
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
  },
);
