// What the gateway itself says, in the language of who reads it, with a real XMPP server in between (RFC 6120 8.1.5).

import { expect } from 'vitest';
import { FORMS, REGISTER } from '../support/openings.ts';
import { GATEWAY, type Person, scenario, SERVER } from '../support/scenario.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';

const COMMANDS = 'http://jabber.org/protocol/commands';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** Asks in a language; the answer has to fit. */
async function asks(client: Person, lang: string, payload: string, pattern: string): Promise<XmlNode> {
  const type = payload.includes('<x ') || payload.includes('<command') ? 'set' : 'get';
  client.sends(`<iq to='${GATEWAY}' type='${type}' id='${lang}' xml:lang='${lang}'>${payload}</iq>`);
  return client.receives(pattern);
}

const form = `<query xmlns='${REGISTER}'/>`;
const readIn = (lang: string, title: string): string =>
  `<iq type='result' xml:lang='${lang}'><query xmlns='${REGISTER}'><x xmlns='${FORMS}'><title>${title}</title></x></query></iq>`;

scenario('romeo reads German, juliet a language that nobody here speaks', async ({ romeo, juliet }) => {
  await asks(romeo, 'de-AT', form, readIn('de', 'IRC-Konto'));
  await asks(
    romeo,
    'de',
    `<command xmlns='${COMMANDS}' node='no-such'/>`,
    `<iq type='error'><error><text xmlns='${STANZAS}' xml:lang='de'>Einen solchen Befehl gibt es nicht.</text></error></iq>`,
  );
  await asks(
    romeo,
    'de',
    `<query xmlns='http://jabber.org/protocol/disco#items' node='${COMMANDS}'/>`,
    `<iq type='result' xml:lang='de'><query xmlns='http://jabber.org/protocol/disco#items'><item name='Konto registrieren oder ändern'/></query></iq>`,
  );
  romeo.sends(`<message to='${GATEWAY}' type='chat' id='t' xml:lang='de'><body>hilfe</body></message>`);
  const help = await romeo.receives(`<message from='${GATEWAY}' type='chat' xml:lang='de'><body>*</body></message>`);
  expect(elementsOf(help).map(textOf).join('')).toMatch(/^Das ist das Gateway zu IRC\.[^]*registrieren – /);
  await asks(juliet, 'tlh', form, readIn('en', 'IRC account'));
});

scenario('what romeo has set counts more than what his client says', async ({ romeo }) => {
  const fields = Object.entries({ server: SERVER, nick: 'montague', language: 'de' });
  const filled = fields.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`).join('');
  const submit = `<query xmlns='${REGISTER}'><x xmlns='${FORMS}' type='submit'>${filled}</x></query>`;
  await asks(romeo, 'en', submit, `<iq type='result' id='en'/>`);
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  await asks(romeo, 'en', form, readIn('de', 'IRC-Konto'));
});
