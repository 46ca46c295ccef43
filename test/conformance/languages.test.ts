// The language of what people read (RFC 6120 8.1.5): as they have set, else as their client says, else as the operator does.

import { expect } from 'vitest';
import { type XmlNode, textOf } from '../support/xml-tree.ts';
import { COMMANDS, DISCO_ITEMS, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const NOBODY = `nobody%nowhere@${GATEWAY}`;

const iq = (type: 'get' | 'set', lang: string, payload: string, to = GATEWAY): string =>
  `<iq to='${to}' type='${type}' id='${lang}'${lang === '' ? '' : ` xml:lang='${lang}'`}>${payload}</iq>`;
const form = (lang: string): string => iq('get', lang, `<query xmlns='${REGISTER}'/>`);
const setLanguage = (language: string): string =>
  iq(
    'set',
    'en',
    `<query xmlns='${REGISTER}'><x xmlns='${FORMS}' type='submit'><field var='server'><value>test</value></field><field var='nick'><value>montague</value></field><field var='language'><value>${language}</value></field></x></query>`,
  );
/** The form in that language, with a label of ours and one of the network. */
const readIn = (lang: string, title: string, instructions: string): string =>
  `<iq type='result' xml:lang='${lang}'><query xmlns='${REGISTER}'><instructions>${instructions}</instructions><x xmlns='${FORMS}' type='form'><title>${title}</title><instructions>${instructions}</instructions></x></query></iq>`;
const GERMAN = readIn('de', 'IRC-Konto', '*');
const ENGLISH = readIn('en', 'IRC account', '*');
const refused = (lang: string, text: string): string =>
  `<iq type='error'><error><text xmlns='${STANZAS}' xml:lang='${lang}'>${text}</text></error></iq>`;

async function hears(client: Client, lang: string, text: string): Promise<string> {
  client.sends(`<message to='${GATEWAY}' type='chat' id='t' xml:lang='${lang}'><body>${text}</body></message>`);
  const answer = await client.receives(
    `<message from='${GATEWAY}' type='chat' xml:lang='${lang.slice(0, 2)}'><body>*</body></message>`,
  );
  return bodyOf(answer);
}

const bodyOf = (message: XmlNode): string =>
  message.children.map((child) => (typeof child !== 'string' && child.name === 'body' ? textOf(child) : '')).join('');

conformance(
  ['CORE-10'],
  'a client that reads German gets forms, errors, commands and the prompt in German',
  { sabotage: ['languages are not heard', 'texts say no language'], claims: ['PRM-1'] },
  async ({ romeo }) => {
    await romeo.asks(form('de'), GERMAN);
    await romeo.asks(form('de-AT'), GERMAN);
    await romeo.asks(
      iq('set', 'de', `<command xmlns='${COMMANDS}' node='no-such'/>`),
      refused('de', 'Einen solchen Befehl gibt es nicht.'),
    );
    await romeo.asks(
      iq('set', 'de', `<query xmlns='${REGISTER}'><remove/></query>`),
      refused('de', 'Du bist hier nicht registriert.'),
    );
    await romeo.asks(
      iq('get', 'de', `<query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'/>`),
      `<iq type='result' xml:lang='de'><query xmlns='${DISCO_ITEMS}'><item node='help' name='Sehen, was dieses Gateway kann'/><item node='jabber:iq:register' name='Konto registrieren oder ändern'/></query></iq>`,
    );
    await romeo.asks(
      iq('set', 'de', `<command xmlns='${COMMANDS}' node='status'/>`),
      `<iq type='result' xml:lang='de'><command xmlns='${COMMANDS}' status='completed'><note type='info'>Du hast hier noch kein IRC-Konto. „registrieren“ verknüpft eines.</note></command></iq>`,
    );
    await romeo.asks(iq('set', 'de', '<x>'.repeat(400) + '</x>'.repeat(400)), refused('de', '*'));
    const prompt = await romeo.asks(
      iq('get', 'de', `<query xmlns='jabber:iq:gateway'/>`),
      `<iq type='result' xml:lang='de'><query xmlns='jabber:iq:gateway'><desc>*</desc><prompt>*</prompt></query></iq>`,
    );
    const english = await romeo.asks(
      iq('get', 'en', `<query xmlns='jabber:iq:gateway'/>`),
      `<iq type='result' xml:lang='en'><query xmlns='jabber:iq:gateway'><desc>*</desc><prompt>*</prompt></query></iq>`,
    );
    expect(JSON.stringify(prompt.children)).not.toBe(JSON.stringify(english.children));
  },
);

conformance(
  ['CORE-10'],
  'what the prompt of a network asks for is in German',
  { echo: '      guests: false', sabotage: ['languages are not heard'] },
  async ({ romeo }) =>
    void (await romeo.asks(
      iq('get', 'de', `<query xmlns='jabber:iq:gateway'/>`),
      `<iq type='result' xml:lang='de'><query xmlns='jabber:iq:gateway'><desc>*</desc><prompt>Name oder #raum</prompt></query></iq>`,
    )),
);

conformance(
  ['CORE-10'],
  'the field of a nick is called as the text above it calls it',
  { sabotage: ['languages are not heard'] },
  async ({ romeo }) =>
    void (await romeo.asks(
      form('de'),
      `<iq type='result'><query xmlns='${REGISTER}'><x xmlns='${FORMS}'><field var='nick' label='Spitzname'/></x></query></iq>`,
    )),
);

conformance(
  ['CORE-10'],
  'the gateway talks in the language that it is talked to in, and understands the words of both',
  { sabotage: ['languages are not heard'] },
  async ({ romeo }) => {
    expect(await hears(romeo, 'de', 'hilfe')).toMatch(
      /^Das ist das Gateway zu IRC\.[^]*registrieren – Konto registrieren/,
    );
    expect(await hears(romeo, 'de', 'status')).toMatch(/noch kein IRC-Konto/);
    expect(await hears(romeo, 'de', 'help')).toMatch(/^Das ist das Gateway/);
    expect(await hears(romeo, 'de', 'registrieren')).toMatch(/Server:[^]*1\. test/);
    expect(await hears(romeo, 'de', '7')).toMatch(/ist nichts davon\. Sende eine Zahl/);
    expect(await hears(romeo, 'de', 'zurück')).toMatch(/^Hier fängt es an\./);
    expect(await hears(romeo, 'de', 'abbrechen')).toBe('Abgebrochen: Nichts wurde geändert.');
    expect(await hears(romeo, 'en', 'status')).toMatch(/^You have no IRC account/);
  },
);

conformance(
  ['CORE-10'],
  'what she has set counts more than what her client says, and what it said last where it says nothing',
  { sabotage: ['languages are not heard'] },
  async ({ romeo, client }) => {
    await romeo.asks(setLanguage('de'), `<iq type='result' id='en'/>`);
    await romeo.asks(form('en'), GERMAN);
    await romeo.asks(
      iq('set', 'en', `<command xmlns='${COMMANDS}' node='settings'/>`),
      `<iq type='result' xml:lang='de'><command xmlns='${COMMANDS}'><x xmlns='${FORMS}'><field var='language' label='Sprache'><value>de</value><option label='Deutsch'><value>de</value></option><option label='English'><value>en</value></option></field></x></command></iq>`,
    );
    await romeo.asks(setLanguage('auto'), `<iq type='result' id='en'/>`);
    await romeo.asks(form('en'), ENGLISH);
    const juliet = client('juliet@localhost/balcony');
    await juliet.asks(form('de'), GERMAN);
    await juliet.asks(form(''), GERMAN);
  },
);

conformance(
  { '9.7': ['errors without words', 'silent errors'] },
  'in a language that nobody here speaks everything is in English',
  {},
  async ({ romeo }) => {
    await romeo.asks(form('tlh'), ENGLISH);
    await romeo.asks(iq('get', 'fr', `<ping xmlns='urn:x'/>`, NOBODY), refused('en', '*'));
  },
);

conformance(
  ['CORE-10'],
  'of whom nothing is known reads what the operator has set',
  { language: 'de', sabotage: ['languages are not heard'] },
  async ({ romeo }) => {
    await romeo.asks(form(''), GERMAN);
    await romeo.asks(form('en'), ENGLISH);
  },
);
