// IRC as the bridge sees it: addresses, accounts, and one session for each user and server.

import { randomBytes } from 'node:crypto';
import type { Capabilities } from '../../src/model/capabilities.ts';
import type { AnyCommand } from '../../src/model/commands.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import {
  type AccountKey,
  accountKey,
  conversationId,
  type ConversationId,
  type LaneKey,
  laneKey,
  type ParticipantId,
  type UserId,
  userId,
} from '../../src/model/ids.ts';
import type { Account, Emit, Host, Network, Place, SignInStep } from '../../src/model/network.ts';
import { type Text, words } from '../../src/model/words.ts';
import { Abilities, type IrcKind } from './abilities.ts';
import {
  anotherAccount,
  type Identity,
  identityOf,
  PREFERENCES,
  signInFields,
  signInHelp,
  withNick,
} from './account.ts';
import { foldAscii } from './casemapping.ts';
import { connectionError } from './errors.ts';
import { Names, nickProblem } from './names.ts';
import { identitySecret, ownIdentity } from './own-people.ts';
import { IrcSession } from './session.ts';
import { type IrcSettings, serverOf, textOf } from './settings.ts';
import { SharedServer } from './shared.ts';
import { type LineSocket, openSocket } from './socket.ts';
import { Turns } from './turns.ts';
import { Wire } from './wire.ts';

const TICK_MS = 15_000;

export class IrcNetwork implements Network<IrcKind> {
  readonly title = 'IRC';
  readonly identity = 'irc';
  readonly roomService = 'irc';
  readonly capabilities: Capabilities<IrcKind>;
  readonly signInHelp: Text;
  readonly anotherAccount?: Text;
  readonly signInForm: readonly Field[];
  readonly preferences = PREFERENCES;
  readonly delivery = 'live';
  readonly guests = true;
  readonly prompt: Network['prompt'];

  readonly #settings: IrcSettings;
  readonly #names: Names;
  readonly #abilities: Abilities;
  readonly #servers = new Map<AccountKey, SharedServer>();
  readonly #sessions = new Set<IrcSession>();
  readonly #turns = new Turns();
  readonly #run = randomBytes(6).toString('base64url');
  #opened = 0;
  /** Of what stands for our users in rooms. */
  #secret = '';
  #host: Host | undefined;
  #stopTick: (() => void) | undefined;
  #stopPressure: (() => void) | undefined;

  constructor(settings: IrcSettings) {
    this.#settings = settings;
    this.#names = new Names(settings);
    this.#abilities = new Abilities(settings);
    this.capabilities = this.#abilities.network;
    this.signInHelp = signInHelp(settings);
    const another = anotherAccount(settings);
    if (another !== undefined) this.anotherAccount = another;
    this.signInForm = signInFields(settings);
    const [person, room] = [this.#names.example('nick'), this.#names.example('#channel')];
    const help = words`Enter a nick or a channel, such as ${person} or ${room}.`;
    this.prompt = { help, label: words`Nick or channel`, person, room };
  }

  parse(text: string, asker?: UserId): Place {
    const accounts = asker === undefined ? [] : (this.#host?.accounts() ?? []);
    return this.#names.parse(
      text,
      accounts.filter(({ user }) => user === asker).map(({ key }) => key),
    );
  }
  placeOf(conversation: ConversationId): Place | undefined {
    return this.#names.place(conversation);
  }
  directOf(participant: ParticipantId): ConversationId | undefined {
    const id = conversationId(participant);
    return this.#names.place(id)?.kind === 'direct' ? id : undefined;
  }
  outsider(room: ConversationId, id: ConversationId): ParticipantId | undefined {
    return this.#names.outsider(room, id);
  }
  /** Servers may call messages as they like (IRCv3 message-ids). */
  isMessageId(name: string): boolean {
    return /^[^\s/]{1,200}$/.test(name);
  }
  nickProblem(nick: string): Text | undefined {
    return nickProblem(nick);
  }
  accountOf(conversation: ConversationId): AccountKey {
    return accountKey(this.#names.split(conversation).server);
  }
  laneOf(command: AnyCommand): LaneKey {
    return laneKey('conversation' in command ? this.accountOf(command.conversation) : command.account);
  }

  async start(host: Host): Promise<void> {
    this.#host = host;
    this.#secret = await identitySecret(host.state());
    this.#stopTick = host.clock.after(this.#tickMs(), () => this.#tick());
    this.#stopPressure = host.pressure.onChange((paused) => {
      for (const session of this.#sessions) {
        if (paused) session.pause();
        else session.resume();
      }
    });
  }

  async stop(): Promise<void> {
    this.#stopTick?.();
    this.#stopPressure?.();
    await Promise.all([...this.#sessions].map((session) => session.close('shutdown')));
  }

  // One timer for all sessions.
  #tick(): void {
    for (const session of this.#sessions) session.tick();
    const now = this.#host?.clock.monotonic() ?? 0;
    for (const server of this.#servers.values()) server.forgetOld(now);
    this.#stopTick = this.#host?.clock.after(this.#tickMs(), () => this.#tick());
  }
  #tickMs(): number {
    return Math.min(TICK_MS, this.#settings.pingAfterMs / 2);
  }

  accountFor(answers: Answers): AccountKey | undefined {
    if (this.#settings.fixedServer !== undefined) return accountKey('');
    const server = foldAscii(textOf(answers, 'server'));
    if (server === '') return undefined;
    return accountKey(this.#names.parseServer(server));
  }

  async signIn(answers: Answers, signal: AbortSignal): Promise<SignInStep> {
    const key = this.#signInKey(answers);
    const account = { user: userId(''), key, settings: answers, guest: false };
    const identity = identityOf(this.#settings, account);
    const session = await this.#connect(account, () => {}, { ...identity, mustConfirm: true, onConnect: [] }, signal);
    await session.close('paused', 'Account checked');
    const server = identity.server.name;
    const settings = this.#settings.fixedServer === undefined ? { ...answers, server } : answers;
    return { kind: 'done', account: key, settings, title: titleOf(identity.nick, server) };
  }

  renamed(key: AccountKey, answers: Answers, nick: string): ReturnType<NonNullable<Network['renamed']>> {
    const title = titleOf(nick, serverOf(this.#settings, key).name);
    return { kind: 'done', account: key, settings: withNick(answers, nick), title };
  }

  #signInKey(answers: Answers): AccountKey {
    const expected = words`The server is a name that this gateway knows, or a host name.`;
    try {
      const key = this.accountFor(answers);
      if (key !== undefined) return key;
    } catch (cause) {
      throw new BridgeError('malformed', expected, { field: 'server', cause });
    }
    throw new BridgeError('malformed', expected, { field: 'server' });
  }

  async openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<IrcSession> {
    return await this.#connect(account, emit, identityOf(this.#settings, account), signal);
  }

  async #connect(account: Account, emit: Emit, identity: Identity, signal: AbortSignal): Promise<IrcSession> {
    const host = this.#host;
    if (host === undefined) throw new BridgeError('internal', words`The network has not been started.`);
    const abort = new AbortController();
    const giveUp = (): void => abort.abort(new BridgeError('timeout', words`Connecting was given up.`));
    signal.addEventListener('abort', giveUp, { once: true });
    const stopTimer = host.clock.after(this.#settings.connectTimeoutMs, () =>
      abort.abort(new BridgeError('timeout', words`${identity.server.host} does not answer.`)),
    );
    try {
      if (signal.aborted) giveUp();
      const socket = await connect(identity, { host, turns: this.#turns, signal: abort.signal });
      return await this.#signOn({ account, emit, identity, socket, host, signal: abort.signal });
    } finally {
      stopTimer();
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #signOn(parts: SignOn): Promise<IrcSession> {
    const { account, emit, identity, socket, host, signal } = parts;
    const server = this.#servers.get(account.key) ?? new SharedServer(account.key, this.#names);
    this.#servers.set(account.key, server);
    server.users++;
    const idPrefix = `${this.#run}${(++this.#opened).toString(36)}-`;
    const wire = new Wire({
      account: account.key,
      identity: ownIdentity(this.#secret, account.user),
      server,
      settings: this.#settings,
      target: identity.server,
      emit,
      clock: host.clock,
      log: host.log,
      idPrefix,
    });
    const session = new IrcSession({
      wire,
      identity,
      names: this.#names,
      abilities: this.#abilities,
      over: (ended) => this.#forget(ended, server),
    });
    this.#sessions.add(session);
    const abort = (): void => socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      if (host.pressure.paused) session.pause();
      await session.open(socket);
      return session;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #forget(session: IrcSession, server: SharedServer): void {
    this.#sessions.delete(session);
    server.users--;
    if (server.users === 0 && this.#servers.get(accountKey(server.name)) === server)
      this.#servers.delete(accountKey(server.name));
  }
}

const titleOf = (nick: string, server: string): string => `${nick} (${server})`;

interface Connecting {
  readonly host: Host;
  readonly turns: Turns;
  readonly signal: AbortSignal;
}

async function connect({ server }: Identity, { host, turns, signal }: Connecting): Promise<LineSocket> {
  try {
    const addresses = server.listed ? {} : { addresses: await host.publicAddresses(server.host) };
    return await openSocket({ ...server, ...addresses }, turns, signal);
  } catch (error) {
    throw connectionError(server.host, error);
  }
}

interface SignOn {
  readonly account: Account;
  readonly emit: Emit;
  readonly identity: Identity;
  readonly socket: LineSocket;
  readonly host: Host;
  readonly signal: AbortSignal;
}
