// Section 26.7: registering in every way that clients have, with a password that is wrong, and removing twice.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { COMMANDS, error, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';

interface Way {
  readonly name: string;
  readonly wrong: (client: Client) => Promise<void>;
  readonly right: (client: Client) => Promise<void>;
}

const submitted = (password: string): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries({ server: 'test', nick: 'montague', password })
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const set = (inside: string): string =>
  `<iq to='${GATEWAY}' type='set' id='set'><query xmlns='${REGISTER}'>${inside}</query></iq>`;
const refused = (kind: `${string}/${string}`, code: string): string =>
  `<iq type='error' id='set' from='${GATEWAY}'>${error(kind).replace('<error ', `<error code='${code}' `)}</iq>`;

/** The same stanza with either password. */
function byQuery(name: string, query: (password: string) => string): Way {
  return {
    name,
    wrong: async (client) => void (await client.asks(query('guess'), refused('modify/not-acceptable', '406'))),
    right: async (client) => void (await client.asks(query('wherefore'), `<iq type='result' id='set'/>`)),
  };
}

async function runs(client: Client, inside = '', attrs = ''): Promise<XmlNode> {
  client.sends(
    `<iq to='${GATEWAY}' type='set' id='set'><command xmlns='${COMMANDS}' node='${REGISTER}' ${attrs}>${inside}</command></iq>`,
  );
  return client.receives(`<iq type='result' id='set' from='${GATEWAY}'><command xmlns='${COMMANDS}'/></iq>`);
}

async function byCommand(client: Client, password: string): Promise<XmlNode> {
  const [begun] = elementsOf(await runs(client));
  return runs(client, submitted(password), `sessionid='${begun?.attrs['sessionid'] ?? ''}' action='complete'`);
}

async function says(client: Client, text: string): Promise<string> {
  client.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>${text}</body></message>`);
  const answer = await client.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
  return elementsOf(answer)
    .filter(({ name }) => name === 'body')
    .map(textOf)
    .join('');
}

const WAYS: readonly Way[] = [
  byQuery('the form', (password) => set(submitted(password))),
  byQuery('the old fields', (password) => set(`<nick>montague</nick><password>${password}</password>`)),
  {
    name: 'a command',
    wrong: async (client) =>
      expect(JSON.stringify(await byCommand(client, 'guess'))).toMatch(/"status":"executing".*password is wrong/),
    right: async (client) => expect(JSON.stringify(await byCommand(client, 'wherefore'))).toMatch(/"completed"/),
  },
  {
    name: 'a talk',
    wrong: async (client) => {
      for (const text of ['register', '1', 'montague', '-', 'guess']) await says(client, text);
      expect(await says(client, '-')).toMatch(/password is wrong/);
      await says(client, 'cancel');
    },
    right: async (client) => {
      for (const text of ['register', '1', 'montague', '-', 'wherefore']) await says(client, text);
      expect(await says(client, '-')).toMatch(/linked/);
    },
  },
];

const registered = (is: boolean): string =>
  `<iq type='result' id='get'><query xmlns='${REGISTER}'><${is ? '' : '!'}registered/></query></iq>`;

for (const { name, wrong, right } of WAYS)
  conformance(
    { '26.7': ['accounts are forgotten', 'silent errors', 'every error is internal', 'no answers'] },
    `registering by ${name}: not with a wrong password, then with the right one; removed once, and the second time not registered`,
    {},
    async ({ romeo, irc }) => {
      irc.caps = ['multi-prefix', 'sasl'];
      const ask = `<iq to='${GATEWAY}' type='get' id='get'><query xmlns='${REGISTER}'/></iq>`;
      await wrong(romeo);
      await romeo.asks(ask, registered(false));
      await right(romeo);
      await romeo.receives(`<presence type='subscribe' from='${GATEWAY}' to='${romeo.bare}'/>`);
      await romeo.asks(ask, registered(true));
      await romeo.asks(set('<remove/>'), `<iq type='result' id='set'/>`);
      await romeo.asks(ask, registered(false));
      await romeo.asks(set('<remove/>'), refused('auth/registration-required', '407'));
    },
  );
