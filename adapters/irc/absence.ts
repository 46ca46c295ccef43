// Which of the people who are watched are away, since neither MONITOR nor ISON tells: asked by USERHOST, five at once (RFC 2812 4.8), when they
// come and now and then.

import { BridgeError } from '../../src/model/errors.ts';
import { formatLine } from './line.ts';
import { Pending } from './requests.ts';
import type { Handlers, Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

const NICKS_A_LINE = 5;
/** What she says herself is not to wait for this. */
const LINES_A_TICK = 2;
const ASKED_EVERY_MS = 60_000;
const ANSWER_MS = 15_000;

export class Absence {
  readonly #wire: Wire;
  readonly #rooms: Rooms;
  readonly #told: (nick: string, isAway: boolean) => void;
  /** Still to be asked about, in turn. */
  readonly #due = new Set<string>();
  #linesLeft = LINES_A_TICK;
  #roundAt: number;
  /** The server has no such command. */
  #isUnknown = false;

  constructor(wire: Wire, rooms: Rooms, told: (nick: string, isAway: boolean) => void) {
    this.#wire = wire;
    this.#rooms = rooms;
    this.#told = told;
    this.#roundAt = wire.clock.monotonic();
  }

  readonly handlers: Handlers = {
    '302': ({ params }) => this.#answered(params),
  };

  /** These are there, and were not before. */
  came(nicks: readonly string[]): void {
    for (const nick of nicks) this.#due.add(nick);
    this.#ask();
  }

  /** Called every now and then, with those who are there. */
  tick(there: readonly string[]): void {
    const now = this.#wire.clock.monotonic();
    if (this.#due.size === 0 && now - this.#roundAt >= ASKED_EVERY_MS) {
      this.#roundAt = now;
      for (const nick of there) if (!this.#isToldAnyway(nick)) this.#due.add(nick);
    }
    this.#linesLeft = LINES_A_TICK;
    this.#ask();
  }

  /** By away-notify (IRCv3). */
  #isToldAnyway(nick: string): boolean {
    return this.#wire.caps.has('away-notify') && [...this.#rooms.all()].some((room) => room.member(nick) !== undefined);
  }

  #ask(): void {
    while (this.#due.size > 0 && this.#linesLeft > 0 && !this.#isUnknown) {
      this.#linesLeft--;
      const nicks = [...this.#due].slice(0, NICKS_A_LINE);
      for (const nick of nicks) this.#due.delete(nick);
      const question = { command: 'USERHOST', target: '', timeoutMs: ANSWER_MS };
      const pending = this.#wire.requests.ask<undefined>(question);
      pending.promise.catch((error: unknown) => {
        if (error instanceof BridgeError && error.details.networkCode === '421') this.#isUnknown = true;
      });
      this.#wire.send(formatLine('USERHOST', ...nicks));
    }
  }

  /** Each is `nick=+user@host`, with a star for operators; a minus in place of the plus for who is away. */
  #answered(params: readonly string[]): void {
    const asked = this.#wire.requests.byCommand('USERHOST');
    if (asked instanceof Pending) asked.done(undefined);
    else this.#wire.told(params.slice(1).join(' '));
    for (const one of (params.at(-1) ?? '').split(' ')) {
      const [, nick, sign] = /^([^=*]+)\*?=([+-])/.exec(one) ?? [];
      if (nick !== undefined) this.#told(nick, sign === '-');
    }
  }
}
