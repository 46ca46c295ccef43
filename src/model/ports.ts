// The doors between the layers: what the bridge asks of the XMPP side and of the world, and what it offers.

import type { Archive } from './archive.ts';
import type { Capabilities } from './capabilities.ts';
import type { AnyCommand } from './commands.ts';
import type { Body, Conversation, Presence } from './conversation.ts';
import type { BridgeError } from './errors.ts';
import type { AnyEvent } from './events.ts';
import type { Answers, Field } from './form.ts';
import type { AccountKey, ConversationId, MessageId, ParticipantId, ResourceId, UserId } from './ids.ts';
import type { Invitations } from './invitations.ts';
import type { AnswerTo, Picture, QueryKind, QueryOf } from './queries.ts';
import type { Text } from './words.ts';

export interface Log {
  /** Compare before building an expensive text. */
  readonly debugging: boolean;
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}
export type LogFields = Readonly<Record<string, unknown>>;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Runs `task` once, `delayMs` from now, unless the returned function is called first. */
  after(delayMs: number, task: () => void): () => void;
}

export interface KeyValue {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<readonly (readonly [key: string, value: string])[]>;
}

/** Who asked for a command, and how to tell her. */
export interface Origin {
  readonly resource: ResourceId;
  /** Her own id for it; reflections and errors carry it. */
  readonly id?: string;
  /** Another name that she gave to what she says; reflections carry it too (XEP-0359). */
  readonly alias?: string;
  /** BCP 47, for texts in reply. */
  readonly lang?: string;
  /** She does not want it to be kept anywhere (XEP-0334). */
  readonly isNotKept?: true;
  /** The address that she used, as she wrote it; meaningless to the bridge, errors come from it. */
  readonly addressed?: string;
  /** Where given it hears the outcome instead of the presenter, exactly once. */
  settle?(error: BridgeError | undefined): void;
  /** Where given it hears what the network answered, before `settle`. */
  answered?(body: Body): void;
}

/** One event on its way to one user. */
export interface Delivery<Event extends AnyEvent = AnyEvent> {
  readonly user: UserId;
  readonly event: Event;
  /** As it is after the event; undefined for direct conversations that hold no state. */
  readonly conversation: Conversation | undefined;
  /** The joined clients it is for; empty: the user's bare address. */
  readonly to: readonly ResourceId[];
  /** Of a big room that is shown in part: who is shown of it (MUC-18). Left out: everybody. */
  readonly listed?: ReadonlySet<ParticipantId>;
  /** Set where the event is the user's own doing. */
  readonly origin?: Origin;
  /** Its id in the archive, where neither the network has one for it nor the message that it is. */
  readonly archived?: string;
  /** Called once, when the XMPP server has read all that came of it: it need not be kept any longer. */
  confirmed?(): void;
}

/** What the bridge asks of the XMPP side. Never throws, never waits. */
export interface Presenter {
  present(delivery: Delivery): void;
  /** A command that was not performed. */
  refuse(user: UserId, command: AnyCommand, origin: Origin, error: BridgeError): void;
  /** She is in a room on the network that no client of hers has asked for. */
  roomFound(user: UserId, room: ConversationId): void;
  /** The state of a user's account, for the presence of the gateway. */
  accountState(user: UserId, state: AccountState): void;
}

export interface AccountState {
  readonly account: AccountKey;
  readonly state: 'connecting' | 'online' | 'offline' | 'waiting' | 'failed';
  readonly nick?: string;
  /** Why it is so; of `connecting` why it was so before, where it has been tried in vain. */
  readonly error?: BridgeError;
  /** Of `waiting`: how long from its beginning to the next try. */
  readonly retryAfterMs?: number;
}

/** What the bridge offers to the XMPP side. All synchronous but `ask`. */
export interface Bridge {
  /** Never throws: a refusal goes to `origin.settle`, else to `Presenter.refuse`. */
  submit(user: UserId, command: AnyCommand, origin: Origin): void;
  readonly archive: Archive;
  readonly invitations: Invitations;
  /** Open group conversations, as this user sees them. */
  conversation(user: UserId, id: ConversationId): Conversation | undefined;
  /** Clients of this user that are in the conversation, those still joining included. */
  joined(user: UserId, id: ConversationId): readonly ResourceId[];
  /** Every client that is in a room, once. */
  joinedClients(): Iterable<ResourceId>;
  capabilities(user: UserId, id: ConversationId): Capabilities;
  /**
   * A client's broadcast or directed availability; `offline` is the end of it. What it tells a room counts as long as it is in one, where it
   * tells the gateway nothing.
   */
  clientPresence(resource: ResourceId, presence: Presence, priority: number, told?: 'gateway' | 'room'): void;
  /** The client is gone: its join of that room ends, without a word to it; or every join of it, of which it is told should it be there. */
  clientGone(resource: ResourceId, from?: ConversationId): void;
  accountStates(user: UserId): readonly AccountState[];
  /** @throws BridgeError by rejection. */
  ask<K extends QueryKind>(user: UserId, query: QueryOf<K>): Promise<AnswerTo<K>>;
}

/** Accounts as registration sees them (XEP-0077, XEP-0050). */
export interface AccountDesk {
  readonly form: readonly Field[];
  /** As it is shown to her. @throws BridgeError `full`. */
  formFor(user: UserId): readonly Field[];
  /** A user's accounts, secrets left out. */
  accounts(user: UserId): readonly AccountSummary[];
  /**
   * Signs up or changes. `dialog` leads through further steps where the network has any; without it these are `unsupported`.
   * @throws BridgeError by rejection, with `field` where one is wrong; `timeout` once `signal` is aborted.
   */
  signUp(user: UserId, answers: Answers, signal: AbortSignal, dialog?: SignInDialog): Promise<AccountSummary>;
  /**
   * Deletes one or all of them. @returns what ends their sessions and deletes what else is kept of them, to be called once when she has
   * her answer (XEP-0100 4.3): rooms are closed before it returns, and it resolves when the network has let go.
   * @throws BridgeError by rejection: `not-registered`.
   */
  remove(user: UserId, account?: AccountKey): Promise<() => Promise<void>>;
  /** What may be set of an account without signing in anew. */
  readonly preferences: readonly Field[];
  /** @throws BridgeError by rejection: `not-registered`, `malformed` with `field`. */
  prefer(user: UserId, account: AccountKey, answers: Answers): Promise<AccountSummary>;
  /** The same of one room; none where the network has no rooms. @throws BridgeError `not-registered`. */
  roomPreferences(user: UserId, room: ConversationId): readonly Field[];
  /** As they are. @throws BridgeError `not-registered`: they stand with an account. */
  roomSettings(user: UserId, room: ConversationId): Answers;
  /** @throws BridgeError by rejection: `not-registered`, `malformed` with `field`. */
  preferInRoom(user: UserId, room: ConversationId, answers: Answers): Promise<void>;
  /** BCP 47, as she has set it: for a room, else for an account. Undefined: her clients say. */
  language(user: UserId, room?: ConversationId): string | undefined;
  /** Signs in to all her accounts, as far as she is not. */
  connect(user: UserId): void;
}
/** The person who signs in, where it takes more than one form. */
export interface SignInDialog {
  /** Resolves with her answers; never, if she gives none: the signal ends that. `wrong`: what was so in her last ones to the same. */
  ask(fields: readonly Field[], text: Text, wrong?: BridgeError): Promise<Answers>;
  /** Something to be done elsewhere: a link to open, a code to type or a picture to scan there. */
  show(text: Text, picture?: Picture): void;
}
export interface AccountSummary {
  readonly key: AccountKey;
  readonly title: string;
  readonly settings: Answers;
  /** It is connected anew, for what was just changed. */
  readonly reconnects?: true;
}

/** What a message id of one side is on the other. Bounded. */
export interface MessageIds {
  remember(user: UserId, conversation: ConversationId, xmppId: string, ids: readonly MessageId[]): void;
  network(user: UserId, conversation: ConversationId, xmppId: string): readonly MessageId[] | undefined;
  xmpp(user: UserId, conversation: ConversationId, id: MessageId): string | undefined;
}

/** What is between a user and one of our addresses (RFC 6121 3), seen from our side. */
export interface Subscription {
  /** `from`: the user gets our presence; `to`: we get hers. */
  readonly state: 'none' | 'from' | 'to' | 'both';
  /** We asked for her presence and have no answer yet. */
  readonly asked?: boolean;
  /** She refused us, so we do not ask again. */
  readonly refused?: boolean;
  /** She let us have it, and took it back: we ask again only once she has left as well and comes anew. */
  readonly withdrawn?: boolean;
  /** She asked for our presence, and the person on the network has not answered yet. */
  readonly pending?: boolean;
  /** A person on the network asked for her, and has not got her answer yet. */
  readonly wanted?: boolean;
  /** It is on the network's list of contacts, and this is how her roster was offered it. */
  readonly offered?: { readonly name?: string; readonly groups?: readonly string[] };
  /** A client of hers has taken the offer, so it may stand in her roster without any subscription. */
  readonly taken?: boolean;
}

/** Subscriptions of the users of one gateway: read from memory, written behind. The contact is a localpart; empty: the gateway. */
export interface SubscriptionBook {
  of(user: UserId): ReadonlyMap<string, Subscription>;
  users(): Iterable<UserId>;
  set(user: UserId, local: string, subscription: Subscription | undefined): void;
  removeAll(user: UserId): void;
}

/** The values of a form's fields, as they were typed. */
export type Typed = Readonly<Record<string, readonly string[]>>;

/** Forms that somebody is in the middle of. */
export interface OpenForm {
  readonly user: UserId;
  readonly resource: ResourceId;
  /** What the forms are for. */
  readonly purpose: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** What was submitted, one for each step. */
  readonly steps: readonly Typed[];
  /** What was typed into the first form, where that has to be submitted once more. */
  readonly draft?: Typed;
  /** What one may do with the form that is shown now, beside going back (XEP-0050 3.4). */
  readonly action?: 'next' | 'complete';
  /** It has nothing to fill in. */
  readonly isBlank?: boolean;
}

/** The half-finished forms of one gateway. They outlive the process; they are bounded, and the oldest go first. */
export interface OpenForms {
  /** For a while also one whose time is over: see `expires`. */
  get(id: string): OpenForm | undefined;
  /** Never rejects. Resolves when it is safe, or lives only as long as the process since it can't be kept. */
  put(id: string, form: OpenForm): Promise<void>;
  delete(id: string): Promise<void>;
}

/** A command that could not be performed within its limits, or an event that nobody could read. */
export interface DeadLetter {
  readonly id: string;
  readonly what: 'command' | 'event';
  readonly user: string;
  /** Why, as the person was told. */
  readonly reason: Text;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly lane?: string;
  /** As it lay in the outbox or inbox. */
  readonly value: string;
}

/** What could not be delivered, of one gateway. Each rejects with a BridgeError where the store can't be reached. */
export interface DeadLetterDesk {
  /** Oldest first. */
  list(): Promise<readonly DeadLetter[]>;
  get(id: string): Promise<DeadLetter | undefined>;
  /** Tries a command once more, at once and with its time beginning anew. @returns false for what is none, or is not there. */
  replay(id: string): Promise<boolean>;
  drop(id: string): Promise<void>;
}
