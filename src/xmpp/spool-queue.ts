// An ordered queue of stanzas with their total size; taking from the front costs nothing by length.

import type { StanzaClass } from './feature.ts';

export interface Spooled {
  /** Growing. */
  readonly seq: number;
  readonly xml: string;
  readonly to: string;
  readonly kind: StanzaClass;
  /** Monotonic, milliseconds. */
  readonly at: number;
  readonly confirmed: (() => void) | undefined;
  readonly written: boolean;
}

export class SpoolQueue {
  #entries: (Spooled | undefined)[] = [];
  #head = 0;
  #units = 0;

  get size(): number {
    return this.#entries.length - this.#head;
  }
  /** UTF-16 units of all stanzas. */
  get units(): number {
    return this.#units;
  }
  get first(): Spooled | undefined {
    return this.#entries[this.#head];
  }
  get last(): Spooled | undefined {
    return this.size === 0 ? undefined : this.#entries.at(-1);
  }

  push(entry: Spooled): void {
    this.#entries.push(entry);
    this.#units += entry.xml.length;
  }

  shift(): Spooled | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#entries[this.#head++] = undefined;
    this.#units -= entry.xml.length;
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  takeAll(): Spooled[] {
    const all = this.#entries.slice(this.#head) as Spooled[];
    this.#entries = [];
    this.#head = 0;
    this.#units = 0;
    return all;
  }

  takeThrough(seq: number): Spooled[] {
    const taken: Spooled[] = [];
    for (let entry = this.first; entry !== undefined && entry.seq <= seq; entry = this.first) {
      this.shift();
      taken.push(entry);
    }
    return taken;
  }

  takeOlderThan(at: number): Spooled[] {
    const taken: Spooled[] = [];
    for (let entry = this.first; entry !== undefined && entry.at <= at; entry = this.first) {
      this.shift();
      taken.push(entry);
    }
    return taken;
  }
}
