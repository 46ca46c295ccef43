// The running gateway from outside: a component server, the proxy before it, an IRC server, and people with clients. Everything over
// real sockets, in this process; the gateway is composed as `viaduct run` composes it.

import { features } from '../../src/xmpp/features/index.ts';
import { loadConfig } from '../../src/config.ts';
import { adapters } from '../../src/gateway-adapters.ts';
import { Viaduct } from '../../src/gateway.ts';
import { type ComponentPeer, ComponentServer, type ComponentServerOptions } from '../support/component-server.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { mismatch } from '../support/matcher.ts';
import { type PrivateFolder, privateFolder } from '../support/processes.ts';
import type { XmlNode } from '../support/xml-tree.ts';
import { ExpectationFailed } from './expectation.ts';
import { HurriedClock } from './hurried-clock.ts';
import { IrcNetwork } from './irc-network.ts';
import { SabotageProxy } from './sabotage-proxy.ts';
import type { Sabotage } from './sabotage.ts';
import { startTexts, type Texts } from './texts.ts';

export const DOMAIN = 'irc.localhost';
const SECRET = 'conformance';

/** Those that can stand in for IRC. */
const OTHERS = ['echo', 'gone', 'sms', 'matrix'] as const;

export interface Surroundings extends Readonly<Partial<Record<(typeof OTHERS)[number], string>>> {
  /** More lines of `settings`. */
  readonly settings?: string;
  /** More entries of `servers`. */
  readonly servers?: string;
  /** There is no server but `test`. */
  readonly alone?: true;
  /** The operator's. */
  readonly language?: string;
  /** SMS by the fake Twilio, in place of IRC. */
  readonly texts?: true;
  /** More keys of the gateway, with their indentation. */
  readonly gateway?: string;
  /** Does not wait for the link: the play does. */
  readonly unlinked?: true;
  /** How the XMPP server differs. */
  readonly component?: Partial<ComponentServerOptions>;
  /** Of the clock from the start. */
  readonly speed?: number;
}

export interface WorldOptions extends Surroundings {
  readonly sabotage?: Sabotage | undefined;
  /** How long to wait for what must come. */
  readonly patienceMs: number;
}

export class World {
  readonly irc: IrcNetwork;
  readonly server: ComponentServer;
  readonly proxy: SabotageProxy;
  readonly patienceMs: number;
  readonly log = new LogRecorder();
  readonly clock: HurriedClock;
  readonly #folder: PrivateFolder;
  readonly #options: WorldOptions;
  #texts: Texts | undefined;
  #viaduct: Viaduct | undefined;
  #peer: ComponentPeer | undefined;

  private constructor(options: WorldOptions, irc: IrcNetwork, server: ComponentServer, proxy: SabotageProxy) {
    this.#options = options;
    this.patienceMs = options.patienceMs;
    this.clock = new HurriedClock(options.speed, options.sabotage?.clock);
    this.irc = irc;
    this.server = server;
    this.proxy = proxy;
    this.#folder = privateFolder('conformance');
  }

  static async open(options: WorldOptions): Promise<World> {
    const irc = await IrcNetwork.listen(options.sabotage?.irc);
    irc.channel('#verona', { topic: 'No brawling', nicks: ['@tybalt', 'benvolio'] });
    const server = await ComponentServer.listen({ secret: { [DOMAIN]: SECRET }, ...options.component });
    const proxy = await SabotageProxy.listen(server.port, options.sabotage?.spoiling?.() ?? {});
    const world = new World(options, irc, server, proxy);
    try {
      if (options.texts === true) world.#texts = await startTexts();
      await world.start();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Starts the gateway, or starts it again on the same store. */
  async start(): Promise<void> {
    const file = this.#folder.write('viaduct.yaml', this.#config());
    const config = await loadConfig({ file, env: {}, adapters });
    const gone = this.#options.sabotage?.without ?? [];
    const left = Object.fromEntries(Object.entries(features).filter(([name]) => !gone.includes(name)));
    this.#viaduct = await Viaduct.start(config, {
      log: this.log,
      clock: this.clock,
      version: '0.0.0-conformance',
      features: left,
    });
    if (this.#options.unlinked !== true) this.#peer = await this.server.accepted(DOMAIN, this.patienceMs);
  }

  /** Of an unlinked world. */
  async linked(): Promise<void> {
    this.#peer = await this.server.accepted(DOMAIN, this.patienceMs).catch(unmet('the link did not come up'));
  }

  /** The gateway has ended its stream, in order. */
  async ended(): Promise<void> {
    await this.peer.closed(this.patienceMs).catch(unmet('the stream was not closed'));
  }

  async stop(): Promise<void> {
    await this.#viaduct?.stop();
    this.#viaduct = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.proxy.close();
    await this.server.close();
    await this.irc.close();
    await this.#texts?.twilio.stop();
    this.#folder.remove();
  }

  /** Of a world of texts. */
  get twilio(): Texts['twilio'] {
    if (this.#texts === undefined) throw new Error('there are no texts in this world');
    return this.#texts.twilio;
  }

  /** The gateway's stream at the XMPP server. */
  get peer(): ComponentPeer {
    if (this.#peer === undefined) throw new Error('the gateway is not connected');
    return this.#peer;
  }

  /** After a cut. */
  async reconnected(): Promise<void> {
    this.#peer = await this.server
      .accepted(DOMAIN, Math.max(this.patienceMs, 4_000))
      .catch(unmet('the link did not come back'));
  }

  /** The next unread stanza that fits, whoever it is for. */
  receives(pattern: string): Promise<XmlNode> {
    return this.peer.receives(pattern, this.patienceMs).catch(unmet(`nobody received ${pattern}`));
  }

  /** One of a person's clients. */
  readonly client = (jid: string): Client => new Client(this, jid);

  get romeo(): Client {
    return this.client('romeo@localhost/orchard');
  }

  /** All that the gateway does at once has arrived when this resolves. */
  readonly barrier = (): Promise<void> => this.peer.barrier();

  #ircSettings(): string {
    const { servers = '', settings = '', alone } = this.#options;
    const down = alone === true ? '' : ', down: { host: 127.0.0.1, port: 1, tls: false }';
    const test = `{ host: 127.0.0.1, port: ${this.irc.port}, tls: false, linesPerSecond: 0 }`;
    return `      servers: { test: ${test}${down}${servers.replaceAll('PORT', String(this.irc.port))} }
${settings}`;
  }

  #config(): string {
    const other = OTHERS.find((name) => this.#options[name] !== undefined);
    const texts = this.#texts;
    const given = other === undefined ? this.#ircSettings() : (this.#options[other] ?? '');
    const settings = texts?.settings ?? given;
    return `xmpp: { server: 'xmpp://127.0.0.1:${this.proxy.port}', domain: localhost, allow: [localhost], admins: [escalus@localhost] }
store: file:${this.#folder.path}/viaduct.db
language: ${this.#options.language ?? 'en'}
http: { public: ${texts?.listener ?? "{ listen: '127.0.0.1:0', url: 'https://gateway.example' }"}, private: { listen: '127.0.0.1:0' } }
gateways:
  - domain: ${DOMAIN}
    secret: ${SECRET}
    network: ${texts === undefined ? (other ?? 'irc') : 'sms'}
    connectsPerSecond: 1000
${this.#options.gateway ?? ''}
    settings:
${settings}
`;
  }
}

/** One of a person's clients. */
export class Client {
  readonly jid: string;
  readonly bare: string;
  readonly #world: World;

  constructor(world: World, jid: string) {
    this.#world = world;
    this.jid = jid;
    this.bare = jid.split('/', 1)[0] ?? '';
  }

  /** Stanzas without `from`. */
  sends(xml: string): void {
    this.#world.peer.send(
      xml.replaceAll(/<(message|presence|iq)(?= to| type| id|>| xml:lang)/g, `<$1 from='${this.jid}'`),
    );
  }

  /** The next unread stanza to this client, or to its bare address, that fits. */
  receives(pattern: string): Promise<XmlNode> {
    return this.#world.peer
      .receives((stanza) => this.#isMine(stanza) && mismatch(pattern, stanza) === undefined, this.#world.patienceMs)
      .catch(unmet(`${this.jid} did not receive ${pattern}`));
  }

  /** Sends a request and waits for its answer. */
  async asks(xml: string, answer: string): Promise<XmlNode> {
    this.sends(xml);
    return this.receives(answer);
  }

  /** What came to this client and nobody has read, once all is there. */
  async unread(): Promise<readonly XmlNode[]> {
    await this.#world.barrier();
    return this.#world.peer.unread().filter((stanza) => this.#isMine(stanza));
  }

  /** Joins and reads everything up to the subject. @returns the stanzas in order. */
  async joins(room: string, nick: string, inside = ''): Promise<XmlNode[]> {
    this.sends(
      `<presence to='${room}/${nick}' id='join'><x xmlns='http://jabber.org/protocol/muc'>${inside}</x></presence>`,
    );
    const got: XmlNode[] = [];
    for (;;) {
      const stanza = await this.receives(`<* from='*'/>`);
      if (stanza.attrs['from']?.split('/', 1)[0] !== room) continue;
      if (stanza.attrs['type'] === 'error') throw new ExpectationFailed(`the join failed: ${JSON.stringify(stanza)}`);
      got.push(stanza);
      if (mismatch("<message type='groupchat'><subject/></message>", stanza) === undefined) return got;
    }
  }

  #isMine({ attrs: { to } }: XmlNode): boolean {
    return to === this.jid || to === this.bare;
  }
}

const unmet =
  (what: string) =>
  (error: unknown): never => {
    throw new ExpectationFailed(`${what}\n${String(error)}`, { cause: error });
  };
