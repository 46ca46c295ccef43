// The table of runs in results.md: a row for each setting and seed, the last run of it; and one for each defect that had to be found.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Count, isLivePlace, type Verdict } from './judge.ts';
import type { Ledger } from './ledger.ts';

const FILE = fileURLToPath(new URL('./results.md', import.meta.url));

const HEAD = `# What the fault machine found

Written by \`npm run chaos -- --record\`; what the words mean stands in \`judge.ts\`, which faults there are in \`schedule.ts\`. A row can be run
again with \`npm run chaos -- --seed SEED --server SERVER --store STORE --network NETWORKS --faults FAULTS\`.
`;
const RUNS = {
  title: '## Runs',
  columns: [
    'seed',
    'server',
    'store',
    'networks',
    'faults',
    'kills',
    'messages',
    'lost',
    'doubled (durable)',
    'doubled (live)',
    'out of order',
    'copies in tail',
    'told',
    'unread at kill',
    'in flight (live)',
    'not back',
    'good',
  ],
};
const FOUND = {
  title: '## Defects that had to be found',
  columns: ['defect', 'seed', 'server', 'store', 'networks', 'faults', 'found as'],
};

export interface RunKey {
  readonly seed: number;
  readonly server: string;
  readonly store: string;
  readonly networks: readonly string[];
}

export function recordRun(key: RunKey, ledger: Ledger, verdict: Verdict, isGood: boolean): void {
  const all = [...verdict.counts];
  const sumOf = (name: keyof Count, counts: readonly (readonly [string, Count])[]): number =>
    counts.reduce((sum, [, count]) => sum + count[name], 0);
  const sum = (name: keyof Count): number => sumOf(name, all);
  const live = all.filter(([place]) => isLivePlace(place));
  const cells = [
    ...keyCells(key),
    ledger.injected.length,
    ledger.deaths.length,
    sum('owed'),
    sum('lost'),
    sum('doubled') - sumOf('doubled', live),
    sumOf('doubled', live),
    sum('outOfOrder'),
    sum('tailCopies'),
    sum('told'),
    sum('unread'),
    sum('inFlight') + sum('severed') + sum('elsewhere'),
    verdict.missing.length,
    isGood ? 'yes' : '**no**',
  ];
  write(RUNS.title, cells, 5);
}

export function recordFound(defect: string, key: RunKey, faults: number, found: readonly string[]): void {
  const cells = [defect, ...keyCells(key), faults, found.length === 0 ? '**not found**' : found.join('; ')];
  write(FOUND.title, cells, 1);
}

const keyCells = ({ seed, server, store, networks }: RunKey) => [seed, server, store, networks.join(',')];

/** Puts the row in place of the one with the same first cells, or behind the others. */
function write(title: string, cells: readonly (string | number)[], keyLength: number): void {
  const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const row = line(cells);
  const keyOf = (one: string): string => one.split('|', keyLength + 1).join('|');
  const sections = [RUNS, FOUND].map((section) => {
    const rows = rowsOf(text, section.title);
    if (section.title === title) {
      const at = rows.findIndex((one) => keyOf(one) === keyOf(row));
      rows.splice(at === -1 ? rows.length : at, at === -1 ? 0 : 1, row);
    }
    return [section.title, '', line(section.columns), line(section.columns.map(() => '---')), ...rows, ''];
  });
  writeFileSync(FILE, `${HEAD}\n${sections.flat().join('\n')}`);
}

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

function rowsOf(text: string, title: string): string[] {
  const [, section = ''] = text.split(`${title}\n`);
  const body = section.split('\n## ', 1)[0] ?? '';
  return body
    .split('\n')
    .filter((one) => one.startsWith('| '))
    .slice(2);
}
