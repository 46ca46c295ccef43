// One account as the webhooks and its session share it: whose number it is, who has opted out, what became of its texts.

import type { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Host } from '../../src/model/network.ts';
import { type Incoming, incoming, type Text } from './incoming.ts';
import { OptOuts, stateOf } from './opt-outs.ts';
import { Outgoing } from './outgoing.ts';

const STOPPED = new Set(['21610', '63033']);

export class Line {
  readonly account: Account;
  readonly number: string;
  readonly outgoing: Outgoing;
  readonly #host: Host;
  readonly #optOuts = new OptOuts();

  constructor(host: Host, account: Account, number: string) {
    this.#host = host;
    this.account = account;
    this.number = number;
    this.outgoing = new Outgoing(host, account);
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async load(): Promise<void> {
    await Promise.all([this.#optOuts.load(this.#host.state(this.account)), this.outgoing.load()]);
  }

  hasOptedOut(conversation: ConversationId): boolean {
    return this.#optOuts.has(conversation);
  }

  /** Keeps it; undefined: it is from nobody that could be named. @throws BridgeError by rejection: nothing was kept. */
  async take(text: Text): Promise<Incoming | undefined> {
    const taken = incoming(text);
    if (taken === undefined) return undefined;
    const { conversation, kept, change } = taken;
    await this.#host.keep(this.account, kept, change === undefined ? {} : stateOf(conversation, change));
    if (change !== undefined) this.#optOuts.apply(conversation, change);
    return taken;
  }

  /** The network knows of an opt-out that was not heard here. */
  refused(conversation: ConversationId, error: BridgeError): void {
    if (!STOPPED.has(error.details.networkCode ?? '')) return;
    this.#optOuts.apply(conversation, 'stopped');
    const state = this.#host.state(this.account);
    for (const [key, value] of Object.entries(stateOf(conversation, 'stopped'))) {
      state
        .put(key, value)
        .catch((cause: unknown) => this.#host.log.warn('an opt-out could not be kept', { error: cause }));
    }
  }

  stop(): void {
    this.outgoing.stop();
  }
}
