// How long one turn of the event loop may be spent reading lines, all connections together: after a netsplit each session in a big channel has
// thousands of lines at once, and nobody else is to wait until they are through.

/** Somebody with lines that were received and not read yet. */
export interface Reader {
  /** Reads so many of them at most. @returns how many. */
  read(most: number): number;
  /** There are others that it wants to read now. */
  readonly hasMore: boolean;
}

/** What a line costs depends on what it says, on who reads it and on the machine, so it is time that is shared out, and not lines. */
const MS_A_TURN = 4;
/** Between two looks at the clock; in a row, where several have more. */
const LINES_A_GO = 16;
/** For whoever has not had any in this turn: a short line never waits. */
const LINES_ANYWAY = 4;

export class Turns {
  readonly #readers = new Set<Reader>();
  readonly #nowMs: () => number;
  /** When this turn is over; undefined where nothing was read in it. */
  #until: number | undefined;
  #isPlanned = false;

  /** `nowMs`: of a clock that never goes back. */
  constructor(nowMs = (): number => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Lines have come: reads them now as far as this turn allows, and the rest in turns to come. */
  take(reader: Reader): void {
    if (this.#readers.has(reader)) return;
    this.#until ??= this.#nowMs() + MS_A_TURN;
    let most = LINES_ANYWAY;
    do {
      reader.read(most);
      most = LINES_A_GO;
    } while (reader.hasMore && this.#nowMs() < this.#until);
    if (reader.hasMore) this.#readers.add(reader);
    this.#plan();
  }

  /** It has nothing more to be read, or wants to wait. */
  drop(reader: Reader): void {
    this.#readers.delete(reader);
  }

  // Counted anew in the next turn, whether anybody waits for it or not.
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isPlanned = false;
    this.#until = undefined;
    if (this.#readers.size === 0) return;
    const until = this.#nowMs() + MS_A_TURN;
    // Whoever has more goes to the end of the row.
    for (const reader of this.#readers) {
      this.#readers.delete(reader);
      reader.read(LINES_A_GO);
      if (reader.hasMore) this.#readers.add(reader);
      if (this.#nowMs() >= until) break;
    }
    this.#until = until;
    this.#plan();
  }
}
