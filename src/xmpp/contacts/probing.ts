// Asking a user whether the gateway may see her, and her server who of hers is there (RFC 6121 3.1, 4.3, SUB-9).

import type { UserId } from '../../model/ids.ts';
import type { FeatureHost } from '../feature.ts';
import { el } from '../xml.ts';
import { isTo, subscriptionOf } from './standing.ts';

/** The server would answer: the gateway gets her presence. */
export function mayProbe({ subscriptions }: FeatureHost, user: UserId): boolean {
  return isTo(subscriptionOf(subscriptions, user, ''));
}

/** Whatever she has said before. */
export function askToSee(host: FeatureHost, user: UserId): void {
  const { state } = subscriptionOf(host.subscriptions, user, '');
  host.subscriptions.set(user, '', { state, asked: true });
  host.send(el('presence', { from: host.gateway.domain, to: user, type: 'subscribe' }), 'state');
}

export function probe(host: FeatureHost, user: UserId): void {
  host.send(el('presence', { from: host.gateway.domain, to: user, type: 'probe' }), 'state');
}
