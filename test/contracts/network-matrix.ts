// Matrix under contract, on a real Synapse: foreigners call its client-server API by themselves.

import { adapter } from '../../adapters/matrix/index.ts';
import type { AnyCommand, CommandKind, CommandOf } from '../../src/model/commands.ts';
import type { EventKind } from '../../src/model/events.ts';
import { conversationId, type ConversationId, messageId, participantId, userId } from '../../src/model/ids.ts';
import type { Account, Emit, Network } from '../../src/model/network.ts';
import type { AnyQuery, QueryKind } from '../../src/model/queries.ts';
import type { MatrixPerson } from '../support/matrix-person.ts';
import { startSynapse, type SynapseServer } from '../support/servers.ts';
import type { Foreigner, NetworkDriver, NetworkWorld, RefusedJoin, Scene } from './network-driver.ts';
import { KEY, KeepingHost, MatrixForeigner } from './network-matrix-world.ts';

const SERVER = 'synapse.localhost';
const PASSWORD = 'a password of the contract';
/** So that all that can be reported is. */
const PREFERENCES = { leaveRooms: true, acceptDirects: false };

class MatrixWorld implements NetworkWorld {
  readonly network: Network;
  readonly refusedAccounts;
  readonly #server: SynapseServer;
  readonly #ours = new Map<string, Promise<MatrixPerson>>();
  #others = 0;

  constructor(server: SynapseServer, network: Network, host: KeepingHost) {
    this.#server = server;
    this.network = signedIn(network, async (account, emit) => {
      host.deliverTo(account, emit);
      await this.#person(account);
    });
    this.refusedAccounts = [
      {
        account: { ...this.account('juliet'), settings: { user: `@juliet:${SERVER}`, token: 'syt_nothing' } },
        code: 'bad-credentials',
      },
      { account: { ...this.account('juliet'), settings: {}, guest: true }, code: 'not-registered' },
    ] as const;
  }

  async foreigner(nick: string): Promise<MatrixForeigner> {
    return new MatrixForeigner(await this.#server.person(nick));
  }
  /** Everybody may come in. */
  async newRoom(name: string, owner: Foreigner): Promise<ConversationId> {
    return conversationId(await asMatrix(owner).person.createRoom({ name, open: true }));
  }
  account(nick: string): Account {
    const settings = { user: `@${nick}:${SERVER}`, password: PASSWORD, ...PREFERENCES };
    return { user: userId(`${nick}@example.org`), key: KEY, settings, guest: false };
  }
  directTo(nick: string): ConversationId {
    return conversationId(`${nick}:${SERVER}`);
  }

  async refusedJoins(owner: Foreigner): Promise<readonly RefusedJoin[]> {
    const { person } = asMatrix(owner);
    const closed = conversationId(await person.createRoom({ name: 'closed' }));
    const banned = conversationId(await person.createRoom({ name: 'banned', open: true }));
    for (const one of this.#ours.values()) await person.ban(banned, (await one).id);
    return [
      { conversation: closed, code: 'members-only' },
      { conversation: banned, code: 'banned' },
      { conversation: conversationId(`#nowhere:${SERVER}`), code: 'not-found' },
      { conversation: conversationId('!nothing-has-this-name'), code: 'not-found' },
    ];
  }

  async command(kind: CommandKind, scene: Scene): Promise<AnyCommand> {
    const { room: conversation, me } = scene;
    const other = asMatrix(scene.other);
    await other.promote(conversation, scene.nick);
    const own = async () => ({ by: 'network', ids: (await me.say(conversation, 'a word')).ids }) as const;
    const theirs = async () =>
      ({ by: 'network', ids: [messageId(await other.person.say(conversation, 'another word'))] }) as const;
    const guest = async () => participantId((await this.#guest(conversation)).person.id);
    const commands: { readonly [K in CommandKind]?: () => Promise<CommandOf<K>> | CommandOf<K> } = {
      join: async () => ({ kind: 'join', conversation: await this.newRoom(`other${++this.#others}`, other) }),
      leave: () => ({ kind: 'leave', conversation }),
      say: () => ({ kind: 'say', conversation, body: { kind: 'text', text: 'hello' } }),
      edit: async () => ({ kind: 'edit', conversation, target: await own(), body: { kind: 'text', text: 'better' } }),
      retract: async () => ({ kind: 'retract', conversation, target: await own() }),
      moderate: async () => ({ kind: 'moderate', conversation, target: await theirs(), reason: 'peace' }),
      react: async () => ({ kind: 'react', conversation, target: await theirs(), emoji: ['🌹'] }),
      type: () => ({ kind: 'type', conversation, state: 'composing' }),
      display: async () => ({ kind: 'display', conversation, upTo: await theirs() }),
      setTopic: () => ({ kind: 'setTopic', conversation, text: 'peace' }),
      setPicture: () => ({ kind: 'setPicture', conversation }),
      setRank: async () => ({ kind: 'setRank', conversation, who: await guest(), rank: 'moderator' }),
      eject: async () => ({ kind: 'eject', conversation, who: await guest(), ban: true, reason: 'out' }),
      invite: async () => ({ kind: 'invite', conversation, who: (await this.foreigner(this.#name())).person.id }),
      accept: () => this.#invited('accept', scene),
      decline: () => this.#invited('decline', scene),
      add: async () => ({ kind: 'add', conversation: this.directTo((await this.foreigner(this.#name())).nick) }),
      remove: async () => ({ kind: 'remove', conversation: await this.#talked(scene) }),
      answer: () => this.#asked(scene),
      block: () => ({ kind: 'block', conversation: this.directTo(other.nick), on: true }),
      appear: () => ({ kind: 'appear', account: KEY, presence: { show: 'away', status: 'asleep' } }),
      setNick: () => ({ kind: 'setNick', account: KEY, nick: 'Juliet of the Capulets' }),
      setProfile: () => ({ kind: 'setProfile', account: KEY, profile: { nick: 'Juliet' } }),
    };
    const command = await commands[kind]?.();
    if (command === undefined) throw new Error(`the driver knows no command "${kind}"`);
    return command;
  }

  async provoke(kind: EventKind, scene: Scene): Promise<unknown> {
    const { room, nick, me } = scene;
    const other = asMatrix(scene.other);
    const { person } = other;
    switch (kind) {
      case 'opened':
      case 'connected':
      case 'told':
        return undefined;
      case 'closed':
        return await other.kick(room, nick);
      case 'joined':
        return await this.#guest(room);
      case 'left':
        return await (await this.#guest(room)).leave(room);
      case 'changed':
        return await other.rename(`${other.nick}x`);
      case 'topicSet':
        return await other.setTopic(room, 'peace');
      case 'configured':
        return await person.setState(room, 'm.room.join_rules', { join_rule: 'invite' });
      case 'invited':
        return await person.invite(await person.createRoom({ name: 'another' }), other.idOf(nick));
      case 'asked':
        return await other.directWith(nick);
      case 'listed':
        return await (await this.#ours.get(nick))?.createRoom({ direct: true, invite: [person.id] });
      case 'said':
        return await other.say(room, 'hello');
      case 'edited':
        return await person.edit(room, await person.say(room, 'helo'), 'hello');
      case 'retracted':
        return await person.redact(room, await person.say(room, 'hello'));
      case 'reacted':
        return await person.react(room, (await me.say(room, 'hello')).ids[0] ?? '', '🌹');
      case 'typed':
        return await person.type(room, true);
      case 'displayed':
        return await person.read(room, (await me.say(room, 'hello')).ids[0] ?? '');
      case 'appeared':
        await this.#talked(scene);
        return await person.setPresence('unavailable', 'asleep');
      case 'moved':
        return await person.call('POST', ['_matrix/client/v3/rooms', room, 'upgrade'], { new_version: '11' });
      case 'disconnected':
        return await this.cut(scene);
      default:
        throw new Error(`the driver can't bring about "${kind}"`);
    }
  }

  async question(kind: QueryKind, { me, room, other }: Scene): Promise<AnyQuery> {
    if (kind === 'avatar') {
      await asMatrix(other).setPicture(room);
      await me.until('configured');
    }
    const questions: { readonly [K in QueryKind]?: AnyQuery } = {
      profile: { kind: 'profile', account: KEY, conversation: this.directTo(other.nick) },
      avatar: { kind: 'avatar', account: KEY, conversation: room },
      search: { kind: 'search', account: KEY, text: other.nick, limit: 5 },
      contacts: { kind: 'contacts', account: KEY },
      directory: { kind: 'directory', account: KEY, limit: 10 },
      history: { kind: 'history', account: KEY, conversation: room, limit: 5 },
      members: { kind: 'members', account: KEY, conversation: room, rank: 'owner' },
      preview: { kind: 'preview', account: KEY, conversation: room },
    };
    const question = questions[kind];
    if (question === undefined) throw new Error(`the driver knows no question "${kind}"`);
    return question;
  }

  /** Every device of hers is logged out. */
  async cut({ nick }: Scene): Promise<void> {
    await (await this.#ours.get(nick))?.logoutEverywhere();
    this.#ours.delete(nick);
  }
  async stop(): Promise<void> {
    await this.network.stop();
    await this.#server.stop();
  }

  #name(): string {
    return `rosaline${++this.#others}`;
  }
  async #guest(room: ConversationId): Promise<MatrixForeigner> {
    const guest = await this.foreigner(this.#name());
    await guest.join(room);
    return guest;
  }
  async #invited<K extends 'accept' | 'decline'>(kind: K, scene: Scene) {
    const { person } = asMatrix(scene.other);
    const conversation = conversationId(await person.createRoom({ name: 'another' }));
    await person.invite(conversation, asMatrix(scene.other).idOf(scene.nick));
    await scene.me.until('invited', (event) => event.conversation === conversation);
    return { kind, conversation };
  }
  async #asked({ me, nick }: Scene): Promise<CommandOf<'answer'>> {
    const stranger = await this.foreigner(this.#name());
    await stranger.directWith(nick);
    const { conversation } = await me.until('asked');
    return { kind: 'answer', conversation, allow: true };
  }
  async #talked({ me, nick, other }: Scene): Promise<ConversationId> {
    const conversation = this.directTo(other.nick);
    await me.say(conversation, 'psst');
    await other.heard(nick, 1);
    return conversation;
  }

  /** Hers from before the first session; one that cut has logged out is hers again. */
  async #person({ settings }: Account): Promise<void> {
    const { user, password } = settings;
    if (typeof user !== 'string' || password === undefined) return;
    const name = user.slice(1, user.indexOf(':'));
    const person = this.#ours.get(name) ?? this.#server.person(name, PASSWORD);
    this.#ours.set(name, person);
    await person;
  }
}

/** Before a session somebody has to sign in, which the bridge does when she registers. */
function signedIn(network: Network, prepare: (account: Account, emit: Emit) => Promise<void>): Network {
  const openSession: Network['openSession'] = async (account, emit, signal) => {
    await prepare(account, emit);
    if (typeof account.settings['password'] !== 'string') return await network.openSession(account, emit, signal);
    const step = await network.signIn(account.settings, signal, account.user);
    if (step.kind !== 'done') throw new Error(`signing in wants "${step.kind}"`);
    return await network.openSession({ ...account, settings: { ...PREFERENCES, ...step.settings } }, emit, signal);
  };
  return new Proxy(network, {
    get(target, name) {
      if (name === 'openSession') return openSession;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function asMatrix(foreigner: Foreigner): MatrixForeigner {
  if (foreigner instanceof MatrixForeigner) return foreigner;
  throw new Error('somebody from another network');
}

const settingsFor = (homeserver: string) => ({ homeserver, serverName: SERVER });

export function matrixDriver(): NetworkDriver {
  return {
    name: 'matrix, with Synapse',
    create: () => adapter.create(settingsFor('http://127.0.0.1:8008')),
    async start() {
      const server = await startSynapse();
      const network = adapter.create(settingsFor(server.url));
      const host = new KeepingHost();
      await network.start(host.host);
      return new MatrixWorld(server, network, host);
    },
    written: [
      { typed: '@Benvolio:Synapse.localhost', id: 'Benvolio:synapse.localhost', kind: 'direct' },
      { typed: '@benvolio', id: 'benvolio:synapse.localhost', kind: 'direct' },
      { typed: 'matrix:u/benvolio:example.org', id: 'benvolio:example.org', kind: 'direct' },
      { typed: '#Verona:example.org', id: '#Verona:example.org', kind: 'group' },
      { typed: '!OGEhHVWSdvArJzumhm:example.org:8448', id: '!OGEhHVWSdvArJzumhm:example.org:8448', kind: 'group' },
      { typed: '!QzTz-room12_id', id: '!QzTz-room12_id', kind: 'group' },
      { typed: 'https://matrix.to/#/%23verona:example.org?via=example.net', id: '#verona:example.org', kind: 'group' },
    ],
    malformed: [
      '',
      ' ',
      '@',
      '#',
      '!',
      ':example.org',
      '@ben volio:example.org',
      '@benvolio:',
      '@benvolio:exa mple.org',
    ],
    impossible: [
      '',
      ':',
      'benvolio',
      'ben volio:example.org',
      '#verona',
      '@benvolio:example.org',
      '#\u0007:example.org',
    ],
    // It takes a gap that is longer than what may be fetched.
    unreported: ['told'],
    anyNick: true,
    staysInRooms: true,
    cutIsFinal: true,
  };
}
