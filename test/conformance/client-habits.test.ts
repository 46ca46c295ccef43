// Section 25.1: the first steps of real clients, request by request, as their sources have them.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import {
  BENVOLIO,
  COMMANDS,
  DISCO_INFO,
  DISCO_ITEMS,
  GATEWAY,
  here,
  joinOf,
  REGISTER,
  ROOM,
  status,
} from './patterns.ts';
import { conformance } from './proves.ts';
import { prompted } from './prompting.ts';
import type { Client } from './world.ts';

const info = (to: string, node = '', id = 'info'): string =>
  `<iq to='${to}' type='get' id='${id}'><query xmlns='${DISCO_INFO}'${node === '' ? '' : ` node='${node}'`}/></iq>`;
const items = (to: string, node = '', id = 'items'): string =>
  `<iq to='${to}' type='get' id='${id}'><query xmlns='${DISCO_ITEMS}'${node === '' ? '' : ` node='${node}'`}/></iq>`;
const inQuery = (stanza: XmlNode, name: string): XmlNode[] =>
  elementsOf(stanza)
    .flatMap(elementsOf)
    .filter((one) => one.name === name);

async function hasAccount(person: Client): Promise<void> {
  await person.asks(
    `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'><nick>romeo</nick></query></iq>`,
    `<iq type='result' id='r'/>`,
  );
}

async function addsGateway(person: Client): Promise<XmlNode> {
  person.sends(`<presence to='${GATEWAY}' type='subscribe'/>`);
  await person.receives(`<presence type='subscribed' from='${GATEWAY}'/>`);
  person.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  person.sends(`<presence to='${GATEWAY}'/>`);
  return person.receives(`<presence from='${GATEWAY}' !type/>`);
}

conformance(
  {
    '25.1.2': ['no presence of the gateway', 'the prompt is out', 'identities are missing', 'a hash of something else'],
  },
  'Cheogram: the gateway in the roster is known by its presence and capabilities; its prompt makes addresses, which are added',
  {},
  async ({ romeo }) => {
    const presence = await addsGateway(romeo);
    const caps = elementsOf(presence).find(({ name }) => name === 'c');
    const node = `${caps?.attrs['node']}#${caps?.attrs['ver']}`;
    const described = await romeo.asks(info(GATEWAY, node), `<iq type='result' id='info' from='${GATEWAY}'/>`);
    const kinds = inQuery(described, 'identity').map(({ attrs }) => `${attrs['category']}/${attrs['type']}`);
    expect(kinds).toContain('gateway/irc');
    expect(inQuery(described, 'feature').map(({ attrs }) => attrs['var'])).toContain('jabber:iq:gateway');
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='p'><query xmlns='jabber:iq:gateway'/></iq>`,
      `<iq type='result' id='p'><query xmlns='jabber:iq:gateway'><prompt>*</prompt></query></iq>`,
    );
    const jid = await prompted(romeo, ' Benvolio%test ');
    expect(jid).toBe(BENVOLIO);
    await romeo.asks(`<presence to='${jid}' type='subscribe'/>`, `<presence type='subscribed' from='${jid}'/>`);
    await romeo.receives(`<presence from='${jid}' !type/>`);
    await romeo.asks(
      items(GATEWAY, COMMANDS),
      `<iq type='result' id='items'><query xmlns='${DISCO_ITEMS}'><item node='${REGISTER}'/></query></iq>`,
    );
  },
);

conformance(
  { '25.1.3': ['the talk is out', 'nobody is approved', 'IRC lines are lost'] },
  'Conversations: the gateway is added by its address and talked to; people and rooms by theirs, without any prompt',
  {},
  async ({ romeo, irc }) => {
    await addsGateway(romeo);
    await romeo.receives(`<message type='chat' from='${GATEWAY}'><body>*</body></message>`);
    await romeo.asks(
      `<message to='${GATEWAY}' type='chat' id='h'><body>help</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='h'/></message>`,
      `<message type='chat' from='${GATEWAY}'><body>*</body></message>`,
    );
    await romeo.asks(info(ROOM), `<iq type='result' id='info' from='${ROOM}'/>`);
    await romeo.joins(ROOM, 'romeo', `<history maxchars='0'/>`);
    romeo.sends(
      `<presence to='${BENVOLIO}' type='subscribe'><nick xmlns='http://jabber.org/protocol/nick'>Romeo</nick></presence>`,
    );
    await romeo.receives(`<presence type='subscribed' from='${BENVOLIO}'/>`);
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='m'><body>good morrow</body></message>`);
    await irc.receives(/PRIVMSG benvolio :?good morrow/);
  },
);

conformance(
  { '25.1.4': ['identities are missing', 'commands are out', 'disco is out'] },
  'Movim: a gateway among the items of the server, its commands by their nodes, and its rooms with names to choose from',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#mantua');
    const described = await romeo.asks(info(GATEWAY), `<iq type='result' id='info' from='${GATEWAY}'/>`);
    expect(inQuery(described, 'identity')[0]?.attrs).toMatchObject({ category: 'gateway', type: 'irc' });
    const listed = await romeo.asks(items(GATEWAY, COMMANDS), `<iq type='result' id='items' from='${GATEWAY}'/>`);
    expect(inQuery(listed, 'item').map(({ attrs }) => attrs['node'])).toContain(REGISTER);
    await romeo.joins(ROOM, 'romeo');
    const rooms = inQuery(await romeo.asks(items(GATEWAY), `<iq type='result' id='items' from='${GATEWAY}'/>`), 'item');
    expect(rooms.map(({ attrs }) => attrs['name'])).toEqual(['#verona', '#mantua']);
    for (const { attrs } of rooms)
      await romeo.asks(
        info(attrs['jid'] ?? ''),
        `<iq type='result' id='info'><query xmlns='${DISCO_INFO}'><identity category='conference' type='text'/></query></iq>`,
      );
  },
);

conformance(
  { '25.1.5': ['no presence of the gateway', 'no goodbyes', 'registration is out'] },
  'Psi: a transport is online, is logged off and on by presence, and is removed with its registration; rooms wait for it',
  {},
  async ({ romeo, irc }) => {
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='f'><query xmlns='${REGISTER}'/></iq>`,
      `<iq type='result' id='f'><query xmlns='${REGISTER}'><nick/><!registered/></query></iq>`,
    );
    await hasAccount(romeo);
    await addsGateway(romeo);
    await romeo.receives(`<presence from='${GATEWAY}' !type><!show/></presence>`);
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<presence to='${GATEWAY}' type='unavailable'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' type='unavailable'/>`);
    await irc.receives(/QUIT(?! :Account checked)|PART/);
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' !type><!show/></presence>`);
    romeo.sends(`<iq to='${GATEWAY}' type='set' id='x'><query xmlns='${REGISTER}'><remove/></query></iq>`);
    await romeo.receives(`<iq type='result' id='x'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' type='unavailable'/>`);
  },
);

conformance(
  { '25.1.6': ['identities are missing', 'rooms are new', 'nobody is oneself'] },
  'Dino: not first of all a place for rooms; a name that nobody uses is joined and never made, with requests in parallel',
  {},
  async ({ romeo }) => {
    const described = await romeo.asks(info(GATEWAY), `<iq type='result' id='info' from='${GATEWAY}'/>`);
    expect(inQuery(described, 'identity')[0]?.attrs['category']).toBe('gateway');
    const room = `#f00dfeed%test@${GATEWAY}`;
    romeo.sends(joinOf('romeo', room, `<history maxchars='0'/><mav xmlns='urn:xmpp:muc:affiliations:1'/>`));
    romeo.sends(info(room));
    const self = await romeo.receives(here('romeo', status(110)).replace(ROOM, room));
    expect(JSON.stringify(self)).not.toContain('"201"');
    await romeo.receives(`<iq type='result' id='info' from='${room}'/>`);
    for (const affiliation of ['member', 'admin', 'owner'])
      await romeo.asks(
        `<iq to='${room}' type='get' id='${affiliation}'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${affiliation}'/></query></iq>`,
        `<iq type='result' id='${affiliation}' from='${room}'/>`,
      );
  },
);

conformance(
  { '25.2.2': ['nobody is approved', 'nobody is greeted'] },
  'who adds the gateway without an account is approved, and told what to do',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    const presence = await addsGateway(romeo);
    expect(JSON.stringify(presence)).toContain('Not registered yet');
    await romeo.receives(`<message type='chat' from='${GATEWAY}'><body>*</body></message>`);
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
  },
);
