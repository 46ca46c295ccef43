// The XMPP server's word on what it lets the gateway do (XEP-0356); what comes of it is with those who use it.

import { contactsOf } from '../contacts/index.ts';
import type { Feature } from '../feature.ts';

export const privilege: Feature = {
  specs: ['XEP-0356'],
  register(host) {
    for (const ns of ['urn:xmpp:privilege:1', 'urn:xmpp:privilege:2']) {
      host.readMessage(ns, 'privilege', (_privilege, draft, { stanza }) => {
        if (!contactsOf(host).privileges.read(stanza))
          host.log.warn('somebody claims to grant privileges', { from: stanza.attrs['from'] });
        return draft;
      });
    }
    host.onLink(
      () => contactsOf(host).privileges.linkUp(),
      () => contactsOf(host).privileges.linkDown(),
    );
  },
};
