// Section 23.1 and 16: lines and stanzas, where the tests of rooms and errors have not been.

import { expect, test } from 'vitest';
import { BENVOLIO, GATEWAY, here, ROOM, say, status } from './patterns.ts';
import { claims, conformance } from './proves.ts';
import { World } from './world.ts';

conformance(
  {
    '23.1.7': 'no chats',
    '23.1.6': 'no reflections',
    '15.9': 'actions are words',
    '13.2': 'stamps everywhere',
    'CPIM-3': 'bodies in ASCII',
  },
  'lines to the person and the channel: plain text, actions, colours gone; live ones carry no time',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', 'romeo', '\u000304,05red\u000f and \u0002bold\u0002');
    await romeo.receives(
      `<message from='${BENVOLIO}' type='chat'><body>red and bold</body><!delay xmlns='urn:xmpp:delay'/></message>`,
    );
    irc.says('benvolio', 'romeo', '\u0001ACTION sighs\u0001');
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><body>/me sighs</body></message>`);
    irc.says('benvolio', '#verona', 'Grüße <&> "quoted" 🍷');
    await romeo.receives(
      `<message from='${ROOM}/benvolio' type='groupchat'><body>Grüße &lt;&amp;&gt; "quoted" 🍷</body><!delay xmlns='urn:xmpp:delay'/></message>`,
    );
  },
);

conformance(
  { '13.2': 'delays are out', 'CPIM-5': 'delays are out' },
  'what the server says is old is stamped',
  {},
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'server-time'];
    await romeo.joins(ROOM, 'romeo');
    irc.tell('romeo', '@time=2026-01-02T03:04:05.000Z :benvolio!benvolio@host.test PRIVMSG #verona :long ago');
    await romeo.receives(
      `<message from='${ROOM}/benvolio'><body>long ago</body><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2026-01-02T03:04:05.000Z'/></message>`,
    );
  },
);

conformance(
  { '23.1.7': 'no chats' },
  'notices to channel and person come through and are never answered',
  { claims: ['23.1.8'] },
  async ({ romeo, irc, barrier }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', '#verona', 'mind the gap', 'NOTICE');
    await romeo.receives(`<message from='${ROOM}/benvolio' type='groupchat'><body>*</body></message>`);
    irc.says('benvolio', 'romeo', 'only you', 'NOTICE');
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><body>*</body></message>`);
    await barrier();
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => /PRIVMSG|NOTICE/.test(line))).toEqual([]);
  },
);

conformance(
  {
    'TXT-2': ['IRC lines are padded', 'IRC lines are lost'],
    '23.1.23': ['IRC lines are padded', 'slash commands are obeyed'],
  },
  'long and many-lined bodies: lines of at most 512 bytes with everything in them, in order, no slash commands; back as one message',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const words = Array.from({ length: 260 }, (_, i) => `wörd${i}🍷`).join(' ');
    romeo.sends(say(words, 'long'));
    await romeo.receives(`<message id='long'><body>${words}</body></message>`);
    await irc.flush('romeo');
    const sent = irc.lines.filter((line) => line.includes('PRIVMSG #verona'));
    expect(sent.length).toBeGreaterThan(4);
    for (const line of sent)
      expect(Buffer.byteLength(`:romeo!romeo@host.test ${line.slice('romeo '.length)}\r\n`)).toBeLessThanOrEqual(512);
    expect(sent.map((line) => line.replace(/^\S+ PRIVMSG #verona :/, '').trim()).join(' ')).toBe(words);
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
    romeo.sends(say('first\n\n/quit second\r\nthird', 'lines'));
    await irc.receives(/PRIVMSG #verona :first$/);
    await irc.receives(/PRIVMSG #verona :\/quit second$/);
    await irc.receives(/PRIVMSG #verona :?third$/);
    expect(irc.lines.some((line) => line.startsWith('romeo QUIT'))).toBe(false);
  },
);

conformance(
  { 'TXT-2': ['silent errors', 'every error is internal'], '20.2.6': 'every error is internal' },
  'more lines than the server would bear are refused with words, and none of them is sent',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(say(Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n'), 'many'));
    await romeo.receives(
      `<message type='error' id='many' from='${ROOM}'><error type='modify'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>*</text></error></message>`,
    );
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('PRIVMSG'))).toEqual([]);
  },
);

conformance(
  { 'TXT-1': ['IRC lines come twice', 'subjects never reach IRC'] },
  'of several bodies one is sent; a subject between two people goes before it',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='b'><body xml:lang='it'>ciao</body><body xml:lang='en'>hello</body></message>`,
    );
    await irc.receives(/PRIVMSG #verona :?(ciao|hello)$/);
    await romeo.receives(`<message id='b'/>`);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('PRIVMSG'))).toHaveLength(1);
    await irc.flush('romeo');
    romeo.sends(
      `<message to='${BENVOLIO}' type='chat' id='s'><subject>Tybalt</subject><body>he is about</body></message>`,
    );
    await irc.receives(/PRIVMSG benvolio :.*Tybalt/);
    await irc.receives(/PRIVMSG benvolio :.*he is about/);
  },
);

conformance(
  { '4.2.4': 'nicks are not folded', '4.2.5': 'addresses are not escaped' },
  'addresses of people and channels, odd ones too, work without having been asked for',
  { claims: ['ESC-1'] },
  async ({ romeo, irc }) => {
    irc.channel('#a/b&c\'d:"e', { nicks: ['[Tybalt]'] });
    const room = '#a\\2fb\\26c\\27d\\3a\\22e%test@irc.localhost';
    const got = await romeo.joins(room, 'romeo');
    expect(got.map(({ attrs }) => attrs['from'])).toContain(`${room}/[Tybalt]`);
    irc.says('[tybalt]', 'romeo', 'lower');
    await romeo.receives(`<message from='[tybalt]%test@irc.localhost' type='chat'><body>lower</body></message>`);
    romeo.sends(`<message to='[tybalt]%test@irc.localhost' type='chat' id='t'><body>thou</body></message>`);
    await irc.receives(/PRIVMSG \[tybalt\] :?thou/i);
  },
);

conformance(
  { 'GW-6': 'no presence of the gateway' },
  'signing in: the gateway’s presence tells when the server has let one in',
  { claims: ['23.1.1'] },
  async ({ romeo }) => {
    romeo.sends(
      `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='jabber:iq:register'><nick>montague</nick></query></iq>`,
    );
    await romeo.receives(`<iq type='result' id='r'/>`);
    await romeo.asks(`<presence to='${GATEWAY}' type='subscribe'/>`, `<presence type='subscribed' from='${GATEWAY}'/>`);
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.receives(
      `<presence from='${GATEWAY}' to='${romeo.bare}' !type><c xmlns='http://jabber.org/protocol/caps'/><!show/><status>*</status></presence>`,
    );
  },
);

test(claims(['GW-8'], 'an account that stays connected is on IRC when no client of hers is'), async () => {
  const world = await World.open({ patienceMs: 5_000 });
  const { romeo, irc } = world;
  try {
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='server'><value>test</value></field><field var='nick'><value>montague</value></field><field var='stayConnected'><value>true</value></field></x></query></iq>`,
      `<iq type='result' id='r'/>`,
    );
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.joins(ROOM, 'montague');
    romeo.sends(`<presence to='${GATEWAY}' type='unavailable'/>`);
    await world.barrier();
    irc.says('benvolio', 'montague', 'still there?');
    await romeo.receives(`<message to='${romeo.bare}' type='chat'><body>still there?</body></message>`);
  } finally {
    await world.close();
  }
});

conformance(
  { '23.1.14': 'nobody is away', 'MUC-78': 'nobody is away' },
  'others who go away are shown as away',
  {},
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'away-notify'];
    await romeo.joins(ROOM, 'romeo');
    irc.tell('romeo', ':benvolio!benvolio@host.test AWAY :at supper');
    await romeo.receives(
      `<presence from='${ROOM}/benvolio' !type><show>away</show><status>at supper</status></presence>`,
    );
    irc.tell('romeo', ':benvolio!benvolio@host.test AWAY');
    await romeo.receives(here('benvolio', `<!status code='110'/>`).replace('<x', '<!show/><x'));
  },
);

conformance(
  ['23.1.12'],
  'a channel’s modes change: the room says that its facts did',
  { sabotage: 'no status' },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.modes('tybalt', '#verona', '+m');
    await romeo.receives(
      `<message from='${ROOM}' type='groupchat'><x xmlns='http://jabber.org/protocol/muc#user'>${status(104)}</x></message>`,
    );
  },
);

conformance(
  { '23.1.9': ['CTCP is not answered', 'CTCP is answered again and again', 'addresses are told on IRC'] },
  'a question to the person’s client by CTCP is answered for the gateway, once in a while, without anything of hers',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (let i = 0; i < 5; i++) irc.says('benvolio', 'romeo', '\u0001VERSION\u0001');
    await irc.receives(/NOTICE benvolio :\u0001VERSION [^\u0001]+\u0001/);
    romeo.sends(say('done', 'd'));
    await romeo.receives(`<message id='d'/>`);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('VERSION')).length).toBeLessThan(3);
    expect(irc.lines.join()).not.toContain('orchard');
  },
);
