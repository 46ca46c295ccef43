// The world of one play: an IRC server and a gateway process of its own on the shared stage, and the people in it.

import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { IrcCast } from './irc-cast.ts';
import { type IrcServer, startInspircd, startNgircd } from './servers.ts';
import { COMPONENT_SECRET, domainOf, type Stage } from './stage.ts';
import { XmppClient } from './xmpp-client.ts';

/** Component domain of the gateway that this file talks to. */
export const GATEWAY = domainOf(process.env['VITEST_POOL_ID'] ?? '1');
/** What the gateway calls its IRC server. */
export const SERVER = 'test';
/** Address of a channel or a person on the IRC server. */
export const at = (name: string): string => `${name}%${SERVER}@${GATEWAY}`;

export const IRC_OPER = { name: 'god', password: 'thunder' };

export class World {
  readonly stage: Stage;
  readonly irc: IrcServer;
  /** Name of the one who may administer the gateway. */
  readonly admin: string;
  readonly gateway: GatewayProcess;

  static async open(stage: Stage): Promise<World> {
    const irc = await (stage.irc === 'ngircd' ? startNgircd : startInspircd)({ tls: true, opers: [IRC_OPER] });
    const servers = {
      [SERVER]: { host: irc.host, port: irc.tlsPort },
      plain: { host: irc.host, port: irc.port, tls: false },
      forged: { host: irc.host, port: irc.tlsPort, fingerprint: '00'.repeat(32) },
      closed: { host: '127.0.0.1', port: 1, tls: false },
    };
    worlds += 1;
    const admin = `escalus-${process.pid}-${worlds}`;
    const gateway = await startGateway({
      componentPort: stage.componentPort,
      gateways: [{ domain: GATEWAY, secret: COMPONENT_SECRET, network: 'irc', settings: { servers } }],
      ...(irc.certificate === undefined ? {} : { env: { NODE_EXTRA_CA_CERTS: irc.certificate } }),
      admins: [`${admin}@localhost`],
      logLevel: 'debug',
    });
    return new World({ stage, irc, admin, gateway });
  }

  private constructor(parts: Pick<World, 'stage' | 'irc' | 'admin' | 'gateway'>) {
    this.stage = parts.stage;
    this.irc = parts.irc;
    this.admin = parts.admin;
    this.gateway = parts.gateway;
  }

  /** @throws Error when the gateway does not end in good order. */
  async close(): Promise<void> {
    const last = this.gateway.process;
    await this.gateway.remove();
    await this.irc.stop();
    const { code, signal } = await last.exited;
    if (code !== 0) throw new Error(`the gateway ended with ${signal ?? code}; its log:\n${last.logs()}`);
  }
}

let people = 0;
let worlds = 0;

/** Everybody in one scenario. */
export class Cast {
  readonly world: World;
  readonly #clients: XmppClient[] = [];
  readonly irc: IrcCast;

  constructor(world: World) {
    this.world = world;
    this.irc = new IrcCast(world.irc);
  }

  /** A person with an account of her own at the XMPP server, available and with nothing unread. */
  async person(name: string, resource: string): Promise<Person> {
    people += 1;
    const login = { name: `${name}-${process.pid}-${people}`, password: 'secret', port: this.world.stage.c2sPort };
    const client = await this.#connect({ ...login, resource, register: true });
    return Object.assign(client, {
      anotherDevice: (other: string) => this.#connect({ ...login, resource: other }),
    });
  }

  /** The administrator of the gateway. */
  async administrator(): Promise<XmppClient> {
    const { admin, stage } = this.world;
    return this.#connect({ name: admin, password: 'secret', port: stage.c2sPort, resource: 'cell', register: true });
  }

  async #connect(login: Parameters<typeof XmppClient.connect>[0]): Promise<XmppClient> {
    const client = await XmppClient.connect(login);
    this.#clients.push(client);
    await client.appears();
    return client;
  }

  get transcript(): string {
    const people = this.#clients.flatMap((client) => client.transcript);
    return [...people, ...this.irc.transcript, '--- log of the gateway', this.world.gateway.process.logs()].join('\n');
  }

  /** Nobody may have been sent anything that the play does not speak of. @throws Error with what was. */
  async nothingIsLeft(): Promise<void> {
    const left: string[] = [];
    for (const client of this.#clients.filter(({ isOpen }) => isOpen)) {
      await client.asks('get', GATEWAY, "<ping xmlns='urn:xmpp:ping'/>");
      left.push(...client.unread.map((raw) => `${client.jid}: ${raw}`));
    }
    if (left.length > 0) throw new Error(`left unread:\n${left.join('\n')}`);
  }

  async leave(): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.irc.close();
  }
}

/** A person's client, and how she gets another one. */
export type Person = XmppClient & { anotherDevice(resource: string): Promise<XmppClient> };
