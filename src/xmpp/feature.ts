// What a feature is and what it may do. Features are values registered in features/index.ts; they never see each other.

import type { Administration } from '../model/administration.ts';
import type { CommandKind, CommandOf, ConversationCommandKind } from '../model/commands.ts';
import type { BridgeError } from '../model/errors.ts';
import type { EventKind, EventOf } from '../model/events.ts';
import type { ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { Network, Place } from '../model/network.ts';
import type {
  AccountDesk,
  AccountState,
  Bridge,
  Clock,
  DeadLetterDesk,
  Delivery,
  Log,
  MessageIds,
  OpenForms,
  Origin,
  SubscriptionBook,
} from '../model/ports.ts';
import { inEnglish, type Text } from '../model/words.ts';
import type { Occupants } from './occupants.ts';
import type { Element, Template } from './xml.ts';

/** The kinds of address that a gateway serves. */
export type Where = 'gateway' | 'contact' | 'room' | 'occupant';

/** One of our addresses, taken apart. */
export interface Address {
  readonly where: Where;
  /** As it was written. */
  readonly jid: string;
  readonly bare: string;
  readonly local: string;
  /** The nick of an occupant; else whatever stood behind the slash. */
  readonly resource: string;
  /** Where we would write the address in another way: that one (MAP-3). */
  readonly canonical: string | undefined;
  /** Undefined for the gateway. */
  readonly place: Place | undefined;
}

/** Who reads a text, and what she would like to read it in (BCP 47) where the stanza that is answered says so. */
export interface Recipient {
  readonly user: UserId;
  readonly lang?: string | undefined;
  /** What it is about: a room may have a language of its own. */
  readonly about?: ConversationId | undefined;
}
/** Texts in one language. */
export interface Translator {
  (text: Text): string;
  /** BCP 47. */
  readonly language: string;
}

/** A stanza that somebody sent to one of our addresses. */
export interface Inbound {
  readonly stanza: Element;
  readonly to: Address;
  readonly user: UserId;
  readonly from: ResourceId;
  readonly id: string | undefined;
  readonly type: string;
  readonly lang: string | undefined;
  /** Of the place. */
  readonly about: ConversationId | undefined;
  readonly admin: boolean;
}

/** A get or set, with its one payload element. */
export interface IqRequest extends Inbound {
  readonly payload: Element;
}
export interface IqReply {
  readonly payload?: Element;
  /** Runs once the reply is written, for what must come behind it (REG-6). */
  readonly after?: () => void;
}
export type IqHandler = (request: IqRequest) => IqReply | Promise<IqReply>;

/** A command in the making, out of a message; `none` says nothing. */
export type DraftKind = Extract<
  ConversationCommandKind,
  'say' | 'edit' | 'retract' | 'react' | 'type' | 'display' | 'setTopic' | 'invite' | 'decline'
>;
export type Draft =
  | { readonly [K in DraftKind]: Omit<CommandOf<K>, 'conversation'> }[DraftKind]
  | { readonly kind: 'none' };

/** Conditions of RFC 6120 8.3.3 with their type, for the answers that are the protocol's own and not a network's. */
export type StanzaErrorText = `${'auth' | 'cancel' | 'continue' | 'modify' | 'wait'}/${string}`;

/** Thrown by a handler: the router makes the reply of it. */
export class StanzaError extends Error {
  readonly text: Text;
  readonly error: StanzaErrorText;
  /** Application-specific condition (RFC 6120 8.3.4). */
  readonly detail: Element | undefined;
  constructor(error: StanzaErrorText, text: Text, detail?: Element) {
    super(inEnglish(text));
    this.text = text;
    this.name = 'StanzaError';
    this.error = error;
    this.detail = detail;
  }
}

/** What stands in disco for one address. */
export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: Text;
}
export interface DiscoItem {
  readonly jid: string;
  readonly name?: Text;
  readonly node?: string;
}
/** Extra parts of disco answers; `undefined` leaves the answer to others. */
export interface DiscoPart {
  identities?(request: Inbound): readonly Identity[];
  features?(request: Inbound): readonly string[];
  forms?(request: Inbound): readonly Element[];
  items?(request: Inbound, node: string | undefined): readonly DiscoItem[] | Promise<readonly DiscoItem[]>;
  /** Answers disco#info on a node of its own. */
  node?(
    request: Inbound,
    node: string,
  ):
    | {
        readonly identities: readonly Identity[];
        readonly features: readonly string[];
        readonly forms?: readonly Element[];
      }
    | undefined;
}

/** `spooled`: to a bare address, sent again after a cut link. `room`: to joined clients. `state`: made anew instead. */
export type StanzaClass = 'spooled' | 'room' | 'state';

/** An ad-hoc command (XEP-0050), with a form at each step where it has any. */
export interface CommandDefinition {
  /** Stable. */
  readonly node: string;
  readonly name: Text;
  /** Left out: the gateway alone. */
  readonly where?: readonly Where[];
  /** Who may see and run it now. */
  available(request: Inbound): boolean;
  /** What she needs for it, where she may not run it now. */
  readonly needs?: Text;
  /** She may run it though the operator has blocked her. */
  readonly whenBlocked?: true;
  /** The first form; undefined: it runs at once. */
  form?(request: Inbound): Element;
  /**
   * `forms`: the submitted ones, one for each step so far. What only asks on is run again for the same forms after a restart, so it may do
   * nothing yet, or says `startOver`. @throws BridgeError with `field` to have the last form filled in again.
   */
  run(request: Inbound, forms: readonly Element[], session: string): Promise<CommandOutcome>;
  /** She has had enough of it, or goes back: what is under way ends. */
  cancelled?(request: Inbound, session: string): void;
  /** How it is offered where one talks with the gateway (conversation). */
  readonly talk?: CommandTalk;
}
export interface CommandTalk {
  /** What she says to begin it, in lower case, in English or in her language; left out: the node behind its last `#`. Others will do as well. */
  readonly words?: readonly Text[];
  /** Only these fields of the first form are asked for; the others stay as they are. */
  asks?(request: Inbound): ReadonlySet<string>;
  /** What is wrong with an answer to a field of the first form, told before the next is asked for; undefined: nothing that is known yet. */
  problem?(field: string, answer: string): Text | undefined;
  /** Its question may be answered with any word, those of other commands too. */
  readonly anyWord?: true;
  /** The fields of its last form are shown with their values, and changed one by one. */
  readonly menu?: true;
}
export type CommandOutcome = CommandResult | CommandQuestion | CommandRestart;
export interface CommandQuestion {
  /** The next form. */
  readonly ask: Element;
  /** Other forms will follow. */
  readonly more?: boolean;
  readonly note?: Text;
  /** Of the note; left out: `info`. */
  readonly tone?: 'info' | 'warn';
  /** What was submitted was no answer: the step is still the same. */
  readonly still?: boolean;
}
/** The first form again, with what was typed into it, and why. */
export interface CommandRestart {
  readonly startOver: Text;
}
export interface CommandResult {
  readonly note: Text;
  /** A table or text to show (XEP-0004 result). */
  readonly form?: Element;
  /** Runs once the answer is written. */
  readonly after?: () => void;
}

/**
 * Stanzas of one event; the presenter fills in `to` where they have none. An iterator is written bit by bit, so what it shows must be settled
 * when it is made. A template is written as it is, without decorations.
 */
export type Render<K extends EventKind> = (
  delivery: Delivery<EventOf<K>>,
) => Iterable<Element | Template> | readonly Element[] | Element | undefined;
/** Only adds children: the order of decorators does not matter. */
export type Decorate<K extends EventKind> = (delivery: Delivery<EventOf<K>>, stanza: Element) => void;

/** The facts of one gateway that all features may read. */
export interface GatewayFacts {
  readonly domain: string;
  readonly network: Network;
  readonly version: string;
  /** Domains of the XMPP server whose own word is taken. */
  readonly hosts: readonly string[];
  /** XEP-0157 addresses, URIs. */
  readonly adminAddresses: readonly string[];
}

export interface FeatureHost {
  readonly gateway: GatewayFacts;
  readonly bridge: Bridge;
  readonly desk: AccountDesk;
  readonly administration: Administration;
  readonly subscriptions: SubscriptionBook;
  readonly occupants: Occupants;
  readonly messageIds: MessageIds;
  readonly forms: OpenForms;
  /** Of a durable network. */
  readonly deadLetters: DeadLetterDesk | undefined;
  readonly clock: Clock;
  readonly log: Log;

  /** `needs`: only where the conversation accepts that command. */
  advertise(feature: string, where: readonly Where[], needs?: CommandKind): void;
  disco(where: readonly Where[], part: DiscoPart): void;
  /** A get or set with that payload. Registering the same twice for one kind of address fails at start. */
  onIq(type: 'get' | 'set', ns: string, name: string, where: readonly Where[], handler: IqHandler): void;
  /** Every presence to such an address but errors; the first feature that returns true has it. */
  onPresence(where: readonly Where[], handler: (presence: Inbound) => boolean): void;
  /** A fold over the children of a message, from a `say` draft of its body; throws to refuse the message. */
  readMessage(ns: string, name: string, read: (child: Element, draft: Draft, message: Inbound) => Draft): void;
  /** A finished draft to such an address, to be turned into a command. */
  onMessage(where: readonly Where[], handler: (message: Inbound, draft: Draft) => void): void;
  /** Exactly one feature per kind of event. */
  present<K extends EventKind>(kind: K, render: Render<K>): void;
  decorate<K extends EventKind>(kind: K, add: Decorate<K>): void;
  /** Where it holds, an event is rendered for each client by itself, never once for many users. */
  renderAlone(holds: (delivery: Delivery) => boolean): void;
  addCommand(command: CommandDefinition): void;
  readonly commands: readonly CommandDefinition[];
  /** A room that she is in on the network, and that no client of hers has asked for. */
  onRoomFound(listen: (user: UserId, room: ConversationId) => void): void;
  onAccountState(listen: (user: UserId, state: AccountState) => void): void;
  /** A bounced message or presence of ours. */
  onBounce(listen: (stanza: Inbound, condition: string) => void): void;
  onLink(up: () => void, down: () => void): void;
  /** The gateway says goodbye: the last that is sent. */
  onStop(listen: () => void): void;

  /** An event as it would be shown, decorated and without `to`, in order. */
  rendered(delivery: Delivery): readonly Element[];
  send(stanza: Element, kind: StanzaClass): void;
  /** @throws BridgeError `timeout` or `network-down`, or StanzaError, by rejection. */
  request(iq: Element, timeoutMs?: number): Promise<Element>;
  /** Address of a conversation, and the place of an address of ours; undefined for what is not one. */
  jidOf(conversation: ConversationId): string;
  addressOf(jid: string): Address | undefined;
  /** What the network would call whatever is at an address of ours, also where that is no place; undefined for other addresses. */
  idOf(jid: string): ConversationId | undefined;
  /** The disco#info `<query/>` of an address, made of all that features advertised and added. */
  discoInfo(request: Inbound, node: string | undefined): Element;
  discoItems(request: Inbound, node: string | undefined): Promise<readonly DiscoItem[]>;
  /** XEP-0115 `<c/>` for presence of such an address. */
  caps(where: 'gateway' | 'contact'): Element;
  origin(inbound: Inbound): Origin;
  /** `<error/>` as that kind of stanza carries it. */
  errorElement(error: BridgeError, context: 'join' | 'message' | 'iq' | 'subscribe', recipient: Recipient): Element;
  /** Into the language of who reads it: what she has set, else what is answered is in, else her clients', else the operator's. */
  translator(recipient: Recipient): Translator;
  /** What is said unasked, in her language; plain strings cost nothing. `about`: the conversation that it is about. */
  textFor(user: UserId, text: Text, about?: ConversationId): string;
}

export interface Feature {
  /** XEPs and RFCs that it implements; makes the README's table. */
  readonly specs: readonly string[];
  register(host: FeatureHost): void;
}
