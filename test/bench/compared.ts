// What a comparison found: each variant's figures beside those of the first, as ratios with their spread, and the table.

import type { Sample, Turn } from './compare.ts';
import { grid } from './figures.ts';
import { medianOf, type Spread, spreadOf } from './spread.ts';

type Metric = 'cpuMicros' | 'wholeMicros' | 'p50Ms' | 'p99Ms';

export interface Compared {
  readonly title: string;
  readonly variant: string;
  readonly pairs: number;
  readonly value: number;
  /** Of the first variant. */
  readonly base: number;
  /** Of the pairs. */
  readonly difference: Spread;
  readonly ratio: Spread;
  /** Least and greatest median of the rounds, each with processes of its own. */
  readonly rounds: readonly [number, number];
}

/** Of one trial: variant `index` against the first. */
export function comparedBy(
  metric: Metric,
  [title, turns]: readonly [string, readonly Turn[]],
  variant: { readonly name: string; readonly index: number },
): Compared {
  const pairs = turns.map(({ round, samples }) => ({
    round,
    base: valueOf(samples, 0, metric),
    value: valueOf(samples, variant.index, metric),
  }));
  const ratios = (some: typeof pairs): number[] => some.map(({ base, value }) => value / base);
  const rounds = [...new Set(pairs.map(({ round }) => round))].map((round) =>
    medianOf(ratios(pairs.filter((pair) => pair.round === round))),
  );
  return {
    title,
    variant: variant.name,
    pairs: pairs.length,
    value: medianOf(pairs.map(({ value }) => value)),
    base: medianOf(pairs.map(({ base }) => base)),
    difference: spreadOf(pairs.map(({ base, value }) => value - base)),
    ratio: spreadOf(ratios(pairs)),
    rounds: [Math.min(...rounds), Math.max(...rounds)],
  };
}

const valueOf = (samples: readonly Sample[], index: number, metric: Metric): number => samples[index]?.[metric] ?? 0;

export function comparedTable(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\n${title}\n${grid([columns, ...rows])}`;
}

export const ratioText = ({ ratio, rounds }: Compared): readonly string[] => [
  `${ratio.median.toFixed(3)}x`,
  `${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)}`,
  `${rounds[0].toFixed(3)} to ${rounds[1].toFixed(3)}`,
];
