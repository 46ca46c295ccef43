// Section 18: what administrators do with users by commands, and what a person may do with all that is kept of her.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { appears, at, contact, hasBenvolio, isOnline, presence } from './echo-people.ts';
import {
  BENVOLIO,
  COMMANDS,
  DISCO_ITEMS,
  error,
  GATEWAY,
  gone,
  joinOf,
  ping,
  REGISTER,
  ROOM,
  say,
  status,
} from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const ADMIN = 'http://jabber.org/protocol/admin';
const FORMS = 'jabber:x:data';
const ECHO = '      people: 3';
const GARDEN = `#garden@${GATEWAY}`;
const ESCALUS = 'escalus@localhost/cell';

const command = (attrs: string, inside = ''): string =>
  `<iq to='${GATEWAY}' type='set' id='cmd'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;
const answer = (attrs: string, inside = ''): string =>
  `<iq type='result' id='cmd' from='${GATEWAY}'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;
const form = (fields: Readonly<Record<string, readonly string[]>>): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries(fields)
    .map(([name, values]) => `<field var='${name}'>${values.map((one) => `<value>${one}</value>`).join('')}</field>`)
    .join('')}</x>`;
const result = (name: string, ...values: readonly string[]): string =>
  `<x xmlns='${FORMS}' type='result'><field var='${name}'>${values.map((one) => `<value>${one}</value>`).join('')}</field></x>`;
const refused = `<iq type='error' id='cmd' from='${GATEWAY}'>${error('auth/forbidden')}</iq>`;

/** Runs a command to its end, with the answers to its form. */
async function runs(client: Client, node: string, fields: Parameters<typeof form>[0], end: string): Promise<XmlNode> {
  const first = await client.asks(command(`node='${node}'`), answer(`status='executing'`, '<actions/>'));
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  return client.asks(command(`node='${node}' sessionid='${session}' action='complete'`, form(fields)), end);
}
const done = answer(`status='completed'`, `<note type='info'>*</note>`);
const toUser = (client: Client, node: string, jid: string): Promise<XmlNode> =>
  runs(client, `${ADMIN}#${node}`, { accountjids: [jid] }, done);

async function registers(client: Client, nick: string): Promise<void> {
  const account = `<query xmlns='${REGISTER}'><username>romeo</username><password>very secret</password><nick>${nick}</nick></query>`;
  await client.asks(`<iq to='${GATEWAY}' type='set' id='reg'>${account}</iq>`, `<iq type='result' id='reg'/>`);
  await client.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
}

async function listed(client: Client): Promise<readonly string[]> {
  const answered = await client.asks(
    `<iq to='${GATEWAY}' type='get' id='list'><query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'/></iq>`,
    `<iq type='result' id='list'/>`,
  );
  return elementsOf(answered)
    .flatMap(elementsOf)
    .map(({ attrs }) => attrs['node'] ?? '');
}

conformance(
  { '18.1': ['administration is out', 'everybody is shown administration', 'silent errors', 'results are empty'] },
  'administrative commands are listed and run for administrators alone; users are counted and named',
  { echo: ECHO },
  async ({ romeo, client }) => {
    const escalus = client(ESCALUS);
    const names = ['registered', 'online', 'disabled'].flatMap((one) => [
      `get-${one}-users-num`,
      `get-${one}-users-list`,
    ]);
    const nodes = [...names, 'announce', 'delete-user', 'end-user-session', 'disable-user', 'reenable-user'];
    expect(await listed(escalus)).toEqual(expect.arrayContaining(nodes.map((node) => `${ADMIN}#${node}`)));
    expect((await listed(romeo)).filter((node) => node.startsWith(ADMIN))).toEqual([]);
    for (const node of nodes) await romeo.asks(command(`node='${ADMIN}#${node}'`), refused);

    const shows = async (node: string, field: string, ...values: readonly string[]): Promise<void> =>
      void (await escalus.asks(
        command(`node='${ADMIN}#${node}'`),
        answer(`status='completed'`, result(field, ...values)),
      ));
    await shows('get-registered-users-num', 'registeredusersnum', '0');
    await registers(romeo, 'montague');
    await romeo.joins(GARDEN, 'montague');
    await shows('get-registered-users-num', 'registeredusersnum', '1');
    await shows('get-registered-users-list', 'registereduserjids', romeo.bare);
    await shows('get-online-users-num', 'onlineusersnum', '1');
    await shows('get-online-users-list', 'onlineuserjids', romeo.bare);
    await shows('get-disabled-users-num', 'disabledusersnum', '0');
  },
);

conformance(
  { '18.1': ['administration is out', 'notes are missing'] },
  'what is not the address of a user is named as it was written',
  { echo: ECHO },
  async ({ client }) => {
    const node = `${ADMIN}#disable-user`;
    const note = `<note type='warn'>not a jid@@ is not the address of a user.</note>`;
    for (const line of ['not a jid@@', 'romeo@localhost juliet@localhost, not a jid@@'])
      await runs(client(ESCALUS), node, { accountjids: [line] }, answer(`status='executing'`, note));
  },
);

conformance(
  { '18.1': ['announcements are lost', 'announcements are chats'] },
  'an announcement reaches everybody who is online, once and as a headline, and nobody else',
  {},
  async ({ romeo, client }) => {
    const escalus = client(ESCALUS);
    const juliet = client('juliet@localhost/balcony');
    const tybalt = client('tybalt@localhost/street');
    await romeo.joins(ROOM, 'romeo');
    await juliet.joins(ROOM, 'juliet');
    await tybalt.asks(ping(GATEWAY), `<iq type='result'/>`);
    const node = `${ADMIN}#announce`;
    await runs(escalus, node, {}, answer(`status='executing'`, `<note type='warn'>*</note>`));
    await runs(escalus, node, { announcement: ['Peace!', 'Ho!'] }, done);
    for (const one of [romeo, juliet]) {
      const heard = await one.receives(
        `<message type='headline' to='${one.bare}' from='${GATEWAY}'><body>*</body></message>`,
      );
      expect(textOf(elementsOf(heard).find(({ name }) => name === 'body') ?? heard)).toBe('Peace!\nHo!');
    }
    for (const one of [romeo, juliet, tybalt])
      expect((await one.unread()).filter(({ attrs }) => attrs['type'] === 'headline')).toEqual([]);
  },
);

conformance(
  { '18.1': ['nobody is kicked', 'administration is out'] },
  'a session that is ended puts its user out of her rooms, with the reason; she may come back',
  {},
  async ({ romeo, client, irc }) => {
    const escalus = client(ESCALUS);
    await romeo.joins(ROOM, 'romeo');
    await toUser(escalus, 'end-user-session', romeo.bare);
    await romeo.receives(gone('romeo', status(110, 307)));
    await irc.receives(/^romeo QUIT/);
    await runs(
      escalus,
      `${ADMIN}#end-user-session`,
      { accountjids: [romeo.bare] },
      answer(`status='executing'`, `<note type='warn'>*</note>`),
    );
    await romeo.joins(ROOM, 'romeo');
  },
);

conformance(
  { '18.1': ['silent errors', 'every error is internal', 'errors without words', 'administration is out'] },
  'a blocked user is put out and refused with words, also after a restart, until she is unblocked; administrators can’t be blocked',
  {},
  async (world) => {
    const { romeo, client } = world;
    const escalus = client(ESCALUS);
    await romeo.joins(ROOM, 'romeo');
    await toUser(escalus, 'disable-user', romeo.jid);
    await romeo.receives(gone('romeo', status(110, 307)));
    const isRefused = async (): Promise<void> => {
      const why = error('auth/forbidden');
      await romeo.asks(say('hello', 'm1'), `<message type='error' id='m1' from='${ROOM}'>${why}</message>`);
      await romeo.asks(joinOf('romeo'), `<presence type='error' id='join' from='${ROOM}/romeo'>${why}</presence>`);
      await romeo.asks(ping(GATEWAY), `<iq type='error' id='ping'>${why}</iq>`);
    };
    await isRefused();
    await world.stop();
    await world.start();
    await isRefused();
    const list = command(`node='${ADMIN}#get-disabled-users-list'`);
    await escalus.asks(list, answer(`status='completed'`, result('disableduserjids', romeo.bare)));
    await toUser(escalus, 'reenable-user', romeo.bare);
    await romeo.joins(ROOM, 'romeo');
    await runs(
      escalus,
      `${ADMIN}#disable-user`,
      { accountjids: ['escalus@localhost'] },
      answer(`status='executing'`, `<note type='warn'>*</note>`),
    );
  },
);

conformance(
  { '18.1': ['administration is out', 'nobody is probed', 'no presence of the gateway'] },
  'who signs in at her server while she is blocked is asked whether she is there once she is unblocked, and is as if she had just come',
  { ...contact },
  async ({ romeo, client }) => {
    const escalus = client(ESCALUS);
    await isOnline(romeo);
    await hasBenvolio(romeo);
    romeo.sends(presence(GATEWAY, 'unavailable'));
    await romeo.receives(`<presence from='${at('benvolio')}' type='unavailable'/>`);
    await toUser(escalus, 'disable-user', romeo.bare);
    const phone = client('romeo@localhost/phone');
    const before = await phone.unread();
    phone.sends(appears());
    expect(await phone.unread()).toEqual(before);
    await toUser(escalus, 'reenable-user', romeo.bare);
    await phone.receives(`<presence type='probe' from='${GATEWAY}' to='${romeo.bare}'/>`);
    phone.sends(appears());
    await phone.receives(`<presence from='${GATEWAY}' !type><!show/><status>*</status></presence>`);
    await phone.receives(`<presence from='${at('benvolio')}' !type/>`);
  },
);

conformance(
  { 'SUB-8': ['no presence of the gateway', 'presence without words', 'administration is out'] },
  'a blocked user who comes online sees in the gateway’s presence that she is blocked',
  { ...contact },
  async ({ romeo, client }) => {
    await isOnline(romeo);
    await toUser(client(ESCALUS), 'disable-user', romeo.bare);
    romeo.sends(presence(GATEWAY, 'unavailable'));
    romeo.sends(appears());
    const why = '<show>xa</show><status>The operator of this gateway has blocked you.</status>';
    await romeo.asks(
      presence(GATEWAY, 'probe'),
      `<presence from='${GATEWAY}' to='${romeo.jid}' !type>${why}</presence>`,
    );
  },
);

conformance(
  { '18.1': ['administration is out', 'nobody is unsubscribed'] },
  'a deleted user has no account, no subscription and no room any more',
  { echo: ECHO },
  async ({ romeo, client }) => {
    const escalus = client(ESCALUS);
    const room = GARDEN;
    await registers(romeo, 'montague');
    await romeo.joins(room, 'montague');
    await toUser(escalus, 'delete-user', romeo.bare);
    await romeo.receives(`<presence type='unavailable' from='${room}/montague'/>`);
    await romeo.receives(`<presence type='unsubscribed' from='${GATEWAY}'/>`);
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='reg'><query xmlns='${REGISTER}'/></iq>`,
      `<iq type='result' id='reg'><query xmlns='${REGISTER}'><!registered/></query></iq>`,
    );
    await runs(
      escalus,
      `${ADMIN}#delete-user`,
      { accountjids: ['nobody@localhost'] },
      answer(`status='executing'`, `<note type='warn'>*</note>`),
    );
  },
);

conformance(
  { '18.1': ['own data are out', 'results are empty'] },
  'a person gets a copy of what is kept of her, without secrets, and has it deleted once she is sure',
  { echo: ECHO },
  async ({ romeo, client }) => {
    const room = GARDEN;
    expect(await listed(client('mercutio@localhost/x'))).not.toEqual(expect.arrayContaining(['export-data']));
    await registers(romeo, 'montague');
    await romeo.joins(room, 'montague');
    const copy = await romeo.asks(
      command(`node='export-data'`),
      answer(`status='completed'`, `<x xmlns='${FORMS}' type='result'/>`),
    );
    const lines = elementsOf(copy)
      .flatMap(elementsOf)
      .flatMap(elementsOf)
      .filter(({ attrs }) => attrs['var'] === 'data')
      .flatMap(elementsOf);
    const data = lines.map(textOf).join('\n');
    expect(JSON.parse(data)).toMatchObject({
      user: romeo.bare,
      accounts: [{ settings: { nick: 'montague' } }],
      contacts: [{ address: GATEWAY }],
      rooms: [room],
    });
    expect(data).not.toContain('very secret');
    await runs(romeo, 'delete-data', { sure: ['0'] }, answer(`status='executing'`, `<note type='warn'>*</note>`));
    await runs(romeo, 'delete-data', { sure: ['1'] }, done);
    await romeo.receives(`<presence type='unavailable' from='${room}/montague'/>`);
    await romeo.receives(`<presence type='unsubscribed' from='${GATEWAY}'/>`);
    expect(await listed(romeo)).not.toEqual(expect.arrayContaining(['export-data']));
  },
);

conformance(
  { '18.2': ['answers errors', 'self-pings fail'] },
  'a contact that is blocked at the user’s server: what comes back is answered by nothing, and costs her no room',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', 'romeo', 'good morrow');
    await romeo.receives(`<message type='chat' from='${BENVOLIO}'><body>good morrow</body></message>`);
    await romeo.unread();
    const before = irc.lines.length;
    const refusal = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    for (const name of ['message', 'presence'])
      romeo.sends(`<${name} to='${BENVOLIO}' type='error'>${refusal}</${name}>`);
    expect((await romeo.unread()).filter(({ name }) => name !== 'iq')).toEqual([]);
    await irc.flush('romeo');
    expect(irc.lines.slice(before).filter((line) => !/ PONG /.test(line))).toEqual([]);
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
  },
);
