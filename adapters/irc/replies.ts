// What the server answers or says beside all that has an owner: error numerics go to the request they are about, the
// rest is told to the user unless it is of no use to a person.

import { isErrorNumeric, numericError, standardReplyError } from './errors.ts';
import type { Inquiries } from './inquiries.ts';
import type { IrcLine } from './line.ts';
import type { Sayings } from './sayings.ts';
import type { Wire } from './wire.ts';

/** Greetings, counts, our own user modes, what a login said. */
const QUIET_NUMERICS = /^(00[1-4]|042|221|25[0-5]|26[56]|329|333|334|37[256]|412|901|903|90[24-8])$/;

export class Replies {
  readonly #wire: Wire;
  readonly #inquiries: Inquiries;
  readonly #sayings: Sayings;

  constructor(wire: Wire, inquiries: Inquiries, sayings: Sayings) {
    this.#wire = wire;
    this.#inquiries = inquiries;
    this.#sayings = sayings;
  }

  /** Errors and empty answers that name the line they are for. @returns whether it was one. */
  answersLabel(line: IrcLine): boolean {
    const said = this.#wire.readText(line.params.at(-1) ?? '');
    if (line.command === 'ACK') return this.#sayings.labelled(line, undefined);
    if (line.command === 'FAIL')
      return this.#sayings.labelled(line, () => standardReplyError(line.params[1] ?? '', said));
    if (!isErrorNumeric(line.command)) return false;
    return this.#sayings.labelled(line, () => numericError(line.command, said, 'PRIVMSG'));
  }

  /** A line that nobody owns. */
  other({ command, params }: IrcLine): void {
    if (isErrorNumeric(command)) this.#onError(command, params);
    else if (!/^\d{3}$/.test(command)) this.#wire.log.debug('a line without a use', { command });
    else if (!QUIET_NUMERICS.test(command) && !this.#inquiries.isExpected(command, params))
      this.#wire.told(params.slice(1).join(' '));
  }

  #onError(numeric: string, params: readonly string[]): void {
    const read = [...params.slice(0, -1), this.#wire.readText(params.at(-1) ?? '')];
    if (this.#wire.requests.refuse(numeric, read, (name) => this.#wire.fold(name))) return;
    if (!QUIET_NUMERICS.test(numeric)) this.#wire.told(read.slice(1).join(' '));
  }
}
