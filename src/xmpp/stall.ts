// Tells a server that has stopped reading from one that is slow.

import type { Clock } from '../model/ports.ts';

/** Without an answer for so long it is not reading. */
const STALLED_MS = 1_000;

export class Stall {
  readonly #clock: Clock;
  readonly #onStalled: () => void;
  #stop: (() => void) | undefined;
  #isOn = false;

  constructor(clock: Clock, onStalled: () => void) {
    this.#clock = clock;
    this.#onStalled = onStalled;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** It was asked for an answer. */
  begin(): void {
    this.end();
    this.#stop = this.#clock.after(STALLED_MS, () => {
      this.#isOn = true;
      this.#onStalled();
    });
  }

  /** It has answered, or is gone. */
  end(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#isOn = false;
  }
}
