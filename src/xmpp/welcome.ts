// What follows a first account: the gateway's subscription (XEP-0100 4.1).

import type { UserId } from '../model/ids.ts';
import { contactsOf } from './contacts/index.ts';
import { askToSee, mayProbe } from './contacts/probing.ts';
import type { FeatureHost } from './feature.ts';

/** GW-2: the gateway asks for the user's presence, once. */
export function welcome(host: FeatureHost, user: UserId): void {
  // Where nobody signs her in now, her account is all that has changed.
  host.clock.after(0, () => contactsOf(host).shown.update(user, ''));
  if (!mayProbe(host, user)) askToSee(host, user);
}
