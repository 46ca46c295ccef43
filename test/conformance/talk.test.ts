// Section 6.2: talking with the gateway’s own address.

import { expect } from 'vitest';
import type { XmlNode } from '../support/xml-tree.ts';
import { GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import { bodyOf, says, talk } from './talking.ts';
import type { Client, World } from './world.ts';

const FORMS = 'jabber:x:data';

const registered = (client: Client): Promise<XmlNode> =>
  client.asks(
    `<iq to='${GATEWAY}' type='get' id='reg'><query xmlns='${REGISTER}'/></iq>`,
    `<iq type='result' id='reg'><query xmlns='${REGISTER}'/></iq>`,
  );

const ACCOUNT: readonly (readonly [string, RegExp])[] = [
  ['register', /Server:[^]*1\. test/],
  ['1', /Nick:/],
  ['montague', /Account, if you have one:/],
  ['-', /Password of the account:[^]*history of your chats/],
  ['-', /Password of the server/],
  ['-', /montague.* linked/],
];

conformance(
  { '6.2.1': 'the talk is out', '6.2.2': 'the talk is out', 'CMD-6': 'the talk is out' },
  'without any form: help, registering, the state, an invitation, a contact, settings and the end',
  { claims: ['25.1.3'] },
  async ({ romeo }) => {
    const help = (await says(romeo, 'help')).text;
    expect(help).toMatch(/register – Register or change your account/);
    expect(help).not.toMatch(/unregister|settings|admin/);
    await talk(romeo, ['status', /“register” links one/], ...ACCOUNT);
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
    expect(JSON.stringify(await registered(romeo))).toMatch(/montague/);
    await talk(romeo, ['help', /unregister – Remove an account/], ['login', /signed in as montague/i]);
    await talk(romeo, ['join #verona%test', /Address: #verona%test@irc\.localhost/]);
    await romeo.receives(
      `<message from='${GATEWAY}'><x xmlns='jabber:x:conference' jid='#verona%test@${GATEWAY}'/></message>`,
    );
    await talk(romeo, ['add', /:/], ['benvolio%test', /Address: benvolio%test@irc\.localhost/]);
    await romeo.receives(`<presence from='benvolio%test@${GATEWAY}' type='subscribe'/>`);
    await talk(romeo, ['logout', /signed off/], ['status', /not signed in/i]);
    await talk(romeo, ['unregister', /1\. montague/], ['1', /is removed/]);
    expect(JSON.stringify(await registered(romeo))).not.toMatch(/"registered"/);
  },
);

conformance(
  { '6.2.2': ['the talk is out'] },
  'one question at a time: a wrong answer is told and asked again, back goes to the one before, cancel ends it',
  {},
  async ({ romeo }) => {
    await talk(
      romeo,
      ['register', /Server:/],
      ['7', /none of these[^]*Server:/],
      ['test', /Nick:/],
      ['-', /is needed[^]*Nick:/],
      ['back', /Server:/],
      ['1', /Nick:/],
      ['not a nick', /“Nick” won’t do:[^]*Nick:/],
      ['help', /Answer the question[^]*Nick:/],
      ['montague', /Account, if you have one:/],
      ['cancel', /Cancelled/],
      ['cancel', /Nothing is open/],
    );
    expect(JSON.stringify(await registered(romeo))).not.toMatch(/"registered"/);
  },
);

conformance(
  { '6.2.2': ['the talk is out', 'hints are missing'] },
  'a secret is asked for with a warning and a hint not to store it, and never repeated; a wrong code is asked for again',
  { echo: '      guests: false' },
  async (world) => {
    const { romeo, log } = world;
    await talk(romeo, ['register', /Name:/]);
    const asked = await says(romeo, 'romeo');
    expect(asked.text).toMatch(/Password:[^]*delete it/);
    expect(JSON.stringify(asked.stanza)).toMatch(/"no-store","ns":"urn:xmpp:hints"/);
    const wrong = await says(romeo, 'wrong');
    expect(wrong.text).toMatch(/password is wrong[^]*Password:/);
    await talk(romeo, ['code', /A code was sent[^]*Code:/], ['9999', /That is not the code[^]*Code:/]);
    await restart(world);
    await talk(romeo, ['1234', /restarted[^]*Code:/], ['1234', /linked/]);
    expect(JSON.stringify([asked, wrong])).not.toMatch(/"wrong"/);
    expect(JSON.stringify(log)).not.toMatch(/9999|"wrong"/);
  },
);

async function restart(world: World): Promise<void> {
  await world.stop();
  await world.start();
}

conformance(
  { '6.2.1': 'the talk is out' },
  'settings are shown with their values and changed one by one; the form shows what the talk has set; a room has its own',
  {},
  async ({ romeo }) => {
    await talk(romeo, ...ACCOUNT);
    const menu = (await says(romeo, 'settings')).text;
    const place = /(\d+)\. When a message is too long: Send it in several/.exec(menu)?.[1] ?? '';
    await talk(
      romeo,
      [place, /too long:[^]*2\. Send nothing/],
      ['2', /Saved[^]*too long: Send nothing/],
      ['99', /Send a number from 1/],
      ['done', /Done/],
      ['room #verona%test', /1\. Earlier messages[^]*2\. Stay in the room [^:]*: As for the account: No\n/],
      ['2', /1\. As for the account: No\n2\. Yes/],
      ['yes', /Saved[^]*last client leaves: Yes/],
      ['6', /too long[^]*1\. As for the account: Send nothing/],
      ['split them', /none of these[^]*too long/],
      ['back', /6\. When a message is too long: As for/],
      ['6', /too long/],
      ['2', /Saved[^]*6\. When a message is too long: Send it in several/],
      ['done', /Done/],
    );
    expect(JSON.stringify(await registered(romeo))).toMatch(/"longTexts".*?\["refuse"\]/);
    const room = `#verona%test@${GATEWAY}`;
    await romeo.asks(
      `<iq to='${room}' type='set' id='c'><command xmlns='http://jabber.org/protocol/commands' node='room-settings'/></iq>`,
      `<iq type='result' id='c' from='${room}'><command xmlns='http://jabber.org/protocol/commands' status='executing'><x xmlns='${FORMS}' type='form'><field var='stayJoined'><value>yes</value></field></x></command></iq>`,
    );
  },
);

conformance(
  { '6.2.1': 'the talk is out' },
  'a password that is known is not asked for again; an answer that would not do is not offered to be left; the list says what it is of',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    await talk(romeo, ['register', /Name:/], ['Rom eo', /Password:/]);
    const wrong = (await says(romeo, 'secret')).text;
    expect(wrong).toMatch(/not possible here[^]*Name:/);
    expect(wrong).not.toMatch(/Rom eo/);
    await talk(
      romeo,
      ['romeo', /linked/],
      ['account', /Now: romeo/],
      ['-', /Password:[^]*Left empty, it stays as it is[^]*Send - /],
      ['-', /is linked/],
      ['room #garden', /^Settings of #garden@irc\.localhost:\n1\. /],
      ['done', /Done/],
      ['settings', /^Settings of romeo \(echo\):\n1\. /],
      ['done', /Done/],
    );
  },
);

conformance(
  { '6.2.2': 'the talk is out' },
  'who leaves the settings hears that what was saved stays, and whoever answers wrong how to leave',
  {},
  async ({ romeo }) => {
    await talk(romeo, ['register', /Server:/], ['cancel', /^Cancelled: nothing was changed\.$/]);
    await talk(
      romeo,
      ...ACCOUNT,
      ['settings', /2\. Stay connected while I am offline: no/],
      ['2', /Answer yes or no/],
      ['1', /is a question of yes or no\. “cancel” ends it\./],
      ['yes', /Saved\.[^]*2\. Stay connected while I am offline: yes/],
      ['cancel', /^Cancelled\. What was saved before stays saved\.$/],
      ['settings', /2\. Stay connected while I am offline: yes/],
      ['3', /^Real name[^]*:/],
      ['done', /^Done\.$/],
      ['settings', /3\. Real name shown to others: –/],
      ['done', /^Done\.$/],
      ['unregister', /1\. montague[^\n]*\nSend 1, or “cancel”\.$/],
      ['cancel', /^Cancelled: nothing was changed/],
      ['delete', /Yes, delete everything[^]*Answer yes or no/],
      ['1', /yes or no\. “cancel” ends it/],
      ['cancel', /nothing was changed/],
      ['status', /montague/],
    );
  },
);

conformance(
  { '6.2.3': ['the talk is out', 'nobody is greeted'] },
  'who subscribes to the gateway is greeted once, behind the answer',
  {},
  async ({ romeo, barrier }) => {
    romeo.sends(`<presence to='${GATEWAY}' type='subscribe'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' type='subscribed'/>`);
    const greeting = await romeo.receives(`<message from='${GATEWAY}'><body>*</body></message>`);
    expect(bodyOf(greeting)).toMatch(/Hello[^]*“register”[^]*“help”/);
    romeo.sends(`<presence to='${GATEWAY}' type='subscribe'/>`);
    await barrier();
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  { '6.2.1': 'the talk is out' },
  'nothing is answered to errors, headlines or other gateways, and not for ever to who is not understood',
  {},
  async ({ romeo, client }) => {
    const other = client('localhost');
    const send = (one: Client, type: string): void =>
      one.sends(`<message to='${GATEWAY}' type='${type}' id='x'><body>What do you mean?</body></message>`);
    send(other, 'chat');
    send(romeo, 'headline');
    romeo.sends(`<message to='${GATEWAY}' type='error'><body>help</body><error type='cancel'/></message>`);
    expect(await romeo.unread()).toEqual([]);
    expect((await other.unread()).filter(({ name }) => name === 'message')).toEqual([]);
    for (let times = 0; times < 10; times++) send(romeo, 'chat');
    expect((await says(romeo, 'status')).text).toMatch(/did not understand/);
    expect((await romeo.unread()).length).toBe(3);
  },
);

conformance(
  { 'CMD-6': 'the talk is out' },
  'administrators have their commands in the talk too, nobody else has',
  {},
  async ({ romeo, client }) => {
    const escalus = client('escalus@localhost/palace');
    await talk(escalus, ['help', /get-registered-users-num/], ['get-registered-users-num', /Registered users: 0/]);
    await talk(romeo, ['get-registered-users-num', /did not understand/]);
  },
);

conformance(
  { '25.6.2': ['silent errors', 'errors without words'], 'REG-7': 'errors without numbers' },
  'a network that is gone for good tells when it ended to whoever registers, by form, command or talk',
  { gone: "      { title: ICQ, since: '2024-06-26', text: Its people have gone elsewhere. }" },
  async ({ romeo }) => {
    const error = `<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>ICQ ended on 2024-06-26. Its people have gone elsewhere.</text></error>`;
    for (const type of ['get', 'set'])
      await romeo.asks(
        `<iq to='${GATEWAY}' type='${type}' id='${type}'><query xmlns='${REGISTER}'/></iq>`,
        `<iq type='error' id='${type}'>${error.replace('<error ', "<error code='302' ")}</iq>`,
      );
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='c'><command xmlns='http://jabber.org/protocol/commands' node='${REGISTER}'/></iq>`,
      `<iq type='error' id='c'>${error}</iq>`,
    );
    await talk(romeo, ['register', /ICQ ended on 2024-06-26/]);
    romeo.sends(`<presence to='${GATEWAY}' type='subscribe'/>`);
    const greeting = await romeo.receives(`<message from='${GATEWAY}'><body>*</body></message>`);
    expect(bodyOf(greeting)).toMatch(/Hello! ICQ ended on 2024-06-26/);
  },
);
