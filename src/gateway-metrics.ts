// What a gateway and the store tell their monitoring, read from those who count: the link, the bridge, the queues.

import type { DeadLetterOffice } from './bridge/dead-letter-office.ts';
import type { Census, DoorCounts } from './bridge/door-counts.ts';
import type { Inbox } from './bridge/inbox.ts';
import type { Outbox } from './bridge/outbox.ts';
import { COMMAND_KINDS } from './model/commands.ts';
import { EVENT_KINDS } from './model/events.ts';
import type { GatewayId } from './model/ids.ts';
import type { Network } from './model/network.ts';
import type { Clock } from './model/ports.ts';
import type { Metrics, Put, Source } from './observe/metrics.ts';
import type { LabelsOf } from './observe/metrics-table.ts';
import type { OnStoreAnswer } from './store/timed-engine.ts';
import type { LinkState } from './xmpp/link-options.ts';
import type { LinkCounters, StanzaCounts } from './xmpp/link-tally.ts';
import type { SpoolCounters } from './xmpp/spool.ts';

const STORE_WAIT_MS = 1_000;

export interface MeteredGateway {
  readonly domain: GatewayId;
  readonly network: Pick<Network, 'capabilities'>;
  readonly link: {
    state(): LinkState;
    counters(): LinkCounters & SpoolCounters;
    depth(): { readonly stanzas: number; readonly oldestMs: number };
  };
  /** Errors that people were answered with, by code. */
  readonly side: { refusals(): ReadonlyMap<string, number> };
  readonly bridge: { readonly counts: DoorCounts; census(): Census };
  /** Of a durable network. */
  readonly keeping?: MeteredKeeping;
}
export interface MeteredKeeping {
  readonly outbox: Pick<Outbox, 'depth'> & { readonly counts: Pick<Outbox['counts'], 'retried'> };
  readonly inbox: Pick<Inbox, 'size' | 'oldestMs'> & { readonly counts: Pick<Inbox['counts'], 'repeated'> };
  readonly deadLetters: Pick<DeadLetterOffice, 'count' | 'counts'>;
  readonly clock: Clock;
}

export function gatewaySource(metered: MeteredGateway): Source {
  const { domain: gateway, link, keeping } = metered;
  return async (put) => {
    putLink(metered, put);
    putDoors(metered, put);
    putCensus(gateway, metered.bridge.census(), put);
    const { stanzas, oldestMs } = link.depth();
    putQueue(put, { gateway, queue: 'spool' }, stanzas, oldestMs);
    if (keeping !== undefined) await putKeeping(gateway, keeping, put);
  };
}

async function putKeeping(
  gateway: GatewayId,
  { outbox, inbox, deadLetters, clock }: MeteredKeeping,
  put: Put,
): Promise<void> {
  const accepted = outbox.depth();
  putQueue(put, { gateway, queue: 'outbox' }, accepted.commands, accepted.oldestMs);
  put('viaduct_repeats_total', { gateway }, inbox.counts.repeated);
  put('viaduct_retries_total', { gateway }, outbox.counts.retried);
  put('viaduct_dead_letters_expired_total', { gateway }, deadLetters.counts.expired);
  put('viaduct_queue_items', { gateway, queue: 'inbox' }, inbox.size);
  const [letters, oldestMs] = await Promise.all([inTime(clock, deadLetters.count()), inTime(clock, inbox.oldestMs())]);
  if (oldestMs !== undefined) put('viaduct_queue_oldest_seconds', { gateway, queue: 'inbox' }, oldestMs / 1e3);
  if (letters !== undefined) put('viaduct_dead_letters', { gateway }, letters);
}

/** A page of metrics does not wait for a store that does not answer. */
async function inTime<T>(clock: Clock, answer: Promise<T>): Promise<T | undefined> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const callOff = clock.after(STORE_WAIT_MS, () => resolve(undefined));
  try {
    return await Promise.race([answer.catch(() => undefined), tooLate]);
  } finally {
    callOff();
  }
}

function putQueue(put: Put, labels: LabelsOf<'viaduct_queue_items'>, items: number, oldestMs: number): void {
  put('viaduct_queue_items', labels, items);
  put('viaduct_queue_oldest_seconds', labels, oldestMs / 1e3);
}

/** @returns what the store calls after each answer. */
export function meterStore(metrics: Metrics): OnStoreAnswer {
  const failures = { read: 0, write: 0 };
  const observe = {
    read: metrics.observer('viaduct_store_seconds', { operation: 'read' }),
    write: metrics.observer('viaduct_store_seconds', { operation: 'write' }),
  };
  metrics.addSource((put) => {
    put('viaduct_store_failures_total', { operation: 'read' }, failures.read);
    put('viaduct_store_failures_total', { operation: 'write' }, failures.write);
  });
  return ({ operation, tookMs, failed }) => {
    if (failed) failures[operation]++;
    else observe[operation](tookMs / 1e3);
  };
}

function putLink({ domain: gateway, link }: MeteredGateway, put: Put): void {
  const counters = link.counters();
  put('viaduct_link_online', { gateway }, link.state().state === 'online' ? 1 : 0);
  put('viaduct_link_reconnects_total', { gateway }, Math.max(0, counters.connections - 1));
  putStanzas(gateway, 'in', counters.receivedByKind, put);
  putStanzas(gateway, 'out', counters.sentByKind, put);
  put('viaduct_stanzas_unusable_total', { gateway }, counters.unusable);
  put('viaduct_stanzas_dropped_total', { gateway }, counters.dropped);
  put('viaduct_stanza_copies_total', { gateway }, counters.copies);
  put('viaduct_stanzas_lost_total', { gateway }, counters.lost);
}

function putStanzas(gateway: GatewayId, direction: 'in' | 'out', counts: StanzaCounts, put: Put): void {
  for (const [kind, count] of Object.entries(counts)) put('viaduct_stanzas_total', { gateway, kind, direction }, count);
}

/** Kinds that the network does not have are left out, all others are there from the beginning: a rate begins at 0. */
function putDoors({ domain: gateway, network, bridge, side }: MeteredGateway, put: Put): void {
  const { accepts, reports } = network.capabilities;
  const { performed, unconfirmed, presented, lost, restored, unarchived } = bridge.counts;
  for (const kind of COMMAND_KINDS) {
    if (accepts.includes(kind) || performed[kind] > 0)
      put('viaduct_commands_total', { gateway, kind }, performed[kind]);
  }
  put('viaduct_commands_unconfirmed_total', { gateway }, unconfirmed);
  for (const [code, count] of side.refusals()) put('viaduct_refusals_total', { gateway, code }, count);
  for (const kind of EVENT_KINDS) {
    if (reports.includes(kind) || presented[kind] > 0) put('viaduct_events_total', { gateway, kind }, presented[kind]);
  }
  put('viaduct_session_losses_total', { gateway }, lost);
  put('viaduct_session_reconnects_total', { gateway }, restored);
  put('viaduct_archive_lost_total', { gateway }, unarchived);
}

function putCensus(gateway: GatewayId, { users, accounts, sessions, rooms }: Census, put: Put): void {
  put('viaduct_users', { gateway }, users);
  put('viaduct_accounts', { gateway }, accounts);
  for (const [state, count] of Object.entries(sessions)) put('viaduct_sessions', { gateway, state }, count);
  for (const [state, count] of Object.entries(rooms)) put('viaduct_rooms', { gateway, state }, count);
}
