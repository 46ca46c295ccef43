// The SMS adapter: what a gateway with `network: sms` loads. Texts go through a provider's account, of which Twilio is the only one.
//
//   settings.ts     the operator's account and pool of numbers
//   numbers.ts      what people write for a number, and what stands for whoever texts
//   sign-in.ts      one number of the pool for each account
//   session.ts      texts out; outgoing.ts which of them are ours; opt-outs.ts who wants no more
//   webhook.ts      texts and states in: signature.ts, incoming.ts, statuses.ts; nothing is acknowledged before it is kept
//   reconciling.ts  what no webhook brought
//   probes.ts       what `viaduct check` asks
//   twilio.ts       the provider's client; errors.ts its refusals in the model's terms

import type { Adapter } from '../../src/model/network.ts';
import { SmsNetwork } from './network.ts';
import { probesOf } from './probes.ts';
import { readSettings, SETTINGS } from './settings.ts';

export const adapter: Adapter = {
  settings: SETTINGS,
  create: (settings) => new SmsNetwork(readSettings(settings)),
  probes: (settings) => probesOf(readSettings(settings)),
};
