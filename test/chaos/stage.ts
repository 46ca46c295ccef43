// The servers of one run, the gateway between them, and the proxies through which it reaches them.

import { appendFileSync } from 'node:fs';
import { freePort } from '../support/processes.ts';
import type { RedisServer } from '../support/server-redis.ts';
import { startEjabberd, startProsody, startRedis, type XmppServer } from '../support/servers.ts';
import { ConnectionScanner } from './connection-scanner.ts';
import { Gateway, SECRET } from './gateway.ts';
import { emptyLedger, type Ledger } from './ledger.ts';
import { FaultProxy, type Passing } from './proxy.ts';
import { domainOf, type Realm, type RealmContext, USERS } from './realm.ts';
import { EchoRealm } from './realm-echo.ts';
import { IrcRealm } from './realm-irc.ts';
import { MatrixRealm } from './realm-matrix.ts';
import { SmsRealm } from './realm-sms.ts';
import type { SabotageName } from './sabotages.ts';
import type { NetworkName } from './tokens.ts';

export interface StageOptions {
  readonly server: 'prosody' | 'ejabberd';
  readonly store: 'embedded' | 'redis';
  readonly networks: readonly NetworkName[];
  readonly sabotage: SabotageName | undefined;
  readonly trace: string | undefined;
}

/** Nobody asks for an archive here: what was not shown in its time counts as not shown. */
const NO_ARCHIVE = 'default_archive_policy = false';

const OPEN: Readonly<Record<NetworkName, (context: RealmContext) => Promise<Realm>>> = {
  echo: (context) => EchoRealm.open(context),
  irc: (context) => IrcRealm.open(context),
  sms: (context) => SmsRealm.open(context),
  matrix: (context) => MatrixRealm.open(context),
};

export class Stage {
  readonly ledger: Ledger = emptyLedger();
  readonly #began = performance.now();
  readonly #beganDate = Date.now();
  readonly #options: StageOptions;
  readonly #scanners = new WeakMap<Passing, ConnectionScanner>();
  #parts: Parts | undefined;

  static async open(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    const [linkPort, publicPort] = [await freePort(), await freePort()];
    const [xmpp, redis, ...realms] = await Promise.all([
      startXmpp(options),
      options.store === 'redis' ? startRedis() : undefined,
      ...options.networks.map((network) => OPEN[network](stage.#context(publicPort))),
    ]);
    const link = stage.#linkTo(xmpp, linkPort);
    await link.listen();
    const gateway = new Gateway({
      componentPort: linkPort,
      publicPort,
      settings: new Map(realms.map((realm) => [realm.network, realm.settings()])),
      redisUrl: redis?.url,
      ledger: stage.ledger,
      sabotage: options.sabotage,
      now: () => stage.now(),
    });
    stage.#parts = { xmpp, redis, realms, link, gateway };
    return stage;
  }

  private constructor(options: StageOptions) {
    this.#options = options;
  }

  get xmpp(): XmppServer {
    return this.#all.xmpp;
  }
  get redis(): RedisServer | undefined {
    return this.#all.redis;
  }
  get realms(): readonly Realm[] {
    return this.#all.realms;
  }
  /** Between the gateway and the XMPP server. */
  get link(): FaultProxy {
    return this.#all.link;
  }
  get gateway(): Gateway {
    return this.#all.gateway;
  }

  /** @throws Error where the run has no such network. */
  realm(network: NetworkName): Realm {
    const found = this.realms.find((realm) => realm.network === network);
    if (found === undefined) throw new Error(`there is no ${network} in this run`);
    return found;
  }

  /** Milliseconds since the run began. */
  now(): number {
    return performance.now() - this.#began;
  }

  async close(): Promise<void> {
    await this.gateway.remove();
    await this.link.close();
    await Promise.all([this.xmpp.stop(), this.redis?.stop(), ...this.realms.map((realm) => realm.stop())]);
  }

  get #all(): Parts {
    if (this.#parts === undefined) throw new Error('the stage is not open');
    return this.#parts;
  }

  #context(publicPort: number): RealmContext {
    return {
      ledger: this.ledger,
      publicUrl: `http://127.0.0.1:${publicPort}`,
      now: () => this.now(),
      sinceBegin: (date) => date - this.#beganDate,
      scan: (way, text, connection) => this.#scannerOf(connection).irc(way, text),
      nickOf: (connection) => this.#scannerOf(connection).nick,
    };
  }

  #linkTo(xmpp: XmppServer, port: number): FaultProxy {
    const { trace } = this.#options;
    return new FaultProxy(port, xmpp.componentPort, {
      onPassed: (way, text, connection) => {
        this.#scannerOf(connection).xmpp(way, text);
        if (trace !== undefined) appendFileSync(trace, `${this.now().toFixed(0)} ${way} ${text}\n`, 'latin1');
      },
      onEnd: (connection) => {
        this.#scannerOf(connection).ended();
        this.ledger.cuts.push(this.now());
      },
    });
  }

  #scannerOf(connection: Passing): ConnectionScanner {
    const known = this.#scanners.get(connection);
    if (known !== undefined) return known;
    const { gateway } = this;
    const { life } = gateway;
    // What is passed on to a process that is gone was not handed to the gateway.
    const isAlive = (): boolean => gateway.running && gateway.life === life;
    const made = new ConnectionScanner(this.ledger, () => this.now(), isAlive);
    this.#scanners.set(connection, made);
    return made;
  }
}

interface Parts {
  readonly xmpp: XmppServer;
  readonly redis: RedisServer | undefined;
  readonly realms: readonly Realm[];
  readonly link: FaultProxy;
  readonly gateway: Gateway;
}

function startXmpp({ server, networks }: StageOptions): Promise<XmppServer> {
  const components = networks.map((network) => ({ domain: domainOf(network), secret: SECRET }));
  const users = USERS.map((name) => ({ name, password: 'secret' }));
  if (server === 'ejabberd') return startEjabberd({ components, users });
  return startProsody({ components, users, extraConfig: NO_ARCHIVE });
}
