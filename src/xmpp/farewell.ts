// The end between the gateway and a user (XEP-0100 4.3): nothing of it stays in her roster as if it were there.

import type { AccountKey, UserId } from '../model/ids.ts';
import { words } from '../model/words.ts';
import { contactsOf } from './contacts/index.ts';
import type { FeatureHost } from './feature.ts';
import { joinJid } from './jid.ts';
import { signUpsOf } from './sign-ups.ts';
import { el } from './xml.ts';

/**
 * From now on none of her contacts is shown any more; those of one account, where she has others. She is asked to forget them, and the
 * gateway, when the returned function is called.
 */
export function farewellOf(host: FeatureHost, user: UserId, account?: AccountKey): () => void {
  const { domain } = host.gateway;
  const { shown, lists } = contactsOf(host);
  // The gateway itself comes last.
  const locals = localsOf(host, user, account).sort().reverse();
  signUpsOf(host).removed(user);
  shown.end(user, locals);
  for (const local of locals) host.subscriptions.set(user, local, undefined);
  return () => {
    for (const local of locals) {
      const from = joinJid(local, domain);
      const send = (type: string): void => host.send(el('presence', { from, to: user, type }), 'state');
      send('unsubscribe');
      // COMPAT(profanity, 0.13): it shows whoever unsubscribes as online.
      if (local !== '') send('unavailable');
      send('unsubscribed');
    }
    if (locals.includes('')) {
      const translate = host.translator({ user });
      const attrs = { from: domain, to: user, type: 'unavailable', 'xml:lang': translate.language };
      host.send(el('presence', attrs, el('status', {}, translate(words`Your account was removed.`))), 'state');
    }
    void lists.withdraw(user, locals);
  };
}

/** GW-5, once she has her answer. `end` as `AccountDesk.remove` has given it. */
export function signOffForGood(
  host: FeatureHost,
  { user, account }: { readonly user: UserId; readonly account?: AccountKey },
  end: () => Promise<void>,
): void {
  const farewell = farewellOf(host, user, account);
  end().catch((error: unknown) => host.log.error('not all that was kept of a removed account is gone', { error }));
  farewell();
}

function localsOf(host: FeatureHost, user: UserId, account?: AccountKey): string[] {
  const locals = [...host.subscriptions.of(user).keys()];
  const { domain, network } = host.gateway;
  if (account === undefined) return locals;
  return locals.filter((local) => {
    const place = local === '' ? undefined : host.addressOf(joinJid(local, domain))?.place;
    return place !== undefined && network.accountOf(place.conversation) === account;
  });
}
