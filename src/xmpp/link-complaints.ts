// Lines about one kind of trouble, few enough for whoever makes a lot of it not to fill the log.

import type { Clock, Log, LogFields } from '../model/ports.ts';

const EVERY_MS = 10_000;

export class Complaints {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #level: 'warn' | 'error';
  readonly #text: string;
  #silentUntil = 0;
  #unlogged = 0;

  constructor(log: Log, clock: Clock, level: 'warn' | 'error', text: string) {
    this.#log = log;
    this.#clock = clock;
    this.#level = level;
    this.#text = text;
  }

  /** Logs it, or counts it for the next line. */
  about(fields: () => LogFields): void {
    const now = this.#clock.monotonic();
    if (now < this.#silentUntil) {
      this.#unlogged++;
      return;
    }
    this.#silentUntil = now + EVERY_MS;
    this.#log[this.#level](this.#text, { ...fields(), ...(this.#unlogged > 0 && { unlogged: this.#unlogged }) });
    this.#unlogged = 0;
  }
}
