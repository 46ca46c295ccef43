// Long runs of stanzas, each to one client, written a bit at a time and in turn, so that others are served in between; all else for that
// client waits behind its run, so that a join's stanzas stay together and in order (CORE-13).

import type { StanzaClass } from './feature.ts';

/** The link as the presenter sees it. */
export interface Outlet {
  /** `xml` has its `from` and `to`. */
  write(xml: string, to: string, kind: StanzaClass, confirmed?: () => void): void;
  /** Full at the moment: runs wait. */
  readonly congested: boolean;
}

interface Waiting {
  readonly xml: string | Iterator<string>;
  readonly kind: StanzaClass;
  readonly confirmed?: (() => void) | undefined;
}

/** Of all runs together. */
const CHARS_A_TURN = 65_536;
/** Of one run, where several are under way. */
const CHARS_A_GO = 16_384;

export class RunWriter {
  readonly #outlet: Outlet;
  readonly #later: (task: () => void, congested: boolean) => void;
  /** What waits behind a run that is under way, by client; who is next comes first. */
  readonly #waiting = new Map<string, Waiting[]>();
  #isPlanned = false;
  #left = CHARS_A_TURN;

  /** `later` runs a task in a turn of its own, after a pause when the link is congested. */
  constructor(outlet: Outlet, later: (task: () => void, congested: boolean) => void) {
    this.#outlet = outlet;
    this.#later = later;
  }

  write(to: string, xml: string, kind: StanzaClass, confirmed?: () => void): void {
    const queue = this.#waiting.size === 0 ? undefined : this.#waiting.get(to);
    if (queue === undefined) this.#outlet.write(xml, to, kind, confirmed);
    else queue.push({ xml, kind, confirmed });
  }

  /** `confirmed` is called for each stanza of it. */
  writeRun(to: string, run: Iterable<string>, kind: StanzaClass, confirmed?: () => void): void {
    const entry = { xml: run[Symbol.iterator](), kind, confirmed };
    const queue = this.#waiting.get(to);
    if (queue === undefined) this.#waiting.set(to, [entry]);
    else queue.push(entry);
    if (queue === undefined && this.#waiting.size === 1) this.#go(to);
    this.#plan();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#later(() => {
      this.#isPlanned = false;
      this.#left = CHARS_A_TURN;
      // Whoever has more goes to the end of the row.
      for (const to of this.#waiting.keys()) {
        if (this.#left <= 0 || this.#outlet.congested) break;
        this.#go(to);
      }
      if (this.#waiting.size > 0) this.#plan();
    }, this.#outlet.congested);
  }

  /** Writes one client's share. Its queue stays where it is meanwhile: what comes in between goes behind it. */
  #go(to: string): void {
    const queue = this.#waiting.get(to) ?? [];
    const until = this.#left - CHARS_A_GO;
    while (this.#left > until && !this.#outlet.congested) {
      const [first] = queue;
      if (first === undefined) break;
      if (this.#step(first, to)) queue.shift();
    }
    this.#waiting.delete(to);
    if (queue.length > 0) this.#waiting.set(to, queue);
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
