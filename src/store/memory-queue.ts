// One work queue in memory.

import type { QueueItem } from '../model/stores.ts';

interface Kept extends QueueItem {
  readonly sequence: number;
  readonly leaseUntil: number;
}

const NO_LEASE = Number.NEGATIVE_INFINITY;

export class MemoryQueue {
  // Both Maps keep the order of insertion, which is the order of age.
  readonly #items = new Map<string, Kept>();
  readonly #lanes = new Map<string, Set<string>>();
  #last = 0;

  get size(): number {
    return this.#items.size;
  }

  has(id: string): boolean {
    return this.#items.has(id);
  }

  add(item: { readonly id: string; readonly lane: string; readonly due: number; readonly value: string }): boolean {
    const { id, lane, due, value } = item;
    if (this.has(id)) return false;
    this.#items.set(id, { id, lane, due, value, attempts: 0, sequence: ++this.#last, leaseUntil: NO_LEASE });
    const others = this.#lanes.get(lane);
    if (others === undefined) this.#lanes.set(lane, new Set([id]));
    else others.add(id);
    return true;
  }

  claim(now: number, leaseUntil: number, limit: number): readonly QueueItem[] {
    const heads: Kept[] = [];
    for (const [head] of this.#lanes.values()) {
      const item = this.#items.get(head ?? '');
      if (item !== undefined && item.due <= now && item.leaseUntil <= now) heads.push(item);
    }
    heads.sort((one, other) => one.due - other.due || one.sequence - other.sequence);
    const claimed = heads.slice(0, Math.max(0, limit));
    for (const item of claimed) this.#items.set(item.id, { ...item, leaseUntil });
    return claimed.map(plain);
  }

  done(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.delete(id);
    const lane = this.#lanes.get(item.lane);
    lane?.delete(id);
    if (lane?.size === 0) this.#lanes.delete(item.lane);
  }

  fail(id: string, due: number): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.set(id, { ...item, due, attempts: item.attempts + 1, leaseUntil: NO_LEASE });
  }

  peek(limit: number): readonly QueueItem[] {
    return [...this.#items.values()].slice(0, Math.max(0, limit)).map(plain);
  }
}

const plain = ({ id, lane, due, attempts, value }: Kept): QueueItem => ({ id, lane, due, attempts, value });
