// The world of plays on Matrix: an XMPP server, a Synapse and a gateway process between them, which many plays share; each has people of
// its own.

import { type GatewayProcess, startGateway } from './gateway-process.ts';
import type { MatrixPerson } from './matrix-person.ts';
import { FORMS, REGISTER } from './openings.ts';
import { startEjabberd, startProsody, type SynapseServer, type XmppServer } from './servers.ts';
import { elementsOf, textOf, type XmlNode } from './xml-tree.ts';
import { XmppClient } from './xmpp-client.ts';

export const MATRIX = 'matrix.localhost';
const SECRET = 'a secret of the plays on Matrix';
const PASSWORD = 'secret';

let people = 0;

export class MatrixWorld {
  readonly xmpp: XmppServer;
  readonly synapse: SynapseServer;
  readonly gateway: GatewayProcess;

  /** `homeserver`: where the gateway finds Synapse. */
  static async open(
    kind: XmppServer['kind'],
    synapse: SynapseServer,
    homeserver: string = synapse.url,
  ): Promise<MatrixWorld> {
    const start = kind === 'prosody' ? startProsody : startEjabberd;
    const xmpp = await start({ components: [{ domain: MATRIX, secret: SECRET }] });
    const settings = { homeserver, serverName: synapse.name };
    const gateway = await startGateway({
      componentPort: xmpp.componentPort,
      gateways: [{ domain: MATRIX, secret: SECRET, network: 'matrix', settings }],
      logLevel: 'debug',
    });
    return new MatrixWorld({ xmpp, synapse, gateway });
  }

  private constructor(parts: Pick<MatrixWorld, 'xmpp' | 'synapse' | 'gateway'>) {
    this.xmpp = parts.xmpp;
    this.synapse = parts.synapse;
    this.gateway = parts.gateway;
  }

  /** @throws Error when the gateway does not end in good order. */
  async close(): Promise<void> {
    const last = this.gateway.process;
    await this.gateway.remove();
    await this.xmpp.stop();
    const { code, signal } = await last.exited;
    if (code !== 0) throw new Error(`the gateway ended with ${signal ?? code}; its log:\n${last.logs()}`);
  }
}

/** Everybody in one play. */
export class MatrixCast {
  readonly world: MatrixWorld;
  readonly #clients: XmppClient[] = [];

  constructor(world: MatrixWorld) {
    this.world = world;
  }

  /** Somebody on Matrix whom the gateway does not know. */
  stranger(name: string): Promise<MatrixPerson> {
    return this.world.synapse.person(unique(name));
  }

  /** Somebody on XMPP who has no account at the gateway yet. */
  async person(name: string): Promise<XmppClient> {
    const login = { name: unique(name), password: PASSWORD, port: this.world.xmpp.c2sPort, resource: 'orchard' };
    const client = await XmppClient.connect({ ...login, register: true });
    this.#clients.push(client);
    await client.appears();
    return client;
  }

  /** Somebody with accounts on both sides, linked by the password. */
  async linked(name: string): Promise<Linked> {
    const client = await this.person(name);
    const matrix = await this.stranger(name);
    await signsUp(client, { user: matrix.id, password: matrix.password });
    return { client, matrix };
  }

  get transcript(): string {
    const clients = this.#clients.flatMap((client) => client.transcript);
    const { gateway, synapse } = this.world;
    return [...clients, '--- the gateway', gateway.process.logs(), '--- Synapse', synapse.logs()].join('\n');
  }

  async leave(): Promise<void> {
    for (const client of this.#clients) await client.close();
  }
}

export interface Linked {
  /** Her client on XMPP. */
  readonly client: XmppClient;
  /** Her client on Matrix, a device of its own. */
  readonly matrix: MatrixPerson;
}

function unique(name: string): string {
  people += 1;
  return `${name}${process.pid}x${people}`;
}

const register = (inside: string): string => `<query xmlns='${REGISTER}'>${inside}</query>`;

/** The answer to a filled-in form. */
export function asksToSignUp(client: XmppClient, answers: Readonly<Record<string, string>>): Promise<XmlNode> {
  const fields = Object.entries({ FORM_TYPE: REGISTER, ...answers }).map(
    ([name, value]) => `<field var='${name}'><value>${value}</value></field>`,
  );
  return client.asks('set', MATRIX, register(`<x xmlns='${FORMS}' type='submit'>${fields.join('')}</x>`));
}

/** Registers and subscribes both ways, is connected and has been welcomed. */
export async function signsUp(client: XmppClient, answers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await asksToSignUp(client, answers);
  if (answer.attrs['type'] !== 'result') throw new Error(`not registered: ${JSON.stringify(answer)}`);
  await client.finds(`<presence from='${MATRIX}' type='subscribe'/>`);
  client.sends(`<presence to='${MATRIX}' type='subscribed'/><presence to='${MATRIX}' type='subscribe'/>`);
  await isConnected(client);
  await client.finds(`<message from='${MATRIX}' type='chat'><body>*</body></message>`);
}

/** The gateway shows that the account is online. */
export async function isConnected(client: XmppClient): Promise<void> {
  await client.finds(`<presence from='${MATRIX}' !type><!show/></presence>`, 30_000);
}

export async function signsOff(client: XmppClient): Promise<void> {
  await client.asksAndGets('set', MATRIX, register('<remove/>'), "<iq type='result'/>");
}

/** What the gateway makes of something typed (XEP-0100 6.2). */
export async function addressOf(client: XmppClient, typed: string): Promise<string> {
  const answer = await client.asks('set', MATRIX, `<query xmlns='jabber:iq:gateway'><prompt>${typed}</prompt></query>`);
  const jid = elementsOf(answer).flatMap(elementsOf).map(textOf).join('');
  if (answer.attrs['type'] !== 'result' || jid === '') throw new Error(`no address for ${typed}`);
  return jid;
}
