// Talk in a channel: both ways, with the reflection that tells the sender it was taken (XEP-0045 7.4).

import { entersVerona, error, groupchat, joins } from '../support/openings.ts';
import { at, scenario } from '../support/scenario.ts';

const ROOM = at('#verona');

scenario('what romeo says goes to the channel and comes back to him under its id', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>But, soft!</body></message>`);
  await irc.receives('romeo PRIVMSG #verona But, soft!');
  await romeo.receives(
    `<message from='${ROOM}/romeo' to='${romeo.jid}' type='groupchat' id='m1'><body>But, soft!</body></message>`,
  );
});

scenario('what is said in the channel comes to romeo, live and without a stamp of the past', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const tybalt = await irc.nick('tybalt');
  tybalt.send('PRIVMSG #verona :Peace? I hate the word <&> "it"');
  await romeo.receives(
    `<message from='${ROOM}/tybalt' to='${romeo.jid}' type='groupchat' id='*'><body>Peace? I hate the word &lt;&amp;&gt; "it"</body><!delay xmlns='urn:xmpp:delay'/></message>`,
  );
});

scenario('letters of every script go through unharmed', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>Ромео 罗密欧 رومیو 🌹</body></message>`);
  await irc.receives('romeo PRIVMSG #verona Ромео 罗密欧 رومیو 🌹');
  await romeo.receives(groupchat(ROOM, 'romeo', 'Ромео 罗密欧 رومیو 🌹'));
  (await irc.nick('tybalt')).send('PRIVMSG #verona :Тибальт 🗡');
  await romeo.receives(groupchat(ROOM, 'tybalt', 'Тибальт 🗡'));
});

scenario('actions are /me on both sides', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>/me climbs</body></message>`);
  await irc.receives('romeo PRIVMSG #verona \u0001ACTION climbs\u0001');
  await romeo.receives(groupchat(ROOM, 'romeo', '/me climbs'));
  (await irc.nick('tybalt')).send('PRIVMSG #verona :\u0001ACTION draws\u0001');
  await romeo.receives(groupchat(ROOM, 'tybalt', '/me draws'));
});

scenario('a text of several lines is said line by line and comes back as one', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>one\ntwo\n\nthree</body></message>`);
  for (const line of ['one', 'two', 'three']) await irc.receives(`romeo PRIVMSG #verona ${line}`);
  await romeo.receives(
    `<message from='${ROOM}/romeo' type='groupchat' id='m1'><body xml:space='preserve'>one\ntwo\n\nthree</body></message>`,
  );
});

scenario('a text can not smuggle in a command', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>hello&#13;\nQUIT :gone</body></message>`);
  await irc.receives('romeo PRIVMSG #verona hello');
  await irc.receives('romeo PRIVMSG #verona QUIT :gone');
  await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat' id='m1'><body>*</body></message>`);
});

scenario('many lines keep their order both ways', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const tybalt = await irc.nick('tybalt');
  for (let n = 1; n <= 50; n++) tybalt.send(`PRIVMSG #verona :line ${n}`);
  for (let n = 1; n <= 50; n++) await romeo.receives(groupchat(ROOM, 'tybalt', `line ${n}`));
  for (let n = 1; n <= 5; n++) {
    romeo.sends(`<message to='${ROOM}' type='groupchat' id='m${n}'><body>word ${n}</body></message>`);
  }
  for (let n = 1; n <= 5; n++) await irc.receives(`romeo PRIVMSG #verona word ${n}`);
  for (let n = 1; n <= 5; n++) await romeo.receives(groupchat(ROOM, 'romeo', `word ${n}`));
});

scenario('two people of the gateway hear each other, and each herself once', async ({ romeo, juliet, irc }) => {
  await entersVerona(romeo, irc);
  await joins(juliet, ROOM, 'juliet', ['tybalt', 'romeo']);
  await romeo.receives(`<presence from='${ROOM}/juliet' !type/>`);
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>hello</body></message>`);
  await irc.receives('romeo PRIVMSG #verona hello');
  await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat' id='m1'><body>hello</body></message>`);
  await juliet.receives(
    `<message from='${ROOM}/romeo' to='${juliet.jid}' type='groupchat'><body>hello</body></message>`,
  );
});

scenario('who is not in the room can not speak there', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'] });
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>hello</body></message>`);
  await romeo.receives(`<message from='${ROOM}' type='error' id='m1'>${error('modify', 'not-acceptable')}</message>`);
});

scenario('a moderated channel refuses him, and the others do not notice', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc, { modes: ['+m'], role: 'visitor' });
  romeo.sends(`<message to='${ROOM}' type='groupchat' id='m1'><body>hello</body></message>`);
  await romeo.receives(`<message from='${ROOM}' type='error' id='m1'>${error('auth', 'forbidden')}</message>`);
});

scenario('a whole-room message to one occupant is refused', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  romeo.sends(`<message to='${ROOM}/tybalt' type='groupchat' id='m1'><body>hello</body></message>`);
  await romeo.receives(`<message type='error' id='m1'>${error('modify', 'bad-request')}</message>`);
});
