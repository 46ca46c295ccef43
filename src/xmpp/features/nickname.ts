// What a stranger is called, with her first message (XEP-0172): her address alone may say nothing. Subscription requests have it too.

import type { Feature } from '../feature.ts';
import { el } from '../xml.ts';

const NS = 'http://jabber.org/protocol/nick';
const REMEMBERED = 20_000;

export const nickname: Feature = {
  specs: ['XEP-0172'],
  register(host) {
    const told = new Set<string>();
    host.decorate('said', ({ event, user, to }, stanza) => {
      const { from, own } = event.message;
      if (to.length > 0 || own || from.nick === '') return;
      const jid = host.jidOf(event.conversation);
      // Not from within a room, and not to those who have named the contact themselves.
      if (stanza.attrs['from'] !== jid || host.subscriptions.of(user).has(host.addressOf(jid)?.local ?? '')) return;
      const key = `${user} ${jid}`;
      if (told.has(key)) return;
      if (told.size >= REMEMBERED) told.clear();
      told.add(key);
      stanza.add(el('nick', { xmlns: NS }, from.nick));
    });
  },
};
