// How long something that nobody needs stays: a while after its last use, by one timer however often it is used.

import type { Clock } from '../model/ports.ts';

export class Grace {
  readonly #clock: Clock;
  readonly #run: (task: () => void) => void;
  readonly #end: () => void;
  #until = 0;
  #stopTimer: (() => void) | undefined;

  /** `end` is called by `run`, the owner's mailbox; it looks again whether it is to end. */
  constructor(clock: Clock, run: (task: () => void) => void, end: () => void) {
    this.#clock = clock;
    this.#run = run;
    this.#end = end;
  }

  extend(ms: number): void {
    this.#until = Math.max(this.#until, this.#clock.monotonic() + ms);
  }

  /** So long from now at the most. */
  shorten(ms: number): void {
    this.#until = Math.min(this.#until, this.#clock.monotonic() + ms);
    this.cancel();
  }

  begin(): void {
    this.#stopTimer ??= this.#clock.after(this.#until - this.#clock.monotonic(), () =>
      this.#run(() => {
        this.#stopTimer = undefined;
        if (this.#until > this.#clock.monotonic()) this.begin();
        else this.#end();
      }),
    );
  }

  cancel(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
