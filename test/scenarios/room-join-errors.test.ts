// Ways not to get into a room, each with the type and condition that clients act on (XEP-0045 7.2).

import { expect } from 'vitest';
import { joinRequest, error, entersVerona } from '../support/openings.ts';
import { at, GATEWAY, scenario } from '../support/scenario.ts';
import { elementsOf, textOf } from '../support/xml-tree.ts';

const ROOM = at('#verona');

const refused = (room: string, nick: string, type: string, condition: string): string =>
  `<presence from='${room}/${nick}' type='error' id='j1'>${error(type, condition)}</presence>`;
const request = (room: string, nick: string, inside = ''): string =>
  joinRequest(room, nick, inside).replace('<presence', "<presence id='j1'");

scenario('a server that nobody knows', async ({ romeo }) => {
  const room = `#verona%nowhere.invalid@${GATEWAY}`;
  romeo.sends(request(room, 'romeo'));
  await romeo.receives(refused(room, 'romeo', 'cancel', 'remote-server-not-found'));
});

scenario('a server that does not answer', async ({ romeo }) => {
  const room = `#verona%closed@${GATEWAY}`;
  romeo.sends(request(room, 'romeo'));
  await romeo.receives(refused(room, 'romeo', 'cancel', 'remote-server-timeout'));
});

scenario('a server with another certificate than the operator has pinned', async ({ romeo }) => {
  const room = `#verona%forged@${GATEWAY}`;
  romeo.sends(request(room, 'romeo'));
  const answer = await romeo.receives(refused(room, 'romeo', 'auth', 'not-authorized'));
  const texts = elementsOf(answer).flatMap(elementsOf).map(textOf);
  expect(texts.join('')).toContain('certificate');
});

scenario('a nick that somebody has', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'] });
  romeo.sends(request(ROOM, 'tybalt'));
  await romeo.receives(refused(ROOM, 'tybalt', 'cancel', 'conflict'));
});

scenario('a nick that is not one on IRC', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'] });
  romeo.sends(request(ROOM, '9 lives'));
  await romeo.receives(refused(ROOM, '9 lives', 'cancel', 'not-acceptable'));
});

scenario('a channel from which he is banned', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'], modes: ['+b romeo!*@*'] });
  romeo.sends(request(ROOM, 'romeo'));
  await romeo.receives(refused(ROOM, 'romeo', 'auth', 'forbidden'));
});

scenario('a channel with a key: none, wrong, right', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'], key: 'open-sesame' });
  romeo.sends(request(ROOM, 'romeo'));
  await romeo.receives(refused(ROOM, 'romeo', 'auth', 'not-authorized'));
  romeo.sends(request(ROOM, 'romeo', '<password>wrong</password>'));
  await romeo.receives(refused(ROOM, 'romeo', 'auth', 'not-authorized'));
  romeo.sends(request(ROOM, 'romeo', '<password>open-sesame</password>'));
  await irc.receives('romeo JOIN #verona');
  await romeo.receives(`<presence from='${ROOM}/tybalt' !type/>`);
  await romeo.receives(`<presence from='${ROOM}/romeo' !type/>`);
  await romeo.receives("<message type='groupchat'><subject/></message>");
});

scenario('a channel for the invited', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'], modes: ['+i'] });
  romeo.sends(request(ROOM, 'romeo'));
  await romeo.receives(refused(ROOM, 'romeo', 'auth', 'registration-required'));
});

scenario('a channel that is full', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'], modes: ['+l 1'] });
  romeo.sends(request(ROOM, 'romeo'));
  await romeo.receives(refused(ROOM, 'romeo', 'cancel', 'service-unavailable'));
});

scenario('a room without a nick', async ({ romeo }) => {
  romeo.sends(`<presence to='${ROOM}' id='j1'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await romeo.receives(`<presence from='${ROOM}' type='error' id='j1'>${error('modify', 'jid-malformed')}</presence>`);
});

scenario('a presence that is not a join', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'] });
  romeo.sends(`<presence to='${ROOM}/romeo'/>`);
  await romeo.receives(
    `<presence from='${ROOM}/romeo' type='unavailable'><x xmlns='http://jabber.org/protocol/muc#user'><item role='none'/><status code='110'/><status code='307'/><status code='333'/></x></presence>`,
  );
});

scenario('one who fails does not disturb one who is in', async ({ romeo, juliet, irc }) => {
  await entersVerona(romeo, irc);
  juliet.sends(request(ROOM, 'tybalt'));
  await juliet.receives(refused(ROOM, 'tybalt', 'cancel', 'conflict'));
  (await irc.nick('tybalt')).send('PRIVMSG #verona :still here');
  await romeo.receives(`<message from='${ROOM}/tybalt' type='groupchat'><body>still here</body></message>`);
});
