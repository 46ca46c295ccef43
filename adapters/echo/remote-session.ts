// One account's session with an echo server: commands in, receipts back, events out.

import { randomUUID } from 'node:crypto';
import type { CommandOf, HistoryLimits } from '../../src/model/commands.ts';
import type { Message } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { type ConversationId, conversationId, messageId, participantId } from '../../src/model/ids.ts';
import type { Account, Attempt, CloseReason, Emit, Host, Receipt, Session } from '../../src/model/network.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import type { REMOTE_COMMANDS } from './abilities.ts';
import { closed, errorNamed, notJoined } from './errors.ts';
import { Inflow } from './remote-inflow.ts';
import { list, messageIn, personIn, RemoteRoom, topicIn } from './remote-room.ts';
import { asFields, type Fields, type ServerAddress, text, Wire } from './remote-wire.ts';
import { credentials } from './sign-in.ts';

export type RemoteKind = (typeof REMOTE_COMMANDS)[number];

export interface RemoteParts {
  readonly server: ServerAddress;
  readonly account: Account;
  readonly emit: Emit;
  readonly host: Host;
  readonly durable: boolean;
}

const DONE: Receipt = { ids: [], outcome: 'accepted' };
const DEFAULT_HISTORY = 20;
const MOST_HISTORY = 500;

export class RemoteSession implements Session<RemoteKind> {
  readonly #parts: RemoteParts;
  readonly #rooms = new Map<ConversationId, RemoteRoom>();
  readonly #inflow: Inflow;
  readonly #self: string;
  #wire: Wire | undefined;
  #ended = false;
  #stopPressure: () => void = () => {};

  private constructor(parts: RemoteParts, self: string) {
    const { host, account, durable } = parts;
    this.#parts = parts;
    this.#self = self;
    this.#inflow = new Inflow({
      keep: durable ? (kept) => host.keep(account, kept) : undefined,
      emit: (event) => this.#emit(event),
      acknowledge: (upTo) => this.#wire?.tell({ ack: upTo }),
      log: host.log,
    });
  }

  /** @throws BridgeError by rejection when it is not let in. */
  static async open(parts: RemoteParts, signal: AbortSignal): Promise<RemoteSession> {
    const { username, password } = credentials(parts.account.settings);
    const session = new RemoteSession(parts, username);
    const { clock, pressure } = parts.host;
    const early: Fields[] = [];
    let take = (fields: Fields): unknown => early.push(fields);
    const wire = await Wire.open(parts.server, clock, signal, {
      onFields: (fields) => take(fields),
      onLost: (error) => session.#lost(error),
    });
    session.#wire = wire;
    try {
      const answer = await wire.request('login', { do: 'login', as: username, password }, asIs);
      if (signal.aborted) throw new BridgeError('timeout', words`Signing in was given up.`);
      session.#begin(answer);
    } catch (error) {
      session.#ended = true;
      wire.close();
      throw error;
    }
    take = (fields) => session.#hear(fields);
    for (const fields of early) session.#hear(fields);
    session.#stopPressure = pressure.onChange((paused) => wire.pause(paused));
    return session;
  }

  /** The attempt names the command when it is repeated: the server performs it once. */
  send(command: CommandOf<RemoteKind>, attempt?: Attempt): Promise<Receipt> {
    if (this.#ended || this.#wire === undefined) return Promise.reject(closed());
    return perform(this, command, attempt?.id ?? randomUUID());
  }

  /** @throws BridgeError by rejection. */
  async ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    if (query.kind !== 'history') throw new BridgeError('unsupported', words`The echo server can't tell that.`);
    const { conversation, before, after, limit } = query as QueryOf<'history'>;
    const wanted = { room: conversation, before, after, most: limit };
    const answer = await this.request(randomUUID(), { do: 'history', ...wanted }, (fields) => ({
      messages: this.#messagesIn(fields, this.#rooms.get(conversation)),
      complete: fields['complete'] === true,
    }));
    return answer as AnswerTo<'history'> as AnswerTo<K>;
  }

  request<T>(txn: string, fields: Fields, read: (answer: Fields) => T): Promise<T> {
    return this.#wire?.request(txn, fields, read) ?? Promise.reject(closed());
  }

  room(id: ConversationId): RemoteRoom | undefined {
    return this.#rooms.get(id);
  }

  opened(answer: Fields): void {
    const snapshot = new RemoteRoom(answer);
    this.#rooms.set(snapshot.id, snapshot);
    const history = this.#messagesIn(answer, snapshot);
    this.#emit({ kind: 'opened', conversation: snapshot.id, snapshot, history });
  }

  forget(id: ConversationId): void {
    this.#rooms.delete(id);
  }

  async close(reason: CloseReason): Promise<void> {
    if (this.#ended) return;
    this.#end();
    // Who is only away for a restart stays in her rooms, and what is said there is kept for her.
    if (reason !== 'shutdown') await this.#wire?.request('logout', { do: 'logout' }, asIs).catch(() => undefined);
    this.#wire?.close();
  }

  #messagesIn(answer: Fields, room: RemoteRoom | undefined): readonly Message[] {
    return list(answer['history']).map((one) => messageIn(one, text(one['id']), room, this.#self));
  }

  /** Rooms that she is in already are opened when somebody wants to be in them, with the history that is asked for then. */
  #begin(answer: Fields): void {
    const { account } = this.#parts;
    this.#emit({ kind: 'connected', account: account.key, nick: text(answer['nick']) });
  }

  #hear(fields: Fields): void {
    if (this.#ended) return;
    const { event: n, id } = fields;
    if (typeof n === 'number') this.#inflow.take({ n, id: text(id), event: this.#eventIn(fields) });
    else this.#notice(fields);
  }

  /** What is kept for her until she has it. */
  #eventIn(fields: Fields): AnyEvent | undefined {
    const conversation = conversationId(text(fields['in']));
    const message = text(fields['message']);
    switch (fields['what']) {
      case 'said':
        return {
          kind: 'said',
          conversation,
          message: messageIn(fields, message, this.#rooms.get(conversation), this.#self),
        };
      case 'delivered':
        return {
          kind: 'delivered',
          conversation,
          upTo: messageId(message),
          by: personIn({ id: fields['by'] }),
        };
      case 'failed': {
        const error = errorNamed(text(fields['code']), text(fields['text']));
        return { kind: 'failed', conversation, target: messageId(message), error };
      }
      default:
        return undefined;
    }
  }

  /** What passes. */
  #notice(fields: Fields): void {
    const room = this.#rooms.get(conversationId(text(fields['in'])));
    if (room === undefined) return;
    const who = personIn(asFields(fields['who']) ?? {});
    const conversation = room.id;
    switch (fields['now']) {
      case 'joined':
        room.participants.set(who.id, who);
        return this.#emit({ kind: 'joined', conversation, who });
      case 'left': {
        const put = fields['why'] === 'ejected';
        const how = put ? ({ why: 'ejected', by: text(fields['by']) } as const) : ({ why: 'left' } as const);
        const gone = room.participants.get(who.id) ?? who;
        room.participants.delete(who.id);
        return this.#emit({ kind: 'left', conversation, who: gone, ...how });
      }
      case 'changed':
        return this.#changed(room, personIn(asFields(fields['person']) ?? {}));
      case 'topic':
        room.topic = topicIn(fields);
        return this.#emit({ kind: 'topicSet', conversation, topic: room.topic });
      case 'closed':
        this.#rooms.delete(conversation);
        return this.#emit({ kind: 'closed', conversation, why: 'ejected', by: text(fields['by']) });
      default:
    }
  }

  #changed(room: RemoteRoom, now: ReturnType<typeof personIn>): void {
    const before = room.participants.get(now.id);
    if (before === undefined) return;
    room.participants.set(now.id, now);
    this.#emit({ kind: 'changed', conversation: room.id, before, now });
  }

  #emit(event: AnyEvent): void {
    if (!this.#ended) this.#parts.emit(event);
  }

  #lost(error: BridgeError): void {
    if (this.#ended) return;
    this.#end();
    this.#parts.emit({ kind: 'disconnected', account: this.#parts.account.key, error, final: false });
  }

  #end(): void {
    this.#ended = true;
    this.#inflow.close();
    this.#stopPressure();
  }
}

const asIs = (answer: Fields): Fields => answer;
const done = (): Receipt => DONE;

/** Written to the wire before it returns. */
function perform(session: RemoteSession, command: CommandOf<RemoteKind>, txn: string): Promise<Receipt> {
  const ask = (fields: Fields, read: (answer: Fields) => Receipt = done): Promise<Receipt> =>
    session.request(txn, fields, read);
  switch (command.kind) {
    case 'say': {
      const { conversation: to, body } = command;
      return ask({ do: 'say', to, text: body.text, kind: body.kind }, receiptOf);
    }
    case 'join': {
      const { conversation: room, password, history } = command;
      return ask({ do: 'join', room, ...(password !== undefined && { password }), ...limits(history) }, (answer) => {
        session.opened(answer);
        return DONE;
      });
    }
    case 'leave': {
      const { conversation: room, text: why } = command;
      return ask({ do: 'leave', room, ...(why !== undefined && { text: why }) }, () => {
        session.forget(room);
        return DONE;
      });
    }
    case 'setTopic':
      return ask({ do: 'topic', room: command.conversation, text: command.text });
    case 'setNick':
      return ask({ do: 'nick', nick: command.nick });
    case 'eject': {
      const { conversation: room, who } = command;
      if (session.room(room)?.participants.has(participantId(who)) !== true) return Promise.reject(notJoined());
      return ask({ do: 'eject', room, who });
    }
    default:
      return Promise.reject(unsupported(command));
  }
}

function unsupported(_command: never): BridgeError {
  return new BridgeError('unsupported', words`The echo server can't do that.`);
}

/** The server's own id and time; the time is told only where it is not now. */
function receiptOf(answer: Fields): Receipt {
  return { ids: [messageId(text(answer['id']))], outcome: 'accepted' };
}

function limits({ maxStanzas, maxChars, seconds, since }: HistoryLimits = {}): Fields {
  if (maxChars === 0) return { most: 0 };
  const from = Math.max(since?.getTime() ?? 0, seconds === undefined ? 0 : Date.now() - seconds * 1_000);
  const isOpen = maxStanzas === undefined && from === 0;
  return { most: isOpen ? DEFAULT_HISTORY : (maxStanzas ?? MOST_HISTORY), since: from };
}
