// Changing one's nick, and seeing others change theirs (XEP-0045 7.6).

import { entersVerona, error, gone, joinRequest, occupant, subject } from '../support/openings.ts';
import { at, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');

scenario('somebody in the channel changes hers', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  (await irc.nick('tybalt')).send('NICK king-of-cats');
  await romeo.receives(
    `<presence from='${ROOM}/tybalt' type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'><item nick='king-of-cats'/><status code='303'/><!status code='110'/></x></presence>`,
  );
  await romeo.receives(occupant(ROOM, 'king-of-cats', 'moderator'));
});

scenario('romeo changes his, in all rooms of the server', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(joinRequest(at('#mantua'), 'romeo'));
  await romeo.receives(`<presence from='${at('#mantua')}/romeo' !type/>`);
  await romeo.receives(subject(at('#mantua'), ''));
  romeo.sends(`<presence to='${ROOM}/montague' id='n1'/>`);
  await irc.receives('romeo NICK montague');
  const change = (room: string): string[] => [
    `<presence from='${room}/romeo' type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'><item nick='montague'/><status code='303'/><status code='110'/></x></presence>`,
    `<presence from='${room}/montague' !type><x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='110'/></x></presence>`,
  ];
  await romeo.receivesInAnyOrder(...change(ROOM), ...change(at('#mantua')));
});

scenario('a nick that is taken', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<presence to='${ROOM}/tybalt' id='n1'/>`);
  await romeo.receives(
    `<presence from='${ROOM}/tybalt' id='n1' type='error'>${error('cancel', 'conflict')}</presence>`,
  );
  await romeo.asksAndGets('get', `${ROOM}/romeo`, "<ping xmlns='urn:xmpp:ping'/>", "<iq type='result'/>");
});

scenario('a nick that can not be one', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<presence to='${ROOM}/9 lives' id='n1'/>`);
  await romeo.receives(
    `<presence from='${ROOM}/9 lives' id='n1' type='error'>${error('cancel', 'not-acceptable')}</presence>`,
  );
});

scenario('the second channel keeps the nick of the first', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const mantua = at('#mantua');
  romeo.sends(joinRequest(mantua, 'other'));
  await romeo.receives(
    `<presence from='${mantua}/romeo' !type><x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='110'/><status code='210'/></x></presence>`,
  );
  await romeo.receives(subject(mantua, ''));
});

scenario('somebody takes the nick of one who has just gone', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  await (await irc.nick('paris')).join('#verona');
  await romeo.receives(occupant(ROOM, 'paris', 'participant'));
  const tybalt = await irc.nick('tybalt');
  tybalt.send('PART #verona');
  await romeo.receives(gone(ROOM, 'tybalt'));
  tybalt.send('NICK ghost');
  await tybalt.until(/ NICK /);
  (await irc.nick('paris')).send('NICK tybalt');
  await romeo.receives(
    `<presence from='${ROOM}/paris' type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'><item nick='tybalt'/><status code='303'/></x></presence>`,
  );
  await romeo.receives(occupant(ROOM, 'tybalt', 'participant'));
});
