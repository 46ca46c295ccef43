// A command of the model that a request asks for, performed before the request is answered; and whom it is about.

import type { AnyCommand } from '../model/commands.ts';
import type { Body } from '../model/conversation.ts';
import type { ConversationId } from '../model/ids.ts';
import type { FeatureHost, Inbound } from './feature.ts';

/** Resolves when the network has done it, with what it said to that. @throws BridgeError by rejection: why it has not. */
export function performed(host: FeatureHost, request: Inbound, command: AnyCommand): Promise<Body | undefined> {
  return new Promise((resolve, reject) => {
    let said: Body | undefined;
    host.bridge.submit(request.user, command, {
      ...host.origin(request),
      answered: (body) => (said = body),
      settle: (error) => (error === undefined ? resolve(said) : reject(error)),
    });
  });
}

/** The conversation with whoever is at that address alone; undefined where nobody is, or the network has no such thing. */
export function directWith(host: FeatureHost, { user, to }: Inbound): ConversationId | undefined {
  const { place } = to;
  if (to.where !== 'occupant') return place?.kind === 'direct' ? place.conversation : undefined;
  const room = place && host.bridge.conversation(user, place.conversation);
  const who = room && host.occupants.find(room, to.resource);
  return who && host.gateway.network.directOf(who.id);
}
