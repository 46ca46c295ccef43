// config/grafana-dashboard.json, made of the list of panels: places and numbers come by themselves.

import { type Panel, ROWS } from './docs-panels.ts';

const WIDTH = 24;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The text of the file. */
export function dashboard(): string {
  const panels: object[] = [];
  let y = 0;
  for (const row of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
    });
    y += 1;
    const w = Math.floor(WIDTH / row.columns);
    row.panels.forEach((panel, index) => {
      const gridPos = {
        x: (index % row.columns) * w,
        y: y + Math.floor(index / row.columns) * row.height,
        w,
        h: row.height,
      };
      panels.push({ id: panels.length + 1, gridPos, ...panelModel(panel) });
    });
    y += Math.ceil(row.panels.length / row.columns) * row.height;
  }
  return `${JSON.stringify({ ...FRAME, panels }, undefined, 2)}\n`;
}

function panelModel({ title, description, unit, queries, now, stacked }: Panel): object {
  const custom = {
    fillOpacity: stacked ? 40 : 5,
    showPoints: 'never',
    stacking: { mode: stacked ? 'normal' : 'none' },
  };
  return {
    type: now === undefined ? 'timeseries' : 'stat',
    title,
    ...(description !== undefined && { description }),
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit, min: 0, ...(now === undefined && { custom }) }, overrides: [] },
    options:
      now === undefined
        ? { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } }
        : { textMode: now === 'name' ? 'name' : 'auto', reduceOptions: { calcs: ['lastNotNull'] } },
    targets: queries.map(({ ask, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr: written(ask),
      legendFormat: legend,
      ...(now !== undefined && { instant: true }),
    })),
  };
}

function written(ask: string): string {
  return ask
    .replaceAll('$g', 'gateway=~"$gateway"')
    .replaceAll('$j', 'job=~"$job"')
    .replaceAll('$r', '$__rate_interval');
}

const variable = (name: string, label: string, of: string): object => ({
  type: 'query',
  name,
  label,
  datasource: DATASOURCE,
  definition: `label_values(${of})`,
  query: { query: `label_values(${of})`, refId: name },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: '.+',
  current: { text: 'All', value: '$__all' },
});

const FRAME = {
  title: 'Viaduct',
  uid: 'viaduct',
  description: 'What the gateways of Viaduct carry, what waits, and how the process is.',
  tags: ['viaduct', 'xmpp'],
  schemaVersion: 39,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  templating: {
    list: [
      { type: 'datasource', name: 'datasource', label: 'Source', query: 'prometheus', current: {} },
      variable('job', 'Job', 'viaduct_info, job'),
      variable('gateway', 'Gateway', 'viaduct_link_online, gateway'),
    ],
  },
  annotations: { list: [] },
};
