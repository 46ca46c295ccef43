// Presence of contacts as it comes, by whom it is of and whom it is for: how much of it there is, and that none of it repeats what was
// told last.

import { attribute } from './component-side.ts';
import type { Verdict } from './wrong.ts';

export class PresenceCount {
  readonly #verdict: Verdict;
  readonly #last = new Map<string, string>();
  /** So far. */
  stanzas = 0;
  /** Of these, such as were the same as the one before. */
  repeated = 0;

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  /** Requests and answers to them are none. */
  heard(head: string, stanza: string): void {
    const type = attribute(head, 'type');
    if (type !== undefined && type !== 'unavailable') return;
    const key = `${attribute(head, 'from')} to ${attribute(head, 'to')}`;
    this.stanzas++;
    if (this.#last.get(key) === stanza) {
      this.repeated++;
      this.#verdict.fail(`presence that changes nothing: ${stanza}`);
    }
    this.#last.set(key, stanza);
  }

  /** Pairs whose last presence has this in it. */
  showing(text: string): number {
    return [...this.#last.values()].filter((stanza) => stanza.includes(text)).length;
  }
}
