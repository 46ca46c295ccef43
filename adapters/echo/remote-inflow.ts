// Events of an echo server on their way in, in order and none acknowledged before it is safe: what could not be kept is left until the
// server delivers it again, and everything behind it too.

import type { AnyEvent } from '../../src/model/events.ts';
import type { Emit } from '../../src/model/network.ts';
import type { Log } from '../../src/model/ports.ts';

export interface Incoming {
  /** The server's number: grows by one. */
  readonly n: number;
  readonly id: string;
  readonly event: AnyEvent | undefined;
}

export interface InflowDoors {
  /** Undefined: nobody keeps events here, so they are emitted. */
  readonly keep: ((kept: readonly { readonly id: string; readonly event: AnyEvent }[]) => Promise<void>) | undefined;
  readonly emit: Emit;
  acknowledge(upTo: number): void;
  readonly log: Log;
}

export class Inflow {
  readonly #doors: InflowDoors;
  #gathering: Incoming[] = [];
  #isKeeping = false;
  /** Number of the event that has to come next, once one was not kept: nothing behind it counts before it has come again. */
  #next: number | undefined;
  #acknowledged = 0;
  #isClosed = false;

  constructor(doors: InflowDoors) {
    this.#doors = doors;
  }

  take(incoming: Incoming): void {
    if (this.#isClosed) return;
    const doors = this.#doors;
    const { keep } = doors;
    if (keep === undefined) {
      if (incoming.event !== undefined) doors.emit(incoming.event);
      doors.acknowledge(incoming.n);
      return;
    }
    if (this.#next !== undefined && incoming.n > this.#next) return;
    if (incoming.n === this.#next) this.#next += 1;
    this.#gathering.push(incoming);
    if (!this.#isKeeping) void this.#keepAll(keep);
  }

  close(): void {
    this.#isClosed = true;
    this.#gathering = [];
  }

  /** What comes while one write is under way goes with the next. */
  async #keepAll(keep: NonNullable<InflowDoors['keep']>): Promise<void> {
    this.#isKeeping = true;
    while (this.#gathering.length > 0) {
      const batch = this.#gathering;
      this.#gathering = [];
      const kept = batch.flatMap(({ id, event }) => (event === undefined ? [] : [{ id, event }]));
      const numbers = batch.map(({ n }) => n);
      try {
        if (kept.length > 0) await keep(kept);
        this.#acknowledge(Math.max(...numbers));
      } catch (error) {
        // What was acknowledged before and came a second time will not come again.
        const next = Math.min(...numbers.filter((n) => n > this.#acknowledged));
        if (next !== Number.POSITIVE_INFINITY) this.#next = next;
        this.#gathering = this.#gathering.filter(({ n }) => n < next);
        this.#doors.log.warn('events could not be kept; the network will deliver them again', { error });
      }
    }
    this.#isKeeping = false;
  }

  #acknowledge(upTo: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, upTo);
    if (!this.#isClosed) this.#doors.acknowledge(upTo);
  }
}
