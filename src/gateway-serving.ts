// One gateway, put together: its network, bridge, XMPP side and link, started and stopped in order.

import { GatewayBridge } from './bridge/bridge.ts';
import { Keeping } from './bridge/keeping.ts';
import { asOperatorError } from './cli-exit.ts';
import type { GatewayConfig } from './config.ts';
import { administrationOf, refusalOf } from './gateway-administration.ts';
import { createHost, LinkPressure } from './gateway-host.ts';
import { gatewaySource } from './gateway-metrics.ts';
import type { LinkReadiness } from './http/health.ts';
import type { HttpListener } from './http/listener.ts';
import type { GatewayId } from './model/ids.ts';
import type { Network } from './model/network.ts';
import type { Clock, Log } from './model/ports.ts';
import type { Store } from './model/stores.ts';
import type { Metrics, Source } from './observe/metrics.ts';
import { stateWrites } from './store/adapter-state.ts';
import { openRecords, type Records } from './store/records.ts';
import type { Secrets } from './store/secrets.ts';
import { Addresses } from './xmpp/address.ts';
import type { Feature } from './xmpp/feature.ts';
import { userOf } from './xmpp/jid.ts';
import type { LinkState } from './xmpp/link-options.ts';
import { SpooledLink } from './xmpp/spooled-link.ts';
import { XmppSide, type XmppSideOptions } from './xmpp/xmpp-side.ts';

/** What all gateways of the process share. */
export interface Shared {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly publicListener: HttpListener;
  readonly metrics: Metrics;
  readonly features: readonly Feature[];
  readonly admins: readonly string[];
  readonly languages: XmppSideOptions['languages'];
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ServingOptions {
  readonly config: GatewayConfig;
  readonly network: Network;
  readonly shared: Shared;
  /** After every change of the link. */
  onLink(): void;
}

/** For the server to end its stream too. */
const LINK_STOP_MS = 1_300;
/** For the sessions to end, and what waits for clients to go out. */
const WRITTEN_WITHIN_MS = 2_200;
/** With the two before it. */
const LINK_GONE_WITHIN_MS = 3_300;

export class Serving {
  readonly domain: GatewayId;
  readonly #network: Network;
  readonly #records: Records;
  readonly #addresses: Addresses;
  readonly #bridge: GatewayBridge;
  readonly #side: XmppSide;
  readonly #link: SpooledLink;
  readonly #pressure: LinkPressure;
  readonly #shared: Shared;
  readonly #log: Log;

  private constructor(options: ServingOptions, log: Log, records: Records, addresses: Addresses) {
    const { config, network, shared } = options;
    const { clock } = shared;
    this.domain = config.domain;
    this.#network = network;
    this.#records = records;
    this.#addresses = addresses;
    this.#shared = shared;
    this.#log = log;
    this.#pressure = new LinkPressure();
    const press = (): void => this.#pressure.set(this.#link.congested || side.crowded);
    const observeCheckpoint = shared.metrics.observer('viaduct_checkpoint_seconds', { gateway: config.domain });
    this.#link = new SpooledLink(
      {
        domain: config.domain,
        secret: config.secret.reveal(),
        ...config.server,
        serverDomain: config.serverDomain,
        limits: { stopMs: LINK_STOP_MS },
        translator: (recipient) => side.translator(recipient),
        log,
        clock,
      },
      {
        onStanza: (stanza) => side.onStanza(stanza),
        onUp: () => {
          side.onUp();
          this.#bridge.linkUp();
        },
        onDown: () => {
          this.#bridge.linkDown();
          side.onDown();
        },
        onLost: (to, room) => side.onLost(to, room),
        onReady: () => side.onReady(),
        onPressure: press,
        onState: () => options.onLink(),
        onCheckpoint: (tookMs) => observeCheckpoint(tookMs / 1e3),
      },
    );
    const side = new XmppSide({
      ...shared,
      domain: config.domain,
      network,
      addresses,
      subscriptions: records.subscriptions,
      forms: records.forms,
      allow: config.allow,
      serverDomain: config.serverDomain,
      languages: shared.languages,
      link: this.#link,
      onCrowd: press,
      log,
    });
    this.#side = side;
    const keeping = network.delivery === 'durable' ? keepingOf(shared, config.domain, network, log) : undefined;
    this.#bridge = new GatewayBridge({
      network,
      presenter: side.presenter,
      records: records.accounts,
      joins: records.joins,
      archive: { records: records.archive, limits: config.archive },
      clock,
      log,
      userOf,
      timing: {
        connectsPerSecond: config.connectsPerSecond,
        directGraceMs: config.lingerSeconds * 1e3,
        listedMost: config.fullListUpTo,
      },
      languages: [...shared.languages.catalogues.keys()],
      refusalOf: (user) => refusalOf(records, user),
      ...(keeping !== undefined && { keeping }),
    });
    const { desk, ids } = this.#bridge;
    const administration = administrationOf({ bridge: this.#bridge, records, deadLetters: keeping?.deadLetters });
    const letters = keeping && { deadLetters: keeping.deadLetters };
    side.attach({ bridge: this.#bridge, desk, administration, messageIds: ids, ...letters });
    shared.metrics.addSource(this.#source(keeping));
  }

  /** Reads what is kept of it. @throws BridgeError by rejection. */
  static async open(options: ServingOptions): Promise<Serving> {
    const { config, network, shared } = options;
    const { store, secrets, clock } = shared;
    const log = shared.log.child({ gateway: config.domain });
    const fields = [...network.signInForm, ...network.preferences];
    const records = await openRecords({ store, secrets, gateway: config.domain, fields, log, clock });
    const addresses = new Addresses(config.domain, store.table(`addresses/${config.domain}`), log);
    await addresses.load();
    return new Serving(options, log, records, addresses);
  }

  /** The network, and the sessions that stay. @throws CliError by rejection. */
  async start(): Promise<void> {
    const { clock, publicListener } = this.#shared;
    const host = createHost({
      gateway: this.domain,
      listener: publicListener,
      pressure: this.#pressure,
      state: (account) => this.#records.state(account),
      keep: (account, kept, state) => this.#bridge.keep(account, kept, state),
      accounts: () => this.#bridge.accounts(),
      log: this.#log,
      clock,
    });
    await asOperatorError('internal', this.#network.start(host));
    await asOperatorError('store', this.#bridge.start());
  }

  connect(): void {
    this.#link.start();
  }

  /** Says goodbye to users and network; never rejects, and never takes more than 4.5 s. What comes meanwhile is kept or answered. */
  async stop(): Promise<void> {
    const { clock } = this.#shared;
    const startedAt = clock.monotonic();
    const leftOf = (withinMs: number): number => Math.max(0, startedAt + withinMs - clock.monotonic());
    this.#side.beginStop();
    await this.#step('bridge', 1_200, () => this.#bridge.stop());
    await this.#step('xmpp', leftOf(WRITTEN_WITHIN_MS) + 50, () => this.#side.stop(leftOf(WRITTEN_WITHIN_MS)));
    const linkMs = Math.min(LINK_STOP_MS + 600, leftOf(LINK_GONE_WITHIN_MS));
    await this.#step('link', linkMs, () => this.#link.stop());
    await this.#step('network', 500, () => this.#network.stop());
    await this.#step('records', 700, async () => {
      await Promise.all([this.#addresses.settled(), this.#records.settled()]);
    });
  }

  /** What goes wrong or takes too long in one part must not keep the others from their farewell. */
  async #step(part: string, withinMs: number, stop: () => Promise<void>): Promise<void> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const callOff = this.#shared.clock.after(withinMs, () => reject(new Error(`not within ${withinMs} ms`)));
    try {
      await Promise.race([stop(), tooLate]);
    } catch (error) {
      this.#log.warn('a part did not stop in order', { part, error });
    } finally {
      callOff();
    }
  }

  #source(keeping: Keeping | undefined): Source {
    const { clock } = this.#shared;
    const metered = {
      domain: this.domain,
      network: this.#network,
      link: this.#link,
      side: this.#side,
      bridge: this.#bridge,
    };
    if (keeping === undefined) return gatewaySource(metered);
    const { outbox, inbox, deadLetters } = keeping;
    return gatewaySource({ ...metered, keeping: { outbox, inbox, deadLetters, clock } });
  }

  get online(): boolean {
    return this.#link.state().state === 'online';
  }

  readiness(): LinkReadiness {
    return readinessOf(this.#link.state());
  }
}

/** What a durable network has in the store. */
function keepingOf({ store, secrets, clock }: Shared, gateway: GatewayId, network: Network, log: Log): Keeping {
  return new Keeping({
    store,
    gateway,
    clock,
    log,
    stateWrites: (account, state) => stateWrites({ secrets, gateway }, account, state),
    isMessageId: network.isMessageId?.bind(network),
  });
}

function readinessOf({ state, since, error }: LinkState): LinkReadiness {
  return {
    state,
    since: new Date(since).toISOString(),
    ...(error !== undefined && { problem: error.kind, text: error.message }),
  };
}
