// The README's table of metrics, out of the code's own table.

import { METRICS, type MetricDeclaration } from '../../src/observe/metrics-table.ts';

export function metricsTable(): string {
  const rows = Object.entries<MetricDeclaration>(METRICS).map(([name, { type, labels, help }]) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${named} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
