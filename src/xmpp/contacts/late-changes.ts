// What changes faster than it is told: the last of it is told when its time has come (SUB-19).

import type { Clock } from '../../model/ports.ts';

interface Late<What> {
  readonly what: What;
  readonly due: number;
}

export class LateChanges<Key, What> {
  readonly #clock: Clock;
  readonly #onDue: (key: Key, what: What) => void;
  /** In order of their time. */
  readonly #late = new Map<Key, Late<What>>();
  #isTiming = false;

  constructor(clock: Clock, onDue: (key: Key, what: What) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  has(key: Key): boolean {
    return this.#late.has(key);
  }

  /** `due`: monotonic milliseconds. */
  add(key: Key, what: What, due: number): void {
    this.#late.set(key, { what, due });
    this.#time();
  }

  delete(key: Key): void {
    this.#late.delete(key);
  }

  /** One timer for all that waits. */
  #time(): void {
    const [first] = this.#late.values();
    if (this.#isTiming || first === undefined) return;
    this.#isTiming = true;
    this.#clock.after(first.due - this.#clock.monotonic(), () => {
      this.#isTiming = false;
      const now = this.#clock.monotonic();
      for (const [key, { what, due }] of this.#late) {
        if (due > now) break;
        this.#late.delete(key);
        this.#onDue(key, what);
      }
      this.#time();
    });
  }
}
