// What ends a run without figures: something wrong, missing or twice at the far end.

export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/** The first failure of a run, told to whoever waits. */
export class Verdict {
  readonly #listeners = new Set<(reason: Wrong) => void>();
  #first: Wrong | undefined;

  get failed(): Wrong | undefined {
    return this.#first;
  }

  fail(text: string): void {
    if (this.#first) return;
    this.#first = new Wrong(text);
    for (const listener of this.#listeners) listener(this.#first);
  }

  /** `work`, unless the run fails first or `stalled` says that nothing moves any more. */
  guard<T>(work: Promise<T>, stalled?: () => string | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const watch = setInterval(() => {
        const text = stalled?.();
        if (text) this.fail(text);
      }, 250);
      const end = (): void => {
        clearInterval(watch);
        this.#listeners.delete(onFailure);
      };
      const onFailure = (reason: Wrong): void => {
        end();
        reject(reason);
      };
      this.#listeners.add(onFailure);
      if (this.#first) return onFailure(this.#first);
      work.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }
}
