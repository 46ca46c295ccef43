// Going: of one's own will, with the client, or thrown out (XEP-0045 7.14, 8.2, 9.1).

import { entersVerona, error, gone, MUC_USER, occupant } from '../support/openings.ts';
import { at, GATEWAY, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');

scenario('romeo leaves with a word', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(
    `<presence to='${ROOM}/romeo' type='unavailable'><status>Parting is such sweet sorrow</status></presence>`,
  );
  await irc.receives('romeo PART #verona Parting is such sweet sorrow');
  await romeo.receives(gone(ROOM, 'romeo', "<status code='110'/>"));
  await romeo.asksAndGets(
    'get',
    `${ROOM}/romeo`,
    "<ping xmlns='urn:xmpp:ping'/>",
    `<iq type='error'>${error('cancel', 'not-acceptable')}</iq>`,
  );
});

scenario('romeo comes back after he has left', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
  await romeo.receives(gone(ROOM, 'romeo', "<status code='110'/>"));
  romeo.sends(`<presence to='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await romeo.receives(occupant(ROOM, 'tybalt', 'moderator'));
  await romeo.receives(occupant(ROOM, 'romeo', 'participant', "<status code='110'/>"));
  await romeo.receives("<message type='groupchat'><subject/></message>");
});

scenario('others come and go', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const benvolio = await irc.nick('benvolio');
  await benvolio.join('#verona');
  await romeo.receives(occupant(ROOM, 'benvolio', 'participant'));
  benvolio.send('PART #verona :enough');
  await romeo.receives(
    `<presence from='${ROOM}/benvolio' type='unavailable'><status>enough</status><x xmlns='${MUC_USER}'><item role='none'/><!status/></x></presence>`,
  );
  await benvolio.join('#verona');
  await romeo.receives(occupant(ROOM, 'benvolio', 'participant'));
  benvolio.send('QUIT :farewell');
  await romeo.receives(
    `<presence from='${ROOM}/benvolio' type='unavailable'><status/><x xmlns='${MUC_USER}'><item role='none'/><!status/></x></presence>`,
  );
});

scenario('somebody else is kicked', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  await (await irc.nick('benvolio')).join('#verona');
  await romeo.receives(occupant(ROOM, 'benvolio', 'participant'));
  (await irc.nick('tybalt')).send('KICK #verona benvolio :no peace');
  await romeo.receives(
    `<presence from='${ROOM}/benvolio' type='unavailable'><x xmlns='${MUC_USER}'>
       <item role='none'><actor nick='tybalt'/><reason>no peace</reason></item><status code='307'/><!status code='110'/></x></presence>`,
  );
});

scenario('romeo is kicked, and is then not in the room', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  (await irc.nick('tybalt')).send('KICK #verona romeo :villain');
  await romeo.receives(
    `<presence from='${ROOM}/romeo' type='unavailable'><x xmlns='${MUC_USER}'>
       <item role='none'><actor nick='tybalt'/><reason>villain</reason></item><status code='307'/><status code='110'/></x></presence>`,
  );
  await romeo.asksAndGets(
    'get',
    `${ROOM}/romeo`,
    "<ping xmlns='urn:xmpp:ping'/>",
    `<iq type='error'>${error('cancel', 'not-acceptable')}</iq>`,
  );
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>Ha!</body></message>`);
  await romeo.receives(`<message from='${ROOM}' type='error' id='m1'>${error('modify', 'not-acceptable')}</message>`);
});

scenario('somebody is given voice, made operator, and made nobody again', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const tybalt = await irc.nick('tybalt');
  const self = (affiliation: string, role: string): string =>
    `<presence from='${ROOM}/romeo' !type><x xmlns='${MUC_USER}'><item affiliation='${affiliation}' role='${role}'/><status code='110'/></x></presence>`;
  tybalt.send('MODE #verona +o romeo');
  await romeo.receives(self('admin', 'moderator'));
  tybalt.send('MODE #verona -o romeo');
  await romeo.receives(self('none', 'participant'));
  tybalt.send('MODE #verona +v romeo');
  await romeo.receives(self('member', 'participant'));
});

scenario('a client that vanishes takes its occupant along', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  await romeo.vanishes();
  await irc.receivesLike(/^:romeo!\S+ (PART|QUIT)/);
});

scenario('going offline leaves every room', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  await romeo.close();
  await irc.receivesLike(/^:romeo!\S+ (PART|QUIT)/);
});

scenario('at its end the gateway says that the room has gone, and leaves IRC', async ({ romeo, irc, world }) => {
  await entersVerona(romeo, irc);
  await world.gateway.stop();
  await irc.receivesLike(/^:romeo!\S+ QUIT/);
  await romeo.receives(gone(ROOM, 'romeo', "<status code='110'/><status code='332'/>"));
  await world.gateway.restart();
  // A client that took the first for the end of the room hears again that it was not.
  await romeo.receives(gone(ROOM, 'romeo', "<status code='110'/><status code='333'/>"));
  await romeo.asksAndGets('get', GATEWAY, "<ping xmlns='urn:xmpp:ping'/>", "<iq type='result'/>");
});
