// Writes that have to happen: tried until the store takes them.

import type { Clock, Log } from '../model/ports.ts';

export class Persistent {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #everyMs: number;
  #stopped = false;

  constructor(clock: Clock, log: Log, everyMs: number) {
    this.#clock = clock;
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** Never rejects; never resolves once stopped, unless the write happens. */
  async do(what: string, write: () => Promise<unknown>): Promise<void> {
    for (let failing = false; ; failing = true) {
      try {
        await write();
        return;
      } catch (error) {
        if (!failing) this.#log.warn(`${what} could not be stored; trying again`, { error });
      }
      await this.#pause();
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Who is stopped tries no more: the next process finds it as it was.
    this.#clock.after(this.#everyMs, () => {
      if (!this.#stopped) resolve();
    });
    return promise;
  }
}
