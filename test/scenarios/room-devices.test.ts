// Several clients of one person behind one nick (XEP-0045 7.2.10, MUC-17), and whether one is still in (XEP-0410).

import { entersVerona, error, gone, joins, occupant } from '../support/openings.ts';
import { at, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');
const PING = "<ping xmlns='urn:xmpp:ping'/>";

scenario('a second client gets all of it, and nobody else notices', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const phone = await romeo.anotherDevice('phone');
  await joins(phone, ROOM, 'romeo', ['tybalt']);
  (await irc.nick('tybalt')).send('PRIVMSG #verona :hark');
  for (const client of [romeo, phone]) {
    await client.receives(
      `<message from='${ROOM}/tybalt' to='${client.jid}' type='groupchat'><body>hark</body></message>`,
    );
  }
});

scenario('what one client says is reflected to both', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const phone = await romeo.anotherDevice('phone');
  await joins(phone, ROOM, 'romeo', ['tybalt']);
  phone.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>hello</body></message>`);
  await irc.receives('romeo PRIVMSG #verona hello');
  for (const client of [romeo, phone]) {
    await client.receives(
      `<message from='${ROOM}/romeo' to='${client.jid}' type='groupchat' id='m1'><body>hello</body></message>`,
    );
  }
});

scenario('the channel is left when the last client leaves it', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const phone = await romeo.anotherDevice('phone');
  await joins(phone, ROOM, 'romeo', ['tybalt']);
  romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
  await romeo.receives(gone(ROOM, 'romeo', "<status code='110'/>"));
  phone.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>still here</body></message>`);
  await irc.receives('romeo PRIVMSG #verona still here');
  await phone.receives(`<message from='${ROOM}/romeo' type='groupchat' id='m1'/>`);
  phone.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
  await irc.receivesLike(/^:romeo!\S+ PART :?#verona/);
  await phone.receives(gone(ROOM, 'romeo', "<status code='110'/>"));
});

scenario('a second client with another nick gets the one that she has', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const phone = await romeo.anotherDevice('phone');
  phone.sends(`<presence to='${ROOM}/other'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await phone.receives(occupant(ROOM, 'tybalt', 'moderator'));
  await phone.receives(occupant(ROOM, 'romeo', 'participant', "<status code='110'/><status code='210'/>"));
  await phone.receives("<message type='groupchat'><subject/></message>");
});

scenario('the same client joining again gets all of it again', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  await joins(romeo, ROOM, 'romeo', ['tybalt']);
});

scenario('am I still in? only who is in is told so', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const phone = await romeo.anotherDevice('phone');
  await romeo.asksAndGets('get', `${ROOM}/romeo`, PING, `<iq type='result' from='${ROOM}/romeo'/>`);
  await phone.asksAndGets('get', `${ROOM}/romeo`, PING, `<iq type='error'>${error('cancel', 'not-acceptable')}</iq>`);
  await romeo.asksAndGets('get', `${ROOM}/nobody`, PING, `<iq type='error'>${error('cancel', 'item-not-found')}</iq>`);
});
