// A value that must not be printed: whoever needs it has to say so by `reveal()`.

const SHOWN = '[redacted]';

export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return SHOWN;
  }
  toJSON(): string {
    return SHOWN;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}
