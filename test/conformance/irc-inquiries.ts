// What the tests' IRC server tells those who ask: who somebody is, and which channels there are.

import { type Client, reply } from './irc-registration.ts';

interface Listed {
  readonly name: string;
  readonly topic: string;
  readonly people: ReadonlyMap<string, string>;
  readonly bans: Set<string>;
}

/** Answers what changes nothing, or nothing that tests look at. */
export function inquire(client: Client, command: string, args: readonly string[], channels: Iterable<Listed>): void {
  const { nick } = client;
  const [first = '', second = ''] = args;
  if (command === 'WHO') reply(client, `315 ${nick} ${first} :End of WHO list.`);
  else if (command === 'MODE' && /^[+-]b$/.test(second)) changeBan(client, args, channels);
  else if (command === 'MODE' && /^[+-]/.test(second))
    client.socket.write(`:${nick}!${nick}@host.test MODE ${args.join(' ')}\r\n`);
  else if (command === 'MODE' && second === 'b') bans(client, first, channels);
  else if (command === 'MODE') reply(client, `324 ${nick} ${first} +nt`);
  else if (command === 'INVITE') reply(client, `341 ${nick} ${first} ${second}`);
  else if (command === 'WHOIS') whois(client, { asked: second || first, ofServer: second !== '' }, channels);
  else if (command === 'LIST') list(client, first, channels);
  else if (command === 'MONITOR' && first === '+') watched(client, second, channels);
}

const bansOf = (name: string, channels: Iterable<Listed>): Set<string> =>
  [...channels].find((channel) => channel.name.toLowerCase() === name.toLowerCase())?.bans ?? new Set();

/** Nothing is said where it changes nothing. */
function changeBan({ nick, socket }: Client, args: readonly string[], channels: Iterable<Listed>): void {
  const [name = '', letters, mask = ''] = args;
  const all = bansOf(name, channels);
  if (all.has(mask) === (letters === '+b')) return;
  if (letters === '+b') all.add(mask);
  else all.delete(mask);
  socket.write(`:${nick}!${nick}@host.test MODE ${args.join(' ')}\r\n`);
}

function bans(client: Client, channel: string, channels: Iterable<Listed>): void {
  const { nick } = client;
  for (const mask of bansOf(channel, channels)) reply(client, `367 ${nick} ${channel} ${mask} tybalt 1700000000`);
  reply(client, `368 ${nick} ${channel} :End of channel ban list`);
}

interface Whois {
  readonly asked: string;
  /** The server that she is on was asked for, whose name stands there. */
  readonly ofServer: boolean;
}

/** Everybody who is in a channel is known. ngIRCd knows no server by the nick of nobody, and says no more than that. */
function whois(client: Client, { asked, ofServer }: Whois, channels: Iterable<Listed>): void {
  const { nick } = client;
  if ([...channels].some(({ people }) => people.has(asked.toLowerCase()))) {
    reply(client, `311 ${nick} ${asked} ${asked} host.test * :${asked} of Verona`);
    reply(client, `312 ${nick} ${asked} irc.test :A server`);
    reply(client, `317 ${nick} ${asked} 60 1700000000 :seconds idle, signon time`);
  } else if (ofServer) {
    return reply(client, `402 ${nick} ${asked} :No such server`);
  } else {
    reply(client, `401 ${nick} ${asked} :No such nick`);
  }
  reply(client, `318 ${nick} ${asked} :End of /WHOIS list.`);
}

/** Whoever is in a channel is online. */
function watched(client: Client, nicks: string, channels: Iterable<Listed>): void {
  const people = [...channels].map((channel) => channel.people);
  for (const nick of nicks.split(',')) {
    const isThere = people.some((one) => one.has(nick.toLowerCase()));
    reply(client, isThere ? `730 ${client.nick} :${nick}!${nick}@host.test` : `731 ${client.nick} :${nick}`);
  }
}

/** All, or the one that is named. */
function list(client: Client, asked: string, channels: Iterable<Listed>): void {
  const { nick } = client;
  reply(client, `321 ${nick} Channel :Users  Name`);
  for (const { name, topic, people } of channels) {
    if (asked === '' || asked.toLowerCase() === name.toLowerCase())
      reply(client, `322 ${nick} ${name} ${people.size} :${topic}`);
  }
  reply(client, `323 ${nick} :End of /LIST`);
}
