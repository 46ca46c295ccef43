// What `viaduct check` asks Twilio: whether it takes the account, and whether the account has the numbers.

import { BridgeError } from '../../src/model/errors.ts';
import type { Probe } from '../../src/model/network.ts';
import type { SmsSettings } from './settings.ts';
import { type HttpClient, Twilio } from './twilio.ts';

const REMEDY = `accountSid and authToken stand in Twilio's console under Account Info, and the numbers of that account under Phone Numbers.
Where a proxy or a test is meant to answer instead of Twilio, apiUrl says where.`;

/** `http`: what the provider's client reaches the world with, instead of the real one. */
export function probesOf(settings: SmsSettings, http?: HttpClient): readonly Probe[] {
  const { accountSid, numbers } = settings;
  const ask = async (): Promise<string> => {
    const service = new Twilio({ ...settings, statusCallback: '', ...(http !== undefined && { http }) });
    const owned = new Set(await service.numbers());
    const missing = numbers.filter((number) => !owned.has(number));
    if (missing.length > 0) throw new BridgeError('not-found', `the account does not have ${missing.join(', ')}.`);
    return `takes the account, which has ${numbers.join(', ')}`;
  };
  return [{ about: `Twilio, account ${accountSid}`, remedy: REMEDY, ask }];
}
