// Section 22 and what of others is of texts alone: texts out and in, what becomes of them, and nothing twice.

import { expect, vi } from 'vitest';
import { COMMANDS, error, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import { NUMBER, signsUpForTexts } from './texts.ts';
import type { Client } from './world.ts';

const PHONE = '+13035551001';
const CONTACT = `${PHONE}@${GATEWAY}`;
const RECEIPTS = 'urn:xmpp:receipts';
const text = (body: string, id: string): string =>
  `<message to='${CONTACT}' type='chat' id='${id}'><body>${body}</body><request xmlns='${RECEIPTS}'/></message>`;
const command = (node: string): string =>
  `<iq to='${GATEWAY}' type='set' id='${node}'><command xmlns='${COMMANDS}' node='${node}' action='execute'/></iq>`;
const receipt = (id: string): string =>
  `<message from='${CONTACT}' type='chat' !error><received xmlns='${RECEIPTS}' id='${id}'/></message>`;

/** Of the contact, that nobody has read. */
const messages = async (romeo: Client): Promise<readonly unknown[]> =>
  (await romeo.unread()).filter(({ name, attrs }) => name === 'message' && attrs['from'] === CONTACT);

conformance(
  {
    '26.12': ['receipts are out', 'no chats'],
    '22.1.8': 'receipts are out',
    '22.2.1': 'receipts come too early',
    '22.2.2': 'receipts come too early',
    '22.2.3': ['receipts are out', 'receipts come twice'],
  },
  'a text goes out from the user’s number; on its way and sent nothing is told, delivered is the receipt, once, whatever is said again',
  { texts: true },
  async ({ romeo, twilio, barrier }) => {
    await signsUpForTexts(romeo);
    await twilio.script([{ status: 'queued' }, { status: 'sending' }, { status: 'sent' }]);
    romeo.sends(text('Good night ☾', 'm1'));
    const { sid, from } = await twilio.untilSent(PHONE, 'Good night ☾');
    expect(from).toBe(NUMBER);
    await twilio.until('the third status is posted', () => (twilio.posts(sid).length >= 3 ? true : undefined));
    await barrier();
    expect(await messages(romeo)).toEqual([]);
    await twilio.order('tell', { sid, steps: [{ status: 'delivered', copies: 2 }] });
    await romeo.receives(receipt('m1'));
    await twilio.until('both are posted', () => (twilio.posts(sid).length >= 5 ? true : undefined));
    await barrier();
    expect(await messages(romeo)).toEqual([]);
    expect(twilio.sentTo(PHONE)).toHaveLength(1);
  },
);

conformance(
  { '26.12': 'no chats', '22.2.5': ['no chats', 'silent errors'] },
  'not delivered: an error at once, and words to be read where it comes late, to who has gone offline too',
  { texts: true },
  async ({ romeo, twilio }) => {
    await signsUpForTexts(romeo);
    // Whoever has opted out once is not texted again.
    const [phone, gone] = ['+13035551002', `+13035551002@${GATEWAY}`];
    await twilio.fault('refuse', { code: 21610, phone });
    await romeo.asks(
      text('refused', 'm1').replace(CONTACT, gone),
      `<message type='error' from='${gone}' id='m1'>${error('auth/forbidden')}</message>`,
    );
    await twilio.script([{ status: 'queued' }, { status: 'sent' }]);
    romeo.sends(text('late', 'm2'));
    const { sid } = await twilio.untilSent(PHONE, 'late');
    romeo.sends(`<presence to='${GATEWAY}' type='unavailable'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' type='unavailable'/>`);
    await twilio.order('tell', { sid, steps: [{ status: 'undelivered', code: 30003 }] });
    await romeo.receives(`<message type='error' from='${CONTACT}' id='m2'><error/></message>`);
    await romeo.receives(`<message type='chat' from='${CONTACT}' to='${romeo.bare}'><body>*</body></message>`);
  },
);

conformance(
  { '26.12': ['chats come twice', 'no chats', 'nothing has an id'] },
  'a text in is a chat from its number with the id of Twilio, once, however often it is posted; a wrong signature is none',
  { texts: true, claims: ['22.1.1'] },
  async ({ romeo, twilio, barrier }) => {
    await signsUpForTexts(romeo);
    await twilio.fault('double', { on: 'text' });
    const sid = await twilio.text(PHONE, NUMBER, 'Ça va ☺');
    await romeo.receives(`<message from='${CONTACT}' type='chat' id='${sid}'><body>Ça va ☺</body></message>`);
    await twilio.until('it is posted again', () => (twilio.posts(sid).length >= 2 ? true : undefined));
    await barrier();
    expect(await messages(romeo)).toEqual([]);
    const [posted] = twilio.posts(sid);
    const body = new URLSearchParams({ From: PHONE, To: NUMBER, Body: 'forged', MessageSid: `SM${'0'.repeat(32)}` });
    const forged = await fetch(posted?.url ?? '', { method: 'POST', body, headers: { 'x-twilio-signature': 'AAAA' } });
    expect(forged.status).toBe(403);
    await barrier();
    expect(await messages(romeo)).toEqual([]);
  },
);

conformance(
  [],
  'what a client sends again under the same id goes out once; another text under it, or to somebody else, is another',
  { texts: true, sabotage: 'receipts are out', claims: ['TXT-6'] },
  async ({ romeo, twilio, barrier }) => {
    await signsUpForTexts(romeo);
    romeo.sends(text('once', 'm1'));
    await twilio.untilSent(PHONE, 'once');
    await romeo.receives(receipt('m1'));
    romeo.sends(text('once', 'm1'));
    romeo.sends(text('twice', 'm1'));
    await twilio.untilSent(PHONE, 'twice');
    romeo.sends(text('once', 'm2'));
    await twilio.until('the second', () => (twilio.sentTo(PHONE).length >= 3 ? true : undefined));
    await barrier();
    expect(twilio.sentTo(PHONE).map(({ body }) => body)).toEqual(['once', 'twice', 'once']);
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
  },
);

conformance(
  { 'GW-6': 'presence without words' },
  'an account that comes to be signed in before the gateway hears of any client of hers: the first one sees that it is',
  { texts: true },
  async ({ romeo, barrier }) => {
    await romeo.asks(`<presence to='${GATEWAY}' type='subscribe'/>`, `<presence type='subscribed' from='${GATEWAY}'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' !type><status>*</status></presence>`);
    romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
    const fields = `<x xmlns='jabber:x:data' type='submit'><field var='number'><value>${NUMBER}</value></field></x>`;
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='set'><query xmlns='${REGISTER}'>${fields}</query></iq>`,
      `<iq type='result' id='set'/>`,
    );
    await vi.waitFor(async () => {
      const told = await romeo.asks(command('status'), `<iq type='result' id='status'/>`);
      expect(JSON.stringify(told)).toContain('Signed in as');
    }, 5_000);
    await barrier();
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.receives(
      `<presence from='${GATEWAY}' !type><!show/><status>Signed in as +1 555 000 1111.</status></presence>`,
    );
  },
);
