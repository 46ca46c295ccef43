// The composition root: builds everything out of the configuration, starts and stops it in order.

import { asOperatorError, CliError } from './cli-exit.ts';
import type { Config, GatewayConfig } from './config.ts';
import { fingerprintOf } from './config-fingerprint.ts';
import { revealed } from './config-secrets.ts';
import type { SocketAddress } from './config-schema.ts';
import { meterStore } from './gateway-metrics.ts';
import { Serving, type Shared } from './gateway-serving.ts';
import { type Readiness, serveHealth } from './http/health.ts';
import { HttpListener } from './http/listener.ts';
import { serveMetrics } from './http/metrics-page.ts';
import { loadCatalogues } from './languages/catalogues.ts';
import { BridgeError } from './model/errors.ts';
import type { Network } from './model/network.ts';
import type { Clock, Log } from './model/ports.ts';
import type { Store } from './model/stores.ts';
import { Metrics } from './observe/metrics.ts';
import { addProcess } from './observe/metrics-process.ts';
import { openStore, type StoreOptions } from './store/open.ts';
import { openKeptSecrets } from './store/kept-secrets.ts';
import type { Secrets } from './store/secrets.ts';
import type { Feature } from './xmpp/feature.ts';
import { features } from './xmpp/features/index.ts';

export interface WorldPorts {
  readonly log: Log;
  readonly clock: Clock;
  readonly version: string;
  /** Left out: all there are. */
  readonly features?: Readonly<Record<string, Feature>>;
}

const STORE_ANSWER_MS = 2_000;

/** @throws ConfigError where the settings contradict each other. */
export function createNetwork(gateway: GatewayConfig): Network {
  try {
    return gateway.adapter.create(revealed(gateway.settings));
  } catch (error) {
    if (error instanceof BridgeError) throw gateway.complaint(error.details.field, error.message);
    throw error;
  }
}

interface Opening {
  readonly config: Config;
  readonly networks: readonly Network[];
  readonly publicListener: HttpListener;
  readonly secrets: Secrets;
}

/** What there is once in the process. */
interface Means {
  readonly store: Store;
  readonly metrics: Metrics;
}

/** The running gateways. */
export class Viaduct {
  readonly #ports: WorldPorts;
  readonly #store: Store;
  readonly #servings: Serving[] = [];
  readonly #metrics: Metrics;
  readonly #listeners: readonly HttpListener[];
  #announced = false;
  #stopping: Promise<void> | undefined;

  private constructor(ports: WorldPorts, { store, metrics }: Means, listeners: readonly HttpListener[]) {
    this.#ports = ports;
    this.#store = store;
    this.#metrics = metrics;
    this.#listeners = listeners;
  }

  /** @throws ConfigError, CliError (`store`, `port`) or BridgeError by rejection; nothing is left running then. */
  static async start(config: Config, ports: WorldPorts): Promise<Viaduct> {
    const { log, clock } = ports;
    const networks = config.gateways.map(createNetwork);
    const metrics = new Metrics();
    addProcess(metrics, ports.version);
    const store = await openConfigured(config, { log, onAnswer: meterStore(metrics) });
    const { url } = config.http.public;
    const publicListener = new HttpListener({ log, clock, ...(url !== undefined && { url: url.replace(/\/$/, '') }) });
    const privateListener = new HttpListener({ log, clock });
    const viaduct = new Viaduct(ports, { store, metrics }, [publicListener, privateListener]);
    try {
      const settings = fingerprintOf(config);
      serveHealth(privateListener, async () => ({ ...(await viaduct.readiness()), settings }));
      serveMetrics(privateListener, metrics);
      await viaduct.#open({ config, networks, publicListener, secrets: await secretsOf(config, store) });
      const { host, port } = await bind(privateListener, config.http.private.listen);
      log.info('health and metrics are served', { host, port });
      await Promise.all(viaduct.#servings.map((serving) => serving.start()));
      // Only now is it known whether a network wants to be called.
      if (publicListener.used) await bind(publicListener, config.http.public.listen);
      for (const serving of viaduct.#servings) serving.connect();
      return viaduct;
    } catch (error) {
      await viaduct.stop();
      throw error;
    }
  }

  async #open({ config, networks, publicListener, secrets }: Opening): Promise<void> {
    const shared: Shared = {
      ...this.#ports,
      store: this.#store,
      secrets,
      publicListener,
      metrics: this.#metrics,
      features: Object.values(this.#ports.features ?? features),
      admins: config.admins,
      languages: { catalogues: loadCatalogues(), byDefault: config.language },
    };
    for (const [i, gateway] of config.gateways.entries()) {
      const network = networks[i];
      if (network === undefined) continue;
      const options = { config: gateway, network, shared, onLink: () => this.#onLink() };
      this.#servings.push(await asOperatorError('store', Serving.open(options)));
    }
  }

  /** One line when every gateway is online for the first time. */
  #onLink(): void {
    if (this.#announced || !this.#servings.every((serving) => serving.online)) return;
    this.#announced = true;
    this.#ports.log.info('ready', {
      gateways: this.#servings.map(({ domain }) => domain),
      version: this.#ports.version,
    });
  }

  async readiness(): Promise<Readiness> {
    const gateways = Object.fromEntries(this.#servings.map((serving) => [serving.domain, serving.readiness()]));
    return { store: await this.#storeReadiness(), gateways };
  }

  async #storeReadiness(): Promise<Readiness['store']> {
    const { promise, reject } = Promise.withResolvers<never>();
    const callOff = this.#ports.clock.after(STORE_ANSWER_MS, () => reject(new Error('no answer')));
    try {
      await Promise.race([this.#store.ping(), promise]);
      return { state: 'ok' };
    } catch (error) {
      return { state: 'failing', text: error instanceof Error ? error.message : String(error) };
    } finally {
      callOff();
    }
  }

  /** Takes nothing more in, says goodbye, and leaves the store safe. Never rejects. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { log } = this.#ports;
    await Promise.all(this.#servings.map((serving) => serving.stop()));
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#store.close().catch((error: unknown) => log.error('the store could not be closed', { error }));
  }
}

/** @throws CliError `store`. */
export function openConfigured(config: Config, options: StoreOptions): Promise<Store> {
  return asOperatorError('store', openStore(config.store, options));
}

/** @throws CliError `store` by rejection, also where it does not open what the store holds. */
export function secretsOf(config: Config, store: Store): Promise<Secrets> {
  return asOperatorError('store', openKeptSecrets(store, config.store, config.secretsKey?.reveal()));
}

async function bind(listener: HttpListener, address: SocketAddress): Promise<SocketAddress> {
  try {
    return await listener.listen(address);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EADDRINUSE' ? 'another process has it: is Viaduct running already?' : code;
    throw new CliError('port', `can't listen on ${address.host}:${address.port}: ${why}`, { cause: error });
  }
}
