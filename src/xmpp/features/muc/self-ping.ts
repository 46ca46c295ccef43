// Am I still in this room? (XEP-0410): a ping to one's own nick, answered from what the gateway knows and never by asking the network.

import { type Feature, StanzaError } from '../../feature.ts';
import { words } from '../../../model/words.ts';

const NS = 'urn:xmpp:ping';

export const selfPing: Feature = {
  specs: ['XEP-0410'],
  register(host) {
    host.onIq('get', NS, 'ping', ['occupant'], ({ user, from, to }) => {
      const id = to.place?.conversation;
      const conversation = id === undefined ? undefined : host.bridge.conversation(user, id);
      // Exactly this condition: every other one means "still in" to some client (MUC-50).
      if (id === undefined || conversation === undefined || !host.bridge.joined(user, id).includes(from)) {
        throw new StanzaError('cancel/not-acceptable', words`You are not in this room.`);
      }
      if (host.occupants.find(conversation, to.resource) === undefined)
        throw new StanzaError('cancel/item-not-found', words`There is nobody of that name in this room.`);
      return {};
    });
  },
};
