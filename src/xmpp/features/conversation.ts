// Talking with the gateway's own address, for clients that have neither forms nor commands: what the commands do, one question at a time.

import { BridgeError } from '../../model/errors.ts';
import type { UserId } from '../../model/ids.ts';
import { isFrom, subscriptionOf } from '../contacts/standing.ts';
import { type Feature, type FeatureHost, type Inbound, StanzaError } from '../feature.ts';
import { helpText, Talks } from '../talk/talks.ts';

export const conversation: Feature = {
  specs: ['XEP-0334'],
  register(host) {
    const talks = new Talks(host);
    host.addCommand({
      node: 'help',
      name: 'What I can do for you',
      available: () => true,
      run: (request) => Promise.resolve({ note: helpText(host, request) }),
    });
    host.onMessage(['gateway'], (message, draft) => {
      if (message.type === 'groupchat')
        throw new StanzaError('cancel/service-unavailable', 'This is the gateway, not a room.');
      // Where no person has a name in the address there is a server or another gateway, and two of us would never come to an end.
      if (draft.kind !== 'say' || message.type === 'headline' || !message.user.includes('@')) return;
      talks.hear(message, draft.body.text);
    });
    // First contact: the answer to the subscription comes before it.
    host.onPresence(['gateway'], (presence) => {
      const isNew = presence.type === 'subscribe' && !isFrom(subscriptionOf(host.subscriptions, presence.user, ''));
      if (isNew) setImmediate(() => talks.say(presence, greeting(presence)));
      return false;
    });

    function greeting({ user }: Inbound): string {
      const { title } = host.gateway.network;
      const [account] = host.desk.accounts(user);
      if (account !== undefined)
        return `Hello! ${account.title} is linked here. Send “help” to see what I can do for you.`;
      const refusal = refusalOf(host, user);
      if (refusal !== undefined) return `Hello! ${refusal}`;
      const first = host.gateway.network.guests
        ? 'You can join rooms right away; with an account of yours you are known there.'
        : 'Before you can talk to anybody there I have to know your account.';
      return `Hello! This is the gateway to ${title}. ${first} Send “register” to link one, or “help” to see what I can do.`;
    }
  },
};

/** Why nobody can register: there is no room left, or no network. */
function refusalOf({ desk }: FeatureHost, user: UserId): string | undefined {
  try {
    desk.formFor(user);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BridgeError) return thrown.message;
    throw thrown;
  }
}
