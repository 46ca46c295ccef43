// Somebody on the network wants to have the user as a contact (XEP-0100 4.11, XEP-0172): a subscription request. Her answer is a matter of
// subscriptions.ts.

import { contactsOf } from '../contacts/index.ts';
import { isTo, subscriptionOf } from '../contacts/standing.ts';
import type { Feature } from '../feature.ts';
import { el } from '../xml.ts';

export const contactRequests: Feature = {
  specs: ['XEP-0172'],
  register(host) {
    host.present('asked', ({ event, user }) => {
      const { conversation, who, text } = event;
      const jid = host.jidOf(conversation);
      const local = host.addressOf(jid)?.local ?? '';
      const now = subscriptionOf(host.subscriptions, user, local);
      if (isTo(now)) {
        contactsOf(host).answers.repeat(user, { conversation, local });
        return undefined;
      }
      host.subscriptions.set(user, local, { ...now, wanted: true });
      const nick = el('nick', { xmlns: 'http://jabber.org/protocol/nick' }, who.nick);
      const status = text === undefined ? undefined : el('status', {}, text);
      return el('presence', { from: jid, to: user, type: 'subscribe' }, status, nick);
    });
  },
};
