// A network whose every answer a test gives by hand: for tests of the bridge.

import type { Capabilities } from '../../src/model/capabilities.ts';
import { type AnyCommand, COMMAND_KINDS } from '../../src/model/commands.ts';
import { type Conversation, ONLINE, type Participant } from '../../src/model/conversation.ts';
import type { BridgeError } from '../../src/model/errors.ts';
import { type AnyEvent, EVENT_KINDS } from '../../src/model/events.ts';
import type { Answers } from '../../src/model/form.ts';
import {
  type AccountKey,
  accountKey,
  type ConversationId,
  conversationId,
  laneKey,
  messageId,
  participantId,
} from '../../src/model/ids.ts';
import type {
  Account,
  Attempt,
  CloseReason,
  Emit,
  Network,
  Place,
  Receipt,
  Session,
  SignInStep,
} from '../../src/model/network.ts';
import type { AnswerTo, AnyQuery, QueryKind, QueryOf } from '../../src/model/queries.ts';

export const EVERYTHING: Capabilities = {
  accepts: COMMAND_KINDS,
  reports: EVENT_KINDS,
  answers: ['directory', 'preview'],
  text: { max: 1_000, unit: 'characters', lines: 'many', styles: ['strong'] },
  replies: true,
};

/** One command that the network was sent. */
export interface Sent {
  readonly command: AnyCommand;
  readonly attempt: Attempt | undefined;
  accept(...ids: readonly string[]): Promise<void>;
  answer(receipt: Receipt): Promise<void>;
  refuse(error: unknown): Promise<void>;
}

/** Lets what follows from a settled promise happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export class ScriptedSession implements Session {
  readonly account: Account;
  readonly emit: Emit;
  readonly sent: Sent[] = [];
  readonly closed: CloseReason[] = [];
  /** While set, `close` takes until it resolves. */
  closing: Promise<void> | undefined;
  /** While set, it answers all questions. */
  answer: ((query: AnyQuery) => Promise<unknown>) | undefined;
  adopt?: (account: Account) => boolean;
  find?: (command: AnyCommand, since: Date) => Promise<readonly Receipt[]>;

  constructor(account: Account, emit: Emit) {
    this.account = account;
    this.emit = emit;
  }

  send(command: AnyCommand, attempt?: Attempt): Promise<Receipt> {
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>();
    const answer = (receipt: Receipt): Promise<void> => {
      resolve(receipt);
      return settled();
    };
    this.sent.push({
      command,
      attempt,
      answer,
      accept: (...ids) => answer({ ids: ids.map(messageId), outcome: 'accepted' }),
      refuse: (error) => {
        reject(error);
        return settled();
      },
    });
    return promise;
  }

  ask<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>> {
    if (this.answer !== undefined) return this.answer(query as AnyQuery) as Promise<AnswerTo<K>>;
    return Promise.resolve({ name: `asked for ${query.kind}`, entries: [] } as unknown as AnswerTo<K>);
  }

  async close(reason: CloseReason): Promise<void> {
    this.closed.push(reason);
    await this.closing;
  }

  /** The kinds that were sent, in order. */
  get kinds(): readonly string[] {
    return this.sent.map(({ command }) => command.kind);
  }
  /** The last command that was sent. */
  get last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }

  /** Answers the join as a network does: the snapshot, then the receipt. */
  async open(id: ConversationId, ...nicks: readonly string[]): Promise<Conversation> {
    const snapshot = conversationWith(id, ...nicks);
    const join = this.sent.findLast(({ command }) => command.kind === 'join' && command.conversation === id);
    this.emit({ kind: 'opened', conversation: id, snapshot });
    await join?.accept();
    return snapshot;
  }

  cut(final = false, error?: BridgeError): void {
    const event = { kind: 'disconnected', account: this.account.key, final } as const;
    this.emit(error === undefined ? event : { ...event, error });
  }
}

export interface Opening {
  readonly account: Account;
  readonly signal: AbortSignal;
  emit(event: AnyEvent): void;
  succeed(): Promise<ScriptedSession>;
  fail(error: unknown): Promise<void>;
}

export class ScriptedNetwork implements Network {
  readonly title = 'Scripted';
  readonly identity = 'scripted';
  capabilities: Capabilities = EVERYTHING;
  readonly signInForm = [
    { name: 'server', label: 'Server', type: 'text', required: true },
    { name: 'password', label: 'Password', type: 'secret' },
  ] as const;
  readonly preferences = [
    { name: 'stayConnected', label: 'Stay connected', type: 'boolean', default: false },
    { name: 'stayJoined', label: 'Stay joined', type: 'boolean', default: false },
    { name: 'motto', label: 'Motto', type: 'text' },
  ] as const;
  delivery: 'durable' | 'live' = 'live';
  idempotent?: true;
  /** What its sessions find that looks like a command; without it they can't look. */
  find: ((since: Date) => readonly Receipt[]) | undefined;
  guests = true;
  readonly prompt = { help: 'Who?', label: 'Name', person: 'benvolio', room: '#verona' };
  readonly openings: Opening[] = [];
  /** Answers that the network was asked to check. */
  readonly signIns: Answers[] = [];
  nextStep: ((answers: Answers) => SignInStep | Promise<SignInStep>) | undefined;

  parse(text: string): Place {
    return this.placeOf(conversationId(text));
  }
  placeOf(id: ConversationId): Place {
    return { conversation: id, kind: id.startsWith('#') ? 'group' : 'direct', uri: `scripted:${id}` };
  }
  directOf(): ConversationId | undefined {
    return undefined;
  }
  /** `#room@b` belongs to the account `b`; without the sign to the account `a`. */
  accountOf(id: ConversationId): AccountKey {
    return accountKey(id.split('@')[1] ?? 'a');
  }
  laneOf(command: AnyCommand) {
    return laneKey('conversation' in command ? command.conversation : '');
  }
  accountFor(answers: Answers): AccountKey | undefined {
    const server = answers['server'];
    return typeof server === 'string' ? accountKey(server) : undefined;
  }
  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }

  async signIn(answers: Answers): Promise<SignInStep> {
    this.signIns.push(answers);
    if (this.nextStep !== undefined) return await this.nextStep(answers);
    return this.done(answers);
  }
  done(settings: Answers): SignInStep {
    const server = typeof settings['server'] === 'string' ? settings['server'] : '';
    return { kind: 'done', account: accountKey(server), settings, title: `on ${server}` };
  }

  openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<Session> {
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    this.openings.push({
      account,
      signal,
      emit,
      succeed: async () => {
        const session = new ScriptedSession(account, emit);
        const { find } = this;
        if (find !== undefined) session.find = (_command, since) => Promise.resolve(find(since));
        resolve(session);
        await settled();
        return session;
      },
      fail: (error) => {
        reject(error);
        return settled();
      },
    });
    return promise;
  }
  /** The last attempt to connect. */
  get opening(): Opening {
    const opening = this.openings.at(-1);
    if (opening === undefined) throw new Error('nobody connected');
    return opening;
  }
}

export function personCalled(nick: string): Participant {
  return { id: participantId(nick), nick, rank: 'member', presence: ONLINE };
}

/** With the user as `romeo` in it. */
export function conversationWith(id: ConversationId, ...nicks: readonly string[]): Conversation {
  const people = ['romeo', ...nicks].map(personCalled);
  return {
    id,
    kind: 'group',
    name: id,
    self: participantId('romeo'),
    participants: new Map(people.map((one) => [one.id, one])),
  };
}
