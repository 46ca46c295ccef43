// Several things to be waited for, however many there turn out to be.

/** Calls `done` when it has begun and every one that was given out has come back. */
export class Countdown {
  readonly #done: () => void;
  #left = 1;

  constructor(done: () => void) {
    this.#done = done;
  }

  one(): () => void {
    this.#left++;
    return this.begin;
  }

  readonly begin = (): void => {
    if (--this.#left === 0) this.#done();
  };
}
