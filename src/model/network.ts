// The contract between the bridge and an adapter. An adapter sees the model and nothing else: no XMPP, no store, no other network.

import type { Capabilities } from './capabilities.ts';
import type { AnyCommand, CommandKind, CommandOf } from './commands.ts';
import type { Body } from './conversation.ts';
import type { AnyEvent } from './events.ts';
import type { Answers, ConfigField, Field } from './form.ts';
import type { AccountKey, ConversationId, LaneKey, MessageId, ParticipantId, UserId } from './ids.ts';
import type { Clock, KeyValue, Log } from './ports.ts';
import type { AnswerTo, AnyQuery, Picture, QueryKind, QueryOf } from './queries.ts';
import type { Text } from './words.ts';

/** What an adapter's package exports as `adapter`; loaded only when a gateway uses it. */
export interface Adapter {
  /** The operator's block of the config; the config turns it into the schema and checks it before `create`. */
  readonly settings: readonly ConfigField[];
  /** @throws BridgeError `malformed` with `field` when the settings contradict each other. */
  create(settings: Answers): Network;
  /**
   * What the operator may have asked of the network before anything is started, or beside what runs: one for each service that the
   * settings name. @throws BridgeError as `create`.
   */
  probes?(settings: Answers): readonly Probe[];
}

/** A question whether a service can be reached and takes what the settings say. */
export interface Probe {
  /** Who is asked: a name or an address, no secret. */
  readonly about: string;
  /** For the operator where it fails, one or more lines: which settings these are, and where one finds what they should be. */
  readonly remedy: string;
  /**
   * Changes nothing there. Aborting `signal` gives up at once. @returns what it answers, in a few words.
   * @throws BridgeError by rejection: `network-down`, `timeout`, `host-unknown` where it can't be reached, any other where it refuses.
   */
  ask(signal: AbortSignal): Promise<string>;
}

/** An address as the network understands it. */
export interface Place {
  readonly conversation: ConversationId;
  /** `server`: the contact that stands for an IRC server. */
  readonly kind: 'direct' | 'group' | 'server';
  /** Canonical URI (`irc:`, `tel:`, `matrix:`), in the style of RFC 3922. */
  readonly uri: string;
  /** Why nobody gets there from this gateway, with whatever account: on a server that its operator does not allow. */
  readonly unserved?: Text;
}

/** What the prompt of XEP-0100 asks for: a sentence, and a label for the field; and how a person and a room are written, as examples. */
export interface Prompt {
  readonly help: Text;
  readonly label: Text;
  readonly person: string;
  /** Where there are rooms. */
  readonly room?: string;
}

export interface Network<Kind extends CommandKind = CommandKind> {
  /** What people call it: `IRC`, `SMS`. */
  readonly title: string;
  /** XEP-0100 gateway type in disco: `irc`, `sms`, `matrix`. */
  readonly identity: string;
  /** Type of the disco category `conference`, where the network has rooms: `irc` or `text`. */
  readonly roomService?: 'irc' | 'text';
  /** It is called from outside: nothing works without `http.public.url`. */
  readonly needsPublicUrl?: true;
  readonly capabilities: Capabilities<Kind>;
  /** It is no more, for good: what became of it, and when. */
  readonly gone?: Text;
  /** Over that form, in a sentence or two: what has to be filled in, since not every client shows the help of fields. */
  readonly signInHelp?: Text;
  /** Over the form of one who has an account: how another is added beside it. Left out: there is no other. */
  readonly anotherAccount?: Text;
  /** What linking an account asks for; answers are checked against this. */
  readonly signInForm: readonly Field[];
  /**
   * The same fields as they are shown to one user, where that differs (which numbers are free).
   * @throws BridgeError `full` where nobody else can be taken in.
   */
  signInFormFor?(user: UserId): readonly Field[];
  /** What an account holder may set; answers stand beside the sign-in answers. */
  readonly preferences: readonly Field[];
  /** `durable`: commands and events survive a kill. `live`: nothing touches the disk. */
  readonly delivery: 'durable' | 'live';
  /** Of durable ones: a command that is sent again with the same `Attempt.id` is performed once and answered as the first time. */
  readonly idempotent?: true;
  /** Without an account people may join and talk (IRC). */
  readonly guests: boolean;
  readonly prompt: Prompt;
  /**
   * Pure. Any written form or URI that a person might type; `asker`, who typed it, may have accounts that say how it is meant.
   * @throws BridgeError `malformed` with a text that says what is expected, and how what might mean several things is to be written.
   */
  parse(text: string, asker?: UserId): Place;
  /** Pure. The place of an id that came back from an address; undefined if no such id can exist on this network. */
  placeOf(conversation: ConversationId): Place | undefined;
  /** Pure. Whether the network names messages so. Clients may then refer to all they were shown, however long ago. */
  isMessageId?(name: string): boolean;
  /** Pure. The direct conversation with somebody met in a group. */
  directOf(participant: ParticipantId): ConversationId | undefined;
  /**
   * Pure. Whom such an id means that nobody in the room has: somebody who is not there, or all whom a pattern fits. They can be
   * banned, with `setRank`, and let in again. Left out: only who is in a room can be banned.
   */
  outsider?(room: ConversationId, id: ConversationId): ParticipantId | undefined;
  /** Pure. Why nobody can be called so there, in a sentence; undefined: one can. Left out: all that can be seen will do. */
  nickProblem?(nick: string): Text | undefined;
  /** Pure. */
  accountOf(conversation: ConversationId): AccountKey;
  /** Pure. */
  laneOf(command: AnyCommand): LaneKey;
  start(host: Host): Promise<void>;
  stop(): Promise<void>;
  /**
   * Checks sign-in answers with the network.
   * @throws BridgeError `bad-credentials`, `malformed` (with `field`), `host-unknown`, `network-down`, `timeout`, `conflict`.
   */
  signIn(answers: Answers, signal: AbortSignal, user: UserId): Promise<SignInStep>;
  /**
   * Pure. The account that such answers are about, before the network is asked: a secret left empty is then taken from that account
   * alone. Undefined, or left out: only signing in can tell.
   */
  accountFor?(answers: Answers): AccountKey | undefined;
  /** Pure. What an account is under another `nick` of its sign-in form. Left out: it signs in anew for that. */
  renamed?(account: AccountKey, settings: Answers, nick: string): Extract<SignInStep, { kind: 'done' }>;
  /** After an account was deleted, with its session or without one: what the network was told of it is taken back. Never rejects. */
  forget?(account: Account): Promise<void>;
  /**
   * Connects one account; resolves when the network has let it in. `emit` may be called from then on, and during the call, until
   * `close` returns; it never throws and never waits.
   * @throws BridgeError when it was not let in; aborting `signal` gives up at once.
   */
  openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<Session<Kind>>;
}

export type SignInStep =
  | { readonly kind: 'done'; readonly account: AccountKey; readonly settings: Answers; readonly title: string }
  | {
      readonly kind: 'ask';
      readonly fields: readonly Field[];
      readonly text: Text;
      /** @throws BridgeError by rejection; with one of these fields as its `field` she is asked again, and this is called again. */
      next(answers: Answers, signal: AbortSignal): Promise<SignInStep>;
    }
  | {
      readonly kind: 'wait';
      readonly show: Text;
      /** Of the same, for another device to scan; not every client shows it. */
      readonly picture?: Picture;
      readonly done: Promise<SignInStep>;
    };

/** A user's binding on a gateway, secrets in the clear: only ever in memory. A guest has none of her own settings. */
export interface Account {
  readonly user: UserId;
  readonly key: AccountKey;
  readonly settings: Answers;
  readonly guest: boolean;
  /** What she has called herself since, or a guest's first join asked to be called; counts more than any setting. */
  readonly wantedNick?: string;
}

export type Emit = (event: AnyEvent) => void;

export interface Receipt {
  /** In order; several when the text was cut. Empty when the command made no message. */
  readonly ids: readonly MessageId[];
  readonly at?: Date;
  /** `unknown`: sent, and the network has neither confirmed nor refused it in time. */
  readonly outcome: 'accepted' | 'unknown';
  /** What really went out, where that differs. */
  readonly body?: Body;
}

/** One try to have a command of a durable network performed. */
export interface Attempt {
  /** The same for every try of one command, also after a restart, and for no other: the network's transaction id. */
  readonly id: string;
  /** No try before this one can have reached the network. */
  readonly first: boolean;
  /** Left out where the command went out whole. */
  readonly part?: Part;
}

/** One of the pieces of a message that was too long for the network. */
export interface Part {
  /** The same for all of them, and for no other message. */
  readonly message: string;
  /** How many there are. */
  readonly of: number;
}

/** Of a durable network's events; `id` is the network's own, once for each account. */
export interface KeptEvent {
  readonly id: string;
  readonly event: AnyEvent;
}

export interface Session<Kind extends CommandKind = CommandKind> {
  /** Narrowed to one conversation; else the network's. */
  capabilitiesOf?(conversation: ConversationId): Capabilities<Kind>;
  /**
   * Called in order, without waiting for the promise before. Sending itself is synchronous; the receipt comes later. At most 64 are
   * under way per lane. For `join` the receipt comes with or after `opened`. What she says, edits, retracts, moderates or reacts here is
   * not emitted (the bridge makes it of the receipt), nor is `closed` after her `leave`; these come only when she did it elsewhere. What
   * changes the conversation (`changed` by `setNick`, `topicSet`, ...) is emitted to her too, before the receipt.
   * Durable networks are given the `attempt` too.
   * @throws BridgeError by rejection: the network refused, or can't be reached. `timeout` and `network-down`: it may have been performed.
   */
  send(command: CommandOf<Kind>, attempt?: Attempt): Promise<Receipt>;
  /**
   * Of durable networks that are not `idempotent`: all that the network has taken since then and that looks like this command, the bridge
   * knows which of it was something else. Without it a command of unknown outcome is not sent again.
   * @throws BridgeError by rejection.
   */
  find?(command: CommandOf<Kind>, since: Date, part?: Part): Promise<readonly Receipt[]>;
  /** @throws BridgeError by rejection. */
  ask?<K extends QueryKind>(query: QueryOf<K>): Promise<AnswerTo<K>>;
  /**
   * Her account is set otherwise now. Sees to it that all of it counts from here on, where that needs no other session; what she is called
   * is as `wantedNick` and the settings say. Never throws. @returns false, or is left out, where it can't be: another session is opened
   * then, and she is in all her rooms again.
   */
  adopt?(account: Account): boolean;
  /** `paused`: the user went away. `removed`: the account was deleted, so forget everything at the network too. No event after it returns. */
  close(reason: CloseReason, text?: string): Promise<void>;
}
export type CloseReason = 'paused' | 'removed' | 'shutdown';
export type { AnyQuery };

export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came, and the whole public URL that they were asked under. */
  readonly path: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}
export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
export interface FileSource {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
export interface FetchLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly mediaTypes?: readonly string[];
}
export interface FetchedFile {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly name?: string;
}

/** `paused`: the XMPP link is full; stop reading the network until `resumed`. */
export interface Pressure {
  readonly paused: boolean;
  onChange(listen: (paused: boolean) => void): () => void;
}

/** All that an adapter may reach, scoped to its gateway. */
export interface Host {
  /** Below the public listener's URL. @returns the URL that the world calls, undefined where the operator has not said it. */
  mount(path: string, handle: (request: HttpRequest) => Promise<HttpResponse>): string | undefined;
  /** @returns a signed, expiring media URL. */
  publish(file: FileSource): Promise<string>;
  /** Guarded against private addresses, redirects to them, size and time. */
  fetch(url: string, limits: FetchLimits): Promise<FetchedFile>;
  /**
   * The addresses of a host that a person typed, or that a stranger's server named: resolved once, so that they can't change behind the
   * check. At least one.
   * @throws BridgeError by rejection: `host-unknown` where it does not resolve or leads to a private network, `network-down`.
   */
  publicAddresses(host: string): Promise<readonly string[]>;
  /** Those of this gateway as they are now; none before it has started. */
  accounts(): readonly Account[];
  /** Gone with the account. */
  state(account?: { readonly user: UserId; readonly key: AccountKey }): KeyValue;
  /**
   * Of durable networks: resolves when the events are safe, in one write with the state and with their ids; one whose id was kept
   * before is dropped. Only then may they be acknowledged to the network. They are delivered from there, and not to be emitted. Snapshots
   * (`opened`) are not kept: they are made anew.
   * @throws BridgeError by rejection: nothing was kept, or nobody knows.
   */
  keep(
    account: { readonly user: UserId; readonly key: AccountKey },
    kept: readonly KeptEvent[],
    state?: Readonly<Record<string, string>>,
  ): Promise<void>;
  readonly pressure: Pressure;
  readonly log: Log;
  readonly clock: Clock;
}
