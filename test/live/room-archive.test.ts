// The archive of IRC channels on real servers: pages of it, over a killed gateway too, on each store; and bookmarks in a real PEP.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { joinRequest, MUC_USER, REGISTER } from '../support/openings.ts';
import {
  type IrcServer,
  startEjabberd,
  startNgircd,
  startProsody,
  startRedis,
  type XmppServer,
} from '../support/servers.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { XmppClient } from '../support/xmpp-client.ts';

const DOMAIN = 'irc.localhost';
const SECRET = 'a secret of the archive';
const ROOM = `#verona%ngircd@${DOMAIN}`;
const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';
const PUBSUB = 'http://jabber.org/protocol/pubsub';

let irc: IrcServer;
beforeAll(async () => {
  irc = await startNgircd();
});
afterAll(() => irc?.stop());

const given: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of given.splice(0).toReversed()) await one.stop();
});
function owned<T extends { stop(): Promise<void> }>(one: T): T {
  given.push(one);
  return one;
}

async function person(xmpp: XmppServer, name: string, resource = 'orchard', isNew = true): Promise<XmppClient> {
  const client = await XmppClient.connect({ name, password: 'secret', port: xmpp.c2sPort, resource, register: isNew });
  await client.appears();
  return client;
}

async function enters(client: XmppClient, nick: string, room = ROOM): Promise<void> {
  client.sends(joinRequest(room, nick, "<history maxstanzas='0'/>"));
  await client.finds(`<message from='*' type='groupchat'><subject/></message>`, 20_000);
}

interface Page {
  readonly texts: readonly string[];
  readonly ids: readonly string[];
  readonly complete: boolean;
  readonly last: string;
}

let asked = 0;
async function page(client: XmppClient, set: string): Promise<Page> {
  const id = `mam${++asked}`;
  client.sends(
    `<iq to='${ROOM}' type='set' id='${id}'><query xmlns='${MAM}' queryid='${id}'><set xmlns='${RSM}'>${set}</set></query></iq>`,
  );
  const fin = await client.finds(`<iq type='result' id='${id}'><fin xmlns='${MAM}'/></iq>`);
  const texts: string[] = [];
  const ids: string[] = [];
  const isResult = ({ name, ns, attrs }: XmlNode): boolean =>
    name === 'result' && ns === MAM && attrs['queryid'] === id;
  const count = client.unread.filter(
    (raw) => raw.includes(`queryid='${id}'`) || raw.includes(`queryid="${id}"`),
  ).length;
  for (let at = 0; at < count; at++) {
    const message = await client.finds(`<message from='${ROOM}'><result xmlns='${MAM}' queryid='${id}'/></message>`);
    const result = elementsOf(message).find(isResult);
    const said =
      result &&
      elementsOf(result)
        .flatMap(elementsOf)
        .find(({ name }) => name === 'message');
    ids.push(result?.attrs['id'] ?? '');
    texts.push(
      ...(said === undefined
        ? []
        : elementsOf(said)
            .filter(({ name }) => name === 'body')
            .map(textOf)),
    );
  }
  const element = elementsOf(fin)[0];
  const place = element === undefined ? [] : elementsOf(element).flatMap(elementsOf);
  const last = place.find(({ name }) => name === 'last');
  return { texts, ids, complete: element?.attrs['complete'] === 'true', last: last === undefined ? '' : textOf(last) };
}

describe.each([
  ['Prosody and the embedded store', startProsody, 'embedded'],
  ['ejabberd and Redis', startEjabberd, 'redis'],
] as const)('on %s', (_name, startXmpp, storeKind) => {
  test('a channel is read in pages by another client, also after the gateway was killed; a kill takes the last moment alone', async () => {
    const xmpp = owned(await startXmpp({ components: [{ domain: DOMAIN, secret: SECRET }] }));
    const redis = storeKind === 'redis' ? owned(await startRedis(['appendonly yes', 'appendfsync always'])) : undefined;
    const gateway: GatewayProcess = await startGateway({
      componentPort: xmpp.componentPort,
      gateways: [
        {
          domain: DOMAIN,
          secret: SECRET,
          network: 'irc',
          settings: { servers: { ngircd: { host: irc.host, port: irc.port, tls: false, linesPerSecond: 0 } } },
        },
      ],
      ...(redis !== undefined && {
        store: redis.url,
        env: { VIADUCT_SECRETS_KEY: Buffer.alloc(32, 7).toString('base64') },
      }),
    });
    owned({ stop: () => gateway.remove() });
    const [romeo, juliet] = [await person(xmpp, 'romeo'), await person(xmpp, 'juliet')];
    await enters(romeo, 'romeo');
    await enters(juliet, 'juliet');
    const shown: string[] = [];
    const says = async (text: string): Promise<void> => {
      juliet.sends(`<message to='${ROOM}' type='groupchat' id='${text}'><body>${text}</body></message>`);
      const heard = await romeo.finds(`<message type='groupchat'><body>${text}</body></message>`);
      shown.push(elementsOf(heard).find(({ name }) => name === 'stanza-id')?.attrs['id'] ?? '');
    };
    for (let line = 1; line <= 25; line++) await says(`line ${line}`);
    const phone = await person(xmpp, 'romeo', 'phone', false);
    const newest = await page(phone, '<max>10</max><before/>');
    expect(newest).toMatchObject({ ids: shown.slice(-10), complete: false });
    expect((await page(juliet, '<max>100</max>')).texts).toHaveLength(25);

    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const keptBefore = shown.length;
    await says('the last word');
    await gateway.crash();
    await romeo.finds(`<presence type='unavailable' from='${ROOM}/romeo'><x xmlns='${MUC_USER}'/></presence>`, 20_000);
    const all: string[] = [];
    let cursor = '';
    for (;;) {
      const next = await page(phone, `<max>10</max>${cursor}`);
      all.push(...next.ids);
      if (next.complete) break;
      cursor = `<after>${next.last}</after>`;
    }
    expect(all.slice(0, keptBefore)).toEqual(shown.slice(0, keptBefore));
    expect(all.length - keptBefore).toBeLessThanOrEqual(1);
  });
});

test('a room that a person is in on the network is in her PEP afterwards, and what was there still is', async () => {
  const ECHO = 'echo.localhost';
  const components = [{ domain: ECHO, secret: SECRET }];
  const xmpp = owned(await startProsody({ components, privileged: true, privilegedRequests: [PUBSUB] }));
  const gateway = await startGateway({
    componentPort: xmpp.componentPort,
    gateways: [{ domain: ECHO, secret: SECRET, network: 'echo' }],
  });
  owned({ stop: () => gateway.remove() });
  const romeo = await person(xmpp, 'romeo');
  const account = `<query xmlns='${REGISTER}'><username>romeo</username><password>x</password></query>`;
  await romeo.asksAndGets('set', ECHO, account, "<iq type='result'/>");
  const own = `<publish node='urn:xmpp:bookmarks:1'><item id='globe@theatre.localhost'><conference xmlns='urn:xmpp:bookmarks:1' name='Globe'/></item></publish>`;
  const options = Object.entries({
    FORM_TYPE: `${PUBSUB}#publish-options`,
    'pubsub#persist_items': 'true',
    'pubsub#max_items': 'max',
    'pubsub#send_last_published_item': 'never',
    'pubsub#access_model': 'whitelist',
  }).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  const asClients = `<publish-options><x xmlns='jabber:x:data' type='submit'>${options.join('')}</x></publish-options>`;
  await romeo.asks('set', '', `<pubsub xmlns='${PUBSUB}'>${own}${asClients}</pubsub>`);
  const items = async (): Promise<readonly XmlNode[]> => {
    const asks = `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:bookmarks:1'/></pubsub>`;
    return elementsOf(await romeo.asks('get', '', asks))
      .flatMap(elementsOf)
      .flatMap(elementsOf);
  };
  romeo.sends(`<message to='benvolio@${ECHO}' type='chat' id='s'><body>!pull #garden</body></message>`);
  await expect.poll(async () => (await items()).length, { timeout: 20_000 }).toBe(2);
  const found = await items();
  expect(new Set(found.map(({ attrs }) => attrs['id']))).toEqual(
    new Set([`#garden@${ECHO}`, 'globe@theatre.localhost']),
  );
  const garden = found.find(({ attrs }) => attrs['id'] === `#garden@${ECHO}`);
  expect(garden && elementsOf(garden)[0]?.attrs).toMatchObject({ name: '#garden', autojoin: 'true' });
});
