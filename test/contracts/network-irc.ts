// IRC under contract, on real servers: foreigners are plain IRC clients.

import { adapter } from '../../adapters/irc/index.ts';
import type { AnyCommand, CommandKind, CommandOf } from '../../src/model/commands.ts';
import type { EventKind } from '../../src/model/events.ts';
import type { Answers } from '../../src/model/form.ts';
import {
  accountKey,
  conversationId,
  type ConversationId,
  messageId,
  participantId,
  userId,
} from '../../src/model/ids.ts';
import type { Account, Network } from '../../src/model/network.ts';
import type { AnyQuery, QueryKind } from '../../src/model/queries.ts';
import { IrcClient } from '../support/irc-client.ts';
import type { IrcServer, IrcServerOptions } from '../support/servers.ts';
import type { Foreigner, NetworkDriver, NetworkWorld, RefusedJoin, Scene } from './network-driver.ts';
import { plainHost } from './network-host.ts';

const KEY = accountKey('test');
const DEADLINE_MS = 10_000;
/** A message that the server need not know. */
const ANYTHING = { by: 'network', ids: [messageId('any')] } as const;
const OPERATOR = { name: 'prince', password: 'escalus' };

class IrcForeigner implements Foreigner {
  readonly client: IrcClient;
  nick: string;

  constructor(client: IrcClient, nick: string) {
    this.client = client;
    this.nick = nick;
  }

  join(room: ConversationId): Promise<void> {
    return this.client.join(nameOf(room));
  }
  leave(room: ConversationId): Promise<void> {
    return this.#sent(`PART ${nameOf(room)}`);
  }
  async rename(nick: string): Promise<void> {
    await this.#sent(`NICK ${nick}`);
    this.nick = nick;
  }
  say(room: ConversationId, text: string): Promise<void> {
    return this.#sent(`PRIVMSG ${nameOf(room)} :${text}`);
  }
  whisper(nick: string, text: string): Promise<void> {
    return this.#sent(`PRIVMSG ${nick} :${text}`);
  }
  setTopic(room: ConversationId, text: string): Promise<void> {
    return this.#sent(`TOPIC ${nameOf(room)} :${text}`);
  }
  kick(room: ConversationId, nick: string): Promise<void> {
    return this.#sent(`KICK ${nameOf(room)} ${nick} :out`);
  }
  promote(room: ConversationId, nick: string): Promise<void> {
    return this.mode(room, `+o ${nick}`);
  }
  mode(room: ConversationId, change: string): Promise<void> {
    return this.#sent(`MODE ${nameOf(room)} ${change}`);
  }
  /** What a client says by tags alone. */
  async tags(room: ConversationId, tags: string): Promise<void> {
    await this.#sent('CAP REQ :message-tags');
    await this.#sent(`@${tags} TAGMSG ${nameOf(room)}`);
  }
  /** Of the whole server. */
  async kill(nick: string): Promise<void> {
    await this.#sent(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
    await this.#sent(`KILL ${nick} :cut`);
  }
  async invite(room: ConversationId, nick: string): Promise<void> {
    await this.#sent(`INVITE ${nick} ${nameOf(room)}`);
  }
  /** Answers the next request of that kind as a client does. */
  async answerCtcp(what: string): Promise<void> {
    const line = await this.client.until(`\u0001${what}`);
    const [, nick = '', rest = ''] = /^:([^!]+)!.*\u0001\w+ ?(.*)\u0001$/.exec(line) ?? [];
    this.client.send(`NOTICE ${nick} :\u0001${what} ${rest}\u0001`);
  }

  async heard(nick: string, count: number): Promise<readonly string[]> {
    const said = new RegExp(`^(?:@\\S+ )?:${nick}!\\S+ PRIVMSG \\S+ :?(.*)$`);
    const texts = (): string[] =>
      this.client.received.flatMap((line) => {
        const text = said.exec(line)?.[1];
        return text === undefined ? [] : [text];
      });
    await this.#until(() => texts().length >= count, `${count} lines of ${nick}`);
    return texts();
  }
  sawLeave(room: ConversationId, nick: string): Promise<void> {
    const left = new RegExp(`^(?:@\\S+ )?:${nick}!\\S+ (?:PART :?${nameOf(room)}\\b|QUIT)`);
    return this.#until(() => this.client.received.some((line) => left.test(line)), `${nick} leave`);
  }
  sawNick(nick: string): Promise<void> {
    const changed = new RegExp(` NICK :?${nick}$`);
    return this.#until(() => this.client.received.some((line) => changed.test(line)), `${nick} as a nick`);
  }

  async #sent(line: string): Promise<void> {
    this.client.send(line);
    await this.client.flush();
  }
  /** Each turn is a round trip to the server. */
  async #until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + DEADLINE_MS;
    while (!isSo()) {
      if (performance.now() > end) throw new Error(`${this.nick} never saw ${what}\n${this.client.transcript}`);
      await this.client.flush();
    }
  }
}

class IrcWorld implements NetworkWorld {
  readonly network: Network;
  readonly refusedAccounts;
  readonly #server: IrcServer;
  readonly #foreigners: IrcForeigner[] = [];
  #others = 0;

  constructor(network: Network, server: IrcServer) {
    this.network = network;
    this.#server = server;
    this.refusedAccounts = [
      { account: { ...this.account('juliet'), key: accountKey('nowhere') }, code: 'host-unknown' },
      { account: { ...this.account('juliet'), key: accountKey('dead') }, code: 'network-down' },
      { account: this.account('no good'), code: 'nick-invalid' },
    ] as const;
  }

  async foreigner(nick: string): Promise<IrcForeigner> {
    const one = new IrcForeigner(await IrcClient.connect({ port: this.#server.port, nick }), nick);
    this.#foreigners.push(one);
    return one;
  }
  async newRoom(name: string, owner: Foreigner): Promise<ConversationId> {
    const room = conversationId(`#${name}%${KEY}`);
    await owner.join(room);
    return room;
  }
  account(nick: string): Account {
    return { user: userId(`${nick}@example.org`), key: KEY, settings: {}, guest: true, wantedNick: nick };
  }
  directTo(nick: string): ConversationId {
    return conversationId(`${nick}%${KEY}`);
  }

  async refusedJoins(owner: Foreigner): Promise<readonly RefusedJoin[]> {
    const modes = [
      ['+b *!*@*', 'banned'],
      ['+i', 'members-only'],
      ['+l 1', 'full'],
      ['+k sesame', 'bad-password'],
    ] as const;
    const joins: RefusedJoin[] = [];
    for (const [mode, code] of modes) {
      const conversation = await this.newRoom(`closed${++this.#others}`, owner);
      await asIrc(owner).mode(conversation, mode);
      joins.push({ conversation, code });
      if (code === 'bad-password') joins.push({ conversation, code, password: 'guess' });
    }
    return joins;
  }

  async command(kind: CommandKind, scene: Scene): Promise<AnyCommand> {
    const { room: conversation, nick } = scene;
    const other = asIrc(scene.other);
    await other.promote(conversation, nick);
    if (kind === 'poke') void other.answerCtcp('PING');
    const guest = kind === 'invite' ? (await this.foreigner(`rosaline${++this.#others}`)).nick : '';
    const who = participantId(this.directTo(other.nick));
    const commands: { readonly [K in CommandKind]?: CommandOf<K> } = {
      join: { kind: 'join', conversation: conversationId(`#another%${KEY}`) },
      leave: { kind: 'leave', conversation },
      say: { kind: 'say', conversation, body: { kind: 'text', text: 'hello' } },
      setTopic: { kind: 'setTopic', conversation, text: 'peace' },
      setRank: { kind: 'setRank', conversation, who, rank: 'voiced' },
      eject: { kind: 'eject', conversation, who, ban: true, reason: 'out' },
      invite: { kind: 'invite', conversation, who: guest },
      configure: { kind: 'configure', conversation, answers: { moderated: true, password: 'sesame' } },
      type: { kind: 'type', conversation, state: 'composing' },
      react: { kind: 'react', conversation, target: ANYTHING, emoji: ['👍'] },
      poke: { kind: 'poke', conversation: this.directTo(other.nick), what: 'ping' },
      appear: { kind: 'appear', account: KEY, presence: { show: 'away', status: 'asleep' } },
      watch: { kind: 'watch', account: KEY, people: [this.directTo(other.nick)] },
      setNick: { kind: 'setNick', account: KEY, nick: `${nick}x` },
      raw: { kind: 'raw', account: KEY, text: 'TIME' },
    };
    const command = commands[kind];
    if (command === undefined) throw new Error(`the driver knows no command "${kind}"`);
    return command;
  }

  async provoke(kind: EventKind, { me, room, nick, other: foreigner }: Scene): Promise<unknown> {
    const other = asIrc(foreigner);
    switch (kind) {
      case 'opened':
      case 'connected':
        return undefined;
      case 'closed':
        return await other.kick(room, nick);
      case 'joined':
        return await (await this.foreigner(`rosaline${++this.#others}`)).join(room);
      case 'left':
        return await other.leave(room);
      case 'changed':
        return await other.rename(`${other.nick}x`);
      case 'topicSet':
        return await other.setTopic(room, 'peace');
      case 'configured':
        return await other.mode(room, '+i');
      case 'invited':
        return await other.invite(await this.newRoom(`other${++this.#others}`, other), nick);
      case 'said':
        return await other.say(room, 'hello');
      case 'failed':
        // Written at once; the server's refusal comes after.
        return await me.say(this.directTo('nobodyatall'), 'hello').catch(() => undefined);
      case 'typed':
        return await other.tags(room, '+typing=active');
      case 'reacted':
        return await other.tags(room, '+draft/react=👍;+draft/reply=any');
      case 'retracted':
        return undefined;
      case 'disconnected':
        return await other.kill(nick);
      case 'appeared':
        return await me.send({ kind: 'watch', account: KEY, people: [this.directTo(other.nick)] });
      case 'told':
        return await me.send({ kind: 'raw', account: KEY, text: 'TIME' });
      default:
        throw new Error(`the driver can't bring about "${kind}"`);
    }
  }

  async question(kind: QueryKind, { me, room, nick, other }: Scene): Promise<AnyQuery> {
    if (kind === 'settings') {
      await asIrc(other).promote(room, nick);
      await me.until('changed');
    }
    const questions: { readonly [K in QueryKind]?: AnyQuery } = {
      profile: { kind: 'profile', account: KEY, conversation: this.directTo(other.nick) },
      directory: { kind: 'directory', account: KEY, limit: 10 },
      members: { kind: 'members', account: KEY, conversation: room, rank: 'moderator' },
      preview: { kind: 'preview', account: KEY, conversation: room },
      settings: { kind: 'settings', account: KEY, conversation: room },
    };
    const question = questions[kind];
    if (question === undefined) throw new Error(`the driver knows no question "${kind}"`);
    return question;
  }

  async cut({ nick, other }: Scene): Promise<void> {
    await asIrc(other).kill(nick);
  }
  async stop(): Promise<void> {
    await Promise.all(this.#foreigners.map(({ client }) => client.close()));
    await this.network.stop();
    await this.#server.stop();
  }
}

function asIrc(foreigner: Foreigner): IrcForeigner {
  if (foreigner instanceof IrcForeigner) return foreigner;
  throw new Error('somebody from another network');
}

function nameOf(conversation: ConversationId): string {
  return conversation.slice(0, conversation.lastIndexOf('%'));
}

function settingsFor(port: number): Answers {
  const plain = { host: '127.0.0.1', tls: false, linesPerSecond: 0, burst: 1_000 };
  return { servers: { test: { ...plain, port }, dead: { ...plain, port: 1 } } };
}

export function ircDriver(
  name: string,
  startServer: (options: IrcServerOptions) => Promise<IrcServer>,
  unreported: readonly EventKind[],
  lacks: readonly CommandKind[],
): NetworkDriver {
  return {
    name,
    create: () => adapter.create(settingsFor(6667)),
    async start() {
      const server = await startServer({ maxNick: 30, opers: [OPERATOR] });
      const network = adapter.create(settingsFor(server.port));
      await network.start(plainHost());
      return new IrcWorld(network, server);
    },
    written: [
      { typed: '#Verona%test', id: '#verona%test', kind: 'group' },
      { typed: 'Benvolio%test', id: 'benvolio%test', kind: 'direct' },
      { typed: 'test', id: 'test', kind: 'server' },
      { typed: '#a%b%test', id: '#a%b%test', kind: 'group' },
    ],
    malformed: ['', ' ', '%', '#a b%test', '#verona%', 'a!b%test', '#\u0007%test'],
    unreported,
    lacks,
    impossible: ['', '%', '#a b%test', '#verona%', 'nick%two words'],
  };
}
