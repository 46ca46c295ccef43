// What a channel is about (XEP-0045 8.1).

import { entersVerona, error, subject } from '../support/openings.ts';
import { at, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');

scenario('the operator of the channel changes its subject', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  (await irc.nick('tybalt')).send('TOPIC #verona :A plague');
  await romeo.receives(subject(`${ROOM}/tybalt`, 'A plague'));
});

scenario('romeo changes the subject where everybody may', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc, { modes: ['-t'] });
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='s1'><subject>Love &amp; peace</subject></message>`);
  await irc.receives('romeo TOPIC #verona Love & peace');
  await romeo.receives(
    `<message from='${ROOM}/romeo' type='groupchat' id='s1'><subject>Love &amp; peace</subject><!body/></message>`,
  );
});

scenario('romeo may not change the subject where only operators may', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc, { modes: ['+t'] });
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='s1'><subject>Love</subject></message>`);
  await romeo.receives(`<message from='${ROOM}' type='error' id='s1'>${error('auth', 'forbidden')}</message>`);
});

scenario('a subject with a body is a message like any other', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc, { modes: ['-t'] });
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='s1'><subject>Love</subject><body>is blind</body></message>`);
  await irc.receives('romeo PRIVMSG #verona is blind');
  await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat' id='s1'><body>is blind</body></message>`);
});
