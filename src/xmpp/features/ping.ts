// XEP-0199 for the gateway, contacts and rooms; people in rooms are muc/self-ping.ts (XEP-0410).

import type { Feature } from '../feature.ts';

const NS = 'urn:xmpp:ping';

export const ping: Feature = {
  specs: ['XEP-0199'],
  register(host) {
    host.advertise(NS, ['gateway', 'contact', 'room']);
    host.onIq('get', NS, 'ping', ['gateway', 'contact', 'room'], () => ({}));
  },
};
