// What a run came to, in words and tables.

import { FATES } from './facts.ts';
import type { Finding, Verdict } from './judge.ts';
import type { Ledger } from './ledger.ts';

const COLUMNS = [
  'owed',
  'carried',
  'lost',
  'doubled',
  'tailCopies',
  'outOfOrder',
  ...FATES.filter((fate) => fate !== 'lost'),
] as const;
const TITLES: Readonly<Record<string, string>> = {
  tailCopies: 'copies in tail',
  outOfOrder: 'out of order',
  notHanded: 'not handed over',
  unread: 'unread at kill',
  inFlight: 'in flight at kill',
  toldToo: 'told though carried',
};
const MOST_FINDINGS = 30;

export function report(ledger: Ledger, verdict: Verdict): string {
  const kinds = new Map<string, number>();
  for (const { name } of ledger.injected) kinds.set(name, (kinds.get(name) ?? 0) + 1);
  const faults = [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name} ${count}`);
  const lines = [`faults injected: ${ledger.injected.length} (${faults.join(', ')})`, '', ...countsTable(verdict)];
  if (verdict.findings.length > 0) lines.push('', ...findings(verdict.findings));
  const { missing } = verdict;
  lines.push('', missing.length === 0 ? 'people not back: none' : `people not back: ${missing.length}`);
  lines.push(...missing.map((line) => `  ${line}`));
  return lines.join('\n');
}

function countsTable({ counts }: Verdict): readonly string[] {
  const head = ['', ...COLUMNS.map((column) => TITLES[column] ?? column)];
  const rows = [...counts].map(([name, count]) => [name, ...COLUMNS.map((column) => String(count[column]))]);
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}

function findings(all: readonly Finding[]): readonly string[] {
  const perFault = new Map<string, number>();
  for (const { what, near } of all) {
    for (const name of new Set(near))
      perFault.set(`${what} near ${name}`, (perFault.get(`${what} near ${name}`) ?? 0) + 1);
  }
  const sorted = [...perFault].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `  ${count} ${name}`);
  const first = all
    .toSorted((a, b) => a.at - b.at)
    .slice(0, MOST_FINDINGS)
    .map(
      ({ what, token, hearer, at, near }) =>
        `  ${what}: ${token} for ${hearer}, ${(at / 1_000).toFixed(1)} s (${near.join(', ')})`,
    );
  const more = all.length > MOST_FINDINGS ? [`  and ${all.length - MOST_FINDINGS} more`] : [];
  return ['what was near:', ...sorted, 'one by one:', ...first, ...more];
}
