// The clock of the gateways under test: real time that may be set forward, and made to run.

import { SystemClock } from '../../src/observe/clock.ts';

/** How long a delay lasts in place of what was asked for. */
export type DelayRule = (delayMs: number) => number;

interface Delay {
  readonly due: number;
  readonly task: () => void;
  cancel: () => void;
}

export class HurriedClock extends SystemClock {
  /** How far the time of day is ahead. */
  aheadMs = 0;
  readonly #rule: DelayRule;
  readonly #delays = new Set<Delay>();
  #speed: number;
  /** When the speed was set: on the real clock, and on this. */
  #realMs = super.monotonic();
  #hurriedMs = this.#realMs;

  constructor(speed = 1, rule: DelayRule = (delayMs) => delayMs) {
    super();
    this.#speed = speed;
    this.#rule = rule;
  }

  /** From now on delays are so many times as short, and what is measured lasts so many times as long. */
  set speed(speed: number) {
    this.#hurriedMs = this.monotonic();
    this.#realMs = super.monotonic();
    this.#speed = speed;
    for (const delay of this.#delays) {
      delay.cancel();
      this.#arm(delay);
    }
  }

  override now(): number {
    return super.now() + this.aheadMs;
  }
  override monotonic(): number {
    return this.#hurriedMs + (super.monotonic() - this.#realMs) * this.#speed;
  }
  override after(delayMs: number, task: () => void): () => void {
    const delay = { due: this.monotonic() + this.#rule(delayMs), task, cancel: () => undefined };
    this.#delays.add(delay);
    this.#arm(delay);
    return () => {
      delay.cancel();
      this.#delays.delete(delay);
    };
  }

  /** Resolves when so much has passed on it. */
  passed(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  #arm(delay: Delay): void {
    delay.cancel = super.after((delay.due - this.monotonic()) / this.#speed, () => {
      this.#delays.delete(delay);
      delay.task();
    });
  }
}
