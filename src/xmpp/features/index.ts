// All features, in order: of two that handle the same presence the first is asked first.

import type { Feature } from '../feature.ts';
import { about } from './about.ts';
import { addressPrompt } from './address-prompt.ts';
import { administration } from './administration.ts';
import { avatar } from './avatar.ts';
import { bits } from './bits.ts';
import { bookmarks } from './bookmarks.ts';
import { calls } from './calls.ts';
import { chatStates } from './chat-states.ts';
import { commands } from './commands.ts';
import { conversation } from './conversation.ts';
import { contactCommands } from './contact-commands.ts';
import { contactPresence } from './contact-presence.ts';
import { contactRequests } from './contact-requests.ts';
import { corrections, reactions, retractions } from './corrections.ts';
import { deadLetters } from './dead-letters.ts';
import { disco } from './disco.ts';
import { encryption } from './encryption.ts';
import { failedSignIn } from './failed-sign-in.ts';
import { finding } from './finding.ts';
import { messages } from './messages.ts';
import { mucFeatures } from './muc/index.ts';
import { nickname } from './nickname.ts';
import { ownData } from './own-data.ts';
import { ping } from './ping.ts';
import { preferences } from './preferences.ts';
import { privilege } from './privilege.ts';
import { receipts } from './receipts.ts';
import { reaching } from './reaching.ts';
import { registration } from './registration.ts';
import { replies } from './replies.ts';
import { search } from './search.ts';
import { rosterExchange } from './roster-exchange.ts';
import { sessions } from './sessions.ts';
import { delays, stanzaIds } from './stamps.ts';
import { subscriptions } from './subscriptions.ts';
import { vcard } from './vcard.ts';
import { watching } from './watching.ts';

export const features: Readonly<Record<string, Feature>> = {
  disco,
  ping,
  about,
  conversation,
  registration,
  sessions,
  preferences,
  finding,
  contactCommands,
  reaching,
  commands,
  bits,
  deadLetters,
  addressPrompt,
  privilege,
  contactRequests,
  watching,
  subscriptions,
  contactPresence,
  failedSignIn,
  rosterExchange,
  ...mucFeatures,
  bookmarks,
  messages,
  encryption,
  stanzaIds,
  delays,
  calls,
  chatStates,
  corrections,
  reactions,
  retractions,
  replies,
  receipts,
  vcard,
  avatar,
  nickname,
  search,
  ownData,
  administration,
};
