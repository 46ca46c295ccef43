// All features, in order: of two that handle the same presence the first is asked first.

import type { Feature } from '../feature.ts';
import { about } from './about.ts';
import { addressPrompt } from './address-prompt.ts';
import { chatStates } from './chat-states.ts';
import { commands } from './commands.ts';
import { contactRequests } from './contact-requests.ts';
import { corrections, reactions, retractions } from './corrections.ts';
import { disco } from './disco.ts';
import { encryption } from './encryption.ts';
import { messages } from './messages.ts';
import { mucFeatures } from './muc/index.ts';
import { ping } from './ping.ts';
import { receipts } from './receipts.ts';
import { registration } from './registration.ts';
import { delays, stanzaIds } from './stamps.ts';
import { subscriptions } from './subscriptions.ts';

export const features: Readonly<Record<string, Feature>> = {
  disco,
  ping,
  about,
  registration,
  commands,
  addressPrompt,
  contactRequests,
  subscriptions,
  ...mucFeatures,
  messages,
  encryption,
  stanzaIds,
  delays,
  chatStates,
  corrections,
  reactions,
  retractions,
  receipts,
};
