// A bridge on a scripted durable network and a store in memory, which outlives it as a disk outlives a process.

import { GatewayBridge } from '../../src/bridge/bridge.ts';
import { DeadLetters } from '../../src/bridge/dead-letters.ts';
import { Keeping, type KeepingOptions } from '../../src/bridge/keeping.ts';
import type { AnyCommand } from '../../src/model/commands.ts';
import type { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { gatewayId, messageId, userId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import type { Store } from '../../src/model/stores.ts';
import { openMemory } from '../../src/store/memory.ts';
import { ACCOUNT, HOME, MemoryRecords, RecordingPresenter, ROMEO } from './bridge-stage.ts';
import { LogRecorder } from './log-recorder.ts';
import { ManualClock } from './manual-clock.ts';
import { personCalled, ScriptedNetwork, type ScriptedSession, type Sent } from './scripted-network.ts';
import { conversationId } from '../../src/model/ids.ts';

export const TYBALT = conversationId('tybalt');
export const GATEWAY = gatewayId('echo.example.org');
export { ACCOUNT, HOME, ROMEO };

/** Lets everything happen that follows from what has happened. */
export async function still(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** One life of the process. */
export interface Life {
  readonly bridge: GatewayBridge;
  readonly keeping: Keeping;
  readonly network: ScriptedNetwork;
  readonly presenter: RecordingPresenter;
}

export class DurableStage {
  readonly clock = new ManualClock();
  readonly records = new MemoryRecords();
  readonly log = new LogRecorder();
  store: Store = openMemory();
  idempotent = true;
  options: Partial<KeepingOptions> = {};
  find: ScriptedNetwork['find'];
  life: Life;

  constructor() {
    this.life = this.#begin();
  }

  get network(): ScriptedNetwork {
    return this.life.network;
  }
  get presenter(): RecordingPresenter {
    return this.life.presenter;
  }
  get dead(): DeadLetters {
    return new DeadLetters(this.store, GATEWAY);
  }

  /** With romeo's account, and the XMPP server there. */
  async start(): Promise<void> {
    await this.records.save({ user: ROMEO, key: ACCOUNT, title: 'romeo on a', settings: { server: 'a' } });
    await this.#started();
  }

  /** The process is gone, and another one begins with what is in the store. Nothing of the old one is heard any more. */
  async kill(): Promise<void> {
    await this.life.keeping.stop();
    this.life = this.#begin();
    await this.#started();
  }

  async online(): Promise<ScriptedSession> {
    this.life.bridge.clientPresence(HOME, { show: 'online' }, 0);
    const session = await this.network.opening.succeed();
    await still();
    this.presenter.stated();
    return session;
  }

  submit(command: AnyCommand, id?: string): void {
    this.life.bridge.submit(ROMEO, command, id === undefined ? { resource: HOME } : { resource: HOME, id });
  }
  async say(text: string, id?: string, conversation = TYBALT): Promise<void> {
    this.submit({ kind: 'say', conversation, body: { kind: 'text', text } }, id);
    await still();
  }

  async accept(sent: Sent, ...ids: readonly string[]): Promise<void> {
    await sent.accept(...ids);
    await still();
  }
  async refuse(sent: Sent, error: BridgeError): Promise<void> {
    await sent.refuse(error);
    await still();
  }
  async wait(ms: number): Promise<void> {
    this.clock.advance(ms);
    await still();
  }

  /** An event as a network hands it over. */
  async keep(...events: readonly (readonly [id: string, event: AnyEvent])[]): Promise<void> {
    const kept = events.map(([id, event]) => ({ id, event }));
    await this.life.bridge.keep({ user: ROMEO, key: ACCOUNT }, kept);
    await still();
  }

  /** Until the returned function is called the store does what `instead` does with batches. */
  spoilBatches(instead: (write: () => ReturnType<Store['batch']>) => ReturnType<Store['batch']>): () => void {
    const { store } = this;
    const batch = store.batch.bind(store);
    store.batch = (writes, fence) => instead(() => batch(writes, fence));
    return () => {
      store.batch = batch;
    };
  }

  /** What the presenter was given and the XMPP server has not confirmed yet. */
  deliveries() {
    return this.presenter.deliveries;
  }
  async confirmAll(): Promise<void> {
    for (const delivery of this.presenter.deliveries.splice(0)) delivery.confirmed?.();
    await still();
  }

  waiting(): Promise<number> {
    return this.store.queue.size(`outbox/${GATEWAY}`);
  }
  kept(): Promise<number> {
    return this.store.log.count(`inbox/${GATEWAY}`);
  }

  #begin(): Life {
    const network = new ScriptedNetwork();
    network.delivery = 'durable';
    network.guests = false;
    const presenter = new RecordingPresenter();
    const keeping = new Keeping({
      store: this.store,
      gateway: GATEWAY,
      clock: this.clock,
      log: this.log,
      stateWrites: (account, state) =>
        Object.entries(state).map(([key, value]) => ({
          op: 'put',
          table: 'state',
          key: `${account.user} ${key}`,
          value,
        })),
      ...this.options,
    });
    const bridge = new GatewayBridge({
      network,
      presenter,
      records: this.records,
      clock: this.clock,
      log: this.log,
      userOf: (resource) => userId(resource.slice(0, resource.indexOf('/'))),
      keeping,
    });
    return { bridge, keeping, network, presenter };
  }

  async #started(): Promise<void> {
    if (this.idempotent) this.network.idempotent = true;
    this.network.find = this.find;
    await this.life.bridge.start();
    this.life.bridge.linkUp();
    await still();
  }
}

export function said(id: string, text: string, conversation = TYBALT): AnyEvent {
  const from = personCalled('tybalt');
  return { kind: 'said', conversation, message: { id: messageId(id), from, own: false, body: { kind: 'text', text } } };
}

export const receiptOf = (...ids: readonly string[]): Receipt => ({ ids: ids.map(messageId), outcome: 'accepted' });
