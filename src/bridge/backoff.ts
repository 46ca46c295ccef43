// How long to wait before the next attempt: doubling, bounded, with jitter so that a thousand sessions do not come back in one second.

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #attempts = 0;

  constructor(limits: BackoffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Between half and the whole of the step; never less than what the network asked for. */
  nextMs(atLeastMs = 0): number {
    const step = Math.min(this.#limits.maxMs, this.#limits.firstMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts++;
    return Math.max(atLeastMs, Math.round(step * (0.5 + this.#random() / 2)));
  }

  reset(): void {
    this.#attempts = 0;
  }
}
