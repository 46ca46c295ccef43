// The echo network under contract: foreigners act in its world directly.

import { EchoNetwork, type EchoOptions } from '../../adapters/echo/network.ts';
import type { Seat } from '../../adapters/echo/room.ts';
import { BENVOLIO, type World } from '../../adapters/echo/world.ts';
import { type AnyCommand, type CommandKind, type CommandOf } from '../../src/model/commands.ts';
import type { AnyEvent, EventKind } from '../../src/model/events.ts';
import {
  accountKey,
  conversationId,
  type ConversationId,
  type MessageId,
  type ParticipantId,
  participantId,
  userId,
} from '../../src/model/ids.ts';
import type { Account } from '../../src/model/network.ts';
import type { AnyQuery, QueryKind } from '../../src/model/queries.ts';
import type { Foreigner, NetworkDriver, NetworkWorld, Scene } from './network-driver.ts';
import { plainHost } from './network-host.ts';

const KEY = accountKey('');

class EchoForeigner implements Foreigner, Seat {
  readonly id: ParticipantId;
  readonly #world: World;
  readonly #events: AnyEvent[] = [];
  readonly #waiting = new Set<() => void>();
  nick: string;

  constructor(nick: string, world: World) {
    this.id = participantId(nick);
    this.nick = nick;
    this.#world = world;
    world.sit(this, nick);
  }

  emit(event: AnyEvent): void {
    this.#events.push(event);
    for (const look of this.#waiting) look();
  }

  join(room: ConversationId): Promise<void> {
    this.#world.room(room).enter(this.#world.person(this.id), this);
    return Promise.resolve();
  }
  leave(room: ConversationId): Promise<void> {
    this.#world.room(room).exit(this.id, { why: 'left' });
    return Promise.resolve();
  }
  rename(nick: string): Promise<void> {
    this.nick = nick;
    this.#world.setNick(this.id, nick);
    for (const room of this.#world.rooms) {
      const who = room.participants.get(this.id);
      if (who !== undefined) room.change({ ...who, nick });
    }
    return Promise.resolve();
  }
  say(room: ConversationId, text: string): Promise<void> {
    const { participants } = this.#world.room(room);
    const from = participants.get(this.id) ?? this.#world.person(this.id);
    this.#world.room(room).say(this.#world.message(from, { kind: 'text', text }));
    return Promise.resolve();
  }
  whisper(nick: string, text: string): Promise<void> {
    this.#world.whisper(this.#world.person(this.id), participantId(nick), { kind: 'text', text });
    return Promise.resolve();
  }
  setTopic(room: ConversationId, text: string): Promise<void> {
    this.#world.room(room).setTopic({ text, by: this.nick });
    return Promise.resolve();
  }
  kick(room: ConversationId, nick: string): Promise<void> {
    this.#world.room(room).eject(participantId(nick), { why: 'ejected', by: this.nick, text: 'out' });
    return Promise.resolve();
  }
  promote(room: ConversationId, nick: string): Promise<void> {
    this.#world.room(room).setRank(participantId(nick), 'owner');
    return Promise.resolve();
  }
  async heard(nick: string, count: number): Promise<readonly string[]> {
    const texts = (): string[] =>
      this.#events.flatMap((event) =>
        event.kind === 'said' && event.message.from.nick === nick ? [event.message.body.text] : [],
      );
    await this.#until(() => texts().length >= count, `${count} lines of ${nick}`);
    return texts();
  }
  async sawLeave(room: ConversationId, nick: string): Promise<void> {
    const isIt = (event: AnyEvent): boolean =>
      event.kind === 'left' && event.conversation === room && event.who.nick === nick;
    await this.#until(() => this.#events.some(isIt), `${nick} leave`);
  }
  async sawNick(nick: string): Promise<void> {
    await this.#until(() => this.#events.some((event) => event.kind === 'changed' && event.now.nick === nick), nick);
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    if (isSo()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (isSo()) resolve();
    };
    this.#waiting.add(look);
    const timer = setTimeout(() => reject(new Error(`${this.nick} never saw ${what}`)), 10_000);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }
}

class EchoWorld implements NetworkWorld {
  readonly network: EchoNetwork;
  readonly refusedAccounts;

  constructor(network: EchoNetwork) {
    this.network = network;
    this.refusedAccounts = [
      { account: registered('juliet', 'wrong'), code: 'bad-credentials' },
      { account: guest('taken'), code: 'nick-taken' },
      { account: guest('no good'), code: 'nick-invalid' },
    ] as const;
  }

  foreigner(nick: string): Promise<Foreigner> {
    return Promise.resolve(new EchoForeigner(nick, this.network.world));
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

  refusedJoins(): ReturnType<NetworkWorld['refusedJoins']> {
    const by = (name: string) => conversationId(`#${name}`);
    return Promise.resolve([
      { conversation: by('banned'), code: 'banned' },
      { conversation: by('members'), code: 'members-only' },
      { conversation: by('full'), code: 'full' },
      { conversation: by('nowhere'), code: 'not-found' },
      { conversation: by('gone'), code: 'gone' },
      { conversation: by('moved'), code: 'moved' },
      { conversation: by('busy'), code: 'rate-limited' },
      { conversation: by('secret'), code: 'bad-password' },
      { conversation: by('secret'), password: 'guess', code: 'bad-password' },
    ]);
  }

  async command(kind: CommandKind, scene: Scene): Promise<AnyCommand> {
    const { me, room: conversation, other, nick } = scene;
    await other.promote(conversation, nick);
    const account = KEY;
    const target = { by: 'network', ids: await this.#someIds(kind, scene) } as const;
    const body = { kind: 'text', text: 'hello' } as const;
    const direct = conversationId('benvolio');
    const answers = { moderated: true };
    const commands: { readonly [K in CommandKind]: CommandOf<K> } = {
      join: { kind: 'join', conversation: conversationId('#another') },
      leave: { kind: 'leave', conversation },
      say: { kind: 'say', conversation, body },
      edit: { kind: 'edit', conversation, target, body },
      retract: { kind: 'retract', conversation, target },
      moderate: { kind: 'moderate', conversation, target },
      react: { kind: 'react', conversation, target, emoji: ['👍'] },
      type: { kind: 'type', conversation, state: 'composing' },
      display: { kind: 'display', conversation, upTo: target },
      setTopic: { kind: 'setTopic', conversation, text: 'peace' },
      setPicture: { kind: 'setPicture', conversation, picture: { mediaType: 'image/png', base64: 'iVBORw0KGgo=' } },
      setRank: { kind: 'setRank', conversation, who: BENVOLIO, rank: 'moderator' },
      eject: { kind: 'eject', conversation, who: BENVOLIO, ban: false },
      invite: { kind: 'invite', conversation, who: 'paris' },
      accept: { kind: 'accept', conversation: conversationId('#invited') },
      decline: { kind: 'decline', conversation: conversationId('#invited') },
      configure: { kind: 'configure', conversation, answers },
      create: { kind: 'create', conversation: conversationId('#created'), answers },
      destroy: { kind: 'destroy', conversation },
      add: { kind: 'add', conversation: direct },
      remove: { kind: 'remove', conversation: direct },
      answer: { kind: 'answer', conversation: direct, allow: true },
      block: { kind: 'block', conversation: direct, on: true },
      poke: { kind: 'poke', conversation: direct, what: 'ping' },
      appear: { kind: 'appear', account, presence: { show: 'away' } },
      watch: { kind: 'watch', account, people: [direct] },
      setNick: { kind: 'setNick', account, nick: `${nick}2` },
      setProfile: { kind: 'setProfile', account, profile: { name: 'Juliet' } },
      raw: { kind: 'raw', account, text: 'PING x' },
    };
    if (!me.session.capabilitiesOf?.(conversation).accepts.includes(kind)) throw new Error(`${kind} is not accepted`);
    return commands[kind];
  }

  /** Of a message that such a command may be about. */
  async #someIds(kind: CommandKind, { me, room, other }: Scene): Promise<readonly MessageId[]> {
    if (kind === 'edit' || kind === 'retract') return (await me.say(room, 'mine')).ids;
    const before = me.events.length;
    await other.say(room, 'theirs');
    const { message } = await me.until('said', () => true, before);
    return [message.id];
  }

  async provoke(kind: EventKind, { me, room, nick, other }: Scene): Promise<unknown> {
    if (kind === 'opened' || kind === 'connected' || kind === 'listed') return undefined;
    if (kind === 'reacted') await me.say(room, 'mine');
    if (kind === 'edited' || kind === 'retracted') await me.say(room, '!say theirs');
    const lines: { readonly [K in EventKind]?: string } = {
      closed: '!kick',
      joined: '!join mercutio',
      left: '!part tybalt',
      changed: '!rename benvolio ben',
      topicSet: '!topic peace',
      configured: '!configured',
      moved: '!move #elsewhere',
      invited: '!invite #elsewhere',
      edited: '!edit better',
      retracted: '!unsay',
      reacted: '!react 👍',
      typed: '!type',
      sent: '!sent',
      displayed: '!see',
      failed: '!late-fail forbidden',
      asked: '!ask mercutio',
      answered: '!unfriend mercutio',
      disconnected: '!drop',
      told: '!tell something',
    };
    if (kind === 'said') return await other.say(room, 'hello');
    if (kind === 'delivered') return await me.say(conversationId('benvolio'), 'hello');
    if (kind === 'appeared')
      return await me.send({ kind: 'add', conversation: conversationId('benvolio') }).catch(() => nick);
    return await me.say(room, lines[kind] ?? '');
  }

  question(kind: QueryKind, { room, me }: Scene): AnyQuery {
    const account = KEY;
    const questions: { readonly [K in QueryKind]: AnyQuery } = {
      profile: { kind: 'profile', account, conversation: conversationId('benvolio') },
      avatar: { kind: 'avatar', account, conversation: conversationId('benvolio') },
      search: { kind: 'search', account, text: 'ben', limit: 5 },
      contacts: { kind: 'contacts', account },
      directory: { kind: 'directory', account, limit: 2 },
      history: { kind: 'history', account, conversation: room, limit: 5 },
      members: { kind: 'members', account, conversation: room, rank: 'member' },
      settings: { kind: 'settings', account, conversation: room },
      preview: { kind: 'preview', account, conversation: room },
    };
    const seat = this.network.world.room(room);
    seat.setRank(participantId(me.account.settings['username'] as string), 'owner');
    return questions[kind];
  }

  async cut({ me, room }: Scene): Promise<void> {
    await me.say(room, '!drop').catch(() => undefined);
  }
  stop(): Promise<void> {
    return this.network.stop();
  }
}

function registered(username: string, password: string): Account {
  return { user: userId(`${username}@example.org`), key: KEY, settings: { username, password }, guest: false };
}
function guest(wantedNick: string): Account {
  return { user: userId('somebody@example.org'), key: KEY, settings: {}, guest: true, wantedNick };
}

export function echoDriver(name: string, options: Partial<EchoOptions> = {}): NetworkDriver {
  const create = () => new EchoNetwork({ delivery: 'live', plain: false, people: 3, guests: true, ...options });
  return {
    name,
    create,
    async start() {
      const network = create();
      await network.start(plainHost());
      return new EchoWorld(network);
    },
    written: [
      { typed: 'benvolio', id: 'benvolio', kind: 'direct' },
      { typed: ' @Benvolio ', id: 'benvolio', kind: 'direct' },
      { typed: '#Garden', id: '#garden', kind: 'group' },
      { typed: 'echo:room/garden', id: '#garden', kind: 'group' },
      { typed: 'ECHO:person/b%C3%A9n', id: 'bén', kind: 'direct' },
      { typed: 'Be\u0301n', id: 'bén', kind: 'direct' },
    ],
    malformed: ['', ' ', '#', 'a b', '##garden', 'echo:room/%ff', 'echo:room/', 'x'.repeat(33), 'a/b', '\u0000', '😀'],
    impossible: ['', '#', 'Benvolio', 'a b', 'x'.repeat(33), '\ud800'],
    unreported: [],
  };
}
