// Talking with the gateway's own address (XEP-0100 without forms): an account from the first word to the last, and a room found by its name.

import { expect } from 'vitest';
import { REGISTER } from '../support/openings.ts';
import { at, GATEWAY, type Person, scenario, SERVER } from '../support/scenario.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';

const bodyOf = (message: XmlNode): string =>
  elementsOf(message)
    .filter(({ name }) => name === 'body')
    .map(textOf)
    .join('');

/** Each thing that is said, and what has to be heard then. */
async function talks(client: Person, ...turns: readonly (readonly [says: string, hears: RegExp])[]): Promise<void> {
  for (const [text, expected] of turns) {
    client.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>${text}</body></message>`);
    expect(bodyOf(await client.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`))).toMatch(
      expected,
    );
  }
}

const links = [
  ['register', /Server:/],
  [SERVER, /Nick:/],
  ['not a nick', /won’t do[^]*Nick:/],
  ['tybalt', /Account, if you have one:/],
  ['back', /Nick:/],
  ['montague', /Account, if you have one:/],
  ['-', /Password of the account:/],
  ['-', /Password of the server/],
  ['-', /montague.* is linked/],
] as const;

scenario('romeo links an account by talking, looks at it, and takes it back', async ({ romeo }) => {
  await talks(romeo, ['hello?', /Send “help”/], ['help', /register – /], ['status', /no IRC account/], ...links);
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await romeo.settles();
  await talks(romeo, ['settings', /2\. Stay connected while I am offline: no/], ['2', /yes or no/]);
  await talks(romeo, ['perhaps', /yes or no/], ['yes', /Saved\.[^]*offline: yes/], ['done', /Done/]);
  await talks(romeo, ['unregister', /1\. montague/], ['1', /removed/]);
  await romeo.finds(`<presence from='${GATEWAY}' type='unavailable'/>`);
  await romeo.skips('the end of the subscription', ({ attrs }) => /^unsubscribed?$/.test(attrs['type'] ?? ''));
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    `<query xmlns='${REGISTER}'/>`,
    `<iq type='result'><query xmlns='${REGISTER}'><!registered/></query></iq>`,
  );
});

scenario('a half-finished talk goes on after a restart of the gateway', async ({ romeo, world }) => {
  await talks(romeo, ['register', /Server:/], [SERVER, /Nick:/]);
  await world.gateway.restart();
  await talks(romeo, ['montague', /Account, if you have one:/], ['cancel', /Cancelled/], ['status', /no IRC account/]);
});

scenario('who subscribes to the gateway is greeted', async ({ romeo }) => {
  romeo.sends(`<presence to='${GATEWAY}' type='subscribe'/>`);
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribed'/>`);
  await romeo.receives(`<presence from='${GATEWAY}' !type/>`);
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  expect(bodyOf(await romeo.receives(`<message from='${GATEWAY}'><body>*</body></message>`))).toMatch(/Hello!/);
  // Behind what the server has to say of somebody who has not answered yet.
  await romeo.asks('get', GATEWAY, "<ping xmlns='urn:xmpp:ping'/>");
  await romeo.forgets(({ name }) => name === 'presence');
});

scenario('romeo is invited into a room that he names', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'] });
  await talks(romeo, [`join #verona%${SERVER}`, /Address: #verona/]);
  const room = at('#verona');
  await romeo.receives(`<message from='${GATEWAY}'><x xmlns='jabber:x:conference' jid='${room}'/></message>`);
  romeo.sends(`<presence to='${room}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await irc.receives('romeo JOIN #verona');
  await romeo.finds("<message type='groupchat'><subject/></message>");
  await romeo.forgets(({ name }) => name === 'presence');
});
