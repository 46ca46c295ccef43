// One account on a real Synapse, behind a proxy, with what is kept of it: sessions come and go, and what they tell is in one list.

import { expect } from 'vitest';
import { MatrixNetwork } from '../../adapters/matrix/network.ts';
import { readSettings } from '../../adapters/matrix/settings.ts';
import type { AnyEvent, EventKind } from '../../src/model/events.ts';
import type { Answers } from '../../src/model/form.ts';
import { type ConversationId, conversationId, userId } from '../../src/model/ids.ts';
import type { Account, Receipt, Session } from '../../src/model/network.ts';
import { HomeserverProxy } from '../support/homeserver-proxy.ts';
import type { MatrixPerson } from '../support/matrix-person.ts';
import type { SynapseServer } from '../support/server-synapse.ts';
import { KeepingHost, KEY } from './network-matrix-world.ts';

const POLL_MS = 1_000;
const PATIENCE_MS = 20_000;

let stages = 0;

export class AccountStage {
  readonly synapse: SynapseServer;
  readonly proxy: HomeserverProxy;
  readonly keeping = new KeepingHost();
  readonly juliet: MatrixPerson;
  readonly nurse: MatrixPerson;
  readonly account: Account;
  readonly events: AnyEvent[] = [];
  readonly #number: number;
  readonly #networks: MatrixNetwork[] = [];

  private constructor(parts: Pick<AccountStage, 'synapse' | 'proxy' | 'juliet' | 'nurse'>, preferences: Answers) {
    this.synapse = parts.synapse;
    this.proxy = parts.proxy;
    this.juliet = parts.juliet;
    this.nurse = parts.nurse;
    this.#number = stages;
    const { id: user, token } = parts.juliet;
    const settings = { user, token, ...preferences };
    this.account = { user: userId('juliet@example.net'), key: KEY, settings, guest: false };
    this.keeping.deliverTo(this.account, (event) => void this.events.push(event));
  }

  static async open(synapse: SynapseServer, preferences: Answers = {}): Promise<AccountStage> {
    stages += 1;
    const [juliet, nurse] = [await synapse.person(`juliet${stages}`), await synapse.person(`nurse${stages}`)];
    return new AccountStage({ synapse, juliet, nurse, proxy: await HomeserverProxy.open(synapse.port) }, preferences);
  }

  /** Somebody else. */
  person(name: string): Promise<MatrixPerson> {
    return this.synapse.person(`${name}${this.#number}`);
  }

  /** As after a restart: with nothing but what was kept. */
  async session(): Promise<Session> {
    // Synapse answers the poll of a session that is gone to whoever polls in the same way.
    const pollMs = POLL_MS + this.#networks.length;
    const homeserver = this.proxy.url;
    const network = new MatrixNetwork(readSettings({ homeserver, serverName: this.synapse.name, pollMs }));
    this.#networks.push(network);
    await network.start(this.keeping.host);
    const emit = (event: AnyEvent): void => void this.events.push(event);
    return await network.openSession(this.account, emit, AbortSignal.timeout(PATIENCE_MS));
  }

  get heard(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === 'said' ? [event.message.body.text] : []));
  }
  get kinds(): readonly EventKind[] {
    return this.events.map(({ kind }) => kind);
  }
  async hears(...texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.heard, { timeout: PATIENCE_MS }).toEqual(texts);
  }
  async until(kind: EventKind): Promise<void> {
    await expect.poll(() => this.kinds, { timeout: PATIENCE_MS }).toContain(kind);
  }

  /** The direct chat with the nurse. */
  get toNurse(): ConversationId {
    return conversationId(this.nurse.id.slice(1));
  }
  say(session: Session, text: string): Promise<Receipt> {
    return session.send({ kind: 'say', conversation: this.toNurse, body: { kind: 'text', text } });
  }
  answer(session: Session, allow: boolean): Promise<Receipt> {
    return session.send({ kind: 'answer', conversation: this.toNurse, allow });
  }

  /** Of the nurse, who is its creator. */
  async inRoom(): Promise<{ readonly session: Session; readonly room: string }> {
    const room = await this.nurse.createRoom({ name: 'The square', open: true });
    const session = await this.session();
    await session.send({ kind: 'join', conversation: conversationId(room) });
    await this.nurse.say(room, 'first');
    await this.hears('first');
    return { session, room };
  }
  /** The nurse has invited her into a direct chat, and she was asked about it. */
  async invited(): Promise<{ readonly session: Session; readonly room: string }> {
    const session = await this.session();
    const room = await this.nurse.createRoom({ direct: true, invite: [this.juliet.id] });
    await this.until('asked');
    return { session, room };
  }
  async inDirect(): Promise<{ readonly session: Session; readonly room: string }> {
    const { session, room } = await this.invited();
    await this.answer(session, true);
    await this.nurse.say(room, 'first');
    await this.hears('first');
    return { session, room };
  }

  async close(): Promise<void> {
    this.proxy.close();
    await Promise.all(this.#networks.map((network) => network.stop()));
  }
}
