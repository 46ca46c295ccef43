// What the networks' adapters tell people, in German for whoever reads German.

import { entersVerona, joinRequest, REGISTER } from '../support/openings.ts';
import { at, GATEWAY, scenario, SERVER } from '../support/scenario.ts';

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const ROOM = at('#verona');

const inLanguage = (lang: string, stanza: string): string => stanza.replace(/^<\w+/, `$& xml:lang='${lang}'`);
const withKey = (key: string): string => joinRequest(ROOM, 'romeo', `<password>${key}</password>`);
const refusal = (nick: string, lang: string, text: string): string =>
  `<presence from='${ROOM}/${nick}' type='error'><error><text xmlns='${STANZAS}' xml:lang='${lang}'>${text}</text></error></presence>`;

scenario('her client says in a stanza what she reads', async ({ romeo }) => {
  romeo.sends(inLanguage('de', joinRequest(ROOM, '~romeo')));
  await romeo.receives(refusal('~romeo', 'de', '„~romeo“ kann auf IRC kein Spitzname sein.'));
  romeo.sends(inLanguage('en', joinRequest(ROOM, '~romeo')));
  await romeo.receives(refusal('~romeo', 'en', '“~romeo” can&apos;t be a nick on IRC.'));
});

scenario('she has set what she reads, whatever her client says', async ({ romeo, irc, world }) => {
  const answers = { server: SERVER, nick: 'romeo', language: 'de' };
  const fields = Object.entries(answers).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    `<query xmlns='${REGISTER}'><x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x></query>`,
    "<iq type='result'/>",
  );
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await romeo.settles();
  romeo.sends(inLanguage('en', withKey('two words')));
  await romeo.receives(refusal('romeo', 'de', 'Ein Kanalschlüssel hat weder Leerzeichen noch Kommas.'));

  await entersVerona(romeo, irc);
  const to = at('mercutio');
  romeo.sends(inLanguage('en', `<message to='${to}' type='chat' id='p1'><body>Are you hurt?</body></message>`));
  const late = `<message from='${to}' type='chat'><body>Nicht zugestellt: Es gibt niemanden, der so heißt.</body></message>`;
  const atOnce = `<message from='${to}' type='error' id='p1'><error><text xmlns='${STANZAS}' xml:lang='de'>Es gibt niemanden, der so heißt.</text></error></message>`;
  await romeo.receives(world.stage.irc === 'ngircd' ? late : atOnce);
});
