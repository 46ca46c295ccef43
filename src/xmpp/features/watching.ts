// Tells networks without a list of contacts whose presence a user wants to see (XEP-0100 4.4): those whom she has subscribed to.

import type { AccountKey, ConversationId, UserId } from '../../model/ids.ts';
import { isFrom } from '../contacts/standing.ts';
import type { Feature, FeatureHost } from '../feature.ts';
import { joinJid, resourceOf } from '../jid.ts';

export const watching: Feature = {
  specs: ['XEP-0100'],
  register(host) {
    const { network } = host.gateway;
    if (!network.capabilities.accepts.includes('watch')) return;
    host.onAccountState((user, { account, state }) => {
      if (state === 'online') tell(host, user, account);
    });
    host.onPresence(['contact'], ({ type, user, to }) => {
      const account = to.place && network.accountOf(to.place.conversation);
      // Whether she is approved is settled by another feature.
      if (type === 'subscribe' || type === 'unsubscribe') {
        setImmediate(() => (account === undefined ? undefined : tellNow(host, user, account)));
      }
      return false;
    });
  },
};

function tellNow(host: FeatureHost, user: UserId, account: AccountKey): void {
  const isOnline = host.bridge.accountStates(user).some((one) => one.account === account && one.state === 'online');
  if (isOnline) tell(host, user, account);
}

function tell(host: FeatureHost, user: UserId, account: AccountKey): void {
  const origin = { resource: resourceOf(user), settle: () => undefined };
  host.bridge.submit(user, { kind: 'watch', account, people: watchedBy(host, user, account) }, origin);
}

function watchedBy(host: FeatureHost, user: UserId, account: AccountKey): readonly ConversationId[] {
  const { domain, network } = host.gateway;
  return [...host.subscriptions.of(user)].flatMap(([local, subscription]) => {
    const place = host.addressOf(joinJid(local, domain))?.place;
    const isHers = place?.kind === 'direct' && network.accountOf(place.conversation) === account;
    return isHers && isFrom(subscription) ? [place.conversation] : [];
  });
}
