// A token bucket for each key: so many starts a second, the rest waits its turn in order.

import type { Clock } from '../model/ports.ts';

interface Bucket {
  tokens: number;
  /** When `tokens` was right, monotonic. */
  at: number;
  readonly waiting: Set<() => void>;
  cancelTimer: (() => void) | undefined;
}

/** People may name servers of their own: those that nobody connects to any more are forgotten. */
const MOST_KEYS = 1_000;

export class Pacer {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, Math.floor(perSecond));
  }

  /** Runs the task now or when its turn comes. @returns a function that takes it out of the line. */
  run(key: string, task: () => void): () => void {
    const bucket = this.#bucket(key);
    this.#refill(bucket);
    if (bucket.waiting.size === 0 && bucket.tokens >= 1) {
      bucket.tokens--;
      task();
      return () => {};
    }
    // A wrapper of its own: the same task may stand in line twice.
    const turn = (): void => task();
    bucket.waiting.add(turn);
    this.#arm(bucket);
    return () => bucket.waiting.delete(turn);
  }

  #bucket(key: string): Bucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= MOST_KEYS) this.#sweep();
      bucket = { tokens: this.#burst, at: this.#clock.monotonic(), waiting: new Set(), cancelTimer: undefined };
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #refill(bucket: Bucket): void {
    const now = this.#clock.monotonic();
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
  }

  #arm(bucket: Bucket): void {
    if (bucket.cancelTimer !== undefined) return;
    const delayMs = Math.max(1, Math.ceil(((1 - Math.min(1, bucket.tokens)) / this.#perSecond) * 1000));
    bucket.cancelTimer = this.#clock.after(delayMs, () => {
      bucket.cancelTimer = undefined;
      this.#refill(bucket);
      for (const turn of bucket.waiting) {
        if (bucket.tokens < 1) break;
        bucket.tokens--;
        bucket.waiting.delete(turn);
        turn();
      }
      if (bucket.waiting.size > 0) this.#arm(bucket);
    });
  }

  /** A full bucket is as good as none. */
  #sweep(): void {
    for (const [key, bucket] of this.#buckets) {
      this.#refill(bucket);
      if (bucket.tokens === this.#burst && bucket.waiting.size === 0) this.#buckets.delete(key);
    }
  }

  stop(): void {
    for (const bucket of this.#buckets.values()) bucket.cancelTimer?.();
    this.#buckets.clear();
  }
}
