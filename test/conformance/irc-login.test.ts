// Sections 23.1 and 23.2: getting on an IRC server, and not getting on.

import { expect } from 'vitest';
import { BENVOLIO, error, GATEWAY, joinOf, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { IrcNetwork } from './irc-network.ts';
import type { Client } from './world.ts';

const SERVER = `test@${GATEWAY}`;
const account = (fields: Readonly<Record<string, string>>): string =>
  `<iq to='${GATEWAY}' type='set' id='set'><query xmlns='${REGISTER}'><x xmlns='jabber:x:data' type='submit'>${Object.entries(
    { server: 'test', nick: 'romeo', ...fields },
  )
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x></query></iq>`;
const SET = `<iq type='result' id='set'/>`;
const roster = `<presence to='${GATEWAY}' type='subscribe'/>`;

/** Has an account with a password, and the gateway in the roster both ways. */
async function registers(romeo: Client, irc: IrcNetwork, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  irc.caps = ['multi-prefix', 'sasl'];
  await romeo.asks(account({ password: 'wherefore', ...fields }), SET);
  romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await romeo.asks(roster, `<presence type='subscribed' from='${GATEWAY}'/>`);
}

/** The server answers only this to what would let the person in; the test does the rest. */
function holdsBack(irc: IrcNetwork, answer = 'NOTICE * :wait'): void {
  irc.refuse('USER', answer);
}

function letsIn(irc: IrcNetwork, nick: string, motd: readonly string[] = []): void {
  irc.tell(nick, `:irc.test 001 ${nick} :Welcome`);
  irc.tell(nick, `:irc.test 005 ${nick} CHANTYPES=# PREFIX=(ov)@+ :are supported by this server`);
  for (const line of motd) irc.tell(nick, `:irc.test 372 ${nick} :- ${line}`);
  irc.tell(nick, `:irc.test 376 ${nick} :End of /MOTD command.`);
}

conformance(
  { '23.2.451': ['joins come too early', 'answers errors'], '23.1.1': 'joins come too early' },
  'what is wanted before the server lets one in waits, and that it is too early is never shown',
  {},
  async ({ romeo, irc }) => {
    holdsBack(irc, '451 * :You have not registered');
    romeo.sends(joinOf('romeo'));
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='m'><body>psst</body></message>`);
    await irc.receives(/NICK romeo/);
    await irc.receives(/USER/);
    expect(await romeo.unread()).toEqual([]);
    expect(irc.lines.filter((line) => /JOIN|PRIVMSG/.test(line))).toEqual([]);
    letsIn(irc, 'romeo');
    await irc.receives(/JOIN #verona/);
    await irc.receives(/PRIVMSG benvolio :?psst/);
    await romeo.receives(`<message type='groupchat'><subject/></message>`);
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
  },
);

conformance(
  { '23.1.1': ['servers say nothing', 'no presence of the gateway'] },
  'let in: the gateway’s presence says so, and the message of the day is shown where the operator wants it',
  { settings: '      motd: true' },
  async ({ romeo, irc }) => {
    await registers(romeo, irc, { password: '' });
    holdsBack(irc);
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.receives(`<presence from='${GATEWAY}'><show>xa</show></presence>`);
    await irc.receives(/romeo USER/);
    await irc.receives(/romeo USER/);
    letsIn(irc, 'romeo', ['be nice', 'no bots']);
    await romeo.receives(`<presence from='${GATEWAY}' !type><!show/></presence>`);
    await romeo.receives(`<message from='${SERVER}' !error><body>- be nice\n- no bots</body></message>`);
  },
);

conformance(
  { '23.2.900': 'SASL is left out', '23.2.903': 'SASL is left out' },
  'a password is checked by SASL, and only then is the person in; of its numerics nothing is shown',
  {},
  async ({ romeo, irc }) => {
    await registers(romeo, irc);
    romeo.sends(joinOf('romeo'));
    await irc.receives(/JOIN #verona/);
    const words = irc.lines.map((line) => line.replace(/^\S* /, ''));
    const at = (start: string): number => words.findLastIndex((line) => line.startsWith(start));
    expect(at('AUTHENTICATE')).toBeGreaterThan(0);
    expect(at('CAP END')).toBeGreaterThan(at('AUTHENTICATE'));
    const told = (await romeo.unread()).filter(({ name }) => name === 'message');
    expect(JSON.stringify(told)).not.toMatch(/logged in|SASL/);
  },
);

for (const [numeric, command, answer, kind] of [
  ['904', 'AUTHENTICATE PLAIN', '904 %n :SASL authentication failed', 'auth/not-authorized'],
  ['902', 'AUTHENTICATE PLAIN', '902 %n :The account is locked', 'auth/not-authorized'],
  ['905', 'AUTHENTICATE PLAIN', '905 %n :SASL message too long', 'auth/not-authorized'],
  ['906', 'AUTHENTICATE PLAIN', '906 %n :SASL authentication aborted', 'auth/not-authorized'],
  ['908', 'AUTHENTICATE PLAIN', '908 %n EXTERNAL :are the available SASL mechanisms', 'auth/not-authorized'],
  ['464', 'USER', '464 %n :Password incorrect', 'auth/not-authorized'],
  ['465', 'USER', '465 %n :You are banned from this server', 'auth/forbidden'],
] as const)
  conformance(
    { [`23.2.${numeric}`]: ['silent errors', 'every error is internal', 'every error can be retried', 'no chats'] },
    `not let in with ${numeric}: an error, a message with the reason, and no more tries`,
    {},
    async ({ romeo, irc, clock }) => {
      await registers(romeo, irc);
      irc.refuse(command, answer);
      romeo.sends(`<presence to='${GATEWAY}'/>`);
      await romeo.receives(`<presence type='error' from='${GATEWAY}'>${error(kind)}</presence>`);
      await romeo.receives(`<message type='chat' from='${GATEWAY}'><body>*</body></message>`);
      const tries = irc.lines.filter((line) => line.includes('USER')).length;
      clock.speed = 100;
      await clock.passed(30_000);
      expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
      expect(irc.lines.filter((line) => line.includes('USER'))).toHaveLength(tries);
    },
  );

for (const [row, name, servers, kind] of [
  ['23.2.dns', 'nowhere', `, nowhere: { host: nowhere.invalid, tls: false }`, 'cancel/remote-server-not-found'],
  ['23.2.certificate', 'secure', `, secure: { host: 127.0.0.1, port: PORT }`, 'auth/not-authorized'],
] as const)
  conformance(
    { [row]: ['silent errors', 'every error is internal', 'errors without words'] },
    `a server that can’t be had (${name}): joining it says so`,
    { servers },
    async ({ romeo }) => {
      const room = `#verona%${name}@${GATEWAY}`;
      romeo.sends(joinOf('romeo', room));
      const refused = await romeo.receives(
        `<presence type='error' id='join' from='${room}/romeo'>${error(kind)}</presence>`,
      );
      if (row === '23.2.certificate') expect(JSON.stringify(refused)).toContain('certificate');
    },
  );
