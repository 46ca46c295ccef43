// The end between the gateway and a user (XEP-0100 4.3): nothing of it stays in her roster as if it were there.

import type { UserId } from '../model/ids.ts';
import { contactsOf } from './contacts/index.ts';
import type { FeatureHost } from './feature.ts';
import { joinJid } from './jid.ts';
import { el } from './xml.ts';

/** Who says goodbye is settled now, before all is forgotten; it is said when the returned function is called. */
export function farewellOf(host: FeatureHost, user: UserId): () => void {
  const { domain } = host.gateway;
  // The gateway itself comes last.
  const locals = [...host.subscriptions.of(user).keys()].sort().reverse();
  return () => {
    for (const local of locals) {
      const from = joinJid(local, domain);
      // COMPAT(profanity, 0.13): it shows whoever unsubscribes as online. After the last of them nobody's presence may be let through.
      for (const type of ['unsubscribe', 'unavailable', 'unsubscribed'])
        host.send(el('presence', { from, to: user, type }), 'state');
    }
    host.subscriptions.removeAll(user);
    void contactsOf(host).lists.withdraw(user, locals);
  };
}
