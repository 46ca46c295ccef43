// Long runs of stanzas to one client, written a bit at a time so that others are served in between; all else for that client waits behind
// the run, so that a join's stanzas stay together and in order (CORE-13).

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

const CHARS_A_TURN = 65_536;

export class RunWriter {
  readonly #outlet: Outlet;
  readonly #later: (task: () => void, congested: boolean) => void;
  /** What waits behind a run that is under way, by client. */
  readonly #waiting = new Map<string, Waiting[]>();

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

  writeRun(to: string, run: Iterable<string>, kind: StanzaClass): void {
    const iterator = run[Symbol.iterator]();
    const queue = this.#waiting.get(to);
    if (queue !== undefined) {
      queue.push({ xml: iterator, kind });
      return;
    }
    if (this.#advance(to, iterator, kind)) return;
    this.#waiting.set(to, [{ xml: iterator, kind }]);
    this.#continue(to);
  }

  /** Forgets what still waits for a client that is gone. */
  drop(to: string): void {
    this.#waiting.delete(to);
  }

  #continue(to: string): void {
    this.#later(() => this.#drain(to), this.#outlet.congested);
  }

  #drain(to: string): void {
    const queue = this.#waiting.get(to);
    if (queue === undefined) return;
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (typeof first.xml === 'string') this.#outlet.write(first.xml, to, first.kind, first.confirmed);
      else if (!this.#advance(to, first.xml, first.kind)) {
        this.#continue(to);
        return;
      }
      queue.shift();
    }
    this.#waiting.delete(to);
  }

  /** Writes one turn's share. @returns whether the run is at its end. */
  #advance(to: string, run: Iterator<string>, kind: StanzaClass): boolean {
    let chars = 0;
    while (chars < CHARS_A_TURN && !this.#outlet.congested) {
      const next = run.next();
      if (next.done === true) return true;
      this.#outlet.write(next.value, to, kind);
      chars += next.value.length;
    }
    return false;
  }
}
