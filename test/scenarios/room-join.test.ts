// Joining a channel: who is there, who one is, what it is about, and only then what is said (XEP-0045 7.2).

import { occupant, subject } from '../support/openings.ts';
import { at, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');

scenario('romeo joins a channel, sees who is there and says hello', async ({ romeo, irc }) => {
  await irc.channel('#verona', { topic: 'No brawling', nicks: ['@tybalt', 'benvolio'] });
  romeo.sends(`<presence to='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await irc.receives('romeo JOIN #verona');
  await romeo.receivesInAnyOrder(occupant(ROOM, 'tybalt', 'moderator'), occupant(ROOM, 'benvolio', 'participant'));
  await romeo.receives(occupant(ROOM, 'romeo', 'participant', "<status code='110'/>"));
  await romeo.receives(subject(`${ROOM}/tybalt`, 'No brawling'));
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>hello</body></message>`);
  await irc.receives('romeo PRIVMSG #verona hello');
  await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat' id='m1'><body>hello</body></message>`);
});
