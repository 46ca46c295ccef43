// Flood control: a token bucket before the socket, so that the server never has a reason to drop us.

import { BridgeError } from '../../src/model/errors.ts';
import type { Clock } from '../../src/model/ports.ts';
import { words } from '../../src/model/words.ts';

const MAX_WAITING = 1000;

export interface PaceLimits {
  /** 0: no limit. */
  readonly linesPerSecond: number;
  readonly burst: number;
}

interface Waiting {
  readonly line: string;
  readonly written: (() => void) | undefined;
}

export class Pace {
  readonly #limits: PaceLimits;
  readonly #clock: Clock;
  readonly #write: (line: string, written?: () => void) => void;
  #waiting: Waiting[] = [];
  #tokens: number;
  #filledMs: number;
  #stopTimer: (() => void) | undefined;

  constructor(limits: PaceLimits, clock: Clock, write: (line: string, written?: () => void) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#write = write;
    this.#tokens = limits.burst;
    this.#filledMs = clock.monotonic();
  }

  /**
   * Writes the line now or when it is its turn; `written` follows the socket's write.
   * @throws BridgeError `rate-limited` when too much waits.
   */
  send(line: string, written?: () => void): void {
    if (this.#limits.linesPerSecond === 0) {
      this.#write(line, written);
      return;
    }
    if (this.#waiting.length >= MAX_WAITING)
      throw new BridgeError('rate-limited', words`Too many lines are waiting to be sent to the server.`);
    this.#waiting.push({ line, written });
    if (this.#stopTimer === undefined) this.#drain();
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#waiting = [];
  }

  #drain(): void {
    this.#stopTimer = undefined;
    this.#fill();
    while (this.#tokens >= 1) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#tokens--;
      this.#write(next.line, next.written);
    }
    if (this.#waiting.length === 0) return;
    const waitMs = Math.ceil(((1 - this.#tokens) * 1000) / this.#limits.linesPerSecond);
    this.#stopTimer = this.#clock.after(waitMs, () => this.#drain());
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const gained = ((now - this.#filledMs) * this.#limits.linesPerSecond) / 1000;
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + gained);
    this.#filledMs = now;
  }
}
