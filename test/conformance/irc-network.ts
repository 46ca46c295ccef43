// An IRC server under the test's hand: does what a plain server does, and on demand refuses, kicks, renames and splits. Shares no code
// with the adapter.

import type { Server, Socket } from 'node:net';
import { ExpectationFailed } from './expectation.ts';
import { until } from '../support/processes.ts';
import { inquire } from './irc-inquiries.ts';
import { doors } from './irc-doors.ts';
import type { IrcRule } from './irc-sabotages.ts';
import { passOn, wordsOf } from './irc-passing.ts';
import { authenticate, bare, type Client, NAME, negotiate, reply, welcome } from './irc-registration.ts';

/** So that no line is over 512 bytes. */
const NAMES_A_LINE = 15;
export interface ChannelPlan {
  readonly topic?: string;
  /** With their prefixes: `@tybalt`. */
  readonly nicks?: readonly string[];
  readonly key?: string;
}

interface Channel {
  readonly name: string;
  topic: string;
  readonly key: string | undefined;
  /** Everybody in it, lower case to nick with prefix. */
  readonly people: Map<string, string>;
  readonly bans: Set<string>;
}

export class IrcNetwork {
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  readonly #channels = new Map<string, Channel>();
  readonly #refusals = new Map<string, string>();
  #unread: string[] = [];
  /** Capabilities offered to the next connections. */
  caps: readonly string[] = ['multi-prefix'];
  /** Nicks that others have. */
  readonly taken = new Set<string>();
  /** Of 005. */
  casemapping = 'rfc1459';
  saslPassword = 'wherefore';
  /** Everything that came, with the nick before it. */
  readonly lines: string[] = [];
  readonly #spoil: IrcRule;
  private constructor(spoil: IrcRule) {
    this.#spoil = spoil;
    this.#server = doors((socket) => this.#accept(socket));
  }

  static async listen(spoil: IrcRule = (line) => [line]): Promise<IrcNetwork> {
    const network = new IrcNetwork(spoil);
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the IRC server is closed');
    return address.port;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Breaks all connections. */
  cut(): void {
    for (const client of this.#clients) client.socket.destroy();
  }

  channel(name: string, plan: ChannelPlan = {}): void {
    const people = new Map((plan.nicks ?? []).map((nick) => [bare(nick).toLowerCase(), nick]));
    const bans = new Set(['*!*@paris.test']);
    this.#channels.set(name.toLowerCase(), { name, topic: plan.topic ?? '', key: plan.key, people, bans });
  }

  /** Answers the next such command (`JOIN #full`, `TOPIC`, `NICK bob`) with this numeric and text; `%n` is the asker's nick. */
  refuse(command: string, answer: string): void {
    this.#refusals.set(command.toLowerCase(), answer);
  }

  /** The next unread line that fits, as `nick COMMAND ...`. */
  async receives(pattern: RegExp, withinMs = 5_000): Promise<string> {
    let at = -1;
    const find = (): boolean => {
      at = this.#unread.findIndex((line) => pattern.test(line));
      return at >= 0;
    };
    await until(`${pattern} on IRC`, find, { deadlineMs: withinMs, everyMs: 2 }).catch((error: unknown) => {
      throw new ExpectationFailed(`${String(error)}; there was:\n${this.lines.slice(-40).join('\n')}`, {
        cause: error,
      });
    });
    return this.#unread.splice(at, 1)[0] ?? '';
  }

  /** All that the gateway's user of that nick has sent is here when this resolves. */
  async flush(nick: string): Promise<void> {
    const token = `flush${this.lines.length}`;
    this.tell(nick, `PING :${token}`);
    await this.receives(new RegExp(`PONG .*${token}`));
  }

  /** A raw line to the gateway's user of that nick. */
  tell(nick: string, line: string): void {
    this.socketOf(nick).write(`${line}\r\n`);
  }

  socketOf(nick: string): Socket {
    const client = [...this.#clients].find((one) => one.nick.toLowerCase() === nick.toLowerCase());
    if (!client) throw new Error(`nobody is called ${nick} on IRC`);
    return client.socket;
  }

  /** One of the network's people says something to a channel or to one of the gateway's users. */
  says(nick: string, target: string, text: string, command = 'PRIVMSG'): void {
    this.#toTarget(target, `:${nick}!${nick}@host.test ${command} ${target} :${text}`);
  }

  joins(nick: string, channel: string): void {
    const found = this.#find(channel);
    found.people.set(nick.toLowerCase(), nick);
    this.#toTarget(channel, `:${nick}!${nick}@host.test JOIN ${channel}`);
  }

  parts(nick: string, channel: string, text = ''): void {
    this.#toTarget(channel, `:${nick}!${nick}@host.test PART ${channel} :${text}`);
    this.#find(channel).people.delete(nick.toLowerCase());
  }

  quits(nick: string, channel: string, text = ''): void {
    this.#toTarget(channel, `:${nick}!${nick}@host.test QUIT :${text}`);
    this.#find(channel).people.delete(nick.toLowerCase());
  }

  renames(nick: string, to: string, channel: string): void {
    const { people } = this.#find(channel);
    const prefix = (people.get(nick.toLowerCase()) ?? nick).slice(0, -nick.length);
    this.#toTarget(channel, `:${nick}!${nick}@host.test NICK :${to}`);
    people.delete(nick.toLowerCase());
    people.set(to.toLowerCase(), prefix + to);
  }

  kicks(by: string, nick: string, channel: string, text: string): void {
    this.#toTarget(channel, `:${by}!${by}@host.test KICK ${channel} ${nick} :${text}`);
    this.#find(channel).people.delete(nick.toLowerCase());
  }

  modes(by: string, channel: string, modes: string): void {
    this.#toTarget(channel, `:${by}!${by}@host.test MODE ${channel} ${modes}`);
  }

  setsTopic(by: string, channel: string, text: string): void {
    this.#find(channel).topic = text;
    this.#toTarget(channel, `:${by}!${by}@host.test TOPIC ${channel} :${text}`);
  }

  #find(name: string): Channel {
    const known = this.#channels.get(name.toLowerCase());
    if (known) return known;
    this.channel(name);
    return this.#find(name);
  }

  #toTarget(target: string, line: string): void {
    const { people } = this.#channels.get(target.toLowerCase()) ?? {
      people: new Map([[target.toLowerCase(), target]]),
    };
    for (const client of this.#clients) if (people.has(client.nick.toLowerCase())) client.socket.write(`${line}\r\n`);
  }

  #accept(socket: Socket): void {
    const client: Client = { socket, nick: '', user: false, negotiating: false, welcomed: false, caps: new Set() };
    this.#clients.add(client);
    let rest = '';
    socket.on('error', () => {});
    socket.on('close', () => this.#gone(client));
    socket.on('data', (data) => {
      const lines = (rest + data.toString('utf8')).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines.flatMap(this.#spoil)) this.#line(client, line);
    });
    socket.resume();
  }

  #gone(client: Client): void {
    this.#clients.delete(client);
    this.#leave(client);
  }

  /** Her nick is free at once, as on every server. */
  #quit(client: Client): void {
    this.#leave(client);
    client.nick = '';
    client.socket.end(`ERROR :Closing link\r\n`);
  }

  #leave({ nick }: Client): void {
    for (const { people } of this.#channels.values()) people.delete(nick.toLowerCase());
  }

  #line(client: Client, line: string): void {
    const seen = `${client.nick} ${line}`;
    this.lines.push(seen);
    this.#unread.push(seen);
    const [command = '', ...args] = wordsOf(line);
    const refusal = this.#refusal(command, args[0] ?? '');
    if (refusal !== undefined) return reply(client, refusal.replaceAll('%n', client.nick || '*'));
    this.#perform(client, command.toUpperCase(), args);
  }

  #refusal(command: string, target: string): string | undefined {
    for (const key of [`${command} ${target}`.toLowerCase(), command.toLowerCase()]) {
      const answer = this.#refusals.get(key);
      if (answer === undefined) continue;
      this.#refusals.delete(key);
      return answer;
    }
    return undefined;
  }

  #perform(client: Client, command: string, args: readonly string[]): void {
    const [first = '', second = ''] = args;
    const { nick } = client;
    switch (command) {
      case 'CAP':
        return negotiate(client, first.toUpperCase(), args.at(-1) ?? '', this);
      case 'NICK':
        return this.#nick(client, first);
      case 'USER':
        client.user = true;
        return welcome(client, this.casemapping);
      case 'PING':
        return reply(client, `PONG ${NAME} :${first}`);
      case 'JOIN':
        return this.#join(client, first, second);
      case 'PART':
        return this.#part(client, first, second);
      case 'PRIVMSG':
      case 'REDACT':
        return passOn(client, command, args, this.#hearers);
      case 'TOPIC':
        this.#find(first).topic = second;
        return this.#toTarget(first, `:${nick}!${nick}@host.test TOPIC ${first} :${second}`);
      case 'AUTHENTICATE':
        return authenticate(client, first, this.saslPassword);
      case 'KICK':
        return this.kicks(nick, second, first, args[2] ?? '');
      case 'QUIT':
        return this.#quit(client);
      default:
        return inquire(client, command, args, this.#channels.values());
    }
  }

  #nick(client: Client, wanted: string): void {
    const folded = wanted.toLowerCase();
    const used =
      this.taken.has(folded) || [...this.#clients].some((one) => one !== client && one.nick.toLowerCase() === folded);
    if (used) return reply(client, `433 ${client.nick || '*'} ${wanted} :Nickname is already in use`);
    const before = client.nick;
    client.nick = wanted;
    if (!client.welcomed) return welcome(client, this.casemapping);
    const line = `:${before}!${before}@host.test NICK :${wanted}\r\n`;
    const told = new Set([client]);
    for (const { people } of this.#channels.values()) {
      const entry = people.get(before.toLowerCase());
      if (entry === undefined) continue;
      people.delete(before.toLowerCase());
      people.set(folded, entry.slice(0, -before.length) + wanted);
      for (const other of this.#clients) if (people.has(other.nick.toLowerCase())) told.add(other);
    }
    for (const one of told) one.socket.write(line);
  }

  #join(client: Client, name: string, key: string): void {
    const channel = this.#find(name);
    const { nick } = client;
    if (channel.key !== undefined && channel.key !== key)
      return reply(client, `475 ${nick} ${name} :Cannot join channel (+k)`);
    channel.people.set(nick.toLowerCase(), nick);
    this.#toTarget(name, `:${nick}!${nick}@host.test JOIN ${channel.name}`);
    if (channel.topic !== '') {
      reply(client, `332 ${nick} ${channel.name} :${channel.topic}`);
      reply(client, `333 ${nick} ${channel.name} tybalt 1700000000`);
    }
    const people = [...channel.people.values()];
    for (let i = 0; i < people.length; i += NAMES_A_LINE)
      reply(client, `353 ${nick} = ${channel.name} :${people.slice(i, i + NAMES_A_LINE).join(' ')}`);
    reply(client, `366 ${nick} ${channel.name} :End of /NAMES list.`);
  }

  #part({ nick }: Client, name: string, text: string): void {
    this.#toTarget(name, `:${nick}!${nick}@host.test PART ${name}${text === '' ? '' : ` :${text}`}`);
    this.#find(name).people.delete(nick.toLowerCase());
  }

  /** Those beside the sender who hear what is said there. */
  readonly #hearers = (sender: Client, target: string): readonly Client[] => {
    const folded = target.toLowerCase();
    const people = this.#channels.get(folded)?.people;
    return [...this.#clients].filter((one) => {
      const nick = one.nick.toLowerCase();
      return one !== sender && (nick === folded || people?.has(nick) === true);
    });
  };
}
