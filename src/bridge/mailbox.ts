// The order of things that happen to one user: a task runs at once when nothing is running, and queues only when it comes out of another.

export class Mailbox {
  #busy = false;
  readonly #queue: (() => void)[] = [];
  readonly #onDefect: (thrown: unknown) => void;
  readonly #onEmpty: () => void;

  /** `onDefect` hears what a task threw; the tasks behind it still run. `onEmpty` runs whenever nothing is left to do. */
  constructor(onDefect: (thrown: unknown) => void, onEmpty: () => void = () => {}) {
    this.#onDefect = onDefect;
    this.#onEmpty = onEmpty;
  }

  run(task: () => void): void {
    if (this.#busy) {
      this.#queue.push(task);
      return;
    }
    this.#busy = true;
    this.#attempt(task);
    // Read anew each turn: a task may queue others.
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#attempt(next);
    this.#busy = false;
    this.#onEmpty();
  }

  #attempt(task: () => void): void {
    try {
      task();
    } catch (thrown) {
      // Most tasks begin in a network's socket handler, where a defect of ours would end the process with everybody in it.
      this.#onDefect(thrown);
    }
  }
}
