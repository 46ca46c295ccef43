// What goes to clients in rooms, a bit at a time and in turn: long runs of stanzas, and whatever else comes faster than the server reads it. What is
// for one client stays together and in order (CORE-13), and somebody who gets little does not wait until others have got a lot.

import type { StanzaClass } from './feature.ts';
import { Row } from './row.ts';

/** The link as the presenter sees it. */
export interface Outlet {
  /** `xml` has its `from` and `to`. */
  write(xml: string, to: string, kind: StanzaClass, confirmed?: () => void): void;
  /** Full at the moment: runs wait. */
  readonly congested: boolean;
  /** The server has so much to read that whoever is next would wait for it; `RunWriter.ready` is called as soon as it has not. */
  readonly busy: boolean;
}

export interface RunWriterParts {
  readonly outlet: Outlet;
  /** Runs a task in a turn of its own, after a pause when the link is congested. */
  readonly later: (task: () => void, congested: boolean) => void;
  /** So much waits that whoever can stop making more should, or may go on. */
  readonly onCrowd?: (crowded: boolean) => void;
  readonly crowd?: CrowdLimits;
}

interface Waiting {
  readonly xml: string | Iterator<string>;
  readonly kind: StanzaClass;
  readonly confirmed?: (() => void) | undefined;
  /** Written when the link was about to be closed. */
  readonly isLate: boolean;
}

/** Of all clients together. */
const CHARS_A_TURN = 65_536;
/** Of one, where several have more. */
const CHARS_A_GO = 4_096;
/** For a client for whom nothing waits, however much others get. */
const STANZAS_ANYWAY = 4;
/** Whose share of `STANZAS_ANYWAY` is counted; others wait for their turn. */
const CLIENTS_ANYWAY = 2_048;

/** Above either of these too much waits. A run counts as one stanza and as no text: its stanzas are made as they are written. */
export interface CrowdLimits {
  readonly stanzas: number;
  /** UTF-16. */
  readonly units: number;
}
/** Out of reach of floods in a room of many users, and of netsplits: whoever is told to stop by it stops for everybody. */
const CROWD: CrowdLimits = { stanzas: 200_000, units: 64 * 1024 * 1024 };
/** Of these limits, when it is no longer too much. Near, so that nobody has to wait for long. */
const RELIEVED = 0.9;

export class RunWriter {
  readonly #outlet: Outlet;
  readonly #later: RunWriterParts['later'];
  readonly #onCrowd: (crowded: boolean) => void;
  /** What waits for its turn, by client; who is next comes first. */
  readonly #waiting = new Map<string, Row<Waiting>>();
  readonly #crowd: CrowdLimits;
  #count = 0;
  #units = 0;
  #isCrowded = false;
  #isPlanned = false;
  #isEnding = false;
  #isOver = false;
  readonly #emptied: (() => void)[] = [];
  #left = CHARS_A_TURN;
  /** What was written to whom though the server has enough to read, since it last had not. */
  readonly #served = new Map<string, number>();

  constructor({ outlet, later, onCrowd, crowd }: RunWriterParts) {
    this.#outlet = outlet;
    this.#later = later;
    this.#onCrowd = onCrowd ?? (() => undefined);
    this.#crowd = crowd ?? CROWD;
  }

  get crowded(): boolean {
    return this.#isCrowded;
  }

  write(to: string, xml: string, kind: StanzaClass, confirmed?: () => void): void {
    const queue = this.#waiting.size === 0 ? undefined : this.#waiting.get(to);
    if (queue === undefined && (!this.#isBusy || this.#isLittle(to))) this.#outlet.write(xml, to, kind, confirmed);
    else this.#wait(to, { xml, kind, confirmed, isLate: this.#isEnding }, queue);
  }

  /** `confirmed` is called for each stanza of it. */
  writeRun(to: string, run: Iterable<string>, kind: StanzaClass, confirmed?: () => void): void {
    const queue = this.#waiting.get(to);
    this.#wait(to, { xml: run[Symbol.iterator](), kind, confirmed, isLate: this.#isEnding }, queue);
    if (queue === undefined && this.#waiting.size === 1) this.#go(to);
  }

  /** The server has read what made the link busy, or the link is down. */
  ready(): void {
    this.#served.clear();
    if (this.#waiting.size > 0) this.#plan();
  }

  /** The link is about to be closed: what is written from here on is a goodbye, and goes out in any case. */
  beginEnd(): void {
    this.#isEnding = true;
  }

  /** Resolves when nothing waits. */
  emptied(): Promise<void> {
    return this.#waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => void this.#emptied.push(resolve));
  }

  /** There is no more time: goodbyes and what is not of a room are written now, and nothing waits any more. @returns how much of rooms was let go. */
  finish(): number {
    this.#isOver = true;
    const rows = [...this.#waiting];
    this.#waiting.clear();
    let letGo = 0;
    for (const [to, queue] of rows) {
      for (let { first } = queue; first !== undefined; { first } = queue) {
        queue.shift();
        this.#counted(first, -1);
        if (!first.isLate && first.kind !== 'spooled') letGo++;
        else while (!this.#step(first, to));
      }
    }
    this.#tellEmptied();
    return letGo;
  }

  get #isBusy(): boolean {
    return this.#outlet.busy && !this.#isOver;
  }

  /** Who gets little does not wait until others have got a lot. */
  #isLittle(to: string): boolean {
    const count = this.#served.get(to) ?? 0;
    if (count === STANZAS_ANYWAY || (count === 0 && this.#served.size === CLIENTS_ANYWAY)) return false;
    this.#served.set(to, count + 1);
    return true;
  }

  #wait(to: string, one: Waiting, queue: Row<Waiting> | undefined): void {
    const row = queue ?? new Row();
    if (queue === undefined) this.#waiting.set(to, row);
    row.push(one);
    this.#counted(one, 1);
    this.#plan();
  }

  #counted({ xml }: Waiting, sign: 1 | -1): void {
    this.#count += sign;
    if (typeof xml === 'string') this.#units += sign * xml.length;
    const { stanzas, units } = this.#crowd;
    const crowded = Math.max(this.#count / stanzas, this.#units / units) > (this.#isCrowded ? RELIEVED : 1);
    if (crowded === this.#isCrowded) return;
    this.#isCrowded = crowded;
    this.#onCrowd(crowded);
  }

  #plan(): void {
    if (this.#isPlanned || this.#isBusy) return;
    this.#isPlanned = true;
    this.#later(() => {
      this.#isPlanned = false;
      this.#left = CHARS_A_TURN;
      // Whoever has more goes to the end of the row.
      for (const to of this.#waiting.keys()) {
        if (this.#left <= 0 || this.#outlet.congested || this.#isBusy) break;
        this.#go(to);
      }
      if (this.#waiting.size > 0) this.#plan();
    }, this.#outlet.congested);
  }

  /** Writes one client's share. Its queue stays where it is meanwhile: what comes in between goes behind it. */
  #go(to: string, chars = CHARS_A_GO): void {
    const queue = this.#waiting.get(to);
    if (queue === undefined) return;
    const until = this.#left - chars;
    while (this.#left > until && !this.#outlet.congested && !this.#isBusy) {
      const { first } = queue;
      if (first === undefined) break;
      if (!this.#step(first, to)) continue;
      queue.shift();
      this.#counted(first, -1);
    }
    this.#waiting.delete(to);
    if (queue.length > 0) this.#waiting.set(to, queue);
    else if (this.#waiting.size === 0) this.#tellEmptied();
  }

  #tellEmptied(): void {
    for (const tell of this.#emptied.splice(0)) tell();
  }

  /** Writes one stanza. @returns whether it was the last one of this. */
  #step({ xml, kind, confirmed }: Waiting, to: string): boolean {
    const next = typeof xml === 'string' ? { value: xml } : xml.next();
    if (next.value === undefined) return true;
    this.#outlet.write(next.value, to, kind, confirmed);
    this.#left -= next.value.length;
    return typeof xml === 'string';
  }
}
