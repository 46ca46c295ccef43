// What is said in the talks, in the order in which it came: one after the other for each user.

import type { UserId } from '../../model/ids.ts';

export class Turns {
  readonly #last = new Map<UserId, Promise<void>>();

  /** Resolves when the task is done or has failed, which `failed` is told. */
  async take(user: UserId, task: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    const before = this.#last.get(user) ?? Promise.resolve();
    const turn = before.then(task).then(undefined, failed);
    this.#last.set(user, turn);
    await turn;
    if (this.#last.get(user) === turn) this.#last.delete(user);
  }
}
