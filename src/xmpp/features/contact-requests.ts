// Somebody on the network wants to have the user as a contact (XEP-0100 4.11, XEP-0172): a subscription request, and her answer to it.

import type { Feature } from '../feature.ts';
import { el } from '../xml.ts';

export const contactRequests: Feature = {
  specs: ['XEP-0172'],
  register(host) {
    host.present('asked', ({ event, user }) => {
      const nick = el('nick', { xmlns: 'http://jabber.org/protocol/nick' }, event.who.nick);
      const status = event.text === undefined ? undefined : el('status', {}, event.text);
      return el('presence', { from: host.jidOf(event.conversation), to: user, type: 'subscribe' }, status, nick);
    });
    // Ahead of the subscription book, which keeps the state all the same.
    host.onPresence(['contact'], (presence) => {
      const { type, to, user } = presence;
      if ((type !== 'subscribed' && type !== 'unsubscribed') || to.place === undefined) return false;
      const asked = host.subscriptions.of(user).get(to.local)?.asked === true;
      const { accepts } = host.bridge.capabilities(user, to.place.conversation);
      if (!asked && accepts.includes('answer')) {
        host.bridge.submit(
          user,
          { kind: 'answer', conversation: to.place.conversation, allow: type === 'subscribed' },
          host.origin(presence),
        );
      }
      return false;
    });
  },
};
