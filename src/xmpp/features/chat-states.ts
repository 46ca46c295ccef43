// Typing notices (XEP-0085), where the network has them.

import type { Feature } from '../feature.ts';
import { el } from '../xml.ts';

const NS = 'http://jabber.org/protocol/chatstates';

export const chatStates: Feature = {
  specs: ['XEP-0085'],
  register(host) {
    host.advertise(NS, ['contact', 'room'], 'type');
    for (const name of ['composing', 'paused', 'active', 'inactive', 'gone']) {
      host.readMessage(NS, name, (_child, draft) => {
        if (draft.kind !== 'none') return draft;
        return { kind: 'type', state: name === 'composing' ? 'composing' : name === 'paused' ? 'paused' : 'active' };
      });
    }
    host.present('typed', ({ event, conversation, to }) => {
      const from =
        conversation === undefined ? host.jidOf(event.conversation) : host.occupants.jid(conversation, event.by);
      const noStore = el('no-store', { xmlns: 'urn:xmpp:hints' });
      return el(
        'message',
        { from, type: to.length === 0 ? 'chat' : 'groupchat' },
        el(event.state, { xmlns: NS }),
        noStore,
        conversation && host.occupants.id(conversation, event.by),
      );
    });
  },
};
