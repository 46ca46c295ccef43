// Things that wait for a session, bounded in number and time; one timer for all of them.

import { BridgeError } from '../model/errors.ts';
import type { Clock } from '../model/ports.ts';
import { words } from '../model/words.ts';

export interface Held {
  /** Of these a client has as many as it has bookmarks: they do not take the room of lines. */
  readonly isJoin?: boolean;
  /** That a guest wants to be called. */
  readonly nick?: string | undefined;
  resume(): void;
  fail(error: BridgeError): void;
}

const JOINS_FOR_A_LINE = 16;

interface Entry {
  readonly held: Held;
  /** Monotonic. */
  readonly deadline: number;
}

export class HeldQueue {
  readonly #clock: Clock;
  readonly #run: (task: () => void) => void;
  readonly #most: number;
  #entries: Entry[] = [];
  #cancelTimer: (() => void) | undefined;

  /** Timers go through `run`, the owner's mailbox. */
  constructor(clock: Clock, run: (task: () => void) => void, most: number) {
    this.#clock = clock;
    this.#run = run;
    this.#most = most;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** @returns false where there is no room. */
  add(held: Held, forMs: number): boolean {
    if (this.#entries.length >= this.#most * JOINS_FOR_A_LINE) return false;
    if (held.isJoin !== true && this.#lines() >= this.#most) return false;
    this.#entries.push({ held, deadline: this.#clock.monotonic() + forMs });
    this.#arm();
    return true;
  }

  /** Takes all of them out, in order. */
  take(): readonly Held[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    return entries.map(({ held }) => held);
  }

  /**
   * All of them have failed, but where the nick was refused those that want another than was tried.
   * @returns the next of those.
   */
  fail(error: BridgeError, tried?: string): string | undefined {
    const isOfNick = tried !== undefined && (error.code === 'nick-taken' || error.code === 'nick-invalid');
    const others = this.#entries.filter(({ held: { nick = tried } }) => isOfNick && nick !== tried);
    const failed = this.take().filter((held) => others.every((other) => other.held !== held));
    this.#entries = others;
    this.#arm();
    for (const held of failed) held.fail(error);
    return others[0]?.held.nick;
  }

  #lines(): number {
    return this.#entries.reduce((count, { held }) => (held.isJoin === true ? count : count + 1), 0);
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#entries.length === 0) return;
    const first = Math.min(...this.#entries.map(({ deadline }) => deadline));
    const delayMs = Math.max(0, Math.ceil(first - this.#clock.monotonic()));
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#run(() => this.#expire()));
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    const due = this.#entries.filter(({ deadline }) => deadline <= now);
    this.#entries = this.#entries.filter(({ deadline }) => deadline > now);
    this.#arm();
    const error = new BridgeError('network-down', words`The connection to the network could not be made in time.`);
    for (const { held } of due) held.fail(error);
  }
}
