// Messages from one to one, to a person's address and to an occupant (XEP-0045 7.5).

import { entersVerona, error, MUC_USER } from '../support/openings.ts';
import { at, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');
const TYBALT = at('tybalt');

scenario('to an address and back, without a common channel', async ({ romeo, irc }) => {
  const tybalt = await irc.nick('tybalt');
  romeo.sends(`<presence to='${at('#elsewhere')}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await romeo.receives(`<presence from='${at('#elsewhere')}/romeo' !type/>`);
  await romeo.receives("<message type='groupchat'><subject/></message>");
  romeo.sends(`<message to='${TYBALT}' type='chat' id='p1'><body>Good Tybalt</body></message>`);
  await tybalt.until(/^:romeo!\S+ PRIVMSG tybalt :Good Tybalt$/);
  tybalt.send('PRIVMSG romeo :Boy!');
  await romeo.receives(`<message from='${TYBALT}' type='chat'><body>Boy!</body></message>`);
});

scenario('to an occupant and back, in the room where it began', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const tybalt = await irc.nick('tybalt');
  romeo.sends(
    `<message to='${ROOM}/tybalt' type='chat' id='p1'><body>Good Tybalt</body><x xmlns='${MUC_USER}'/></message>`,
  );
  await tybalt.until(/^:romeo!\S+ PRIVMSG tybalt :Good Tybalt$/);
  tybalt.send('PRIVMSG romeo :Boy!');
  await romeo.receives(
    `<message from='${ROOM}/tybalt' type='chat'><body>Boy!</body><x xmlns='${MUC_USER}'/></message>`,
  );
});

scenario('from somebody new it comes from her address', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  (await irc.nick('nurse')).send('PRIVMSG romeo :A word with you');
  await romeo.receives(`<message from='${at('nurse')}' type='chat'><body>A word with you</body></message>`);
});

scenario('to an occupant who is not there', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}/mercutio' type='chat' id='p1'><body>Are you hurt?</body></message>`);
  await romeo.receives(
    `<message from='${ROOM}/mercutio' type='error' id='p1'>${error('cancel', 'item-not-found')}</message>`,
  );
});

scenario(
  'to an address where nobody is: an error, or words where it is known too late for one',
  async ({ romeo, irc, world }) => {
    await entersVerona(romeo, irc);
    const to = at('mercutio');
    romeo.sends(`<message to='${to}' type='chat' id='p1'><body>Are you hurt?</body></message>`);
    const late = `<message from='${to}' type='chat'><body>Not delivered: There is nobody of that name.</body></message>`;
    const atOnce = `<message from='${to}' type='error' id='p1'>${error('cancel', 'item-not-found')}</message>`;
    // ngIRCd does not echo, so a line is taken as sent before its refusal comes.
    await romeo.receives(world.stage.irc === 'ngircd' ? late : atOnce);
  },
);
