// What a run gives: values by row and metric, their medians, and the tables.

import type { Latency } from './flight.ts';

export const METRICS = {
  perSecond: 'per second',
  cpuMicros: 'CPU us',
  harnessMicros: 'harness us',
  fullP50Ms: 'p50 ms',
  fullP99Ms: 'p99 ms',
  pacedCpuMicros: 'paced: CPU us',
  pacedP50Ms: 'p50 ms',
  pacedP99Ms: 'p99 ms',
  kib: 'KiB each',
  idleCpuMicros: 'CPU us each, a second',
} as const;
export type Metric = keyof typeof METRICS;
export type Row = Partial<Record<Metric, number>>;
/** Title of the row to its values. */
export type Figures = ReadonlyMap<string, Row>;

const FLOW: readonly Metric[] = [
  'perSecond',
  'cpuMicros',
  'harnessMicros',
  'fullP50Ms',
  'fullP99Ms',
  'pacedCpuMicros',
  'pacedP50Ms',
  'pacedP99Ms',
];
const IDLE: readonly Metric[] = ['kib', 'idleCpuMicros'];

export function fullLatency({ p50Ms, p99Ms }: Latency): Row {
  return { fullP50Ms: p50Ms, fullP99Ms: p99Ms };
}

export function pacedLatency({ p50Ms, p99Ms }: Latency): Row {
  return { pacedP50Ms: p50Ms, pacedP99Ms: p99Ms };
}

/** The median of each value over the runs. */
export function medians(runs: readonly Figures[]): Figures {
  const rows = new Map<string, Row>();
  for (const [title, first] of runs[0] ?? []) {
    const row: Row = {};
    for (const metric of Object.keys(first) as Metric[]) {
      const values = runs.map((run) => run.get(title)?.[metric]).filter((value) => value !== undefined);
      row[metric] = values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    }
    rows.set(title, row);
  }
  return rows;
}

/** How many times `other`'s value each of `ours` is. */
export function ratios(ours: Figures, other: Figures): Figures {
  const rows = new Map<string, Row>();
  for (const [title, row] of ours) {
    const ratio: Row = {};
    for (const metric of Object.keys(row) as Metric[]) {
      const base = other.get(title)?.[metric];
      const value = row[metric];
      if (base !== undefined && value !== undefined && base > 0) ratio[metric] = value / base;
    }
    rows.set(title, ratio);
  }
  return rows;
}

export function tables(title: string, figures: Figures, suffix = ''): string {
  const has = (row: Row, metrics: readonly Metric[]): boolean => metrics.some((metric) => row[metric] !== undefined);
  const flows = [...figures].filter(([, row]) => has(row, FLOW));
  const idle = [...figures].filter(([, row]) => has(row, IDLE));
  const parts = [`\n${title}`];
  if (flows.length > 0) parts.push(table(flows, FLOW, suffix));
  if (idle.length > 0) parts.push(table(idle, IDLE, suffix));
  return parts.join('\n');
}

function table(rows: readonly (readonly [string, Row])[], metrics: readonly Metric[], suffix: string): string {
  const header = ['', ...metrics.map((metric) => METRICS[metric])];
  const lines = rows.map(([title, row]) => [title, ...metrics.map((metric) => format(row[metric], suffix))]);
  return grid([header, ...lines]);
}

/** Columns of equal width, the first one flush left. */
export function grid(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const render = (line: readonly string[]): string =>
    line.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ');
  return lines.map(render).join('\n');
}

export function format(value: number | undefined, suffix = ''): string {
  if (value === undefined) return '';
  if (suffix !== '') return value.toFixed(2) + suffix;
  if (value >= 1000) return Math.round(value).toString();
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
