// A second client in a room of a network that knows what was said before: it is asked, within the client's limits, and nothing that is said
// meanwhile is missed or told twice.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DurableEcho, startDurableEcho } from '../support/durable-echo.ts';
import { joinRequest, REGISTER } from '../support/openings.ts';
import { startProsody, type XmppServer } from '../support/servers.ts';
import { elementsOf, textOf } from '../support/xml-tree.ts';
import { XmppClient } from '../support/xmpp-client.ts';

const ECHO = 'echo.localhost';
const SECRET = 'a secret of the history';
const ROOM = `#verona@${ECHO}`;
const LINES = 30;

let xmpp: XmppServer;
let echo: DurableEcho;
beforeAll(async () => {
  xmpp = await startProsody({ components: [{ domain: ECHO, secret: SECRET }] });
  echo = await startDurableEcho({ domain: ECHO, secret: SECRET, componentPort: xmpp.componentPort });
});
afterAll(async () => {
  await echo?.stop();
  await xmpp?.stop();
});

/** @returns a way to get another client of the same person. */
async function person(name: string): Promise<(resource: string) => Promise<XmppClient>> {
  const login = { name, password: 'secret', port: xmpp.c2sPort };
  let isNew = true;
  return async (resource) => {
    const client = await XmppClient.connect({ ...login, resource, register: isNew });
    const account = `<username>${name}</username><password>x</password>`;
    if (isNew)
      await client.asksAndGets('set', ECHO, `<query xmlns='${REGISTER}'>${account}</query>`, "<iq type='result'/>");
    isNew = false;
    await client.appears();
    return client;
  };
}

/** What the client is shown on its way in, until the subject: texts, each stamped and with its id. */
async function enters(client: XmppClient, history = "<history maxstanzas='0'/>"): Promise<string[]> {
  client.sends(joinRequest(ROOM, client.jid.replace(/@.*/, ''), history));
  const texts: string[] = [];
  for (;;) {
    const node = await client.receives('<*/>').catch(() => undefined);
    if (node === undefined) throw new Error(`no subject came; before it: ${texts.join(', ')}`);
    if (node.name !== 'message' || node.attrs['type'] !== 'groupchat') continue;
    const inside = elementsOf(node);
    if (inside.some(({ name }) => name === 'subject')) return texts;
    expect(inside.map(({ name }) => name).toSorted()).toEqual(['body', 'delay', 'occupant-id', 'stanza-id']);
    texts.push(
      inside
        .filter(({ name }) => name === 'body')
        .map(textOf)
        .join(''),
    );
  }
}

const says = (client: XmppClient, text: string): void =>
  client.sends(`<message to='${ROOM}' type='groupchat' id='${text}'><body>${text}</body></message>`);
const isShown = (client: XmppClient, text: string): Promise<unknown> =>
  client.receives(`<message type='groupchat'><body>${text}</body><!delay xmlns='urn:xmpp:delay'/></message>`);
const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}`);

test('the network tells a second client what was said before, before a restart too', async () => {
  const [romeos, juliets] = [await person('romeo'), await person('juliet')];
  const romeo = await romeos('orchard');
  const juliet = await juliets('balcony');
  await enters(romeo);
  await enters(juliet);
  await romeo.skips('juliet comes', ({ name }) => name === 'presence');
  for (const line of lines(1, LINES)) {
    says(juliet, line);
    await isShown(romeo, line);
  }
  expect(await enters(await romeos('phone'), "<history maxstanzas='3'/>")).toEqual(lines(LINES - 2, LINES));
  expect(await enters(await romeos('tablet'), '')).toEqual(lines(LINES - 19, LINES));
  expect(await enters(await romeos('watch'), "<history seconds='600'/>")).toEqual(lines(1, LINES));
  expect(await enters(await romeos('clock'), "<history maxchars='0'/>")).toEqual([]);

  await echo.gateway.crash();
  await romeo.skips('out of the room', ({ name }) => name === 'presence');
  await enters(romeo);
  expect(await enters(await romeos('desk'), "<history maxstanzas='2'/>")).toEqual(lines(LINES - 1, LINES));
});

test('what is said while clients come in is shown to each of them once', async () => {
  const romeos = await person('mercutio');
  const juliet = await (await person('nurse'))('chamber');
  await enters(await romeos('street'));
  await enters(juliet);
  const [total, comers] = [60, 6];
  const shown: Promise<string[]>[] = [];
  for (let n = 1; n <= total; n++) {
    says(juliet, `word ${n}`);
    if (n % 10 === 5 && shown.length < comers) shown.push(all(await romeos(`r${n}`)));
  }
  const words = Array.from({ length: total }, (_, n) => `word ${n + 1}`);
  for (const texts of await Promise.all(shown)) expect(texts).toEqual(words);

  /** From its way in to the last word. */
  async function all(client: XmppClient): Promise<string[]> {
    const texts = (await enters(client, "<history seconds='600'/>")).filter((text) => text.startsWith('word'));
    while (texts.at(-1) !== `word ${total}`) {
      const node = await client.receives('<*/>');
      const text = elementsOf(node)
        .filter(({ name }) => name === 'body')
        .map(textOf)
        .join('');
      if (text !== '') texts.push(text);
    }
    return texts;
  }
});
