// Time that passes only when a test says so.

import type { Clock } from '../../src/model/ports.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class ManualClock implements Clock {
  readonly #startedAt: number;
  #elapsedMs = 0;
  #shiftedMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(startedAt = Date.UTC(2026, 0, 1)) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + this.#shiftedMs + this.#elapsedMs;
  }

  /** Somebody sets the clock by that much. */
  shift(ms: number): void {
    this.#shiftedMs += ms;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#elapsedMs + delayMs, task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Milliseconds from now until each timer that is set, soonest first. */
  pending(): readonly number[] {
    return [...this.#timers].map(({ at }) => at - this.#elapsedMs).toSorted((a, b) => a - b);
  }

  /** Runs what is due on the way, in order, timers set meanwhile too. */
  advance(ms: number): void {
    const end = this.#elapsedMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.at);
      next.task();
    }
    this.#elapsedMs = end;
  }
}
