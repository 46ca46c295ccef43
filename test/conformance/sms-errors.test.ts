// Section 22.3: what Twilio refuses at once, and what fails later, exactly as clients tell it apart, with words and Twilio's number.

import { expect } from 'vitest';
import { elementsOf, textOf } from '../support/xml-tree.ts';
import { error, GATEWAY } from './patterns.ts';
import { conformance } from './proves.ts';
import { signsUpForTexts } from './texts.ts';

const SABOTAGES = ['silent errors', 'every error is internal', 'errors without ids'] as const;
const phoneOf = (code: number): string => `+130355${code}`;
const text = (to: string): string =>
  `<message to='${to}' type='chat' id='m'><body>hello</body><request xmlns='urn:xmpp:receipts'/></message>`;

for (const [code, kind, ...others] of [
  [21211, 'cancel/item-not-found', 21614, 21635],
  [21610, 'auth/forbidden'],
  [21617, 'modify/policy-violation'],
] as const)
  conformance(
    { [`22.3.${code}`]: [...SABOTAGES, 'every error can be retried', 'errors without words'] },
    `a text that is refused with ${code} is ${kind}, with words, and nothing is sent`,
    { texts: true },
    async (world) => {
      const { romeo, twilio } = world;
      await signsUpForTexts(romeo);
      for (const one of [code, ...others]) {
        const phone = phoneOf(one);
        await twilio.fault('refuse', { code: one, phone });
        const refused = await romeo.asks(
          text(`${phone}@${GATEWAY}`),
          `<message type='error' from='${phone}@${GATEWAY}' id='m'>${error(kind)}</message>`,
        );
        expect(elementsOf(refused).flatMap(elementsOf).map(textOf).join('')).toContain(String(one));
        expect(twilio.sentTo(phone)).toEqual([]);
      }
    },
  );

for (const [code, kind] of [
  [30003, 'wait/recipient-unavailable'],
  [30004, 'auth/forbidden'],
] as const)
  conformance(
    { [`22.3.${code}`]: [...SABOTAGES, 'no chats'] },
    `a text that fails later with ${code} is ${kind} and words with the number, and is sent once`,
    { texts: true },
    async ({ romeo, twilio, barrier }) => {
      await signsUpForTexts(romeo);
      const phone = phoneOf(code);
      const contact = `${phone}@${GATEWAY}`;
      await twilio.script([{ status: 'sent' }, { status: 'undelivered', code }]);
      romeo.sends(text(contact));
      await romeo.receives(`<message type='error' from='${contact}' id='m'>${error(kind)}</message>`);
      const told = await romeo.receives(`<message type='chat' from='${contact}'><body>*</body></message>`);
      expect(elementsOf(told).map(textOf).join('')).toContain(String(code));
      await barrier();
      expect(twilio.sentTo(phone)).toHaveLength(1);
    },
  );
