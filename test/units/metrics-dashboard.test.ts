// The dashboard asks for every metric that there is, by labels that it has, and for nothing else.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { METRICS, type MetricDeclaration } from '../../src/observe/metrics-table.ts';

const TABLE = new Map<string, MetricDeclaration>(Object.entries(METRICS));
const FILE = new URL('../../config/grafana-dashboard.json', import.meta.url);
/** Those that Prometheus itself puts on every series, and on a histogram's. */
const OWN_LABELS = ['job', 'instance'];

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}
const dashboard = JSON.parse(readFileSync(FILE, 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
};
const targets = dashboard.panels.flatMap(({ title, targets: own = [] }) => own.map((target) => ({ title, ...target })));

/** Metrics that an expression asks for, and the labels it uses. */
function read(expr: string): { readonly metrics: readonly string[]; readonly labels: readonly string[] } {
  const names = [...expr.matchAll(/\b(?:viaduct|process|nodejs)_\w+/g)].map(([name]) => name);
  const filters = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, filter = '']) =>
    [...filter.matchAll(/(\w+)(?==|!)/g)].map(([, label = '']) => label),
  );
  const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
  const metrics = names.map((name) => (TABLE.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
  return { metrics, labels: [...filters, ...groups] };
}

test('every metric of the table is in it, and every metric in it is of the table', () => {
  const asked = new Set(targets.flatMap(({ expr }) => read(expr).metrics));
  expect([...asked].toSorted()).toEqual([...TABLE.keys()].toSorted());
});

test.each(targets)('$title: $expr', ({ expr, legendFormat }) => {
  const { metrics, labels } = read(expr);
  expect(metrics).toHaveLength(1);
  const [metric = ''] = metrics;
  const declared = TABLE.get(metric);
  const known = [...(declared?.labels ?? []), ...OWN_LABELS, ...(declared?.type === 'histogram' ? ['le'] : [])];
  const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
  for (const label of [...labels, ...shown]) expect(known).toContain(label);
  // What has been summed up has only the labels that it was summed by.
  const groups = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
  if (groups !== undefined) for (const label of shown) expect(groups).toContain(label);
  expect(/\b(?:rate|increase)\(/.test(expr)).toBe(declared?.type !== 'gauge');
  for (const [, name = ''] of expr.matchAll(/\$(\w+)/g)) {
    expect([...dashboard.templating.list.map((variable) => variable.name), '__rate_interval']).toContain(name);
  }
});

test('panels have ids and places of their own', () => {
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x},${y}`), title).toBe(false);
        taken.add(`${x},${y}`);
      }
    }
  }
  for (const { targets: own = [] } of panels) expect(new Set(own.map(({ refId }) => refId)).size).toBe(own.length);
});
