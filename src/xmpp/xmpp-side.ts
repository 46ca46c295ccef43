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
  readonly busy: boolean;
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
  /** So much waits for the link that whoever can stop making more should, or may go on. */
  readonly onCrowd?: (crowded: boolean) => void;
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
  readonly #writer: RunWriter;
  readonly #presenter: StanzaPresenter;
  readonly #book: AddressBook;
  readonly #refusals = new RefusalTally();
  readonly #languages: Languages;
  #registry: Registry | undefined;
  #router: Router | undefined;
  #isStopped = false;
  /** Who was told since the link was up that she is out of which room: the bridge may come to it only later. */
  readonly #toldOut = new Set<string>();

  constructor(options: XmppSideOptions) {
    this.#options = options;
    const later = (task: () => void, congested: boolean): void => {
      if (congested) options.clock.after(CONGESTION_PAUSE_MS, task);
      else setImmediate(task);
    };
    this.#book = new AddressBook(options.domain, options.network, options.addresses);
    const jidOf = (conversation: ConversationId): string => this.#book.jidOf(conversation);
    const preferred = (user: UserId, about?: ConversationId): string | undefined =>
      this.#registry?.desk.language(user, about);
    this.#languages = new Languages({ ...options.languages, preferred });
    const { link: outlet, onCrowd } = options;
    this.#writer = new RunWriter({ outlet, later, ...(onCrowd !== undefined && { onCrowd }) });
    this.#presenter = new StanzaPresenter({
      writer: this.#writer,
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
    // Behind what waits for the same client: a kick comes before the result of the request for it (CORE-13).
    const send = (stanza: Element, kind: StanzaClass): void =>
      this.#writer.write(stanza.attrs['to'] ?? '', stanza.toString(), kind);
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
      send,
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
    this.#toldOut.clear();
    this.#registry?.linkUp();
  }
  onDown(): void {
    this.#registry?.linkDown();
  }
  /** The link is busy no more. */
  onReady(): void {
    this.#writer.ready();
  }
  /** See `onCrowd`. */
  get crowded(): boolean {
    return this.#writer.crowded;
  }

  /** What a client in a room was to be told is gone: it is out of the room, and is told so as soon as that can be (MUC-51). */
  onLost(to: string, room: string): void {
    const conversation = this.#registry?.addressOf(room)?.place?.conversation;
    const bridge = this.#registry?.bridge;
    const user = userOf(to);
    const client = resourceOf(to);
    if (conversation === undefined || bridge?.joined(user, conversation).includes(client) !== true) return;
    const key = `${client} ${conversation}`;
    if (this.#toldOut.has(key)) return;
    this.#toldOut.add(key);
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

  /** The gateway is about to stop: what it tells users from here on is told in any case. */
  beginStop(): void {
    this.#writer.beginEnd();
  }

  /** Says goodbye to users, while the link is still up (GW-16). Resolves when all that waited has gone out, after `withinMs` at the latest. */
  async stop(withinMs: number): Promise<void> {
    const { clock, log } = this.#options;
    this.#isStopped = true;
    this.#registry?.stop();
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const callOff = clock.after(withinMs, resolve);
    await Promise.race([this.#writer.emptied(), tooLate]);
    callOff();
    const letGo = this.#writer.finish();
    if (letGo > 0) log.warn('not all that waited for clients in rooms could be written', { letGo, withinMs });
  }
}

/** The server's own domain, and those that the operator names beside it: its virtual hosts. */
function hostsOf({ serverDomain, allow }: XmppSideOptions): readonly string[] {
  const domains = allow.filter((one) => one !== '*' && !one.includes('@'));
  return serverDomain === undefined ? domains : [serverDomain, ...domains];
}

const hasUniqueNicks = ({ capabilities }: Network): boolean => capabilities.uniqueNicks === true;
