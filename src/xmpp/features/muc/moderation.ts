// Messages of others taken back by moderators (XEP-0425), as its two versions ask for it; how it is told is with the retractions.

import { BridgeError } from '../../../model/errors.ts';
import { words } from '../../../model/words.ts';
import { type Feature, type FeatureHost, type IqReply, type IqRequest, StanzaError } from '../../feature.ts';
import { performed } from '../../performing.ts';
import { FASTEN, MODERATE, MODERATE_0, RETRACT, RETRACT_0 } from '../../stanza.ts';
import type { Element } from '../../xml.ts';

export const moderation: Feature = {
  specs: ['XEP-0425'],
  register(host) {
    for (const ns of [MODERATE, MODERATE_0]) host.advertise(ns, ['room'], 'moderate');
    host.onIq('set', MODERATE, 'moderate', ['room'], (request) => {
      const { payload } = request;
      return moderate(host, request, { id: payload.attrs['id'], order: payload, retract: RETRACT });
    });
    // COMPAT(clients of XEP-0425 0.2, 2020)
    host.onIq('set', FASTEN, 'apply-to', ['room'], (request) => {
      const order = request.payload.child('moderate', MODERATE_0);
      return moderate(host, request, { id: request.payload.attrs['id'], order, retract: RETRACT_0 });
    });
  },
};

interface Order {
  readonly id: string | undefined;
  readonly order: Element | undefined;
  /** The namespace of what is to be done. */
  readonly retract: string;
}

/** Answered when the network has done it, or why it has not. */
async function moderate(host: FeatureHost, request: IqRequest, { id, order, retract }: Order): Promise<IqReply> {
  const { user, from, to } = request;
  const conversation = to.place?.conversation;
  if (conversation === undefined || !host.bridge.joined(user, conversation).includes(from))
    throw new BridgeError('forbidden', words`You are not in this room.`);
  if (id === undefined || order?.child('retract', retract) === undefined)
    throw new StanzaError('modify/bad-request', words`Say which message is to be taken back.`);
  const reason = order.childText('reason');
  const target = { by: 'stanza-id', value: id } as const;
  await performed(host, request, {
    kind: 'moderate',
    conversation,
    target,
    ...(reason !== undefined && reason !== '' && { reason }),
  });
  return {};
}
