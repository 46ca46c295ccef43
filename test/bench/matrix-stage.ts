// One run's setting for Matrix: a Synapse with people in its rooms, the gateway, and the harness as the XMPP server of those who link accounts.

import type { MatrixPerson } from '../support/matrix-person.ts';
import type { OwnedProcess } from '../support/processes.ts';
import { startSynapse, type SynapseServer } from '../support/server-synapse.ts';
import { attribute, between, ComponentSide, SECRET } from './component-side.ts';
import { bare, full, nickOf } from './stage.ts';
import type { RunningSubject } from './subject.ts';
import { unescapeBody } from './texts.ts';
import { startViaduct } from './viaduct.ts';
import { Verdict } from './wrong.ts';

const DOMAIN = 'matrix.localhost';
const SERVER_NAME = 'synapse.localhost';
export const ROOM = `#bench\\3a${SERVER_NAME}@${DOMAIN}`;
const ROOMS = 20;
const AT_ONCE = 5;
const LINK_MS = 60_000;
const PASSWORD = 'secret';

export interface HeardInRoom {
  readonly id: string | undefined;
  readonly body: string;
}

interface Waiting {
  readonly fits: (name: string, head: string, stanza: string) => boolean;
  resolve(stanza: string): void;
}

export class MatrixStage {
  readonly synapse: SynapseServer;
  readonly xmpp: ComponentSide;
  readonly verdict: Verdict;
  readonly patienceMs = 20_000;
  readonly #running: RunningSubject;
  readonly #host: MatrixPerson;
  readonly #room: string;
  readonly #waiting = new Set<Waiting>();
  /** Every message with a body in the room, to the first account. */
  onMessage: (heard: HeardInRoom) => void = () => {};

  /** Everybody is in the rooms before the gateway hears of her. */
  static async open(accounts: number): Promise<MatrixStage> {
    const synapse = await startSynapse();
    try {
      const { host, room } = await populate(synapse, accounts);
      const verdict = new Verdict();
      const xmpp = new ComponentSide(verdict);
      xmpp.software = 'Prosody';
      const running = await startViaduct(await xmpp.listen(), { gateways: gatewayFor(synapse.url) });
      const stage = new MatrixStage({ synapse, xmpp, verdict, running, host, room });
      await verdict.guard(Promise.all([running.ready, xmpp.ready]));
      return stage;
    } catch (error) {
      await synapse.stop();
      throw error;
    }
  }

  private constructor(parts: {
    readonly synapse: SynapseServer;
    readonly xmpp: ComponentSide;
    readonly verdict: Verdict;
    readonly running: RunningSubject;
    readonly host: MatrixPerson;
    readonly room: string;
  }) {
    this.synapse = parts.synapse;
    this.xmpp = parts.xmpp;
    this.verdict = parts.verdict;
    this.#running = parts.running;
    this.#host = parts.host;
    this.#room = parts.room;
    void this.process.exited.then(() => this.verdict.fail(`viaduct ended\n${this.process.logs().slice(-4_000)}`));
    const onStanza = (name: string, head: string, stanza: string): void => this.#onStanza(name, head, stanza);
    this.xmpp.onStanza = onStanza;
    this.xmpp.onAnswer = (head, stanza) => onStanza('iq', head, stanza);
  }

  get process(): OwnedProcess {
    return this.#running.process;
  }

  async close(): Promise<void> {
    await this.#running.stop();
    this.xmpp.close();
    await this.synapse.stop();
  }

  /** Registers with the gateway; resolves when it shows that the account is online. */
  async link(user: number): Promise<void> {
    const answered = this.#until(`the registration of ${nickOf(user)}`, (name, head) => {
      return name === 'iq' && attribute(head, 'id') === `r${user}`;
    });
    const online = this.#until(`${nickOf(user)} online`, (name, head) => {
      const isOurs = name === 'presence' && attribute(head, 'from') === DOMAIN && attribute(head, 'type') === undefined;
      return isOurs && attribute(head, 'to')?.split('/', 1)[0] === bare(user);
    });
    this.xmpp.send(
      `<iq type='set' from='${full(user)}' to='${DOMAIN}' id='r${user}'><query xmlns='jabber:iq:register'>` +
        `<username>@${nickOf(user)}:${SERVER_NAME}</username><password>${PASSWORD}</password></query></iq>`,
    );
    const answer = await answered;
    if (!/ type=['"]result/.test(answer)) this.verdict.fail(`not registered: ${answer}`);
    this.xmpp.send(
      `<presence from='${bare(user)}' to='${DOMAIN}' type='subscribed'/>` +
        `<presence from='${bare(user)}' to='${DOMAIN}' type='subscribe'/><presence from='${full(user)}' to='${DOMAIN}'/>`,
    );
    await online;
  }

  /** The first account joins the host in a room of their own. */
  async enterRoom(): Promise<void> {
    const entered = this.#until('the room', (_, head, stanza) => {
      return attribute(head, 'from')?.startsWith(ROOM) === true && stanza.includes('<subject');
    });
    this.xmpp.send(
      `<presence from='${full(0)}' to='${ROOM}/${nickOf(0)}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`,
    );
    await entered;
  }

  async say(text: string): Promise<void> {
    await this.#host.say(this.#room, text);
  }

  #until(what: string, fits: Waiting['fits']): Promise<string> {
    const until = performance.now() + LINK_MS;
    const come = new Promise<string>((resolve) => {
      this.#waiting.add({ fits, resolve });
    });
    return this.verdict.guard(come, () => (performance.now() > until ? `${what}: not in time` : undefined));
  }

  #onStanza(name: string, head: string, stanza: string): void {
    for (const waiting of this.#waiting) {
      if (!waiting.fits(name, head, stanza)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(stanza);
    }
    if (name !== 'message' || attribute(head, 'type') !== 'groupchat') return;
    const body = between(stanza, '<body>', '</body>');
    if (body !== undefined) this.onMessage({ id: attribute(head, 'id'), body: unescapeBody(body) });
  }
}

interface Populated {
  readonly host: MatrixPerson;
  /** Hers and the first account's alone, to be joined by its alias. */
  readonly room: string;
}

async function populate(synapse: SynapseServer, accounts: number): Promise<Populated> {
  const host = await synapse.person('host');
  const rooms: string[] = [];
  for (let i = 0; i < ROOMS; i++) rooms.push(await host.createRoom({ name: `Room ${i}`, open: true }));
  for (let from = 0; from < accounts; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, accounts - from) }, (_, i) => from + i);
    await Promise.all(some.map((user) => settleIn(synapse, nickOf(user), rooms)));
  }
  return { host, room: await host.createRoom({ name: 'The bench', alias: 'bench' }) };
}

async function settleIn(synapse: SynapseServer, name: string, rooms: readonly string[]): Promise<void> {
  const person = await synapse.person(name, PASSWORD);
  for (const room of rooms) await person.join(room);
}

const gatewayFor = (url: string): string => `  - domain: ${DOMAIN}
    secret: ${SECRET}
    network: matrix
    connectsPerSecond: 10000
    settings: { homeserver: '${url}', serverName: ${SERVER_NAME} }
`;
