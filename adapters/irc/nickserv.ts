// Identifying with NickServ, where a server has accounts but no SASL.

import type { Identity } from './account.ts';
import { type IrcLine, nickOf } from './line.ts';
import type { Wire } from './wire.ts';

const SERVICE = 'NickServ';
const ANSWER_MS = 3000;

export class NickServ {
  readonly #wire: Wire;
  readonly #identity: Identity;
  #answered: (() => void) | undefined;

  constructor(wire: Wire, identity: Identity) {
    this.#wire = wire;
    this.#identity = identity;
  }

  /** Waits a little for the answer, since channels may be for identified people only. Never rejects. */
  async identify(): Promise<void> {
    const { sasl, nickserv } = this.#identity;
    if (sasl === undefined || !nickserv) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const done = (): void => resolve(undefined);
    const stop = this.#wire.clock.after(ANSWER_MS, done);
    this.#answered = done;
    // A server without such a service says so; then there is nothing to wait for.
    const question = { command: 'PRIVMSG', target: this.#wire.fold(SERVICE), timeoutMs: ANSWER_MS };
    this.#wire.requests.ask<undefined>(question).promise.catch(done);
    this.#wire.send(`PRIVMSG ${SERVICE} :IDENTIFY ${sasl.account} ${sasl.password}`);
    await promise;
    this.#answered = undefined;
    stop();
  }

  /** Every line, in case it is the answer. */
  hear(line: IrcLine): void {
    if (this.#answered === undefined) return;
    const isAnswer = line.command === '900' || (line.command === 'NOTICE' && nickOf(line.source) === SERVICE);
    if (isAnswer) this.#answered();
  }
}
