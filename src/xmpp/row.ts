// A row of things that wait; taking the first costs nothing by length.

export class Row<T> {
  #entries: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }
  get first(): T | undefined {
    return this.#entries[this.#head];
  }

  push(one: T): void {
    this.#entries.push(one);
  }

  shift(): void {
    if (this.length === 0) return;
    this.#entries[this.#head++] = undefined;
    if (this.#head < 1_024 || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
