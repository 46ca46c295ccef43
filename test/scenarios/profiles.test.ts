// Who somebody is (XEP-0054, XEP-0012), and which channels there are (XEP-0030, XEP-0059).

import { expect } from 'vitest';
import { DISCO_ITEMS, entersVerona, error } from '../support/openings.ts';
import { at, GATEWAY, scenario, SERVER } from '../support/scenario.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';

const VCARD = "<vCard xmlns='vcard-temp'/>";
const card = (from: string, inside: string): string =>
  `<iq type='result' from='${from}'><vCard xmlns='vcard-temp'>${inside}</vCard></iq>`;
const RSM = 'http://jabber.org/protocol/rsm';
const CHANNELS = ['#mantua', '#padua'];

const deep = (node: XmlNode): XmlNode[] => elementsOf(node).flatMap((child) => [child, ...deep(child)]);

scenario('the vCards of the gateway, of a person and of a channel; nobody sets them', async ({ romeo, irc }) => {
  await romeo.asksAndGets('get', GATEWAY, VCARD, card(GATEWAY, '<FN>*</FN><DESC>*</DESC>'));
  await romeo.asksAndGets('get', at('tybalt'), VCARD, card(at('tybalt'), '<URL>*</URL>'));
  const room = await entersVerona(romeo, irc);
  await romeo.asksAndGets('get', room, VCARD, card(room, '<FN>#verona</FN>'));
  for (const who of [at('tybalt'), `${room}/tybalt`])
    await romeo.asksAndGets('get', who, VCARD, card(who, '<FN>*</FN><NICKNAME>tybalt</NICKNAME><DESC>*</DESC>'));
  const refused = (from: string, type: string, condition: string): string =>
    `<iq type='error' from='${from}'>${error(type, condition)}</iq>`;
  await romeo.asksAndGets('set', at('tybalt'), VCARD, refused(at('tybalt'), 'auth', 'forbidden'));
  // A picture, where there are any.
  await romeo.asksAndGets('set', room, VCARD, refused(room, 'cancel', 'not-allowed'));
});

scenario('nobody of that name has no vCard', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const refusal = `<iq type='error' from='${at('mercutio')}'>${error('cancel', 'item-not-found')}</iq>`;
  await romeo.asksAndGets('get', at('mercutio'), VCARD, refusal);
});

scenario('since when a person is idle, for those who see her presence', async ({ romeo, irc }) => {
  await entersVerona(romeo, irc);
  const last = "<query xmlns='jabber:iq:last'/>";
  await romeo.asksAndGets('get', at('tybalt'), last, `<iq type='error'>${error('auth', 'forbidden')}</iq>`);
  romeo.sends(`<presence to='${at('tybalt')}' type='subscribe'/>`);
  await romeo.finds(`<presence from='${at('tybalt')}' type='subscribed'/>`);
  await romeo.finds(`<presence from='${at('tybalt')}' !type/>`);
  const known = "<iq type='result'><query xmlns='jabber:iq:last' seconds='*'/></iq>";
  await romeo.asksAndGets('get', at('tybalt'), last, known);
  await romeo.forgets(({ name, attrs }) => name === 'presence' && attrs['from'] === at('tybalt'));
});

scenario('the channels of the server, page by page', async ({ romeo, irc }) => {
  for (const name of CHANNELS) await irc.channel(name, { nicks: ['@tybalt'] });
  await entersVerona(romeo, irc);
  const server = `${SERVER}@${GATEWAY}`;
  const seen: string[] = [];
  let after = '';
  for (let pages = 0; pages < 3; pages++) {
    const query = `<query xmlns='${DISCO_ITEMS}'><set xmlns='${RSM}'><max>1</max>${after}</set></query>`;
    const page = deep(await romeo.asks('get', server, query));
    seen.push(...page.flatMap(({ name, attrs }) => (name === 'item' ? [attrs['name'] ?? ''] : [])));
    const last = page.find(({ name }) => name === 'last');
    after = `<after>${last === undefined ? '' : textOf(last)}</after>`;
  }
  expect(seen.toSorted()).toEqual([...CHANNELS, '#verona']);
});
