// One connected account: takes the user's commands, answers each with a receipt or an error, and tells what the others do.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { AnyCommand, CommandKind, CommandOf } from '../../src/model/commands.ts';
import { ONLINE, type Presence } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent, EventKind } from '../../src/model/events.ts';
import { conversationId, type ParticipantId, participantId } from '../../src/model/ids.ts';
import type { Account, CloseReason, Emit, Receipt, Session } from '../../src/model/network.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import { accountCommands } from './account-commands.ts';
import { closed, nickInvalid, nickTaken } from './errors.ts';
import { asParticipant, type Me, type PerformSome } from './me.ts';
import { messageCommands } from './message-commands.ts';
import { isName, isNick } from './names.ts';
import { answer } from './queries.ts';
import type { EchoRoom } from './room.ts';
import { roomCommands } from './room-commands.ts';
import { credentials, ONLY_ACCOUNT } from './sign-in.ts';
import { BENVOLIO, type World } from './world.ts';

/** Total: a new kind of command does not compile until it is performed here. */
const commands: PerformSome<CommandKind> = { ...roomCommands, ...messageCommands, ...accountCommands };

export interface SessionParts {
  readonly account: Account;
  readonly emit: Emit;
  readonly world: World;
  readonly capabilities: Capabilities;
}

export class EchoSession implements Session, Me {
  readonly id: ParticipantId;
  readonly world: World;
  readonly rooms = new Set<EchoRoom>();
  nick: string;
  presence: Presence = ONLINE;
  readonly #emit: Emit;
  readonly #capabilities: Capabilities;
  readonly #reports: ReadonlySet<EventKind>;
  readonly #onEnd: () => void;
  readonly #account: Account;
  #ended = false;

  private constructor({ account, emit, world, capabilities }: SessionParts, onEnd: () => void) {
    const { id, nick } = whoIs(account, world);
    this.#account = account;
    this.id = id;
    this.nick = nick;
    this.world = world;
    this.#emit = emit;
    this.#capabilities = capabilities;
    this.#reports = new Set(capabilities.reports);
    this.#onEnd = onEnd;
  }

  /** `onEnd`: it was cut or closed. @throws BridgeError when the account is not let in. */
  static open(parts: SessionParts, onEnd: () => void): EchoSession {
    const session = new EchoSession(parts, onEnd);
    session.#begin(parts.account);
    return session;
  }

  capabilitiesOf(): Capabilities {
    return this.#capabilities;
  }

  // Asynchronous for the errors alone: everything is done before it returns.
  async send(command: AnyCommand): Promise<Receipt> {
    if (this.#ended) throw closed();
    if (!this.#capabilities.accepts.includes(command.kind)) {
      throw new BridgeError('unsupported', words`The echo network can't do that here.`);
    }
    return perform(this, command);
  }

  async ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    if (this.#ended) throw closed();
    if (!this.#capabilities.answers.includes(query.kind)) {
      throw new BridgeError('unsupported', words`The echo network can't tell that here.`);
    }
    return answer(this, query);
  }

  adopt({ settings }: Account): boolean {
    return ['username', 'password', 'nick'].every((name) => settings[name] === this.#account.settings[name]);
  }

  close(_reason: CloseReason, text?: string): Promise<void> {
    this.#end(text);
    return Promise.resolve();
  }

  emit(event: AnyEvent): void {
    if (this.#ended || !this.#reports.has(event.kind)) return;
    // Put out by the network: the room is none of hers any more.
    if (event.kind === 'closed') this.#forget(event.conversation);
    this.#emit(event);
  }

  drop({ final, error }: { readonly final: boolean; readonly error?: BridgeError }): void {
    if (this.#ended) return;
    this.#end('Connection reset by peer');
    const event = { kind: 'disconnected', account: ONLY_ACCOUNT, final } as const;
    this.#emit(error === undefined ? event : { ...event, error });
  }

  #begin(account: Account): void {
    const { world } = this;
    world.sit(this, this.nick);
    this.emit({ kind: 'connected', account: account.key, nick: this.nick });
    this.emit({
      kind: 'told',
      account: account.key,
      text: words`Welcome to the echo network, ${this.nick}. Say !help in any room.`,
    });
    if (account.guest) return;
    world.contacts.add(this.id, BENVOLIO);
    const contacts = world.contacts.list(this.id);
    this.emit({ kind: 'listed', account: account.key, contacts, complete: true });
    for (const { conversation } of contacts) {
      this.emit({ kind: 'appeared', conversation, who: world.person(participantId(conversation)) });
    }
  }

  /** Leaves everything; the others are told, she is not. */
  #end(text = 'Farewell'): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const room of this.rooms) room.exit(this.id, { why: 'lost', text });
    this.rooms.clear();
    const who = { ...asParticipant(this), presence: { show: 'offline' } as const };
    for (const watcher of this.world.watchersOf(this.id)) {
      watcher.emit({ kind: 'appeared', conversation: conversationId(this.id), who });
    }
    this.world.rise(this);
    this.#onEnd();
  }

  #forget(id: string): void {
    for (const room of this.rooms) if (room.id === id) this.rooms.delete(room);
  }
}

function perform<K extends CommandKind>(me: Me, command: CommandOf<K>): Receipt | Promise<Receipt> {
  const one = (commands as { readonly [Kind in K]: PerformSome<K>[Kind] })[command.kind as K];
  return one(me, command);
}

/** @throws BridgeError where such an account is not let in. */
function whoIs(
  { guest, settings, wantedNick }: Account,
  world: World,
): { readonly id: ParticipantId; readonly nick: string } {
  if (!guest) {
    const { username, password } = credentials(settings);
    if (password === 'stale') throw new BridgeError('bad-credentials', words`The password is no longer right.`);
    const id = participantId(username);
    if (world.seat(id) !== undefined) throw new BridgeError('conflict', words`${username} is connected already.`);
    const nick = settings['nick'];
    const wanted = typeof nick === 'string' && nick !== '' ? nick : username;
    if (!isNick(wanted)) throw nickInvalid(wanted);
    return { id, nick: freeNick(wanted, id, world) };
  }
  const wanted = wantedNick ?? 'guest';
  const name = wanted.normalize('NFC').toLowerCase();
  if (!isNick(wanted) || !isName(name)) throw nickInvalid(wanted);
  const id = participantId(name);
  if (world.seat(id) !== undefined || !world.isNickFree(wanted, id)) throw nickTaken(wanted);
  return { id, nick: wanted };
}

function freeNick(wanted: string, id: ParticipantId, world: World): string {
  let nick = wanted;
  for (let at = 1; !world.isNickFree(nick, id); at++) nick = `${wanted}${'_'.repeat(at)}`;
  return nick;
}
