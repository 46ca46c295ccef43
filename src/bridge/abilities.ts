// What a conversation can do as long as no session says it.

import type { Capabilities } from '../model/capabilities.ts';
import type { ConversationId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';

type Facts = Pick<Network, 'capabilities' | 'placeOf'>;

/** A room is promised what each server of the network can: clients ask before they are in it, and keep to the answer. */
export function withoutSession(network: Facts, id: ConversationId): Capabilities {
  const { capabilities } = network;
  const { accepts, mayLack } = capabilities;
  if (mayLack === undefined || network.placeOf(id)?.kind !== 'group') return capabilities;
  return { ...capabilities, accepts: accepts.filter((kind) => !mayLack.includes(kind)) };
}
