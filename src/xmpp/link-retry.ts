// When to connect again (COMP-3, COMP-4).

import type { LinkErrorKind } from './link-error.ts';

export interface RetryLimits {
  readonly minMs: number;
  readonly maxMs: number;
  /** At least, after a refused secret or domain: only a person can change that. */
  readonly misconfiguredMs: number;
  /** At least, while another holds the domain. */
  readonly conflictMs: number;
  /** A link that lived longer begins anew at `minMs`. */
  readonly steadyMs: number;
}

export class Retry {
  readonly #limits: RetryLimits;
  readonly #random: () => number;
  #failures = 0;

  /** `random` gives 0 to 1. */
  constructor(limits: RetryLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** How long to wait after a link that was online for `livedMs` and ended for that reason. */
  delayMs(kind: LinkErrorKind, livedMs: number): number {
    const { minMs, maxMs, misconfiguredMs, conflictMs, steadyMs } = this.#limits;
    if (livedMs > steadyMs) this.#failures = 0;
    const ceilingMs = Math.min(maxMs, minMs * 2 ** ++this.#failures);
    const floorMs = kind === 'conflict' ? conflictMs : minMs;
    const delayMs = floorMs + this.#random() * Math.max(0, ceilingMs - minMs);
    return kind === 'bad-secret' || kind === 'unknown-domain' ? misconfiguredMs + delayMs : delayMs;
  }
}
