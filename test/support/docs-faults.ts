// The README's table of the fault machine's runs, out of what these recorded (test/chaos/results.md).

import { readFileSync } from 'node:fs';

const FILE = new URL('../chaos/results.md', import.meta.url);
/** Of the recorded ones, in this order. */
const COLUMNS = [
  'seed',
  'server',
  'store',
  'networks',
  'faults',
  'kills',
  'messages',
  'lost',
  'doubled (durable)',
  'copies in tail',
  'in flight (live)',
  'not back',
] as const;

/** @throws Error where a column is missing. */
export function faultTable(): string {
  const [, section = ''] = readFileSync(FILE, 'utf8').split('## Runs\n');
  const [head = [], , ...rows] = (section.split('\n## ', 1)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const places = COLUMNS.map((column) => {
    const at = head.indexOf(column);
    if (at < 0) throw new Error(`results.md has no column ${column}`);
    return at;
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const of = (row: readonly string[], column: string): number => Number(row[head.indexOf(column)] ?? 0);
  const sum = (column: string): number => rows.reduce((all, row) => all + of(row, column), 0);
  return [
    `${rows.length} runs, ${sum('faults')} faults, ${sum('messages')} messages: ${sum('lost')} lost.`,
    '',
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...rows.map((row) => line(places.map((at) => row[at] ?? ''))),
  ].join('\n');
}
