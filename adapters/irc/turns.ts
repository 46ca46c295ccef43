// How much is read in one turn of the event loop, all connections together: after a netsplit each session in a big channel has thousands of
// lines at once, and nobody else is to wait until they are through.

/** Somebody with lines that were received and not read yet. */
export interface Reader {
  /** Reads so many of them at most. @returns how many. */
  read(most: number): number;
  /** There are others that it wants to read now. */
  readonly hasMore: boolean;
}

/** A few milliseconds. */
const LINES_A_TURN = 512;
/** In a row, where several have more. */
const LINES_A_GO = 64;
/** For whoever has not had any in this turn: a short line never waits. */
const LINES_ANYWAY = 4;

export class Turns {
  readonly #readers = new Set<Reader>();
  #left = LINES_A_TURN;
  #isPlanned = false;

  /** Lines have come: reads them now as far as this turn allows, and the rest in turns to come. */
  take(reader: Reader): void {
    if (this.#readers.has(reader)) return;
    this.#left -= reader.read(Math.max(LINES_ANYWAY, this.#left));
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
    this.#left = LINES_A_TURN;
    // Whoever has more goes to the end of the row.
    for (const reader of this.#readers) {
      if (this.#left <= 0) break;
      this.#readers.delete(reader);
      this.#left -= reader.read(LINES_A_GO);
      if (reader.hasMore) this.#readers.add(reader);
    }
    if (this.#readers.size > 0) this.#plan();
  }
}
