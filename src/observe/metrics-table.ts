// Every metric that there is: name, kind, labels and meaning. The page, the README's table and the dashboard are held to it.
// Names and units are Prometheus's: seconds and bytes, counters end in `_total`.

export interface MetricDeclaration {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** A sentence for the operator. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, growing. */
  readonly buckets?: readonly number[];
}

export const METRICS = {
  viaduct_info: {
    type: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1; the labels say which version of Viaduct and of Node runs.',
  },
  viaduct_link_online: {
    type: 'gauge',
    labels: ['gateway'],
    help: 'Whether the XMPP server has the gateway as a component, 1 or 0.',
  },
  viaduct_link_reconnects_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Times that the link to the XMPP server was made again.',
  },
  viaduct_stanzas_total: {
    type: 'counter',
    labels: ['gateway', 'kind', 'direction'],
    help: "Stanzas over the link; kind: message, presence or iq; direction: in (from XMPP) or out. The link's own pings count too.",
  },
  viaduct_stanzas_unusable_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Stanzas from the XMPP server that could not be handled: too big, too deep, without valid addresses.',
  },
  viaduct_stanzas_dropped_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Stanzas that could not be sent: unfit, or for nobody while the link was down.',
  },
  viaduct_stanza_copies_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Messages sent again after a reconnect that the XMPP server may have read already.',
  },
  viaduct_stanzas_lost_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Stanzas given up because more were waiting for the XMPP server than the spool holds; of those written to a connection that was then lost, all that it may not have read.',
  },
  viaduct_checkpoint_seconds: {
    type: 'histogram',
    labels: ['gateway'],
    help: 'How long the XMPP server took to answer the ping behind the stanzas.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  viaduct_commands_total: {
    type: 'counter',
    labels: ['gateway', 'kind'],
    help: 'Commands that a network took.',
  },
  viaduct_commands_unconfirmed_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Of these, those that it neither confirmed nor refused in time.',
  },
  viaduct_refusals_total: {
    type: 'counter',
    labels: ['gateway', 'code'],
    help: "Requests that were answered with an error, by its code; or XMPP's condition where the stanza was not in order.",
  },
  viaduct_events_total: {
    type: 'counter',
    labels: ['gateway', 'kind'],
    help: "Events shown to users, once for each user; a user's own lines coming back count too.",
  },
  viaduct_users: {
    type: 'gauge',
    labels: ['gateway'],
    help: 'Users with a client, a session or a room here at the moment.',
  },
  viaduct_accounts: { type: 'gauge', labels: ['gateway'], help: 'Accounts that are kept.' },
  viaduct_sessions: {
    type: 'gauge',
    labels: ['gateway', 'state'],
    help: 'Sessions with the network; state: connecting, online, waiting (to be tried again) or failed (until something changes).',
  },
  viaduct_session_losses_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Sessions that the network ended or that broke.',
  },
  viaduct_session_reconnects_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Sessions that came back after they were lost.',
  },
  viaduct_rooms: {
    type: 'gauge',
    labels: ['gateway', 'state'],
    help: "Users' rooms; state: opening, open, closing or lost (with the session).",
  },
  viaduct_queue_items: {
    type: 'gauge',
    labels: ['gateway', 'queue'],
    help: 'What waits; queue: spool (stanzas that the XMPP server has not confirmed), on networks that keep messages also outbox (accepted commands) and inbox (events that are not yet confirmed).',
  },
  viaduct_queue_oldest_seconds: {
    type: 'gauge',
    labels: ['gateway', 'queue'],
    help: 'Age of the oldest in the queue, 0 where it is empty.',
  },
  viaduct_repeats_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Events that the network told a second time, and that were dropped.',
  },
  viaduct_retries_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Tries of a command in the outbox that failed and are made again.',
  },
  viaduct_dead_letters: {
    type: 'gauge',
    labels: ['gateway'],
    help: 'Commands given up after many tries, and entries that could not be read: kept for 30 days, 500 of each user, or until the operator decides on them.',
  },
  viaduct_dead_letters_expired_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Dead letters that went because they were too old, or too many of one user.',
  },
  viaduct_archive_lost_total: {
    type: 'counter',
    labels: ['gateway'],
    help: 'Messages of rooms that are in no archive, since the store took nothing for so long that too many waited.',
  },
  viaduct_store_seconds: {
    type: 'histogram',
    labels: ['operation'],
    help: 'How long the store took; operation: read, or write, until it was safe.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  viaduct_store_failures_total: {
    type: 'counter',
    labels: ['operation'],
    help: 'What the store could not do, or not tell whether it did.',
  },
  viaduct_loop_busy_seconds_total: {
    type: 'counter',
    labels: [],
    help: 'Time that the main loop was busy; as a rate, the share of one core that is used up.',
  },
  viaduct_loop_delay_seconds: {
    type: 'histogram',
    labels: [],
    help: 'How late the main loop runs what is due, looked at ten times a second once the page has been asked for.',
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  process_cpu_seconds_total: { type: 'counter', labels: [], help: 'CPU time of the process, user and system.' },
  process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Memory of the process.' },
  nodejs_heap_used_bytes: { type: 'gauge', labels: [], help: "Of that, what is in use on JavaScript's heap." },
  process_open_fds: { type: 'gauge', labels: [], help: 'Open files and sockets.' },
  process_max_fds: { type: 'gauge', labels: [], help: 'And how many there may be.' },
  process_start_time_seconds: { type: 'gauge', labels: [], help: 'When the process began, seconds since the epoch.' },
} as const satisfies Readonly<Record<string, MetricDeclaration>>;

export type MetricName = keyof typeof METRICS;
type Named<Type extends MetricDeclaration['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends Type ? N : never;
}[MetricName];
/** Observed as things happen. */
export type HistogramName = Named<'histogram'>;
/** Read when the page is asked for. */
export type ReadingName = Named<'counter' | 'gauge'>;
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;
