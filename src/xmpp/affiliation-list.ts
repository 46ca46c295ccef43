// One list of affiliations, its version, and what has changed in it of late (XEP-0463).

import { hash } from 'node:crypto';
import type { Element } from './xml.ts';

/** `none` in a change: no longer in the list. */
export interface Affiliation {
  readonly jid: string;
  readonly affiliation: string;
  readonly nick?: string;
  /** XEP-0421. */
  readonly id?: Element;
}

/** Of one version, the next one, and what is different then. */
export interface Step {
  readonly since: string;
  readonly until: string;
  readonly items: readonly Affiliation[];
}

const MOST_STEPS = 200;
/** A longer list is told as a whole. */
const MOST_CHANGED = 1_000;

export class AffiliationList {
  readonly #listed = new Map<string, Affiliation>();
  /** All hashes of what is listed, one above the other: a change need not go through the whole list. */
  #sum = 0n;
  #steps: Step[] = [];
  #hasBegun = false;

  get version(): string {
    return this.#sum.toString(36);
  }

  /** In the order of their addresses. */
  all(): readonly Affiliation[] {
    return [...this.#listed.values()].toSorted((a, b) => (a.jid < b.jid ? -1 : 1));
  }

  /** What is different since that version, each once, as it is now; undefined where nobody knows any more. */
  since(version: string): readonly Affiliation[] | undefined {
    const first = this.#steps.findLastIndex(({ since }) => since === version);
    if (first === -1) return undefined;
    const changed = new Map(this.#steps.slice(first).flatMap(({ items }) => items.map((one) => [one.jid, one])));
    return [...changed.values()];
  }

  /** @returns one step or none. */
  put(changes: readonly Affiliation[]): readonly Step[] {
    const since = this.version;
    const items = changes.filter((one) => this.#put(one));
    const until = this.version;
    if (since === until) return [];
    const step = { since, until, items };
    if (items.length > MOST_CHANGED) this.#steps = [];
    else this.#steps = [...this.#steps.slice(1 - MOST_STEPS), step];
    return [step];
  }

  /** The whole list as it is now. Who was banned while somebody looked on is in no list of those who are there. */
  become(all: readonly Affiliation[]): readonly Step[] {
    const now = new Set(all.map(({ jid }) => jid));
    const gone = [...this.#listed.values()].filter(
      ({ jid, affiliation }) => !now.has(jid) && affiliation !== 'outcast',
    );
    const steps = this.put([...gone.map(({ jid }) => ({ jid, affiliation: 'none' })), ...all]);
    if (!this.#hasBegun) this.#steps = [];
    this.#hasBegun = true;
    return steps;
  }

  #put(one: Affiliation): boolean {
    const before = this.#listed.get(one.jid);
    if ((before?.affiliation ?? 'none') === one.affiliation) return false;
    if (before !== undefined) this.#sum ^= hashOf(before);
    if (one.affiliation === 'none') this.#listed.delete(one.jid);
    else {
      this.#sum ^= hashOf(one);
      this.#listed.set(one.jid, one);
    }
    return true;
  }
}

function hashOf({ jid, affiliation }: Affiliation): bigint {
  return BigInt(`0x${hash('sha256', `${affiliation}\n${jid}`, 'hex').slice(0, 28)}`);
}
