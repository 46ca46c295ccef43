// The network's list of contacts for the user's roster (XEP-0144, XEP-0356, XEP-0100 4.10).

import { contactsOf } from '../contacts/index.ts';
import type { Feature } from '../feature.ts';

export const rosterExchange: Feature = {
  specs: ['XEP-0144'],
  register(host) {
    host.advertise('http://jabber.org/protocol/rosterx', ['gateway']);
    host.present('listed', ({ event, user }) => {
      contactsOf(host).lists.heard(user, event.account, event.contacts, event.complete);
      return undefined;
    });
  },
};
