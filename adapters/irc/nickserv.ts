// Identifying with NickServ, where a server has accounts but no SASL, and where person and operator both allow it.

import type { Identity } from './account.ts';
import { formatLine, type IrcLine, nickOf } from './line.ts';
import type { Wire } from './wire.ts';

const SERVICE = 'NickServ';
const ANSWER_MS = 3000;

export class NickServ {
  readonly #wire: Wire;
  readonly #identity: Identity;
  #answered: ((isConfirmed: boolean) => void) | undefined;
  #mustConfirm = false;

  constructor(wire: Wire, identity: Identity) {
    this.#wire = wire;
    this.#identity = identity;
  }

  /**
   * Waits a little for the answer, since channels may be for identified people only. Never rejects.
   * @param mustConfirm wait for the server's own word; what NickServ says is for people.
   * @returns whether the server itself has confirmed the login: RPL_LOGGEDIN, or user mode r (R on ngIRCd).
   */
  async identify(mustConfirm: boolean): Promise<boolean> {
    const { sasl, nickserv } = this.#identity;
    if (sasl === undefined || !nickserv) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const giveUp = (): void => resolve(false);
    const stop = this.#wire.clock.after(ANSWER_MS, giveUp);
    this.#mustConfirm = mustConfirm;
    this.#answered = resolve;
    // A server without such a service says so; then there is nothing to wait for.
    const question = { command: 'PRIVMSG', target: this.#wire.fold(SERVICE), timeoutMs: ANSWER_MS };
    this.#wire.requests.ask<undefined>(question).promise.catch(giveUp);
    this.#wire.send(formatLine('PRIVMSG', SERVICE, `IDENTIFY ${sasl.account} ${sasl.password}`));
    const isConfirmed = await promise;
    this.#answered = undefined;
    stop();
    return isConfirmed;
  }

  /** Every line, in case it is the answer. */
  hear(line: IrcLine): void {
    if (this.#answered === undefined) return;
    if (this.#confirms(line)) this.#answered(true);
    else if (!this.#mustConfirm && line.command === 'NOTICE' && nickOf(line.source) === SERVICE) this.#answered(false);
  }

  #confirms({ command, params }: IrcLine): boolean {
    const [target = '', modes = ''] = params;
    if (!this.#wire.isSelf(target)) return false;
    return command === '900' || (command === 'MODE' && /^\+[A-Za-z]*r/i.test(modes));
  }
}
