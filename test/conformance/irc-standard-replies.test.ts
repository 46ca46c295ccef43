// Section 23.1.20: FAIL, WARN and NOTE of IRCv3 reach the one who asked, with the server's own words.

import { expect } from 'vitest';
import { BENVOLIO, error, GATEWAY, joinOf, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

const SERVER = `test@${GATEWAY}`;
const told = (text: string): string =>
  `<message from='${SERVER}' type='headline' !error><body>${text}</body></message>`;
const worded = (kind: `${string}/${string}`, text: string): string => error(kind).replace('*', text);
const OPEN = '#open%test@irc.localhost';
const CLOSED = '#closed%test@irc.localhost';

conformance(
  { '23.1.20': ['silent errors', 'every error is internal', 'errors without ids', 'errors without words'] },
  'a FAIL ends the request that it is about, which may be the second of a kind; the first goes on',
  {},
  async ({ romeo, irc }) => {
    irc.refuse('JOIN #open', 'NOTICE %n :wait');
    irc.refuse('JOIN #closed', 'FAIL JOIN NEED_REGISTRATION #closed :Members of the guild only');
    romeo.sends(joinOf('romeo', OPEN, '', 'first'));
    await irc.receives(/JOIN #open/);
    await romeo.asks(
      joinOf('romeo', CLOSED, '', 'second'),
      `<presence type='error' from='${CLOSED}/romeo' id='second'>${worded('auth/registration-required', 'Members of the guild only')}</presence>`,
    );
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('TOPIC #verona', 'FAIL TOPIC RATE_LIMITED #verona :Not that fast');
    await romeo.asks(
      `<message to='${ROOM}' type='groupchat' id='t'><subject>A plague</subject></message>`,
      `<message type='error' from='${ROOM}' id='t'>${worded('wait/policy-violation', 'Not that fast')}</message>`,
    );
    expect((await romeo.unread()).filter(({ attrs }) => attrs['id'] === 'first')).toEqual([]);
  },
);

for (const caps of [['echo-message'], []]) {
  conformance(
    { '23.1.20': ['silent errors', 'every error is internal'] },
    `a FAIL for a message that names nobody, on a server ${caps.length === 0 ? 'that echoes nothing' : 'with echoes'}`,
    {},
    async ({ romeo, irc }) => {
      irc.caps = ['multi-prefix', ...caps];
      await romeo.joins(ROOM, 'romeo');
      irc.refuse('PRIVMSG benvolio', 'FAIL PRIVMSG INVALID_UTF8 :Say it in UTF-8');
      await romeo.asks(
        `<message to='${BENVOLIO}' type='chat' id='m'><body>psst</body></message>`,
        `<message type='error' from='${BENVOLIO}' id='m'>${worded('modify/not-acceptable', 'Say it in UTF-8')}</message>`,
      );
    },
  );
}

conformance(
  { '23.1.20': ['servers say nothing', 'answers errors'] },
  'warnings, notes, and failures of what nobody asked for here are told by the server, and end nothing',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('JOIN #open', 'NOTICE %n :wait');
    romeo.sends(joinOf('romeo', OPEN, '', 'first'));
    await romeo.receives(told('wait'));
    for (const [line, text] of [
      ['WARN REHASH CERTS_EXPIRED :The certificate is old', 'The certificate is old'],
      ['NOTE * OPER_MESSAGE :Supper is ready', 'Supper is ready'],
      ['FAIL JOIN CHANNEL_LIMIT #other :Not there', 'Not there'],
      ['FAIL * WHATEVER :Nothing works', 'Nothing works'],
    ] as const) {
      irc.tell('romeo', `:irc.test ${line}`);
      await romeo.receives(told(text));
    }
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
  },
);
