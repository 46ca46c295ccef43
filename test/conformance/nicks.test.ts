// Section 7: what nobody can be called there is refused before it is kept, wherever it is set, by the name of its field and with the reason.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { isOnline } from './echo-people.ts';
import { COMMANDS, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';
const GARDEN = `#garden@${GATEWAY}`;
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const OWNER = 'http://jabber.org/protocol/muc#owner';
const WHY = 'A nick has at most 32 characters, no spaces, and neither # nor @ in front.';

const submitted = (fields: Readonly<Record<string, string>>): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries(fields)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const registers = (fields: Readonly<Record<string, string>>): string =>
  `<iq to='${GATEWAY}' type='set' id='set'><query xmlns='${REGISTER}'>${submitted(fields)}</query></iq>`;
const refused = (text: string): string =>
  `<iq type='error' id='set'><error type='modify'><not-acceptable xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>${text}</text></error></iq>`;

/** What becomes of a nick in the form of a command at that address. */
async function sets(romeo: Client, node: string, to: string, nick: string): Promise<XmlNode> {
  const command = (attrs: string, inside = ''): string =>
    `<iq to='${to}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='${node}' ${attrs}>${inside}</command></iq>`;
  const asked = await romeo.asks(command(''), `<iq type='result' id='cmd'><command xmlns='${COMMANDS}'/></iq>`);
  const session = elementsOf(asked)[0]?.attrs['sessionid'] ?? '';
  const done = command(`sessionid='${session}' action='complete'`, submitted({ nick }));
  return romeo.asks(done, `<iq type='result' id='cmd'><command xmlns='${COMMANDS}'/></iq>`);
}

async function says(romeo: Client, text: string): Promise<string> {
  romeo.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>${text}</body></message>`);
  const answer = await romeo.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
  return elementsOf(answer)
    .filter(({ name }) => name === 'body')
    .map(textOf)
    .join('');
}

conformance(
  { '7.1': ['silent errors', 'every error is internal', 'errors without words'] },
  'a nick that the network does not have is refused where it registers, and no account is made',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    const account = { username: 'romeo', password: 'wherefore', nick: 'Bad Nick' };
    await romeo.asks(registers(account), refused(`“Nick in rooms” won’t do: ${WHY}`));
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='get'><query xmlns='${REGISTER}'/></iq>`,
      `<iq type='result' id='get'><query xmlns='${REGISTER}'><!registered/></query></iq>`,
    );
  },
);

conformance(
  { '7.1': ['silent errors', 'every error is internal', 'errors without words'] },
  'on IRC the form says what a nick has not',
  {},
  async ({ romeo }) => {
    const why = 'On IRC a nick has none of ! @ % , * ? : # &amp; and no spaces, and neither $, + nor ~ in front.';
    for (const nick of ['Bad Nick', 'bad!nick', '+bad'])
      await romeo.asks(registers({ server: 'test', nick }), refused(`“Nick” won’t do: ${why}`));
  },
);

conformance(
  { 'CMD-4': ['preferences are out', 'notes are missing'], 'CMD-6': 'the talk is out' },
  'neither the settings nor those of a room take it, by command, form or talk: the form is shown again with the reason',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    await isOnline(romeo);
    await romeo.receives(`<message from='${GATEWAY}'><body>*</body></message>`);
    await romeo.joins(GARDEN, 'romeo');
    for (const [node, to, label] of [
      ['settings', GATEWAY, 'Nick in rooms'],
      ['room-settings', GARDEN, 'My nick in this room'],
    ] as const) {
      const wrong = JSON.stringify(await sets(romeo, node, to, 'Bad Nick'));
      expect(wrong).toMatch(/"status":"executing".*"Bad Nick".*"name":"note"/);
      expect(wrong).toContain(`“${label}” won’t do: ${WHY}`);
      expect(JSON.stringify(await sets(romeo, node, to, '@romeo'))).toContain('"status":"executing"');
    }
    const own = `<x xmlns='${FORMS}' type='submit'><field var='viaduct#own_nick'><value>Bad Nick</value></field></x>`;
    await romeo.asks(
      `<iq to='${GARDEN}' type='set' id='set'><query xmlns='${OWNER}'>${own}</query></iq>`,
      refused(`“My nick in this room” won’t do: ${WHY}`),
    );
    expect(await says(romeo, 'settings')).toMatch(/1\. Nick in rooms/);
    await says(romeo, '1');
    expect(await says(romeo, 'Bad Nick')).toMatch(/“Nick in rooms” won’t do: A nick has[^]*Nick in rooms:/);
    expect(await says(romeo, 'monty')).toMatch(/Saved\.[^]*1\. Nick in rooms: monty/);
  },
);
