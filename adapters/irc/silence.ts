// A server that has gone silent: asked after a while, given up after as long again.

import type { Clock } from '../../src/model/ports.ts';
import type { LineSocket } from './socket.ts';

export class Silence {
  readonly #clock: Clock;
  readonly #askAfterMs: number;
  #sinceMs: number;
  #hasAsked = false;

  constructor(clock: Clock, askAfterMs: number) {
    this.#clock = clock;
    this.#askAfterMs = askAfterMs;
    this.#sinceMs = clock.monotonic();
  }

  /** Looked at now and then, so that reading costs no time stamps. @returns what is to be done. */
  look(socket: LineSocket): 'nothing' | 'ask' | 'giveUp' {
    const now = this.#clock.monotonic();
    // Held back by us, nothing can be heard.
    if (socket.hasRead || socket.isPaused) {
      socket.hasRead = false;
      this.#sinceMs = now;
      this.#hasAsked = false;
    }
    const silentMs = now - this.#sinceMs;
    if (silentMs >= 2 * this.#askAfterMs) return 'giveUp';
    if (this.#hasAsked || silentMs < this.#askAfterMs) return 'nothing';
    this.#hasAsked = true;
    return 'ask';
  }
}
