// A clock that never steps while the process lives: an hour that is put back or forward must not keep what is due waiting, nor age it.

import type { Clock } from '../model/ports.ts';

export class SteadyClock implements Clock {
  readonly #clock: Clock;
  readonly #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonic();
  }

  now(): number {
    return this.#offsetMs + this.#clock.monotonic();
  }
  monotonic(): number {
    return this.#clock.monotonic();
  }
  after(delayMs: number, task: () => void): () => void {
    return this.#clock.after(delayMs, task);
  }
}
