// Sections 3 and 6: contacts that people add, remove and ask for on a network that has them, and their presence.

import { expect } from 'vitest';
import type { XmlNode } from '../support/xml-tree.ts';
import { appears, at, contact, hasBenvolio, isOnline, NICK, presence, script, signsUp, STATUS } from './echo-people.ts';
import { error, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

conformance(
  {
    'GW-12': ['nobody is wanted', 'nobody is approved', 'nobody is unsubscribed'],
    'SUB-2': ['nobody is approved', 'subscriptions are out'],
    'GW-11': 'nobody is asked',
  },
  'whoever adds a user asks her, with a name and a reason; the answer of each is the other’s; asked again it asks nobody',
  { ...contact, claims: ['11.5'] },
  async ({ romeo, client }) => {
    const juliet = client('juliet@localhost/balcony');
    await isOnline(romeo);
    await isOnline(juliet);
    for (const answer of ['unsubscribed', 'subscribed']) {
      juliet.sends(presence(at('romeo'), 'subscribe', STATUS('Wherefore?')));
      juliet.sends(presence(at('romeo'), 'subscribe', STATUS('Wherefore?')));
      await romeo.receives(
        `<presence type='subscribe' from='${at('juliet')}' to='${romeo.bare}'>${STATUS('Wherefore?')}<nick xmlns='${NICK}'>juliet</nick></presence>`,
      );
      expect((await juliet.unread()).filter(({ attrs }) => attrs['from'] === at('romeo'))).toEqual([]);
      romeo.sends(presence(at('juliet'), answer));
      await juliet.receives(`<presence type='${answer}' from='${at('romeo')}' to='${juliet.bare}'/>`);
    }
    await juliet.receives(`<presence from='${at('romeo')}' to='${juliet.bare}' !type/>`);
    await juliet.receives(`<presence type='subscribe' from='${at('romeo')}'/>`);
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'subscribe')).toEqual([]);
  },
);

conformance(
  { 'SUB-1': ['nobody is approved', 'accounts are forgotten'] },
  'a request that waits for an answer waits beyond a restart, on both sides',
  { ...contact },
  async (world) => {
    const { romeo } = world;
    const juliet = world.client('juliet@localhost/balcony');
    await isOnline(romeo);
    await isOnline(juliet);
    juliet.sends(presence(at('romeo'), 'subscribe'));
    await romeo.receives(`<presence type='subscribe' from='${at('juliet')}'/>`);
    await world.stop();
    await world.start();
    for (const person of [romeo, juliet]) {
      person.sends(appears());
      await person.receives(`<presence from='${GATEWAY}' !type><!show/><status>*</status></presence>`);
    }
    await juliet.asks(
      `<iq to='${GATEWAY}' type='get' id='g'><query xmlns='${REGISTER}'/></iq>`,
      `<iq type='result' id='g'><query xmlns='${REGISTER}'><registered/></query></iq>`,
    );
    romeo.sends(presence(at('juliet'), 'subscribed'));
    await juliet.receives(`<presence type='subscribed' from='${at('romeo')}'/>`);
    // What was offered before is not offered again.
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'subscribe')).toEqual([]);
  },
);

conformance(
  {
    'SUB-3': ['silent errors', 'nobody is unsubscribed', 'every error is internal'],
    'MAP-5': ['silent errors', 'every error is internal'],
  },
  'adding nobody, adding one who says no, and adding without an account',
  { ...contact },
  async ({ romeo, client }) => {
    const mercutio = client('mercutio@localhost/street');
    await mercutio.asks(
      presence(at('benvolio'), 'subscribe'),
      `<presence type='error' from='${at('benvolio')}'>${error('auth/registration-required')}</presence>`,
    );
    await mercutio.receives(`<presence type='unsubscribed' from='${at('benvolio')}'/>`);
    await isOnline(romeo);
    await romeo.asks(
      presence(at('nobody'), 'subscribe'),
      `<presence type='error' from='${at('nobody')}' to='${romeo.jid}'>${error('cancel/item-not-found')}</presence>`,
    );
    await romeo.receives(`<presence type='unsubscribed' from='${at('nobody')}' to='${romeo.bare}'/>`);
    await romeo.asks(
      presence(at('hermit'), 'subscribe'),
      `<presence type='unsubscribed' from='${at('hermit')}'>${STATUS('I live alone')}</presence>`,
    );
    for (const why of ['hermit@.*: I live alone', 'nobody@.*: Nobody here is called nobody'])
      expect(JSON.stringify(await romeo.unread())).toMatch(new RegExp(why));
  },
);

conformance(
  { 'GW-13': ['nobody is unsubscribed', 'no goodbyes'] },
  'whom the network has no more, and who wants no more of the user, leaves her roster',
  { ...contact },
  async ({ romeo }) => {
    await isOnline(romeo);
    for (const lines of [['uncontact benvolio', 'list'], ['unfriend benvolio']]) {
      await hasBenvolio(romeo);
      for (const line of lines) romeo.sends(script(line));
      for (const type of ['unsubscribe', 'unsubscribed', 'unavailable'])
        await romeo.receives(`<presence type='${type}' from='${at('benvolio')}' to='${romeo.bare}'/>`);
      await romeo.asks(presence(at('benvolio'), 'probe'), `<presence type='unsubscribed' from='${at('benvolio')}'/>`);
    }
  },
);

/** Juliet sees Romeo, who sees nobody. */
async function watches(juliet: Client, romeo: Client): Promise<void> {
  await isOnline(romeo);
  await isOnline(juliet);
  juliet.sends(presence(at('romeo'), 'subscribe'));
  await romeo.receives(`<presence type='subscribe' from='${at('juliet')}'/>`);
  romeo.sends(presence(at('juliet'), 'subscribed'));
  await juliet.receives(`<presence from='${at('romeo')}' !type><!show/></presence>`);
}

/** Unread presence of a contact that is there. */
async function news(person: Client, of: string): Promise<readonly XmlNode[]> {
  const unread = await person.unread();
  return unread.filter(
    ({ name, attrs: { from, type } }) => name === 'presence' && from === at(of) && type === undefined,
  );
}

conformance(
  { 'GW-10': 'nobody is away', '5.1': 'nobody is away', 'SUB-11': 'presence is told twice' },
  'the most available client of the highest priority is what the network sees; probes and repetitions are no news',
  { ...contact, claims: ['SUB-10'] },
  async ({ romeo, client }) => {
    const juliet = client('juliet@localhost/balcony');
    await watches(juliet, romeo);
    client('romeo@localhost/phone').sends(appears('<show>xa</show>'));
    for (let again = 0; again < 3; again++) {
      romeo.sends(appears('<show>away</show><status>lunch</status>'));
      romeo.sends(presence(at('juliet'), 'probe'));
    }
    await juliet.receives(`<presence from='${at('romeo')}'><show>away</show><status>lunch</status></presence>`);
    await romeo.receives(`<presence type='unsubscribed' from='${at('juliet')}'/>`);
    expect(await news(juliet, 'romeo')).toEqual([]);
  },
);

conformance(
  { 'SUB-13': 'nobody is away' },
  'who is there only with a client that nothing reaches is away',
  { ...contact },
  async ({ romeo, client }) => {
    const juliet = client('juliet@localhost/balcony');
    await watches(juliet, romeo);
    client('romeo@localhost/phone').sends(appears('<priority>-1</priority>'));
    expect(await news(juliet, 'romeo')).toEqual([]);
    romeo.sends(presence(GATEWAY, 'unavailable'));
    await juliet.receives(`<presence from='${at('romeo')}'><show>away</show></presence>`);
  },
);

conformance(
  { 'SUB-19': ['presence is told twice', 'flapping goes through'], '12.8': 'nobody is idle' },
  'a contact’s presence: show, status and idle since; the same is not told again, and of what flaps the last',
  { ...contact },
  async ({ romeo, clock }) => {
    await isOnline(romeo);
    await hasBenvolio(romeo);
    expect(await news(romeo, 'benvolio')).toEqual([]);
    romeo.sends(script('appear benvolio xa at sea'));
    await romeo.receives(
      `<presence from='${at('benvolio')}' to='${romeo.bare}'><show>xa</show>${STATUS('at sea')}<idle xmlns='urn:xmpp:idle:1' since='*'/></presence>`,
    );
    for (const line of ['chat', 'away', 'online', 'chat', 'dnd', 'dnd']) romeo.sends(script(`appear benvolio ${line}`));
    expect(await news(romeo, 'benvolio')).toEqual([]);
    // What is gathered is told five seconds later.
    clock.speed = 20;
    await romeo.receives(`<presence from='${at('benvolio')}'><show>dnd</show></presence>`);
    expect(await news(romeo, 'benvolio')).toEqual([]);
  },
);

conformance(
  { 'SUB-12': 'contacts hide from one client', 'SUB-8': 'contacts hide from one client' },
  'a client that leaves a contact and comes back to it, as when it blocks and unblocks it, sees it as it is; one that stayed sees nothing anew',
  { ...contact },
  async ({ romeo }) => {
    await isOnline(romeo);
    await hasBenvolio(romeo);
    romeo.sends(presence(at('benvolio'), 'unavailable'));
    romeo.sends(script('appear benvolio dnd busy'));
    await romeo.receives(`<presence from='${at('benvolio')}' to='${romeo.bare}'><show>dnd</show></presence>`);
    const back = `<presence to='${at('benvolio')}'/>`;
    await romeo.asks(back, `<presence from='${at('benvolio')}' to='${romeo.jid}'><show>dnd</show></presence>`);
    romeo.sends(back);
    expect(await news(romeo, 'benvolio')).toEqual([]);
  },
);

conformance(
  { 'SUB-12': 'no goodbyes', 'GW-8': 'no goodbyes' },
  'with the last client everything goes unavailable, and comes back with the next',
  { ...contact, claims: ['GW-6'] },
  async ({ romeo, client }) => {
    const phone = client('romeo@localhost/phone');
    await isOnline(romeo);
    await hasBenvolio(romeo);
    phone.sends(appears());
    phone.sends(presence(GATEWAY, 'unavailable'));
    await phone.receives(`<presence type='unavailable' from='${GATEWAY}' to='${phone.jid}'/>`);
    const gone = (await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'unavailable');
    expect(gone).toEqual([]);
    romeo.sends(presence(GATEWAY, 'unavailable'));
    for (const from of [GATEWAY, at('benvolio')])
      await romeo.receives(`<presence type='unavailable' from='${from}' to='${romeo.bare}'/>`);
    romeo.sends(appears());
    for (const from of [GATEWAY, at('benvolio')]) await romeo.receives(`<presence from='${from}' !type/>`);
  },
);

conformance(
  { 'GW-7': ['silent errors', 'no chats'] },
  'a sign-in that fails: an error, a message that says why and what to do, the reason in the presence, and no second try',
  { ...contact },
  async ({ romeo, client }) => {
    await signsUp(romeo, 'stale');
    romeo.sends(appears());
    await romeo.receives(`<presence from='${GATEWAY}'><show>xa</show>${STATUS('Signing in…')}</presence>`);
    await romeo.receives(`<presence type='error' from='${GATEWAY}'>${error('auth/not-authorized')}</presence>`);
    await romeo.receives(
      `<message type='chat' from='${GATEWAY}'><body>romeo (echo) could not sign in: The password is no longer right. Change the account to have it tried again.</body></message>`,
    );
    await romeo.receives(
      `<presence from='${GATEWAY}'><show>dnd</show>${STATUS('Could not sign in. The password is no longer right.')}</presence>`,
    );
    client('romeo@localhost/phone').sends(appears());
    romeo.sends(`<message to='${at('benvolio')}' type='chat' id='m'><body>hello</body></message>`);
    await romeo.receives(`<message type='error' id='m'>${error('auth/not-authorized')}</message>`);
    expect((await romeo.unread()).filter((stanza) => JSON.stringify(stanza).includes('Signing in…'))).toEqual([]);
  },
);
