// An IRC server, as cheap as can be: lines are cut out of the bytes, answers are templates, channels are lists of names.
// All text is handled as bytes (latin1 strings whose characters are bytes).

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export const NAME = 'irc.bench';
/** A nick takes up to 16 characters; names are sent in lines of about 400 bytes. */
const NAMES_BYTES = 400;

export interface Channel {
  readonly name: string;
  /** Those who are there besides the gateway's users: nick with its prefix. */
  readonly names: readonly string[];
  readonly namesLines: readonly string[];
  readonly members: Set<Connection>;
}

export interface Connection {
  readonly socket: Socket;
  nick: string;
  registered: boolean;
  /** Between CAP LS and CAP END. */
  negotiating: boolean;
  welcomed: boolean;
  rest: string;
  out: string;
  readonly channels: Set<Channel>;
}

export class IrcSide {
  readonly #server: Server;
  readonly #caps: string;
  readonly #channels = new Map<string, Channel>();
  readonly #dirty = new Set<Connection>();
  readonly connections = new Map<string, Connection>();
  onPrivmsg: (nick: string, target: string, text: string) => void = () => {};
  lines = 0;

  constructor(caps: string) {
    this.#caps = caps;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', 4096, resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const connection of this.connections.values()) connection.socket.destroy();
    this.#server.close();
  }

  /** Makes the channel with these people in it. */
  channel(name: string, names: readonly string[]): Channel {
    const channel = { name, names, namesLines: namesLines(name, names), members: new Set<Connection>() };
    this.#channels.set(name, channel);
    return channel;
  }

  /** Sent with everything else of this turn, in one write. */
  send(connection: Connection, lines: string): void {
    connection.out += lines;
    if (this.#dirty.size === 0) setImmediate(() => this.#flush());
    this.#dirty.add(connection);
  }

  /** A line from one of the channel's people to all of the gateway's users in it. */
  say(channel: Channel, from: string, text: string): void {
    this.tell(channel, `:${from}!${from}@bench PRIVMSG ${channel.name} :${text}\r\n`);
  }

  /** Whole lines to all of the gateway's users in it. */
  tell(channel: Channel, lines: string): void {
    for (const member of channel.members) this.send(member, lines);
  }

  #flush(): void {
    for (const connection of this.#dirty) {
      connection.socket.write(connection.out, 'latin1');
      connection.out = '';
    }
    this.#dirty.clear();
  }

  #accept(socket: Socket): void {
    const connection: Connection = {
      socket,
      nick: '',
      registered: false,
      negotiating: false,
      welcomed: false,
      rest: '',
      out: '',
      channels: new Set(),
    };
    socket.on('error', () => {});
    socket.on('close', () => this.#gone(connection));
    socket.on('data', (data) => {
      let text = connection.rest + data.toString('latin1');
      let at = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
        this.#line(connection, text.slice(at, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end));
        at = end + 1;
      }
      if (at > 0) text = text.slice(at);
      connection.rest = text;
    });
  }

  #gone(connection: Connection): void {
    if (this.connections.get(connection.nick) === connection) this.connections.delete(connection.nick);
    for (const channel of connection.channels) channel.members.delete(connection);
  }

  #line(connection: Connection, line: string): void {
    this.lines++;
    if (line.startsWith('PRIVMSG ')) {
      const colon = line.indexOf(' :');
      const [target, text] =
        colon < 0 ? (line.slice(8).split(' ') as [string, string]) : [line.slice(8, colon), line.slice(colon + 2)];
      this.onPrivmsg(connection.nick, target, text);
      return;
    }
    const [command = '', ...args] = line.replace(/^@\S+ /, '').split(' ');
    this.#command(connection, command.toUpperCase(), args);
  }

  #command(connection: Connection, command: string, args: readonly string[]): void {
    const first = (args[0] ?? '').replace(/^:/, '');
    switch (command) {
      case 'CAP':
        return this.#cap(connection, first.toUpperCase(), args);
      case 'NICK':
        return this.#nick(connection, first);
      case 'USER':
        connection.registered = true;
        return this.#welcome(connection);
      case 'PING':
        return this.send(connection, `:${NAME} PONG ${NAME} :${first}\r\n`);
      case 'JOIN':
        for (const name of first.split(',')) this.#join(connection, name);
        return;
      case 'PART':
        for (const name of first.split(',')) this.#part(connection, name);
        return;
      case 'NAMES':
        return this.#names(connection, first);
      case 'WHO':
        return this.#who(connection, first);
      case 'MODE':
        return this.send(connection, `:${NAME} 324 ${connection.nick} ${first} +nt\r\n`);
      case 'QUIT':
        this.send(connection, `ERROR :Closing Link\r\n`);
        setImmediate(() => connection.socket.end());
        return;
      case 'PONG':
      case 'AWAY':
        return;
      default:
        return this.send(connection, `:${NAME} 421 ${connection.nick || '*'} ${command} :Unknown command\r\n`);
    }
  }

  #cap(connection: Connection, verb: string, args: readonly string[]): void {
    const nick = connection.nick || '*';
    if (verb === 'LS') {
      connection.negotiating = true;
      return this.send(connection, `:${NAME} CAP ${nick} LS :${this.#caps}\r\n`);
    }
    if (verb === 'REQ') {
      const wanted = args.slice(1).join(' ').replace(/^:/, '').trim();
      const known = wanted.split(' ').every((cap) => this.#caps.split(' ').includes(cap));
      return this.send(connection, `:${NAME} CAP ${nick} ${known ? 'ACK' : 'NAK'} :${wanted}\r\n`);
    }
    if (verb === 'END') {
      connection.negotiating = false;
      this.#welcome(connection);
    }
  }

  #nick(connection: Connection, nick: string): void {
    if (this.connections.has(nick)) {
      return this.send(connection, `:${NAME} 433 ${connection.nick || '*'} ${nick} :Nickname is already in use\r\n`);
    }
    if (connection.welcomed) {
      this.send(connection, `:${prefix(connection)} NICK :${nick}\r\n`);
      this.connections.delete(connection.nick);
    }
    connection.nick = nick;
    this.connections.set(nick, connection);
    this.#welcome(connection);
  }

  #welcome(connection: Connection): void {
    if (connection.welcomed || connection.negotiating || !connection.registered || connection.nick === '') return;
    connection.welcomed = true;
    const to = `:${NAME}`;
    const { nick } = connection;
    this.send(
      connection,
      `${to} 001 ${nick} :Welcome\r\n${to} 002 ${nick} :Your host is ${NAME}\r\n${to} 003 ${nick} :Created today\r\n` +
        `${to} 004 ${nick} ${NAME} bench-1 iosw biklmnopstv\r\n` +
        `${to} 005 ${nick} CASEMAPPING=rfc1459 CHANTYPES=#& PREFIX=(ov)@+ CHANMODES=b,k,l,imnpst NICKLEN=30 CHANNELLEN=64 TOPICLEN=390 MODES=4 NETWORK=bench :are supported by this server\r\n` +
        `${to} 422 ${nick} :MOTD File is missing\r\n`,
    );
  }

  #join(connection: Connection, name: string): void {
    const channel = this.#channels.get(name) ?? this.channel(name, []);
    if (channel.members.has(connection)) return;
    channel.members.add(connection);
    connection.channels.add(channel);
    const line = `:${prefix(connection)} JOIN ${name}\r\n`;
    for (const member of channel.members) this.send(member, line);
    this.send(connection, `:${NAME} 332 ${connection.nick} ${name} :The bench\r\n`);
    this.#names(connection, name);
  }

  #part(connection: Connection, name: string): void {
    const channel = this.#channels.get(name);
    if (!channel?.members.has(connection)) return;
    const line = `:${prefix(connection)} PART ${name}\r\n`;
    for (const member of channel.members) this.send(member, line);
    channel.members.delete(connection);
    connection.channels.delete(channel);
  }

  #names(connection: Connection, name: string): void {
    const start = `:${NAME} 353 ${connection.nick} = ${name} :`;
    const channel = this.#channels.get(name);
    const present = [...(channel?.members ?? [])].map((member) => member.nick);
    let text = '';
    for (const names of [...(channel?.namesLines ?? []), ...chunk(present)]) text += `${start}${names}\r\n`;
    this.send(connection, `${text}:${NAME} 366 ${connection.nick} ${name} :End of /NAMES list.\r\n`);
  }

  #who(connection: Connection, name: string): void {
    const channel = this.#channels.get(name);
    const start = `:${NAME} 352 ${connection.nick} ${name}`;
    let text = '';
    for (const who of channel?.names ?? []) {
      const nick = who.replace(/^[@+]/, '');
      text += `${start} ${nick} bench ${NAME} ${nick} H${nick === who ? '' : who.charAt(0)} :0 ${nick}\r\n`;
    }
    for (const { nick } of channel?.members ?? []) text += `${start} ${nick} bench ${NAME} ${nick} H :0 ${nick}\r\n`;
    this.send(connection, `${text}:${NAME} 315 ${connection.nick} ${name} :End of /WHO list.\r\n`);
  }
}

function prefix({ nick }: Connection): string {
  return `${nick}!${nick}@bench`;
}

function namesLines(name: string, names: readonly string[]): string[] {
  return name === '' ? [] : chunk(names);
}

function chunk(names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const name of names) {
    if (line.length + name.length >= NAMES_BYTES) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? name : ` ${name}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
