// Whether the server still reads what we write: a ping from an address of the link's own, behind the stanzas; its answer also confirms
// everything written before it (XEP-0199, COMP-6).

import { randomUUID } from 'node:crypto';
import { BridgeError } from '../model/errors.ts';
import type { Clock, Log } from '../model/ports.ts';
import { joinJid } from './jid.ts';
import { type Element, el } from './xml.ts';

const PING_NS = 'urn:xmpp:ping';

export interface LivenessOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The component's domain. */
  readonly domain: string;
  /** Who is pinged. */
  readonly serverDomain: string;
  /** Without anything heard, before a ping. */
  readonly idleMs: number;
  /** For its answer. */
  readonly answerMs: number;
  /** Stanzas written so far. */
  written(): number;
  request(iq: Element, timeoutMs: number): Promise<Element>;
  /** After every answer. */
  onAnswered(tookMs: number): void;
  onDead(): void;
}

export class Liveness {
  readonly #options: LivenessOptions;
  /** Where pings come from; full, so that their answers can't be taken for anybody else's. */
  readonly address: string;
  #heardAt: number;
  #confirmed = 0;
  #cancel: () => void = () => undefined;
  #stopped = false;
  #warned = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.address = joinJid('', options.domain, `link-${randomUUID()}`);
    this.#heardAt = options.clock.monotonic();
  }

  /** Stanzas written that the server is known to have read: the first so many. */
  get confirmed(): number {
    return this.#confirmed;
  }

  start(): void {
    this.#wait(this.#options.idleMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  /** Resolves to how many stanzas are confirmed; a dead link is reported and never resolves. */
  ping(): Promise<number> {
    const { clock, answerMs, serverDomain, domain } = this.#options;
    const upTo = this.#options.written();
    const startedAt = clock.monotonic();
    return new Promise((resolve) => {
      let answered = false;
      const answer = (by: string): void => {
        cancelSecond();
        if (answered || this.#stopped) return;
        answered = true;
        this.#confirmed = Math.max(this.#confirmed, upTo);
        if (by !== serverDomain) this.#warn();
        this.#options.onAnswered(clock.monotonic() - startedAt);
        resolve(upTo);
      };
      // The configured domain may be one that this server asks others for; our own comes straight back to us.
      const cancelSecond = clock.after(answerMs / 2, () => this.#send(domain, answerMs / 2, answer));
      this.#send(serverDomain, answerMs, answer, () => {
        cancelSecond();
        if (!answered && !this.#stopped) this.#options.onDead();
      });
    });
  }

  #wait(ms: number): void {
    this.#cancel = this.#options.clock.after(ms, () => {
      if (this.#stopped) return;
      const { clock, idleMs } = this.#options;
      const restMs = idleMs - (clock.monotonic() - this.#heardAt);
      if (restMs > 0) this.#wait(restMs);
      else void this.ping().then(() => this.#wait(idleMs));
    });
  }

  #send(to: string, timeoutMs: number, answer: (by: string) => void, silent: () => void = () => undefined): void {
    const ping = el('iq', { type: 'get', from: this.address, to }, el('ping', { xmlns: PING_NS }));
    this.#options.request(ping, timeoutMs).then(
      () => answer(to),
      (error: unknown) => {
        // An error is an answer too; only the link's own two are none.
        if (!(error instanceof BridgeError)) answer(to);
        else if (error.code === 'timeout') silent();
      },
    );
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.log.warn('the XMPP server does not answer for its domain; is xmpp.domain right?', {
      serverDomain: this.#options.serverDomain,
    });
  }
}
