// One account as the webhooks and its session share it: whose number it is, who has opted out, what became of its texts.

import type { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Host } from '../../src/model/network.ts';
import { changeTold, type Incoming, incoming, type Text } from './incoming.ts';
import { type Change, OptOuts } from './opt-outs.ts';
import { Outgoing } from './outgoing.ts';
import type { TextService } from './twilio.ts';

const STOPPED = new Set(['21610', '63033']);
/** As long as the provider tries to post a text, and a little. */
const ANY_ORDER_MS = 86_400_000;

export class Line {
  readonly account: Account;
  readonly number: string;
  readonly outgoing: Outgoing;
  readonly #host: Host;
  readonly #service: TextService;
  readonly #optOuts = new OptOuts();

  constructor(
    host: Host,
    service: TextService,
    { account, number }: { readonly account: Account; readonly number: string },
  ) {
    this.#host = host;
    this.#service = service;
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
    const { conversation, said, change } = taken;
    const state = change === undefined ? undefined : await this.#changed(conversation, change, text);
    const told = change === undefined || state === undefined ? [] : [changeTold(taken, change, text.sid)];
    await this.#host.keep(this.account, [said, ...told], state ?? {});
    if (state !== undefined) this.#optOuts.apply(state);
    return taken;
  }

  async #changed(
    conversation: ConversationId,
    change: Change,
    text: Text,
  ): Promise<Record<string, string> | undefined> {
    const { sid } = text;
    const now = this.#service.atTheirs(this.#host.clock.now());
    const other = this.#optOuts.contradicted(conversation, change, sid);
    if (other !== undefined && now - other.at < ANY_ORDER_MS && (await this.#isOlder(text, other.sid)))
      return undefined;
    return this.#optOuts.after(conversation, change, { sid, at: now });
  }

  /** Webhooks come in any order, and say nothing of the time: the provider's list does, to the second. What it does not know is new. */
  async #isOlder({ sid, at }: Text, other: string): Promise<boolean> {
    const mine = at === undefined ? this.#service.createdAt(sid) : at.getTime();
    const both = Promise.all([mine, this.#service.createdAt(other)]);
    const [one, another] = await both.catch(() => [0, 0] as const);
    return one < another;
  }

  /** The network knows of an opt-out that was not heard here. */
  refused(conversation: ConversationId, error: BridgeError): void {
    if (!STOPPED.has(error.details.networkCode ?? '')) return;
    const at = this.#service.atTheirs(this.#host.clock.now());
    const noted = this.#optOuts.after(conversation, 'stopped', { sid: `refused/${at}`, at }) ?? {};
    this.#optOuts.apply(noted);
    const state = this.#host.state(this.account);
    for (const [key, value] of Object.entries(noted)) {
      state
        .put(key, value)
        .catch((cause: unknown) => this.#host.log.warn('an opt-out could not be kept', { error: cause }));
    }
  }

  stop(): void {
    this.outgoing.stop();
  }
}
