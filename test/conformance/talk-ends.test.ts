// Section 6.2: how one gets out of a question in the talk, and what ends by itself.

import { expect } from 'vitest';
import { GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import { hears, says, talk } from './talking.ts';
import type { Client } from './world.ts';

const ECHO = '      guests: false';
const LINKED = `Your account romeo (echo) is linked. Say yes when ${GATEWAY} asks to see whether you are there: then you are signed in while you are.`;

async function links(client: Client): Promise<void> {
  await talk(client, ['register', /Name:/], ['romeo', /Password:/], ['secret', /is linked/]);
  await client.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
}

conformance(
  { '6.2.2': 'the talk is out' },
  'nobody is caught in a question: whoever is refused hears how to leave, and the word of another command leaves it by itself',
  { echo: ECHO },
  async ({ romeo }) => {
    await links(romeo);
    await talk(
      romeo,
      ['find', /Name:$/],
      ['zzzz', /Nobody was found\. “cancel” ends it\.\nName:$/],
      ['settings', /Nobody was found\. “cancel” ends it\.\nName:$/],
      ['cancel', /^Cancelled/],
      ['add', /Person, such as/],
      ['#garden', /“cancel” ends it\./],
      ['add', /^“cancel” ends it\.\n.*Person, such as/],
      ['Status', /^“Add a contact” is left for that\.$/],
    );
    expect((await hears(romeo)).text).toMatch(/romeo \(echo\)/);
    await talk(romeo, ['join', /Room, such as/], ['Change your settings', /^“Join a room” is left for that\.$/]);
    expect((await hears(romeo)).text).toMatch(/^Settings of romeo/);
    await talk(romeo, ['done', /^Done/], ['register', /Name:/], ['status', /Password:/], ['stop', /^Cancelled/]);
  },
);

conformance(
  { '6.2.2': 'the talk is out' },
  'a single choice is taken by yes and left by no',
  { echo: ECHO },
  async ({ romeo }) => {
    await links(romeo);
    await talk(romeo, ['unregister', /1\. romeo/], ['No', /^Cancelled: nothing was changed\.$/]);
    await talk(romeo, ['unregister', /1\. romeo/], ['perhaps', /none of these/], ['yes', /is removed/]);
  },
);

conformance(
  { '6.2.2': 'the talk is out' },
  'what is done elsewhere is told when it is done, and the talk is over: the next word is a command',
  { echo: ECHO },
  async ({ romeo }) => {
    await talk(romeo, ['register', /Name:/], ['romeo', /Password:/], ['elsewhere', /Open echo:sign-in/]);
    expect((await hears(romeo)).text).toBe(LINKED);
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
    await talk(romeo, ['help', /unregister – Remove an account/], ['done', /^Nothing is open/]);
  },
);

conformance(
  { '6.2.2': 'the talk is out' },
  'a removed account ends the talk that signs up, wherever it is removed',
  { echo: ECHO },
  async ({ romeo, clock, barrier }) => {
    await links(romeo);
    // What is to be done elsewhere is not done.
    clock.speed = 0.001;
    await talk(romeo, ['register', /Name:/], ['-', /Password:/], ['elsewhere', /Open echo:sign-in/]);
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'><remove/></query></iq>`,
      `<iq type='result' id='r'/>`,
    );
    expect((await hears(romeo)).text).toBe('Your account was removed, so this has ended. “register” begins once more.');
    clock.speed = 1_000;
    await barrier();
    const { text } = await says(romeo, 'status');
    expect(text).not.toMatch(/romeo/);
    expect(text).toMatch(/“register” links one/);
  },
);

conformance(
  { '6.2.2': 'the talk is out' },
  'a check that takes long is told to be under way',
  { echo: ECHO },
  async ({ romeo, clock }) => {
    clock.speed = 50;
    await talk(romeo, ['register', /Name:/], ['romeo', /Password:/]);
    await talk(romeo, ['slow', /^That is being checked, which takes a while\.$/]);
    expect((await hears(romeo)).text).toBe(LINKED);
  },
);

conformance(
  { '6.2.1': 'the talk is out' },
  'who falls silent says so before, and still answers words of the talk and of commands',
  {},
  async ({ romeo, barrier }) => {
    const unknown = /^I did not understand that\. Send “help”/;
    await talk(romeo, ['hm', unknown], ['what', unknown]);
    await talk(romeo, [
      'is anybody there',
      /^I did not understand that\. For a minute I answer only words that I know/,
    ]);
    romeo.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>anybody?</body></message>`);
    await talk(romeo, ['cancel', /^Nothing is open/], ['back', /^Nothing is open/], ['stop', /^Nothing is open/]);
    await talk(romeo, ['help', /register – /]);
    await barrier();
    expect(await romeo.unread()).toEqual([]);
  },
);

conformance(
  { 'REG-7': ['silent errors', 'errors without numbers'] },
  'registering in band where that takes more steps names the word of the talk',
  { echo: ECHO },
  async ({ romeo }) => {
    const account = `<query xmlns='${REGISTER}'><username>romeo</username><password>code</password></query>`;
    const refused = await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='c'>${account}</iq>`,
      `<iq type='error' id='c'><error code='405'/></iq>`,
    );
    expect(JSON.stringify(refused)).toMatch(
      /takes more steps here: write “register” to this address, or use its command/,
    );
  },
);
