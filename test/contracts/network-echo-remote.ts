// The echo network on a server of its own under contract: foreigners act through the server's control connection.

import { type RemoteOptions, RemoteEchoNetwork } from '../../adapters/echo/remote.ts';
import type { RemoteKind } from '../../adapters/echo/remote-session.ts';
import type { AnyCommand, CommandKind, CommandOf } from '../../src/model/commands.ts';
import type { EventKind } from '../../src/model/events.ts';
import { accountKey, conversationId, type ConversationId, participantId, userId } from '../../src/model/ids.ts';
import type { Account, Emit, Host, KeptEvent, Session } from '../../src/model/network.ts';
import type { AnyQuery, QueryKind } from '../../src/model/queries.ts';
import { type EchoProcess, startEchoServer } from '../support/echo-process.ts';
import type { NetworkRecord } from '../support/echo-server-records.ts';
import type { Foreigner, NetworkDriver, NetworkWorld, Scene } from './network-driver.ts';
import { echoDriver } from './network-echo.ts';
import { plainHost } from './network-host.ts';

const KEY = accountKey('');

/** The network's records as they happen, which can be waited for. */
class Records {
  readonly all: NetworkRecord[] = [];
  readonly #waiting = new Set<() => void>();

  add(record: NetworkRecord): void {
    this.all.push(record);
    for (const look of this.#waiting) look();
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    if (isSo()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (isSo()) resolve();
    };
    this.#waiting.add(look);
    const timer = setTimeout(() => reject(new Error(`the network never saw ${what}`)), 10_000);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }
}

/** What it keeps is delivered to the one it is for, each id once, as an inbox does. */
class KeptNetwork extends RemoteEchoNetwork {
  readonly #emits = new Map<string, Emit>();
  readonly #seen = new Set<string>();

  override start(_host: Host): Promise<void> {
    return super.start(plainHost(({ user }, kept) => Promise.resolve(this.#keep(user, kept))));
  }

  override openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<Session<RemoteKind>> {
    this.#emits.set(account.user, emit);
    return super.openSession(account, emit, signal);
  }

  #keep(user: string, kept: readonly KeptEvent[]): void {
    for (const { id, event } of kept) {
      if (!this.#seen.has(id)) this.#emits.get(user)?.(event);
      this.#seen.add(id);
    }
  }
}

class RemoteForeigner implements Foreigner {
  readonly #id: string;
  readonly #server: EchoProcess;
  readonly #records: Records;
  nick: string;

  constructor(nick: string, server: EchoProcess, records: Records) {
    this.#id = nick;
    this.nick = nick;
    this.#server = server;
    this.#records = records;
  }

  async join(room: ConversationId): Promise<void> {
    await this.#server.order('enter', { room, who: this.#id });
  }
  async leave(room: ConversationId): Promise<void> {
    await this.#server.order('exit', { room, who: this.#id });
  }
  async rename(nick: string): Promise<void> {
    await this.#server.order('nick', { who: this.#id, nick });
    this.nick = nick;
  }
  async say(room: ConversationId, text: string): Promise<void> {
    await this.#server.order('speak', { from: this.#id, to: room, text });
  }
  async whisper(nick: string, text: string): Promise<void> {
    await this.#server.order('speak', { from: this.#id, to: nick, text });
  }
  async setTopic(room: ConversationId, text: string): Promise<void> {
    await this.#server.order('topic', { room, text, by: this.nick });
  }
  async kick(room: ConversationId, nick: string): Promise<void> {
    await this.#server.order('eject', { room, who: nick, by: this.nick });
  }
  async promote(room: ConversationId, nick: string): Promise<void> {
    await this.#server.order('rank', { room, who: nick, rank: 'owner' });
  }
  async heard(nick: string, count: number): Promise<readonly string[]> {
    const mine = (to: string): boolean => to === this.#id || to.startsWith('#');
    const texts = (): string[] =>
      this.#records.all.flatMap((one) =>
        one.t === 'message' && one.from.nick === nick && mine(one.to) ? [one.text] : [],
      );
    await this.#records.until(() => texts().length >= count, `${count} lines of ${nick}`);
    return texts();
  }
  sawLeave(room: ConversationId, nick: string): Promise<void> {
    const { all } = this.#records;
    const isIt = (one: NetworkRecord): boolean => one.t === 'exit' && one.room === room && one.who === nick;
    return this.#records.until(() => all.some(isIt), `${nick} leave`);
  }
  sawNick(nick: string): Promise<void> {
    const { all } = this.#records;
    return this.#records.until(() => all.some((one) => one.t === 'nick' && one.nick === nick), nick);
  }
}

class RemoteWorld implements NetworkWorld {
  readonly network: RemoteEchoNetwork;
  readonly refusedAccounts;
  readonly #server: EchoProcess;
  readonly #records: Records;

  constructor(network: RemoteEchoNetwork, server: EchoProcess, records: Records) {
    this.network = network;
    this.#server = server;
    this.#records = records;
    this.refusedAccounts = [
      { account: registered('juliet', 'wrong'), code: 'bad-credentials' },
      { account: { ...registered('guest', 'secret'), guest: true }, code: 'not-registered' },
    ] as const;
  }

  foreigner(nick: string): Promise<Foreigner> {
    return Promise.resolve(new RemoteForeigner(nick, this.#server, this.#records));
  }
  async newRoom(name: string, owner: Foreigner): Promise<ConversationId> {
    const room = conversationId(`#${name}`);
    await owner.join(room);
    return room;
  }
  account(nick: string): Account {
    return registered(nick, 'secret');
  }
  directTo(nick: string): ConversationId {
    return conversationId(nick);
  }

  async refusedJoins(): ReturnType<NetworkWorld['refusedJoins']> {
    const order: EchoProcess['order'] = (name, more) => this.#server.order(name, more);
    const { rooms } = await order('look');
    const people = (rooms as readonly { readonly people: readonly string[] }[]).flatMap((room) => room.people);
    for (const who of people) if (who.startsWith('juliet')) await order('ban', { room: '#banned', who });
    await order('lock', { room: '#members', membersOnly: true });
    await order('lock', { room: '#secret', password: 'sesame' });
    return [
      { conversation: conversationId('#banned'), code: 'banned' },
      { conversation: conversationId('#members'), code: 'members-only' },
      { conversation: conversationId('#secret'), code: 'bad-password' },
      { conversation: conversationId('#secret'), password: 'guess', code: 'bad-password' },
    ];
  }

  async command(kind: CommandKind, { room: conversation, nick, other }: Scene): Promise<AnyCommand> {
    await other.promote(conversation, nick);
    const commands: { readonly [K in RemoteKind]: CommandOf<K> } = {
      join: { kind: 'join', conversation: conversationId('#another') },
      leave: { kind: 'leave', conversation },
      say: { kind: 'say', conversation, body: { kind: 'text', text: 'hello' } },
      setTopic: { kind: 'setTopic', conversation, text: 'peace' },
      eject: { kind: 'eject', conversation, who: participantId(other.nick), ban: false },
      setNick: { kind: 'setNick', account: KEY, nick: `${nick}2` },
    };
    const command = Object.entries(commands).find(([name]) => name === kind)?.[1];
    if (command === undefined) throw new Error(`${kind} is not accepted`);
    return command;
  }

  async provoke(kind: EventKind, scene: Scene): Promise<unknown> {
    const { me, room, nick, other } = scene;
    if (kind === 'opened' || kind === 'connected') return undefined;
    if (kind === 'said') return await other.say(room, 'hello');
    if (kind === 'topicSet') return await other.setTopic(room, 'peace');
    if (kind === 'closed') return await other.kick(room, nick);
    if (kind === 'changed') return await other.promote(room, nick);
    if (kind === 'joined') return await new RemoteForeigner('mercutio', this.#server, this.#records).join(room);
    if (kind === 'delivered') return await me.say(conversationId('benvolio'), 'hello');
    if (kind === 'disconnected') return await this.cut(scene);
    if (kind === 'left') {
      await new RemoteForeigner('paris', this.#server, this.#records).join(room);
      return await new RemoteForeigner('paris', this.#server, this.#records).leave(room);
    }
    if (kind === 'failed') {
      const { ids } = await me.say(room, 'hello');
      const failure = { in: room, message: ids[0] ?? '', code: 'forbidden', text: 'On second thoughts, no.' };
      return await this.#server.order('fail', { account: nick, ...failure });
    }
    throw new Error(`${kind} is not reported`);
  }

  question(kind: QueryKind, { room }: Scene): AnyQuery {
    if (kind !== 'history') throw new Error(`${kind} is not answered`);
    return { kind, account: KEY, conversation: room, limit: 5 };
  }
  async cut({ nick }: Scene): Promise<void> {
    await this.#server.order('drop', { account: nick });
  }
  async stop(): Promise<void> {
    await this.network.stop();
    await this.#server.stop();
  }
}

function registered(username: string, password: string): Account {
  return { user: userId(`${username}@example.org`), key: KEY, settings: { username, password }, guest: false };
}

export function echoRemoteDriver(name: string, delivery: RemoteOptions['delivery']): NetworkDriver {
  return {
    ...echoDriver(name),
    create: () => new RemoteEchoNetwork({ server: { host: '127.0.0.1', port: 1 }, delivery }),
    async start() {
      const records = new Records();
      const server = await startEchoServer((record) => records.add(record));
      const network = new KeptNetwork({ server, delivery });
      await network.start(plainHost());
      return new RemoteWorld(network, server, records);
    },
  };
}
