// The panels of config/grafana-dashboard.json: what each asks, and how it is shown.

export interface Query {
  /** PromQL; `$g` and `$j` keep to the gateways and jobs that are chosen, `$r` is the window of a rate. */
  readonly ask: string;
  readonly legend: string;
}
export interface Panel {
  readonly title: string;
  readonly unit: 'short' | 's' | 'bytes' | 'percentunit' | 'ops' | 'bool_yes_no' | 'none';
  readonly queries: readonly Query[];
  /** A number now, instead of a graph. */
  readonly now?: 'value' | 'name';
  readonly stacked?: true;
  /** What to make of it. */
  readonly description?: string;
}
export interface Row {
  readonly title: string;
  /** Panels side by side. */
  readonly columns: number;
  readonly height: number;
  readonly panels: readonly Panel[];
}

const rate = (metric: string, by: string, legend: string): Query => ({
  ask: `sum by (${by}) (rate(${metric}{$g}[$r]))`,
  legend,
});
const grown = (metric: string, legend: string): Query => ({
  ask: `sum by (gateway) (increase(${metric}{$g}[$r]))`,
  legend: `{{gateway}}: ${legend}`,
});
const sum = (metric: string, by: string, legend: string): Query => ({ ask: `sum by (${by}) (${metric}{$g})`, legend });

export const ROWS: readonly Row[] = [
  {
    title: 'Now',
    columns: 5,
    height: 4,
    panels: [
      {
        title: 'Gateways online',
        unit: 'bool_yes_no',
        now: 'value',
        queries: [sum('viaduct_link_online', 'gateway', '{{gateway}}')],
      },
      { title: 'Users', unit: 'short', now: 'value', queries: [sum('viaduct_users', 'gateway', '{{gateway}}')] },
      { title: 'Accounts', unit: 'short', now: 'value', queries: [sum('viaduct_accounts', 'gateway', '{{gateway}}')] },
      {
        title: 'Running for',
        unit: 's',
        now: 'value',
        queries: [{ ask: 'time() - process_start_time_seconds{$j}', legend: '{{instance}}' }],
      },
      {
        title: 'Version',
        unit: 'none',
        now: 'name',
        queries: [{ ask: 'viaduct_info{$j}', legend: '{{version}} on Node {{node}}' }],
      },
    ],
  },
  {
    title: 'Traffic',
    columns: 3,
    height: 8,
    panels: [
      {
        title: 'Stanzas a second',
        unit: 'ops',
        queries: [rate('viaduct_stanzas_total', 'gateway, kind, direction', '{{gateway}}: {{kind}} {{direction}}')],
      },
      {
        title: 'Commands a second',
        unit: 'ops',
        queries: [rate('viaduct_commands_total', 'gateway, kind', '{{gateway}}: {{kind}}')],
      },
      {
        title: 'Events a second',
        unit: 'ops',
        queries: [rate('viaduct_events_total', 'gateway, kind', '{{gateway}}: {{kind}}')],
      },
      {
        title: 'Refusals',
        description: 'What people were answered with an error, by its code.',
        unit: 'short',
        stacked: true,
        queries: [
          {
            ask: 'sum by (gateway, code) (increase(viaduct_refusals_total{$g}[$r])) > 0',
            legend: '{{gateway}}: {{code}}',
          },
        ],
      },
      {
        title: 'Not confirmed by the network',
        unit: 'short',
        queries: [grown('viaduct_commands_unconfirmed_total', 'commands')],
      },
      {
        title: 'Stanzas unusable or dropped',
        description: 'From the XMPP server, and ours.',
        unit: 'short',
        queries: [
          grown('viaduct_stanzas_unusable_total', 'unusable'),
          grown('viaduct_stanzas_dropped_total', 'dropped'),
        ],
      },
    ],
  },
  {
    title: 'Delivery',
    columns: 2,
    height: 8,
    panels: [
      {
        title: 'Waiting',
        unit: 'short',
        queries: [sum('viaduct_queue_items', 'gateway, queue', '{{gateway}}: {{queue}}')],
      },
      {
        title: 'Oldest that waits',
        description: 'Grows while the XMPP server, the network or the store does not take what it is given.',
        unit: 's',
        queries: [sum('viaduct_queue_oldest_seconds', 'gateway, queue', '{{gateway}}: {{queue}}')],
      },
      {
        title: 'Checkpoints',
        description: 'How long the XMPP server takes to confirm what was written.',
        unit: 's',
        queries: [0.5, 0.99].map((quantile) => ({
          ask: `histogram_quantile(${quantile}, sum by (gateway, le) (rate(viaduct_checkpoint_seconds_bucket{$g}[$r])))`,
          legend: `{{gateway}}: ${quantile * 100} %`,
        })),
      },
      {
        title: 'Sent twice, or given up',
        description:
          'After the link to the XMPP server was cut; given up only when the spool is full. Messages of rooms that no archive took.',
        unit: 'short',
        queries: [
          grown('viaduct_stanza_copies_total', 'copies'),
          grown('viaduct_stanzas_lost_total', 'given up'),
          grown('viaduct_archive_lost_total', 'not archived'),
        ],
      },
    ],
  },
  {
    title: 'Networks that keep messages, and the store',
    columns: 4,
    height: 8,
    panels: [
      {
        title: 'Dead letters',
        description:
          'Given up after many tries; they stay until the operator decides on them, or they are too old or too many.',
        unit: 'short',
        queries: [
          sum('viaduct_dead_letters', 'gateway', '{{gateway}}'),
          grown('viaduct_dead_letters_expired_total', 'expired'),
        ],
      },
      {
        title: 'Tries made again, repeats dropped',
        unit: 'short',
        queries: [grown('viaduct_retries_total', 'tries'), grown('viaduct_repeats_total', 'repeats')],
      },
      {
        title: 'Store: time',
        unit: 's',
        queries: [0.5, 0.99].map((quantile) => ({
          ask: `histogram_quantile(${quantile}, sum by (operation, le) (rate(viaduct_store_seconds_bucket{$j}[$r])))`,
          legend: `{{operation}}: ${quantile * 100} %`,
        })),
      },
      {
        title: 'Store: failures',
        unit: 'short',
        queries: [
          { ask: 'sum by (operation) (increase(viaduct_store_failures_total{$j}[$r]))', legend: '{{operation}}' },
        ],
      },
    ],
  },
  {
    title: 'Sessions',
    columns: 4,
    height: 8,
    panels: [
      {
        title: 'Sessions',
        unit: 'short',
        stacked: true,
        queries: [sum('viaduct_sessions', 'gateway, state', '{{gateway}}: {{state}}')],
      },
      {
        title: 'Rooms',
        unit: 'short',
        stacked: true,
        queries: [sum('viaduct_rooms', 'gateway, state', '{{gateway}}: {{state}}')],
      },
      {
        title: 'Sessions lost and restored',
        unit: 'short',
        queries: [grown('viaduct_session_losses_total', 'lost'), grown('viaduct_session_reconnects_total', 'restored')],
      },
      {
        title: 'Links made again',
        unit: 'short',
        queries: [grown('viaduct_link_reconnects_total', 'reconnects')],
      },
    ],
  },
  {
    title: 'Process',
    columns: 4,
    height: 8,
    panels: [
      {
        title: 'CPU',
        description: 'Of one core: the whole process, and its main loop, which is the limit.',
        unit: 'percentunit',
        queries: [
          { ask: 'rate(process_cpu_seconds_total{$j}[$r])', legend: '{{instance}}: process' },
          { ask: 'rate(viaduct_loop_busy_seconds_total{$j}[$r])', legend: '{{instance}}: main loop' },
        ],
      },
      {
        title: 'Delay of the main loop',
        unit: 's',
        queries: [0.5, 0.99, 1].map((quantile) => ({
          ask: `histogram_quantile(${quantile}, sum by (instance, le) (rate(viaduct_loop_delay_seconds_bucket{$j}[$r])))`,
          legend: `{{instance}}: ${quantile * 100} %`,
        })),
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: [
          { ask: 'process_resident_memory_bytes{$j}', legend: '{{instance}}: process' },
          { ask: 'nodejs_heap_used_bytes{$j}', legend: '{{instance}}: heap' },
        ],
      },
      {
        title: 'Files and sockets',
        unit: 'short',
        queries: [
          { ask: 'process_open_fds{$j}', legend: '{{instance}}: open' },
          { ask: 'process_max_fds{$j}', legend: '{{instance}}: limit' },
        ],
      },
    ],
  },
];
