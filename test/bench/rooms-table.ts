// What was found of big rooms, and the ratios that matter, as a table.

import { format, grid } from './figures.ts';

/** By what it is: microseconds of CPU by stanza, milliseconds, KiB. */
export type Found = Record<string, number>;

export function tableOf(found: Found, rounds: number): string {
  const title = `Big rooms, median of ${rounds} round(s) with a process each; "quiet": lines to a user in another channel, one in 4 ms.`;
  const of = (name: string): number => found[name] ?? 0;
  const ratio = (title_: string, one: string, other: string): string[] => [
    title_,
    `${(of(one) / of(other)).toFixed(2)}x`,
  ];
  const rows = [
    ...Object.entries(found).map(([name, value]) => [name, format(value)]),
    ratio(
      'join: ten at once to alone',
      'join of 2,000: CPU us by stanza, ten at once',
      'join of 2,000: CPU us by stanza, alone',
    ),
    ratio(
      'lines: ten listeners to one',
      'lines: CPU us by stanza, ten listeners',
      'lines: CPU us by stanza, one listener',
    ),
    ratio(
      'changes: ten listeners to one',
      'changes: CPU us by stanza, ten listeners',
      'changes: CPU us by stanza, one listener',
    ),
    ratio('heap: left to used', 'heap: all left again, KiB', 'heap: ten in 5,000, KiB'),
  ];
  return `\n${title}\n${grid([['', ''], ...rows])}`;
}
