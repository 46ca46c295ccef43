// People on the IRC server with plain clients, for plays.

import { IrcClient } from './irc-client.ts';
import type { IrcServer } from './servers.ts';

export interface ChannelPlan {
  readonly topic?: string;
  readonly key?: string;
  /** Further modes, as MODE takes them: `+i`, `+b romeo!*@*`. */
  readonly modes?: readonly string[];
  /** In the order of joining, with `@` or `+` where they have it. */
  readonly nicks?: readonly string[];
}

export class IrcCast {
  readonly #server: IrcServer;
  readonly #clients = new Map<string, IrcClient>();
  readonly #connecting = new Map<string, Promise<IrcClient>>();
  #last: IrcClient | undefined;

  constructor(server: IrcServer) {
    this.#server = server;
  }

  get transcript(): readonly string[] {
    return [...this.#clients].flatMap(([nick, client]) =>
      client.transcript.split('\n').map((line) => `irc ${nick} ${line}`),
    );
  }

  /** The client of that nick; it connects when it is first asked for. */
  nick(nick: string): Promise<IrcClient> {
    const known = this.#connecting.get(nick) ?? this.#connect(nick);
    this.#connecting.set(nick, known);
    return known;
  }

  async #connect(nick: string): Promise<IrcClient> {
    const client = await IrcClient.connect({ port: this.#server.port, nick });
    this.#clients.set(nick, client);
    this.#last ??= client;
    return client;
  }

  /** A channel with its people. One of them, or else someone who goes again, sets it up. */
  async channel(name: string, plan: ChannelPlan = {}): Promise<void> {
    const people = (plan.nicks ?? []).map((nick) => ({
      nick: nick.replace(/^[@+]/, ''),
      prefix: /^[@+]/.exec(nick)?.[0],
    }));
    const operator = people.find(({ prefix }) => prefix === '@')?.nick;
    // InspIRCd welcomes people once a second: at the same time they wait for it together.
    await Promise.all([operator ?? 'founder', ...people.map(({ nick }) => nick)].map((nick) => this.nick(nick)));
    const founder = await this.nick(operator ?? 'founder');
    await founder.join(name);
    if (plan.topic !== undefined) founder.send(`TOPIC ${name} :${plan.topic}`);
    for (const { nick, prefix } of people) {
      if (nick !== operator) await (await this.nick(nick)).join(name);
      if (prefix !== undefined && nick !== operator)
        founder.send(`MODE ${name} ${prefix === '@' ? '+o' : '+v'} ${nick}`);
    }
    for (const mode of plan.modes ?? []) founder.send(`MODE ${name} ${mode}`);
    if (plan.key !== undefined) founder.send(`MODE ${name} +k ${plan.key}`);
    if (operator === undefined && people.length > 0) founder.send(`PART ${name}`);
    await founder.flush();
    const observer = people[0];
    this.#last = observer === undefined ? founder : await this.nick(observer.nick);
    for (const client of this.#clients.values()) await client.flush();
  }

  /**
   * The one who was first in the channel last made sees this, `romeo JOIN #verona` or `romeo PRIVMSG #verona hello`; lines before it are
   * skipped. @returns the line as it came.
   */
  async receives(line: string): Promise<string> {
    return this.receivesLike(linePattern(line));
  }

  async receivesLike(pattern: RegExp): Promise<string> {
    if (this.#last === undefined) throw new Error('nobody is on the IRC server');
    return this.#last.until(pattern);
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await client.close();
  }
}

/** Servers differ in tags, in user and host, and in the colon before a last word. */
function linePattern(line: string): RegExp {
  const [source = '', ...rest] = line.split(' ');
  const words = rest.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(' :?');
  return new RegExp(
    `^(?:@\\S+ )?:${source.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?:!\\S+)? ${words}$`,
    'i',
  );
}
