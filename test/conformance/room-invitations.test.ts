// Section 19.10: the same invitation is told once; people who are users of the gateway are invited by the network too.

import { expect } from 'vitest';
import { BENVOLIO, error, gone, MUC_USER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FEAST = '#feast%test@irc.localhost';
const GARDEN = '#garden%test@irc.localhost';
const CONFERENCE = 'jabber:x:conference';

const messages = async (client: Client): Promise<readonly unknown[]> =>
  (await client.unread()).filter(({ name }) => name === 'message');
const invite = (who: string, id: string): string =>
  `<message to='${ROOM}' id='${id}'><x xmlns='${MUC_USER}'><invite to='${who}'><reason>come</reason></invite></x></message>`;

conformance(
  { 'MUC-70': ['invitations come twice', 'invitations are lost'] },
  'the same invitation is told once, and after a decline no more, until she has been in the room',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#feast');
    await romeo.joins(ROOM, 'romeo');
    const invited = async (by: string): Promise<void> => {
      irc.tell('romeo', `:${by}!${by}@host.test INVITE romeo :#feast`);
      await irc.flush('romeo');
    };
    const told = (by: string): string =>
      `<message from='${FEAST}' to='${romeo.bare}'><x xmlns='${MUC_USER}'><invite from='${by}'/></x><x xmlns='${CONFERENCE}' jid='${FEAST}'/></message>`;
    await invited('benvolio');
    await romeo.receives(told(BENVOLIO));
    await invited('benvolio');
    expect(await messages(romeo)).toEqual([]);
    await invited('tybalt');
    await romeo.receives(told('tybalt%test@irc.localhost'));
    romeo.sends(`<message to='${FEAST}'><x xmlns='${MUC_USER}'><decline to='${BENVOLIO}'/></x></message>`);
    await invited('benvolio');
    expect(await messages(romeo)).toEqual([]);
    await romeo.joins(FEAST, 'romeo');
    await romeo.asks(`<presence to='${FEAST}/romeo' type='unavailable'/>`, gone('romeo').replace(ROOM, FEAST));
    await invited('benvolio');
    await romeo.receives(told(BENVOLIO));
  },
);

conformance(
  {
    'MUC-71': [
      'invitations are out',
      'invitations are lost',
      'invitations come twice',
      'silent errors',
      'every error is internal',
    ],
    '23.1.28': 'invitations are out',
  },
  'who is a user of the gateway and on the server is invited by the network too and told once, or not when that refuses',
  {},
  async ({ romeo, irc, client }) => {
    irc.channel('#garden');
    const juliet = client('juliet@localhost/balcony');
    const told = (to: Client): string =>
      `<message from='${ROOM}' to='${to.bare}'><x xmlns='${MUC_USER}'><invite from='${romeo.bare}'><reason>come</reason></invite></x><x xmlns='${CONFERENCE}' jid='${ROOM}' reason='come'/></message>`;
    await romeo.joins(ROOM, 'romeo');
    await juliet.joins(GARDEN, 'juliet');
    const refused = async (numeric: string, condition: `${string}/${string}`): Promise<void> => {
      irc.refuse('INVITE juliet', numeric);
      await romeo.asks(
        invite(juliet.bare, 'refused'),
        `<message type='error' id='refused' from='${ROOM}'>${error(condition)}</message>`,
      );
    };
    await refused('482 %n #verona :You are not a channel operator', 'auth/forbidden');
    await refused('443 %n juliet #verona :is already on channel', 'cancel/conflict');
    expect(await messages(juliet)).toEqual([]);
    romeo.sends(invite(juliet.bare, 'i1'));
    await irc.receives(/^romeo INVITE juliet #verona/);
    await irc.receives(/^romeo INVITE juliet #verona/);
    await irc.receives(/^romeo INVITE juliet #verona/);
    await juliet.receives(told(juliet));
    irc.tell('juliet', ':romeo!romeo@host.test INVITE juliet :#verona');
    await irc.flush('juliet');
    expect(await messages(juliet)).toEqual([]);
    const stranger = client('mercutio@localhost/square');
    romeo.sends(invite(stranger.bare, 'i2'));
    await stranger.receives(told(stranger));
    expect(await messages(stranger)).toEqual([]);
    expect(irc.lines.filter((line) => line.includes('INVITE mercutio'))).toEqual([]);
    expect(await messages(romeo)).toEqual([]);
  },
);
