// One user on one server: connects, signs in, hands each line to the part that owns it and each command to the part that performs it.

import { BridgeError } from '../../src/model/errors.ts';
import type { CommandOf } from '../../src/model/commands.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, CloseReason, Receipt, Session } from '../../src/model/network.ts';
import type { Capabilities } from '../../src/model/capabilities.ts';
import type { AnswerTo, AnyQuery, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import type { Identity } from './account.ts';
import type { Abilities, IrcKind } from './abilities.ts';
import { adopted } from './adopting.ts';
import { BanList } from './ban-list.ts';
import { ClientTags } from './client-tags.ts';
import { closingError, connectionError, killedError } from './errors.ts';
import { Hearing } from './hearing.ts';
import { Inquiries } from './inquiries.ts';
import { withTokens } from './isupport.ts';
import { formatLine, type IrcLine, parseLine } from './line.ts';
import { Joining } from './joining.ts';
import { Login, type LoginResult } from './login.ts';
import { maskedLine } from './masking.ts';
import type { Names } from './names.ts';
import { NickServ } from './nickserv.ts';
import { Parting } from './parting.ts';
import { Performer } from './performer.ts';
import { Reactions } from './reactions.ts';
import { Redaction } from './redaction.ts';
import { Replies } from './replies.ts';
import { type Handlers, Rooms } from './rooms.ts';
import { Sayings } from './sayings.ts';
import { Silence } from './silence.ts';
import type { LineSocket } from './socket.ts';
import { StandardReplies } from './standard-replies.ts';
import { Standing } from './standing.ts';
import { Topics } from './topics.ts';
import { Typing } from './typing.ts';
import { Watching } from './watching.ts';
import type { Wire } from './wire.ts';

const AFTER_WELCOME_MS = 5000;
const QUIT_MS = 2000;

export interface SessionParts {
  readonly wire: Wire;
  readonly identity: Identity;
  readonly names: Names;
  readonly abilities: Abilities;
  /** Called once, when there is nothing left of it. */
  readonly over: (session: IrcSession) => void;
}

export class IrcSession implements Session<IrcKind> {
  readonly #wire: Wire;
  #identity: Identity;
  readonly #names: Names;
  readonly #abilities: Abilities;
  readonly #typing: Typing;
  readonly #over: (session: IrcSession) => void;
  readonly #rooms: Rooms;
  readonly #hearing: Hearing;
  readonly #inquiries: Inquiries;
  readonly #replies: Replies;
  readonly #performer: Performer;
  readonly #standing: Standing;
  readonly #handlers: Handlers;
  readonly #silence: Silence;
  readonly #watching: Watching;
  readonly #nickserv: NickServ;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #closed = Promise.withResolvers<undefined>();
  #socket: LineSocket | undefined;
  #login: Login | undefined;
  #lastWords: { readonly error: BridgeError; readonly final: boolean } | undefined;
  #state: 'opening' | 'open' | 'closing' | 'over' = 'opening';
  #stopTimer: (() => void) | undefined;
  #motd: string[] = [];
  #isLoggedIn = false;
  #able: ReturnType<Abilities['on']>;

  constructor({ wire, identity, names, abilities, over }: SessionParts) {
    this.#wire = wire;
    this.#identity = identity;
    this.#names = names;
    this.#abilities = abilities;
    this.#able = abilities.on(wire.features, wire.caps);
    this.#over = over;
    this.#nickserv = new NickServ(wire, identity);
    this.#silence = new Silence(wire.clock, wire.settings.pingAfterMs);
    this.#rooms = new Rooms(wire);
    const sayings = new Sayings(wire);
    this.#typing = new Typing(wire);
    const reactions = new Reactions(wire);
    const redaction = new Redaction(wire, this.#rooms);
    this.#hearing = new Hearing(wire, this.#rooms, sayings, this.#typing);
    const bans = new BanList(wire);
    this.#inquiries = new Inquiries(wire, this.#rooms, names, bans);
    this.#replies = new Replies(wire, this.#inquiries, sayings);
    const joining = new Joining(wire, this.#rooms);
    const parting = new Parting(wire, this.#rooms);
    this.#watching = new Watching(wire, this.#rooms);
    this.#standing = new Standing({ wire, rooms: this.#rooms, joining, watching: this.#watching, bans });
    const topics = new Topics(wire, this.#rooms);
    const tags = { typing: this.#typing, reactions, redaction };
    const parts = { joining, parting, sayings, standing: this.#standing, topics, watching: this.#watching, ...tags };
    this.#performer = new Performer({ wire, names, rooms: this.#rooms, ...parts });
    this.#handlers = {
      ...joining.handlers,
      ...parting.handlers,
      ...this.#standing.handlers,
      ...topics.handlers,
      ...this.#watching.handlers,
      ...this.#hearing.handlers,
      ...this.#inquiries.handlers,
      ...bans.handlers,
      ...new StandardReplies(wire).handlers,
      ...new ClientTags(wire, this.#rooms, this.#typing, reactions).handlers,
      ...redaction.handlers,
      ...this.#ownHandlers,
    };
    // Without a listener a failure before `open` would end the process.
    this.#ready.promise.catch(() => {});
  }

  readonly #ownHandlers: Handlers = {
    PING: ({ params }) => this.#wire.sendNow(formatLine('PONG', params.at(-1) ?? '')),
    ERROR: ({ params }) => {
      this.#lastWords = closingError(this.#wire.readText(params.at(-1) ?? ''));
    },
    KILL: ({ params }) => {
      this.#lastWords = killedError(this.#wire.readText(params.at(-1) ?? ''));
    },
    '005': ({ params }) => {
      this.#wire.features = withTokens(this.#wire.features, params.slice(1, -1));
    },
    '001': ({ params }) => this.#onWelcome(params.at(-1) ?? ''),
    // What people call themselves beside their nick is asked for when somebody wants to know.
    SETNAME: () => undefined,
    '372': ({ params }) => this.#motd.push(params.at(-1) ?? ''),
    '376': () => this.#onGreeted(),
    '422': () => this.#onGreeted(),
  };

  /** Signs in over an open socket. @throws BridgeError. */
  async open(socket: LineSocket): Promise<void> {
    this.#socket = socket;
    this.#wire.attach(socket);
    this.#login = new Login(
      { identity: this.#identity, socket, log: this.#wire.log },
      { done: (result) => this.#onLoggedIn(result), failed: (error) => this.#end({ error, final: true }) },
    );
    socket.listen({ line: (text) => this.#onLine(text), closed: (error) => this.#onClosed(error) });
    this.#login.start();
    await this.#ready.promise;
    if (!this.#isLoggedIn) await this.#identify();
    for (const command of this.#identity.onConnect) this.#wire.send(command);
    // The connection may have ended while NickServ was asked.
    if (this.#state !== 'opening')
      throw this.#lastWords?.error ?? connectionError(this.#identity.server.host, undefined);
    this.#able = this.#abilities.on(this.#wire.features, this.#wire.caps);
    this.#state = 'open';
    this.#wire.emit({ kind: 'connected', account: this.#wire.account, nick: this.#wire.nick });
  }

  async #identify(): Promise<void> {
    const { sasl, mustConfirm } = this.#identity;
    const isConfirmed = await this.#nickserv.identify(mustConfirm);
    if (isConfirmed || sasl === undefined || !mustConfirm || this.#state !== 'opening') return;
    const text = words`The server did not confirm the account's password.`;
    this.#end({ error: new BridgeError('bad-credentials', text, { field: 'password' }), final: true });
  }

  #onLoggedIn({ nick, caps, loggedIn }: LoginResult): void {
    this.#login = undefined;
    this.#wire.nick = nick;
    if (nick !== this.#identity.nick && this.#identity.fallbackNick) this.#wire.wantedNick = this.#identity.nick;
    this.#wire.caps = caps;
    this.#isLoggedIn = loggedIn;
    this.#stopTimer = this.#wire.clock.after(AFTER_WELCOME_MS, () => this.#ready.resolve(undefined));
  }

  #onWelcome(text: string): void {
    this.#wire.userhost = /!([^\s!]+@\S+)$/.exec(text)?.[1] ?? this.#wire.userhost;
  }

  #onGreeted(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#wire.settings.motd && this.#motd.length > 0) this.#wire.told(this.#motd.join('\n'));
    this.#motd = [];
    this.#ready.resolve(undefined);
  }

  // An exception in here would end the process for everybody; what a server sends must never do that.
  #onLine(raw: string): void {
    if (this.#state === 'over' || this.#state === 'closing') return;
    try {
      if (this.#login === undefined && this.#hearing.again(raw)) return;
      const line = parseLine(raw);
      if (line !== undefined) this.#dispatch(line, raw);
    } catch (error) {
      this.#wire.log.warn('a line could not be read', { line: maskedLine(raw).slice(0, 200), error });
    }
  }

  #dispatch(line: IrcLine, raw: string): void {
    const login = this.#login;
    if (login !== undefined) {
      login.line(raw, line);
      // Before the welcome there is nothing but the login, and nothing after its failure.
      if (this.#login !== undefined || this.#state === 'over') return;
    }
    const { command } = line;
    this.#nickserv.hear(line);
    if (line.tags.includes('label=') && this.#replies.answersLabel(line)) return;
    const handle = Object.hasOwn(this.#handlers, command) ? this.#handlers[command] : undefined;
    if (handle !== undefined) handle(line, raw);
    else this.#replies.other(line);
  }

  #onClosed(cause: Error | undefined): void {
    this.#end(this.#lastWords ?? { error: connectionError(this.#identity.server.host, cause), final: false });
  }

  #end(end: { readonly error: BridgeError; readonly final: boolean }): void {
    if (this.#state === 'over') return;
    const was = this.#state;
    this.#state = 'over';
    this.#lastWords = end;
    this.#stopTimer?.();
    const login = this.#login;
    this.#login = undefined;
    login?.fail(end.error);
    this.#typing.stop();
    this.#wire.attach(undefined);
    this.#socket?.destroy();
    this.#wire.requests.loseAll(end.error);
    this.#rooms.clear();
    this.#ready.reject(end.error);
    this.#closed.resolve(undefined);
    this.#over(this);
    if (was === 'open') this.#wire.emit({ kind: 'disconnected', account: this.#wire.account, ...end });
  }

  capabilitiesOf(conversation: ConversationId): Capabilities<IrcKind> {
    return this.#able[this.#names.kindOf(conversation)];
  }

  send(command: CommandOf<IrcKind>): Promise<Receipt> {
    if (this.#state !== 'open') return Promise.reject(this.#gone());
    return this.#performer.perform(command);
  }

  async ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    if (this.#state !== 'open') throw this.#gone();
    return (await this.#inquiries.answer(query as AnyQuery)) as AnswerTo<K>;
  }

  #gone(): BridgeError {
    return this.#lastWords?.error ?? new BridgeError('network-down', words`The connection to the server is closed.`);
  }

  adopt(account: Account): boolean {
    const parts = { wire: this.#wire, standing: this.#standing, identity: this.#identity };
    const identity = this.#state === 'open' ? adopted(parts, account) : undefined;
    this.#identity = identity ?? this.#identity;
    return identity !== undefined;
  }

  /** Called every now and then. */
  tick(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#state === 'over') return;
    const due = this.#silence.look(socket);
    if (this.#state === 'open') this.#watching.tick();
    if (due === 'ask') this.#wire.sendNow('PING viaduct');
    if (due === 'giveUp') {
      const error = new BridgeError('timeout', words`${this.#identity.server.host} does not answer any more.`);
      this.#end({ error, final: false });
    }
  }

  pause(): void {
    this.#socket?.pause();
  }
  resume(): void {
    this.#socket?.resume();
  }

  async close(_reason: CloseReason, text?: string): Promise<void> {
    if (this.#state === 'over' || this.#state === 'closing') return await this.#closed.promise;
    this.#state = 'closing';
    this.#wire.quits();
    this.#wire.requests.loseAll(new BridgeError('network-down', words`The connection to the server was closed.`));
    this.#wire.sendNow(formatLine('QUIT', text || this.#wire.settings.quitMessage));
    const stop = this.#wire.clock.after(QUIT_MS, () => this.#end({ error: this.#gone(), final: true }));
    await this.#closed.promise;
    stop();
  }
}
