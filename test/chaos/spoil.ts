// Faults put into the machine's own observation: a judge that does not see these sees nothing.

import type { Ledger, Shown } from './ledger.ts';
import { streamOf, tokenIn } from './tokens.ts';

export const SPOILS = ['drop', 'swap', 'duplicate'] as const;
export type Spoil = (typeof SPOILS)[number];

/** A copy of the ledger in which one observation on the durable network is missing, comes twice, or has changed places with another. */
export function spoiled(ledger: Ledger, spoil: Spoil): Ledger {
  const { shown } = ledger;
  const at = indexOf(ledger, spoil);
  const one = shown[at];
  if (one === undefined) throw new Error(`there is no observation to ${spoil}`);
  switch (spoil) {
    case 'drop':
      return { ...ledger, shown: shown.filter((other) => !isSame(other, one)) };
    case 'duplicate':
      return { ...ledger, shown: shown.toSpliced(at + 1, 0, { ...one }) };
    case 'swap': {
      const next = nextOf(shown, at);
      const two = shown[next] ?? one;
      return {
        ...ledger,
        shown: shown.with(at, { ...one, token: two.token }).with(next, { ...two, token: one.token }),
      };
    }
    default:
      return spoil satisfies never;
  }
}

/** In the middle of the run, where it has a successor. */
function indexOf({ shown }: Ledger, spoil: Spoil): number {
  const fits = (one: Shown, at: number): boolean =>
    at >= shown.length / 2 && isPlain(one) && (spoil !== 'swap' || nextOf(shown, at) > 0);
  return shown.findIndex(fits);
}

/** The next of the same stream for the same hearer. */
function nextOf(shown: readonly Shown[], at: number): number {
  const one = shown[at];
  const token = one && tokenIn(one.token);
  if (one === undefined || token === undefined) return -1;
  return shown.findIndex((other, index) => {
    const next = tokenIn(other.token);
    if (index <= at || next === undefined || other.hearer !== one.hearer || !isPlain(other)) return false;
    return streamOf(next) === streamOf(token) && next.n > token.n;
  });
}

const isPlain = ({ token, delayed, history }: Shown): boolean =>
  tokenIn(token)?.network === 'echo' && !delayed && !history;
const isSame = (one: Shown, other: Shown): boolean => one.token === other.token && one.hearer === other.hearer;
