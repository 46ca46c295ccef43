// Talking with the gateway's own address, for clients that have neither forms nor commands: what the commands do, one question at a time.

import { BridgeError } from '../../model/errors.ts';
import type { UserId } from '../../model/ids.ts';
import { type Text, words } from '../../model/words.ts';
import { isFrom, subscriptionOf } from '../contacts/standing.ts';
import { type Feature, type FeatureHost, type Inbound, StanzaError } from '../feature.ts';
import { HELP, helpText, REGISTER, sayTo, talksOf } from '../talk/talks.ts';

export const conversation: Feature = {
  specs: ['XEP-0334'],
  register(host) {
    const talks = talksOf(host);
    host.addCommand({
      node: 'help',
      name: words`See what this gateway can do`,
      talk: { words: [HELP] },
      available: () => true,
      run: (request) => Promise.resolve({ note: helpText(host, request) }),
    });
    host.onMessage(['gateway'], (message, draft) => {
      if (message.type === 'groupchat')
        throw new StanzaError('cancel/service-unavailable', words`This is the gateway, not a room.`);
      // Where no person has a name in the address there is a server or another gateway, and two of us would never come to an end.
      if (draft.kind !== 'say' || message.type === 'headline' || !message.user.includes('@')) return;
      talks.hear(message, draft.body.text);
    });
    // First contact: the answer to the subscription comes before it.
    host.onPresence(['gateway'], (presence) => {
      const isNew = presence.type === 'subscribe' && !isFrom(subscriptionOf(host.subscriptions, presence.user, ''));
      if (isNew) setImmediate(() => sayTo(host, presence, greeting(presence)));
      return false;
    });

    function greeting({ user }: Inbound): Text {
      const { title } = host.gateway.network;
      const [account] = host.desk.accounts(user);
      if (account !== undefined)
        return words`Hello! ${account.title} is linked here. Send “${HELP}” to see what I can do for you.`;
      const refusal = refusalOf(host, user);
      if (refusal !== undefined) return words`Hello! ${refusal}`;
      const first = host.gateway.network.guests
        ? words`You can join rooms right away; with an account of yours you are known there.`
        : words`Before you can talk to anybody there I have to know your account.`;
      return words`Hello! This is the gateway to ${title}. ${first} Send “${REGISTER}” to link one, or “${HELP}” to see what I can do.`;
    }
  },
};

/** Why nobody can register: there is no room left, or no network. */
function refusalOf({ desk }: FeatureHost, user: UserId): Text | undefined {
  try {
    desk.formFor(user);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BridgeError) return thrown.text;
    throw thrown;
  }
}
