// The servers of one run, the gateway between them, and the proxies through which it reaches the XMPP server and the IRC server.

import { appendFileSync } from 'node:fs';
import { freePort } from '../support/processes.ts';
import { type EchoProcess, startEchoServer } from '../support/echo-process.ts';
import type { RedisServer } from '../support/server-redis.ts';
import {
  type IrcServer,
  startEjabberd,
  startNgircd,
  startProsody,
  startRedis,
  type XmppServer,
} from '../support/servers.ts';
import { DOMAINS, Gateway, SECRET } from './gateway.ts';
import { emptyLedger, type Ledger } from './ledger.ts';
import { FaultProxy, type Passing } from './proxy.ts';
import type { SabotageName } from './sabotages.ts';
import { TokenScanner } from './tokens.ts';

export interface StageOptions {
  readonly server: 'prosody' | 'ejabberd';
  readonly store: 'embedded' | 'redis';
  readonly networks: readonly ('echo' | 'irc')[];
  readonly users: readonly string[];
  readonly sabotage: SabotageName | undefined;
  readonly trace: string | undefined;
}

/** Nobody asks for an archive here: what was not shown in its time counts as not shown. */
const NO_ARCHIVE = 'default_archive_policy = false';

export class Stage {
  readonly ledger: Ledger = emptyLedger();
  readonly xmpp: XmppServer;
  readonly irc: IrcServer;
  readonly echo: EchoProcess;
  readonly redis: RedisServer | undefined;
  readonly link: FaultProxy;
  readonly ircLink: FaultProxy;
  readonly gateway: Gateway;
  readonly #began: number;
  readonly #beganDate: number;

  static async open(options: StageOptions): Promise<Stage> {
    const components = options.networks.map((network) => ({ domain: DOMAINS[network], secret: SECRET }));
    const users = options.users.map((name) => ({ name, password: 'secret' }));
    const [xmpp, irc, echo, redis] = await Promise.all([
      options.server === 'prosody'
        ? startProsody({ components, users, extraConfig: NO_ARCHIVE })
        : startEjabberd({ components, users }),
      startNgircd(),
      startEchoServer(),
      options.store === 'redis' ? startRedis() : undefined,
    ]);
    const [linkPort, ircPort] = [await freePort(), await freePort()];
    const stage = new Stage({ xmpp, irc, echo, redis, options, linkPort, ircPort });
    await stage.#proxies;
    return stage;
  }

  readonly #proxies: Promise<unknown>;

  private constructor(parts: {
    readonly xmpp: XmppServer;
    readonly irc: IrcServer;
    readonly echo: EchoProcess;
    readonly redis: RedisServer | undefined;
    readonly options: StageOptions;
    readonly linkPort: number;
    readonly ircPort: number;
  }) {
    const { xmpp, irc, echo, redis, options, linkPort, ircPort } = parts;
    this.xmpp = xmpp;
    this.irc = irc;
    this.echo = echo;
    this.redis = redis;
    this.#began = performance.now();
    this.#beganDate = Date.now();
    const now = (): number => this.now();
    const scanners = new WeakMap<Passing, ConnectionScanner>();
    const scannerOf = (connection: Passing): ConnectionScanner => {
      const known = scanners.get(connection);
      if (known !== undefined) return known;
      const { life } = this.gateway;
      // What is passed on to a process that is gone was not handed to the gateway.
      const made = new ConnectionScanner(this.ledger, now, () => this.gateway.running && this.gateway.life === life);
      scanners.set(connection, made);
      return made;
    };
    this.link = new FaultProxy(linkPort, xmpp.componentPort, {
      onPassed: (way, text, connection) => {
        scannerOf(connection).xmpp(way, text);
        if (options.trace !== undefined)
          appendFileSync(options.trace, `${now().toFixed(0)} ${way} ${text}\n`, 'latin1');
      },
      onEnd: () => this.ledger.cuts.push(now()),
    });
    this.ircLink = new FaultProxy(ircPort, irc.port, {
      onPassed: (way, text, connection) => scannerOf(connection).irc(way, text),
      onEnd: (connection, waitedMs) => {
        const at = now();
        this.ledger.severed.push({ nick: scannerOf(connection).nick, since: at - waitedMs, at });
      },
    });
    this.#proxies = Promise.all([this.link.listen(), this.ircLink.listen()]);
    this.gateway = new Gateway({
      componentPort: linkPort,
      networks: options.networks,
      echoPort: echo.port,
      ircPort,
      redisUrl: redis?.url,
      ledger: this.ledger,
      sabotage: options.sabotage,
      now,
    });
  }

  /** Milliseconds since the run began. */
  now(): number {
    return performance.now() - this.#began;
  }
  sinceBegin(date: number): number {
    return date - this.#beganDate;
  }

  async close(): Promise<void> {
    await this.gateway.remove();
    await Promise.all([this.link.close(), this.ircLink.close()]);
    await Promise.all([this.xmpp.stop(), this.irc.stop(), this.echo.stop(), this.redis?.stop()]);
  }
}

/** What passes through one connection of the gateway. */
class ConnectionScanner {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #toGateway: TokenScanner;
  readonly #toIrcServer: TokenScanner;
  #nick = '';
  #heads = '';

  constructor(ledger: Ledger, now: () => number, isAlive: () => boolean) {
    this.#ledger = ledger;
    this.#now = now;
    this.#toGateway = new TokenScanner((token) => {
      if (!isAlive()) return;
      ledger.handed.push({ token, at: now(), to: this.#nick === '' ? 'gateway' : { nick: this.#nick } });
    });
    this.#toIrcServer = new TokenScanner((token) => ledger.handed.push({ token, at: now(), to: 'ircd' }));
  }

  get nick(): string {
    return this.#nick;
  }

  xmpp(way: 'toServer' | 'toGateway', text: string): void {
    if (way === 'toGateway') this.#toGateway.write(text);
    else this.#errors(text);
  }

  irc(way: 'toServer' | 'toGateway', text: string): void {
    if (way === 'toServer') {
      const nick = /^NICK :?(\S+)/m.exec(text)?.[1];
      // A ghost may hold the nick for a while; it is still the same person.
      if (nick !== undefined) this.#nick = nick.replace(/[^a-z]+$/, '');
      this.#toIrcServer.write(text);
    } else if (this.#nick !== '') this.#toGateway.write(text);
  }

  /** Errors that the gateway writes: its sender may not be there to read them. */
  #errors(text: string): void {
    this.#heads += text;
    let end = 0;
    for (const match of this.#heads.matchAll(/<message\b[^>]*>/g)) {
      end = match.index + match[0].length;
      const id = /\bid=["'](c-[^"']+)["']/.exec(match[0])?.[1];
      if (id !== undefined && /\btype=["']error["']/.test(match[0])) {
        this.#ledger.told.push({ token: id, at: this.#now(), by: 'void' });
      }
    }
    this.#heads = this.#heads.slice(Math.max(end, this.#heads.length - 2_000));
  }
}
