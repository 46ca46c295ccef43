// What features registered: handlers by payload, address and kind, and the host that features register with.

import type { Administration } from '../model/administration.ts';
import type { BridgeError } from '../model/errors.ts';
import type { CommandKind } from '../model/commands.ts';
import type { EventKind } from '../model/events.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
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
import type { AddressBook } from './address-book.ts';
import type { DiscoTable } from './disco.ts';
import { errorElement } from './errors.ts';
import type { Text } from '../model/words.ts';
import type {
  Address,
  CommandDefinition,
  Decorate,
  DiscoItem,
  DiscoPart,
  Draft,
  Feature,
  FeatureHost,
  GatewayFacts,
  Inbound,
  IqHandler,
  Recipient,
  Render,
  StanzaClass,
  Translator,
  Where,
} from './feature.ts';
import type { Languages } from './languages.ts';
import type { Occupants } from './occupants.ts';
import type { StanzaPresenter } from './presenter.ts';
import type { Element } from './xml.ts';

export type Reader = (child: Element, draft: Draft, message: Inbound) => Draft;

export interface RegistryParts {
  readonly gateway: GatewayFacts;
  readonly bridge: Bridge;
  readonly desk: AccountDesk;
  readonly administration: Administration;
  readonly subscriptions: SubscriptionBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly presenter: StanzaPresenter;
  readonly disco: DiscoTable;
  readonly addresses: AddressBook;
  readonly occupants: Occupants;
  readonly messageIds: MessageIds;
  readonly forms: OpenForms;
  /** Of a durable network. */
  readonly deadLetters: DeadLetterDesk | undefined;
  readonly languages: Languages;
  send(stanza: Element, kind: StanzaClass): void;
  request(iq: Element, timeoutMs: number): Promise<Element>;
}

const HINTS = 'urn:xmpp:hints';
const STANZA_ID = 'urn:xmpp:sid:0';
const REQUEST_TIMEOUT_MS = 30_000;

export class Registry implements FeatureHost {
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
  readonly commands: CommandDefinition[] = [];
  readonly #parts: RegistryParts;
  readonly #iqs = new Map<string, IqHandler>();
  readonly #presences: Record<Where, ((presence: Inbound) => boolean)[]> = {
    gateway: [],
    contact: [],
    room: [],
    occupant: [],
  };
  readonly #readers = new Map<string, Reader>();
  readonly #messages: Record<Where, ((message: Inbound, draft: Draft) => void)[]> = {
    gateway: [],
    contact: [],
    room: [],
    occupant: [],
  };
  readonly #bounces: ((stanza: Inbound, condition: string) => void)[] = [];
  readonly #stops: (() => void)[] = [];
  readonly #links: { readonly up: () => void; readonly down: () => void }[] = [];

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.gateway = parts.gateway;
    this.bridge = parts.bridge;
    this.desk = parts.desk;
    this.administration = parts.administration;
    this.subscriptions = parts.subscriptions;
    this.occupants = parts.occupants;
    this.messageIds = parts.messageIds;
    this.forms = parts.forms;
    this.deadLetters = parts.deadLetters;
    this.clock = parts.clock;
    this.log = parts.log;
  }

  /** @throws Error when two features want the same. */
  load(features: readonly Feature[]): void {
    for (const feature of features) feature.register(this);
  }

  advertise(feature: string, where: readonly Where[], needs?: CommandKind): void {
    this.#parts.disco.advertise(feature, where, needs);
  }

  disco(where: readonly Where[], part: DiscoPart): void {
    this.#parts.disco.add(where, part);
  }

  onIq(type: 'get' | 'set', ns: string, name: string, where: readonly Where[], handler: IqHandler): void {
    for (const one of where) {
      const key = iqKey(type, ns, name, one);
      if (this.#iqs.has(key)) throw new Error(`two features answer ${key}`);
      this.#iqs.set(key, handler);
    }
  }

  onPresence(where: readonly Where[], handler: (presence: Inbound) => boolean): void {
    for (const one of where) this.#presences[one].push(handler);
  }

  readMessage(ns: string, name: string, read: Reader): void {
    const key = `${ns} ${name}`;
    if (this.#readers.has(key)) throw new Error(`two features read ${key}`);
    this.#readers.set(key, read);
  }

  onMessage(where: readonly Where[], handler: (message: Inbound, draft: Draft) => void): void {
    for (const one of where) this.#messages[one].push(handler);
  }

  present<K extends EventKind>(kind: K, render: Render<K>): void {
    this.#parts.presenter.setRender(kind, render);
  }

  decorate<K extends EventKind>(kind: K, add: Decorate<K>): void {
    this.#parts.presenter.addDecorator(kind, add);
  }

  renderAlone(holds: (delivery: Delivery) => boolean): void {
    this.#parts.presenter.renderAlone(holds);
  }

  addCommand(command: CommandDefinition): void {
    if (this.commands.some(({ node }) => node === command.node))
      throw new Error(`two features offer the command ${command.node}`);
    this.commands.push(command);
  }

  onRoomFound(listen: (user: UserId, room: ConversationId) => void): void {
    this.#parts.presenter.onRoomFound(listen);
  }

  onAccountState(listen: (user: UserId, state: AccountState) => void): void {
    this.#parts.presenter.onAccountState(listen);
  }

  onBounce(listen: (stanza: Inbound, condition: string) => void): void {
    this.#bounces.push(listen);
  }

  onLink(up: () => void, down: () => void): void {
    this.#links.push({ up, down });
  }

  onStop(listen: () => void): void {
    this.#stops.push(listen);
  }

  rendered(delivery: Delivery): readonly Element[] {
    return this.#parts.presenter.rendered(delivery);
  }

  send(stanza: Element, kind: StanzaClass): void {
    this.#parts.send(stanza, kind);
  }

  request(iq: Element, timeoutMs = REQUEST_TIMEOUT_MS): Promise<Element> {
    return this.#parts.request(iq, timeoutMs);
  }

  jidOf(conversation: Parameters<FeatureHost['jidOf']>[0]): string {
    return this.#parts.addresses.jidOf(conversation);
  }
  idOf(jid: string): ReturnType<FeatureHost['idOf']> {
    return this.#parts.addresses.idOf(jid);
  }
  addressOf(jid: string): Address | undefined {
    return this.#parts.addresses.addressOf(jid);
  }

  discoInfo(request: Inbound, node: string | undefined): Element {
    const { where } = request.to;
    // There may be clients that know the hash from an earlier life.
    if (node !== undefined && (where === 'gateway' || where === 'contact')) this.caps(where);
    return this.#parts.disco.info(request, node);
  }

  discoItems(request: Inbound, node: string | undefined): Promise<readonly DiscoItem[]> {
    return this.#parts.disco.items(request, node);
  }

  caps(where: 'gateway' | 'contact'): Element {
    return this.#parts.disco.caps(where, this.#parts.addresses.sample(where));
  }

  origin({ from, id, lang, to, stanza }: Inbound): Origin {
    const alias = stanza.child('origin-id', STANZA_ID)?.attrs['id'];
    return {
      resource: from,
      addressed: to.jid,
      ...(id !== undefined && { id }),
      ...(alias !== undefined && { alias }),
      ...(lang !== undefined && { lang }),
      ...(isNotToBeKept(stanza) && { isNotKept: true }),
    };
  }

  errorElement(error: BridgeError, context: 'join' | 'message' | 'iq' | 'subscribe', recipient: Recipient): Element {
    return errorElement(error, context, this.translator(recipient));
  }

  translator(recipient: Recipient): Translator {
    return this.#parts.languages.translator(recipient);
  }

  textFor(user: UserId, text: Text, about?: ConversationId): string {
    return this.#parts.languages.textFor(user, text, about);
  }

  // What the router asks.

  iqHandler(type: string, payload: Element, where: Where): IqHandler | undefined {
    return this.#iqs.get(iqKey(type, payload.ns, payload.name, where));
  }

  presenceHandlers(where: Where): readonly ((presence: Inbound) => boolean)[] {
    return this.#presences[where];
  }

  reader(child: Element): Reader | undefined {
    return this.#readers.get(`${child.ns} ${child.name}`);
  }

  messageHandlers(where: Where): readonly ((message: Inbound, draft: Draft) => void)[] {
    return this.#messages[where];
  }

  bounced(stanza: Inbound, condition: string): void {
    for (const listen of this.#bounces) listen(stanza, condition);
  }

  linkUp(): void {
    for (const { up } of this.#links) up();
  }

  linkDown(): void {
    for (const { down } of this.#links) down();
  }

  stop(): void {
    for (const listen of this.#stops) listen();
  }
}

/** XEP-0334. */
function isNotToBeKept(stanza: Element): boolean {
  if (stanza.name !== 'message') return false;
  return stanza.child('no-store', HINTS) !== undefined || stanza.child('no-permanent-store', HINTS) !== undefined;
}

function iqKey(type: string, ns: string, name: string, where: Where): string {
  return `${type} ${ns} ${name} ${where}`;
}
