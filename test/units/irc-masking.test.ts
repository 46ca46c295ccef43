// Passwords in lines of IRC are masked, and nothing else is.

import { expect, test } from 'vitest';
import { maskedLine } from '../../adapters/irc/masking.ts';

test.each([
  ['PASS hunter2', 'PASS ********'],
  ['PRIVMSG NickServ :IDENTIFY hunter2', 'PRIVMSG NickServ :IDENTIFY ********'],
  ['privmsg nickserv identify romeo hunter2', 'privmsg nickserv identify ********'],
  [
    'PRIVMSG NickServ@services.example.org :IDENTIFY hunter2',
    'PRIVMSG NickServ@services.example.org :IDENTIFY ********',
  ],
  ['PRIVMSG Q@CServe.quakenet.org :AUTH romeo hunter2', 'PRIVMSG Q@CServe.quakenet.org :AUTH ********'],
  ['NICKSERV IDENTIFY hunter2', 'NICKSERV IDENTIFY ********'],
  ['/msg NickServ GHOST romeo hunter2', '/msg NickServ GHOST ********'],
  ['/quote NS SET PASSWORD hunter2', '/quote NS SET PASSWORD ********'],
  ['SQUERY NickServ :REGISTER hunter2 romeo@example.org', 'SQUERY NickServ :REGISTER ********'],
  ['OPER romeo hunter2', 'OPER romeo ********'],
  ['AUTHENTICATE AHJvbWVvAGh1bnRlcjI=', 'AUTHENTICATE ********'],
  ['JOIN #verona hunter2', 'JOIN #verona ********'],
  ['MODE #verona +k hunter2', 'MODE #verona +k ********'],
  [':romeo!r@host PRIVMSG NickServ :IDENTIFY hunter2', ':romeo!r@host PRIVMSG NickServ :IDENTIFY ********'],
])('%s', (line, masked) => expect(maskedLine(line)).toBe(masked));

test.each([
  'MODE romeo +i',
  'JOIN #verona',
  'JOIN #verona,#mantua',
  'PRIVMSG somebot :hello',
  'PRIVMSG #verona :login is at nine',
  'PRIVMSG NickServ :HELP IDENTIFY',
  'MODE #verona +o romeo',
])('%s holds none', (line) => expect(maskedLine(line)).toBe(line));
