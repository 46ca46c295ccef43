// How a client gets into the tests' IRC server: capabilities, SASL, the welcome.

import type { Socket } from 'node:net';

export const NAME = 'irc.test';

/** Without prefixes. */
export const bare = (nick: string): string => nick.replace(/^[~&@%+]+/, '');

export interface Client {
  readonly socket: Socket;
  nick: string;
  user: boolean;
  negotiating: boolean;
  welcomed: boolean;
  readonly caps: Set<string>;
}

/** What the server offers to new connections. */
export interface Offer {
  readonly caps: readonly string[];
  readonly casemapping: string;
}

export function reply({ socket }: Client, text: string): void {
  socket.write(`:${NAME} ${text}\r\n`);
}

export function negotiate(client: Client, verb: string, list: string, { caps, casemapping }: Offer): void {
  const nick = client.nick || '*';
  if (verb === 'LS') {
    client.negotiating = true;
    return reply(client, `CAP ${nick} LS :${caps.join(' ')}`);
  }
  if (verb === 'REQ') {
    const known = list
      .trim()
      .split(' ')
      .every((cap) => caps.includes(cap));
    if (known) for (const cap of list.trim().split(' ')) client.caps.add(cap);
    return reply(client, `CAP ${nick} ${known ? 'ACK' : 'NAK'} :${list.trim()}`);
  }
  if (verb === 'END') {
    client.negotiating = false;
    welcome(client, casemapping);
  }
}

/** SASL PLAIN, for whoever knows the password. */
export function authenticate(client: Client, given: string, wanted: string): void {
  const nick = client.nick || '*';
  if (given === 'PLAIN') return void client.socket.write('AUTHENTICATE +\r\n');
  const [, , password] = Buffer.from(given, 'base64').toString('utf8').split('\0');
  if (password !== wanted) return reply(client, `904 ${nick} :SASL authentication failed`);
  reply(client, `900 ${nick} ${nick}!u@h ${nick} :You are now logged in`);
  reply(client, `903 ${nick} :SASL authentication successful`);
}

/** Lets the client in once it has said all that it has to. */
export function welcome(client: Client, casemapping: string): void {
  const { nick } = client;
  if (client.welcomed || client.negotiating || !client.user || nick === '') return;
  client.welcomed = true;
  reply(client, `001 ${nick} :Welcome`);
  reply(client, `004 ${nick} ${NAME} test-1 iosw biklmnopstv`);
  reply(
    client,
    `005 ${nick} CASEMAPPING=${casemapping} CHANTYPES=#& PREFIX=(qaohv)~&@%+ CHANMODES=b,k,l,imnpst NICKLEN=30 MONITOR=100 NETWORK=test :are supported by this server`,
  );
  reply(client, `422 ${nick} :MOTD File is missing`);
}
