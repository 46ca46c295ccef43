// Section 11: rooms that a user is in on the network come into her bookmarks, where her server allows it.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { contact, isOnline, script, signsUp, appears } from './echo-people.ts';
import { COMMANDS, error, GATEWAY } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client, World } from './world.ts';

const PRIVILEGE = 'urn:xmpp:privilege:2';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const NODE = 'urn:xmpp:bookmarks:1';
const GARDEN = `#garden@${GATEWAY}`;
const ORCHARD = `#orchard@${GATEWAY}`;

/** The server's own word. */
function grants(world: World, ns: string): void {
  world
    .client('localhost')
    .sends(
      `<message to='${GATEWAY}'><privilege xmlns='${PRIVILEGE}'><perm access='iq'><namespace ns='${ns}' type='both'/></perm></privilege></message>`,
    );
}

/** What the gateway asks in romeo's name; answered as the server would. @returns the payload. */
async function inHisName(world: World, type: 'get' | 'set', answer: string, outcome = 'result'): Promise<XmlNode> {
  const server = world.client('romeo@localhost');
  const asked = await server.receives(
    `<iq type='${type}' from='${GATEWAY}' to='romeo@localhost'><privileged_iq xmlns='${PRIVILEGE}'><iq xmlns='' type='${type}' to='romeo@localhost' !from id='*'/></privileged_iq></iq>`,
  );
  const hers = elementsOf(asked).flatMap(elementsOf)[0];
  const inner = `<iq xmlns='jabber:client' type='${outcome}' to='romeo@localhost' id='${hers?.attrs['id']}'>${answer}</iq>`;
  server.sends(
    `<iq to='${GATEWAY}' type='result' id='${asked.attrs['id']}'><privilege xmlns='${PRIVILEGE}'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></privilege></iq>`.replaceAll(
      "from='romeo@localhost' xmlns",
      'xmlns',
    ),
  );
  const payload = hers && elementsOf(hers)[0];
  if (payload === undefined) throw new Error('nothing is asked');
  return payload;
}

const items = (...jids: readonly string[]): string =>
  `<pubsub xmlns='${PUBSUB}'><items node='${NODE}'>${jids.map((jid) => `<item id='${jid}'><conference xmlns='${NODE}' name='mine'/></item>`).join('')}</items></pubsub>`;

interface Published {
  readonly id: string;
  readonly attrs: XmlNode['attrs'];
  readonly nick: string;
  readonly options: Readonly<Record<string, string>>;
}
function publishedIn(pubsub: XmlNode): Published {
  const [publish, options] = elementsOf(pubsub);
  expect(publish?.attrs['node']).toBe(NODE);
  const [item] = publish === undefined ? [] : elementsOf(publish);
  const [conference] = item === undefined ? [] : elementsOf(item);
  const fields = options === undefined ? [] : elementsOf(options).flatMap(elementsOf);
  return {
    id: item?.attrs['id'] ?? '',
    attrs: conference?.attrs ?? {},
    nick: conference === undefined ? '' : elementsOf(conference).map(textOf).join(),
    options: Object.fromEntries(
      fields.map((field) => [field.attrs['var'] ?? '', elementsOf(field).map(textOf).join()]),
    ),
  };
}
const requests = async (client: Client): Promise<readonly XmlNode[]> =>
  (await client.unread()).filter(({ name }) => name === 'iq');

conformance(
  { '11.6': ['bookmarks are out', 'privileges are out', 'bookmarks are for everybody'] },
  'a room that the user is in on the network is published among her bookmarks, for her alone; what she has there stays as it is',
  contact,
  async (world) => {
    const { romeo } = world;
    grants(world, PUBSUB);
    await isOnline(romeo);
    romeo.sends(script('pull #garden'));
    await inHisName(world, 'get', items(`theatre@localhost`));
    const garden = publishedIn(await inHisName(world, 'set', ''));
    expect(garden).toMatchObject({ id: GARDEN, attrs: { name: '#garden', autojoin: 'true' }, nick: 'romeo' });
    expect(garden.options).toEqual({
      FORM_TYPE: `${PUBSUB}#publish-options`,
      'pubsub#persist_items': 'true',
      'pubsub#max_items': 'max',
      'pubsub#send_last_published_item': 'never',
      'pubsub#access_model': 'whitelist',
    });
    romeo.sends(script('pull #orchard'));
    await inHisName(world, 'get', items(GARDEN, ORCHARD));
    romeo.sends(script('pull #garden'));
    expect(await requests(world.client('romeo@localhost'))).toEqual([]);
    expect((await romeo.unread()).filter((one) => JSON.stringify(one).includes('jabber:x:conference'))).toEqual([]);
  },
);

conformance(
  { '11.6': ['bookmarks are out', 'bookmarks lose the others'] },
  'where only private storage may be written the room is added there, beside what there is',
  contact,
  async (world) => {
    const { romeo } = world;
    grants(world, 'jabber:iq:private');
    await isOnline(romeo);
    romeo.sends(script('pull #garden'));
    const theatre = `<conference jid='theatre@localhost' name='Globe' autojoin='true'><nick>will</nick></conference>`;
    const storage = (inside: string): string =>
      `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>${inside}</storage></query>`;
    await inHisName(world, 'get', storage(theatre));
    const query = await inHisName(world, 'set', '');
    const conferences = elementsOf(query).flatMap(elementsOf);
    expect(conferences.map(({ attrs }) => attrs)).toEqual([
      { jid: 'theatre@localhost', name: 'Globe', autojoin: 'true' },
      { jid: GARDEN, name: '#garden', autojoin: 'true' },
    ]);
    expect(conferences.map((one) => elementsOf(one).map(textOf).join())).toEqual(['will', 'romeo']);
  },
);

conformance(
  { '11.6': ['bookmarks are out', 'invitations are lost'] },
  'without the right, or where the server refuses after all, she is invited, once; who wants no bookmarks hears nothing',
  contact,
  async (world) => {
    const { romeo } = world;
    await isOnline(romeo);
    const invited = (room: string): string =>
      `<message from='${GATEWAY}' to='romeo@localhost'><body>*</body><x xmlns='jabber:x:conference' jid='${room}'/></message>`;
    romeo.sends(script('pull #garden'));
    await romeo.receives(invited(GARDEN));
    grants(world, PUBSUB);
    // Now that it may, it looks whether the rooms that are listed as hers are there.
    await inHisName(world, 'get', items(GARDEN));
    romeo.sends(script('pull #orchard'));
    await inHisName(world, 'get', error('auth/forbidden'), 'error');
    await romeo.receives(invited(ORCHARD));
    const first = await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='c'><command xmlns='${COMMANDS}' node='settings'/></iq>`,
      `<iq type='result' id='c'/>`,
    );
    const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='c'><command xmlns='${COMMANDS}' node='settings' sessionid='${session}' action='complete'><x xmlns='jabber:x:data' type='submit'><field var='bookmarks'><value>0</value></field></x></command></iq>`,
      `<iq type='result' id='c'><command xmlns='${COMMANDS}' status='completed'/></iq>`,
    );
    romeo.sends(script('pull #balcony'));
    romeo.sends(script('pull #garden'));
    expect(await requests(world.client('romeo@localhost'))).toEqual([]);
    expect((await romeo.unread()).filter((one) => JSON.stringify(one).includes('jabber:x:conference'))).toEqual([]);
  },
);

for (const [when, settings, waitsMs] of [
  // The server is waited for a second: it speaks before that is over.
  ['when she signs in', { ...contact, speed: 0.05 }, 0],
  ['once a server that is late lets that be done', { ...contact, speed: 5 }, 500],
] as const)
  conformance(
    { '11.6': ['bookmarks are out', 'privileges are out'] },
    `rooms that the network lists as hers are bookmarked too ${when}, for her clients to offer and not to enter by themselves`,
    settings,
    async (world) => {
      const { romeo } = world;
      await signsUp(romeo);
      romeo.sends(appears());
      await romeo.joins(GARDEN, 'romeo');
      await sleep(waitsMs);
      grants(world, PUBSUB);
      await inHisName(world, 'get', error('cancel/item-not-found'), 'error');
      const { id, attrs } = publishedIn(await inHisName(world, 'set', ''));
      expect([id, attrs['autojoin']]).toEqual([GARDEN, 'false']);
    },
  );
