// What one gateway tells its monitoring, read from those who count: the link, the bridge, the queues.

import type { Census, DoorCounts } from './bridge/door-counts.ts';
import { COMMAND_KINDS } from './model/commands.ts';
import { EVENT_KINDS } from './model/events.ts';
import type { GatewayId } from './model/ids.ts';
import type { Network } from './model/network.ts';
import type { Put, Source } from './observe/metrics.ts';
import type { LinkState } from './xmpp/link-options.ts';
import type { LinkCounters, StanzaCounts } from './xmpp/link-tally.ts';
import type { SpoolCounters } from './xmpp/spool.ts';

export interface QueueDepth {
  readonly items: number;
  /** Age of the oldest; 0 where there is none. */
  readonly oldestMs: number;
}

export interface MeteredGateway {
  readonly domain: GatewayId;
  readonly network: Pick<Network, 'capabilities'>;
  readonly link: { state(): LinkState; counters(): LinkCounters & SpoolCounters };
  /** Errors that people were answered with, by code. */
  readonly side: { refusals(): ReadonlyMap<string, number> };
  readonly bridge: { readonly counts: DoorCounts; census(): Census };
  /** Those that the gateway has, by name. */
  readonly queues: Readonly<Record<string, () => QueueDepth>>;
}

export function gatewaySource(metered: MeteredGateway): Source {
  const gateway = metered.domain;
  return (put) => {
    putLink(metered, put);
    putDoors(metered, put);
    putCensus(gateway, metered.bridge.census(), put);
    for (const [queue, depth] of Object.entries(metered.queues)) {
      const { items, oldestMs } = depth();
      put('viaduct_queue_items', { gateway, queue }, items);
      put('viaduct_queue_oldest_seconds', { gateway, queue }, oldestMs / 1e3);
    }
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
  const { performed, unconfirmed, presented, lost, restored } = bridge.counts;
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
}

function putCensus(gateway: GatewayId, { users, accounts, sessions, rooms }: Census, put: Put): void {
  put('viaduct_users', { gateway }, users);
  put('viaduct_accounts', { gateway }, accounts);
  for (const [state, count] of Object.entries(sessions)) put('viaduct_sessions', { gateway, state }, count);
  for (const [state, count] of Object.entries(rooms)) put('viaduct_rooms', { gateway, state }, count);
}
