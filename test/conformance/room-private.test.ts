// Section 19.4: what two people in a room say to each other alone.

import { BENVOLIO, error, MUC_USER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  { 'MUC-34': ['no chats', 'whispers from outside', 'rooms answer for their people'] },
  'private messages: to an occupant and back the same way; nobody of that name; never as groupchat; not from outside',
  {},
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
      `<message type='error' id='p3' from='${ROOM}/benvolio'>${error('modify/bad-request')}</message>`,
    );
  },
);

conformance(
  { 'MUC-34': ['no chats', 'whispers from those who have left'] },
  'a private talk goes on as one with a contact when the other is not in the room any more, and in the room when they are',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<message to='${ROOM}/benvolio' type='chat' id='p1'><body>a word</body></message>`);
    await irc.receives(/PRIVMSG benvolio :?a word/);
    irc.parts('benvolio', '#verona');
    irc.says('benvolio', 'romeo', 'not here');
    await romeo.receives(
      `<message from='${BENVOLIO}' to='${romeo.bare}' type='chat'><body>not here</body><!x xmlns='${MUC_USER}'/></message>`,
    );
    irc.joins('benvolio', '#verona');
    await romeo.receives(`<presence from='${ROOM}/benvolio' !type/>`);
    irc.says('benvolio', 'romeo', 'back');
    await romeo.receives(`<message from='${ROOM}/benvolio' to='${romeo.jid}' type='chat'><body>back</body></message>`);
    irc.parts('benvolio', '#verona');
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='p2'><body>where?</body></message>`);
    await irc.receives(/PRIVMSG benvolio :?where/);
    irc.joins('benvolio', '#verona');
    irc.says('benvolio', 'romeo', 'there');
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><body>there</body></message>`);
  },
);
