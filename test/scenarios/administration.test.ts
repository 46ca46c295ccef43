// What the administrator does with users by commands (XEP-0133), and a person with what is kept of her.

import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { DISCO_ITEMS, entersVerona, error, FORMS, gone, joins, REGISTER } from '../support/openings.ts';
import { at, GATEWAY, scenario, SERVER } from '../support/scenario.ts';
import type { XmppClient } from '../support/xmpp-client.ts';
import { expect } from 'vitest';

const COMMANDS = 'http://jabber.org/protocol/commands';
const ADMIN = 'http://jabber.org/protocol/admin';
const PUT_OUT = "<status code='110'/><status code='307'/>";

const command = (attrs: string, inside = ''): string => `<command xmlns='${COMMANDS}' ${attrs}>${inside}</command>`;
const form = (field: string, value: string): string =>
  `<x xmlns='${FORMS}' type='submit'><field var='${field}'><value>${value}</value></field></x>`;
const completed = (inside = ''): string => `<iq type='result'>${command(`status='completed'`, inside)}</iq>`;

/** Starts a command and submits its form. */
async function runs(client: XmppClient, node: string, field: string, value: string): Promise<void> {
  const first = await client.asks('set', GATEWAY, command(`node='${node}'`));
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  const next = command(`node='${node}' sessionid='${session}' action='complete'`, form(field, value));
  await client.asksAndGets('set', GATEWAY, next, completed("<note type='info'>*</note>"));
}

async function listed(client: XmppClient): Promise<readonly string[]> {
  const answer = await client.asks('get', GATEWAY, `<query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'/>`);
  return elementsOf(answer)
    .flatMap(elementsOf)
    .map(({ attrs }) => attrs['node'] ?? '');
}

const deep = (node: XmlNode): XmlNode[] => elementsOf(node).flatMap((child) => [child, ...deep(child)]);

scenario('escalus sees who is online and announces something; romeo can’t', async ({ romeo, escalus, irc }) => {
  await entersVerona(romeo, irc);
  const list = `${ADMIN}#get-online-users-list`;
  await escalus.asksAndGets(
    'set',
    GATEWAY,
    command(`node='${list}'`),
    completed(`<x xmlns='${FORMS}' type='result'><field var='onlineuserjids'><value>${romeo.bare}</value></field></x>`),
  );
  const refusal = `<iq type='error'>${error('auth', 'forbidden')}</iq>`;
  await romeo.asksAndGets('set', GATEWAY, command(`node='${list}'`), refusal);
  expect((await listed(romeo)).filter((node) => node.startsWith(ADMIN))).toEqual([]);
  await runs(escalus, `${ADMIN}#announce`, 'announcement', 'The gateway goes down at noon.');
  await romeo.receives(
    `<message from='${GATEWAY}' type='headline'><body>The gateway goes down at noon.</body></message>`,
  );
});

scenario('a session is ended; romeo may come back', async ({ romeo, escalus, irc }) => {
  const room = await entersVerona(romeo, irc);
  await runs(escalus, `${ADMIN}#end-user-session`, 'accountjids', romeo.bare);
  await romeo.receives(gone(room, 'romeo', PUT_OUT));
  await irc.receivesLike(/:romeo!\S+ QUIT/);
  await joins(romeo, room, 'romeo', ['tybalt']);
});

scenario('romeo is blocked, over a restart too, until he is unblocked', async ({ romeo, escalus, irc, world }) => {
  const room = await entersVerona(romeo, irc);
  await runs(escalus, `${ADMIN}#disable-user`, 'accountjids', romeo.bare);
  await romeo.receives(gone(room, 'romeo', PUT_OUT));
  const isRefused = async (): Promise<void> => {
    romeo.sends(`<message to='${at('tybalt')}' type='chat' id='m1'><body>Hello</body></message>`);
    await romeo.receives(
      `<message type='error' id='m1' from='${at('tybalt')}'>${error('auth', 'forbidden')}</message>`,
    );
  };
  await isRefused();
  await world.gateway.restart();
  await isRefused();
  await runs(escalus, `${ADMIN}#reenable-user`, 'accountjids', romeo.bare);
  await joins(romeo, room, 'romeo', ['tybalt']);
});

scenario('romeo gets a copy of what is kept of him, and has it deleted', async ({ romeo }) => {
  const account = `<x xmlns='${FORMS}' type='submit'><field var='server'><value>${SERVER}</value></field><field var='nick'><value>romeo</value></field></x>`;
  await romeo.asksAndGets('set', GATEWAY, `<query xmlns='${REGISTER}'>${account}</query>`, "<iq type='result'/>");
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await romeo.settles();
  const copy = await romeo.asks('set', GATEWAY, command(`node='export-data'`));
  const data = deep(copy).find(({ attrs }) => attrs['var'] === 'data');
  expect(
    JSON.parse(
      elementsOf(data ?? copy)
        .map(textOf)
        .join('\n'),
    ),
  ).toMatchObject({
    user: romeo.bare,
    accounts: [{ settings: { nick: 'romeo' } }],
    contacts: [{ address: GATEWAY }],
  });
  await runs(romeo, 'delete-data', 'sure', '1');
  // The gateway has the last word.
  await romeo.finds(`<presence from='${GATEWAY}' type='unavailable'/>`);
  expect(await listed(romeo)).not.toEqual(expect.arrayContaining(['export-data']));
  await romeo.forgets(({ name, attrs }) => name === 'presence' && attrs['from'] === GATEWAY);
});
