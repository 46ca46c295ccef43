// SMS for the conformance tests: the fake Twilio, and the settings that bring the gateway and it together.

import { freePort } from '../support/processes.ts';
import { GATEWAY, REGISTER } from './patterns.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio, type TwilioProcess } from '../support/twilio-process.ts';
import type { Client } from './world.ts';

export const NUMBER = '+15550001111';
const WEBHOOK = '/irc.localhost/twilio/message';

export interface Texts {
  readonly twilio: TwilioProcess;
  /** In YAML, as the gateway's `settings` and its public listener. */
  readonly settings: string;
  readonly listener: string;
}

export async function startTexts(): Promise<Texts> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const twilio = await startTwilio({ numbers: [NUMBER], smsUrl: `${url}${WEBHOOK}#rc=5&rp=all` });
  const settings = `      accountSid: ${ACCOUNT_SID}
      authToken: ${AUTH_TOKEN}
      numbers: ['${NUMBER}']
      country: US
      apiUrl: ${twilio.url}`;
  return { twilio, settings, listener: `{ listen: '${url.slice('http://'.length)}', url: '${url}' }` };
}

/** Has the number, with the gateway in the roster both ways, and is there. */
export async function signsUpForTexts(romeo: Client): Promise<void> {
  romeo.sends(`<presence to='${GATEWAY}'/>`);
  const fields = `<x xmlns='jabber:x:data' type='submit'><field var='number'><value>${NUMBER}</value></field></x>`;
  await romeo.asks(
    `<iq to='${GATEWAY}' type='set' id='set'><query xmlns='${REGISTER}'>${fields}</query></iq>`,
    `<iq type='result' id='set'/>`,
  );
  romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await romeo.asks(`<presence to='${GATEWAY}' type='subscribe'/>`, `<presence type='subscribed' from='${GATEWAY}'/>`);
  romeo.sends(`<presence to='${GATEWAY}'/>`);
  await romeo.receives(`<presence from='${GATEWAY}' !type><!show/></presence>`);
}
