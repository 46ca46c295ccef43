// One append-only log in memory.

import type { LogEntry, LogRange } from '../model/stores.ts';

export class MemoryLog {
  // A Map keeps the order of insertion, which is the order of positions.
  readonly #entries = new Map<number, LogEntry>();
  readonly #positions = new Map<string, number>();
  #last = 0;

  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#positions.has(id);
  }

  append(entry: { readonly id: string; readonly at: number; readonly value: string }): number | undefined {
    if (this.has(entry.id)) return undefined;
    const position = ++this.#last;
    this.#entries.set(position, { position, id: entry.id, at: entry.at, value: entry.value });
    this.#positions.set(entry.id, position);
    return position;
  }

  find(id: string): LogEntry | undefined {
    const position = this.#positions.get(id);
    return position === undefined ? undefined : this.#entries.get(position);
  }

  range(range: LogRange): readonly LogEntry[] {
    const limit = Math.max(0, range.limit);
    const found = [...this.#entries.values()].filter((entry) => isWithin(entry, range));
    return range.backwards ? found.slice(Math.max(0, found.length - limit)) : found.slice(0, limit);
  }

  trim(limits: { readonly before?: number; readonly keep?: number }): number {
    const excess = limits.keep === undefined ? 0 : this.#entries.size - Math.max(0, limits.keep);
    let index = 0;
    const gone: number[] = [];
    for (const entry of this.#entries.values()) {
      if (index++ < excess || (limits.before !== undefined && entry.at < limits.before)) gone.push(entry.position);
    }
    this.remove(gone);
    return gone.length;
  }

  remove(positions: readonly number[]): void {
    for (const position of positions) {
      const entry = this.#entries.get(position);
      if (entry === undefined) continue;
      this.#entries.delete(position);
      this.#positions.delete(entry.id);
    }
  }
}

function isWithin(entry: LogEntry, range: LogRange): boolean {
  return (
    entry.position > (range.afterPosition ?? 0) &&
    entry.position < (range.beforePosition ?? Number.POSITIVE_INFINITY) &&
    entry.at >= (range.from ?? Number.NEGATIVE_INFINITY) &&
    entry.at <= (range.to ?? Number.POSITIVE_INFINITY)
  );
}
