// One gateway's XMPP side, put together: addresses, presenter, features, router. The link and the bridge are plugged in by the composition root.

import type { Administration } from '../model/administration.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type {
  AccountDesk,
  Bridge,
  Clock,
  DeadLetterDesk,
  Log,
  MessageIds,
  OpenForms,
  Presenter,
  SubscriptionBook,
} from '../model/ports.ts';
import { type Catalogue, words } from '../model/words.ts';
import type { Addresses } from './address.ts';
import { AddressBook } from './address-book.ts';
import { DiscoTable } from './disco.ts';
import type { Feature, GatewayFacts, Recipient, StanzaClass, Translator } from './feature.ts';
import { resourceOf, userOf } from './jid.ts';
import { Languages } from './languages.ts';
import { Occupants } from './occupants.ts';
import { StanzaPresenter } from './presenter.ts';
import { RefusalTally } from './refusal-tally.ts';
import { Registry } from './registry.ts';
import { Router } from './router.ts';
import { RunWriter } from './run-writer.ts';
import type { Element } from './xml.ts';

/** The link as this side needs it. */
export interface LinkPort {
  /** One stanza with `from` and `to`, as text. */
  write(xml: string, to: string, kind: StanzaClass, confirmed?: () => void): void;
  readonly congested: boolean;
  request(iq: Element, timeoutMs: number): Promise<Element>;
}

export interface XmppSideOptions {
  readonly domain: string;
  readonly network: Network;
  readonly version: string;
  readonly addresses: Addresses;
  readonly subscriptions: SubscriptionBook;
  readonly forms: OpenForms;
  readonly allow: readonly string[];
  /** The XMPP server's own domain. */
  readonly serverDomain?: string;
  readonly admins: readonly string[];
  readonly features: readonly Feature[];
  readonly languages: {
    /** By BCP 47 tag; English is there without one. */
    readonly catalogues: ReadonlyMap<string, Catalogue>;
    /** The operator's, for those of whom nothing is known. */
    readonly byDefault: string;
  };
  readonly link: LinkPort;
  readonly clock: Clock;
  readonly log: Log;
}

/** The bridge as this side needs it. */
export interface BridgeDoors {
  readonly bridge: Bridge;
  readonly desk: AccountDesk;
  readonly administration: Administration;
  readonly messageIds: MessageIds;
  /** Of a durable network. */
  readonly deadLetters?: DeadLetterDesk;
}

const MUC = 'http://jabber.org/protocol/muc';
const CAPS_NODE = 'urn:viaduct:gateway';
const CONGESTION_PAUSE_MS = 10;

export class XmppSide {
  readonly #options: XmppSideOptions;
  readonly #presenter: StanzaPresenter;
  readonly #book: AddressBook;
  readonly #refusals = new RefusalTally();
  readonly #languages: Languages;
  #registry: Registry | undefined;
  #router: Router | undefined;
  #isStopped = false;

  constructor(options: XmppSideOptions) {
    this.#options = options;
    const later = (task: () => void, congested: boolean): void => {
      if (congested) options.clock.after(CONGESTION_PAUSE_MS, task);
      else setImmediate(task);
    };
    this.#book = new AddressBook(options.domain, options.network, options.addresses);
    const jidOf = (conversation: ConversationId): string => this.#book.jidOf(conversation);
    const preferred = (user: UserId): string | undefined => this.#registry && languageOf(this.#registry.desk, user);
    this.#languages = new Languages({ ...options.languages, preferred });
    this.#presenter = new StanzaPresenter({
      writer: new RunWriter(options.link, later),
      jidOf,
      log: options.log,
      refusals: this.#refusals,
      languages: this.#languages,
      uniqueNicks: hasUniqueNicks(options.network),
    });
  }

  /** What the bridge is built with. */
  get presenter(): Presenter {
    return this.#presenter;
  }

  /** Registers the features; nothing is routed before. @throws Error when two features want the same. */
  attach({ bridge, desk, administration, messageIds, deadLetters }: BridgeDoors): void {
    const { domain, network, version, subscriptions, forms, allow, admins, link, clock, log, features } = this.#options;
    const hosts = hostsOf(this.#options);
    const adminAddresses = admins.map((jid) => `xmpp:${jid}`);
    const gateway: GatewayFacts = { domain, network, version, hosts, adminAddresses };
    const book = this.#book;
    const languages = this.#languages;
    const send = (stanza: Element, kind: StanzaClass): void =>
      link.write(stanza.toString(), stanza.attrs['to'] ?? '', kind);
    const disco = new DiscoTable(CAPS_NODE, {
      capabilities: ({ user, to }) =>
        to.place === undefined ? network.capabilities : bridge.capabilities(user, to.place.conversation),
      translator: (reader) => languages.translator(reader),
    });
    const request = (iq: Element, timeoutMs: number): Promise<Element> => link.request(iq, timeoutMs);
    const occupants = new Occupants((conversation) => book.jidOf(conversation), hasUniqueNicks(network));
    const doors = { bridge, desk, administration, messageIds, deadLetters };
    const shared = { gateway, ...doors, subscriptions, forms, occupants, clock, log };
    const registry = new Registry({
      ...shared,
      presenter: this.#presenter,
      disco,
      addresses: book,
      languages,
      send,
      request,
    });
    registry.load(features);
    this.#registry = registry;
    this.#router = new Router({
      registry,
      addresses: book,
      allow,
      admins,
      isBlocked: (user) => administration.isBlocked(user),
      hosts,
      clock,
      log,
      refusals: this.#refusals,
      languages,
      // That a message failed its sender must hear also when the server is away just then.
      send: (stanza) => send(stanza, stanza.name === 'message' ? 'room' : 'state'),
    });
  }

  /** For what is answered before it comes here. */
  translator(recipient: Recipient): Translator {
    return this.#languages.translator(recipient);
  }

  /** Errors that people were answered with, by code. */
  refusals(): ReadonlyMap<string, number> {
    return this.#refusals.counts();
  }

  /** What the link calls. After the goodbye presence is answered only where somebody waits for an answer: a join. */
  onStanza(stanza: Element): void {
    if (this.#isStopped && stanza.name === 'presence' && stanza.child('x', MUC) === undefined) return;
    this.#router?.route(stanza);
  }
  onUp(): void {
    this.#registry?.linkUp();
  }
  onDown(): void {
    this.#registry?.linkDown();
  }

  /** What a client in a room was to be told is gone: it is out of the room, and is told so as soon as that can be (MUC-51). */
  onLost(to: string, room: string): void {
    const conversation = this.#registry?.addressOf(room)?.place?.conversation;
    const bridge = this.#registry?.bridge;
    const user = userOf(to);
    const client = resourceOf(to);
    if (conversation === undefined || bridge?.joined(user, conversation).includes(client) !== true) return;
    const event = {
      kind: 'closed',
      conversation,
      why: 'lost',
      text: words`Too much happened while the server was away.`,
    } as const;
    const delivery = { user, event, conversation: bridge.conversation(user, conversation), to: [client] };
    bridge.clientGone(client, conversation);
    this.#presenter.present(delivery);
  }

  /** Says goodbye to users, while the link is still up (GW-16). */
  stop(): void {
    this.#isStopped = true;
    this.#registry?.stop();
  }
}

/** What she has set, with the first account that says so. */
function languageOf(desk: AccountDesk, user: UserId): string | undefined {
  for (const { settings } of desk.accounts(user)) {
    const { language } = settings;
    if (typeof language === 'string' && language !== 'auto') return language;
  }
  return undefined;
}

/** The server's own domain, and those that the operator names beside it: its virtual hosts. */
function hostsOf({ serverDomain, allow }: XmppSideOptions): readonly string[] {
  const domains = allow.filter((one) => one !== '*' && !one.includes('@'));
  return serverDomain === undefined ? domains : [serverDomain, ...domains];
}

const hasUniqueNicks = ({ capabilities }: Network): boolean => capabilities.uniqueNicks === true;
