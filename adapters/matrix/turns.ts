// One thing after the other in each conversation: what is sent at once would otherwise arrive in any order.

export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `task` when all before it in this conversation have come to an end. */
  async take<T>(conversation: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(conversation);
    const result = before === undefined ? task() : before.then(task);
    const quiet = result.then(nothing, nothing);
    this.#last.set(conversation, quiet);
    try {
      return await result;
    } finally {
      if (this.#last.get(conversation) === quiet) this.#last.delete(conversation);
    }
  }
}

const nothing = (): void => {};
