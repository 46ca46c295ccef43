// The metrics page of a running gateway against what really went over its link: exact counts, gateway by gateway.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { METRICS } from '../../src/observe/metrics-table.ts';
import { type ComponentPeer, ComponentServer } from '../support/component-server.ts';
import { type DurableEcho, startDurableEcho } from '../support/durable-echo.ts';
import { readExposition, seriesName } from '../support/exposition.ts';
import type { XmlNode } from '../support/xml-tree.ts';

const JULIET = 'juliet@localhost/balcony';
const ROOM = '#verona@echo.localhost';
const LINES = 5;
const FLOOD = 40;

let server: ComponentServer;
let durable: DurableEcho;
let peer: ComponentPeer;
let keptPeer: ComponentPeer;
/** Stanzas that this test has sent on the present connection and the ones before, by kind. */
const said = { message: 0, presence: 0, iq: 0 };
/** What the connections before carried out of the gateway. */
const before: XmlNode[] = [];

beforeAll(async () => {
  server = await ComponentServer.listen({ secret: 'secret' });
  const secret = 'secret';
  durable = await startDurableEcho({
    domain: 'kept.localhost',
    secret,
    componentPort: server.port,
    beside: [
      { domain: 'echo.localhost', secret, network: 'echo' },
      { domain: 'plain.localhost', secret, network: 'echo', settings: { abilities: 'plain' } },
    ],
  });
  peer = await server.accepted('echo.localhost');
  keptPeer = await server.accepted('kept.localhost');
});
afterAll(async () => {
  await durable?.stop();
  await server?.close();
});

type Values = ReadonlyMap<string, number>;

async function scrape(): Promise<Values> {
  const port = /"port":(\d+),"msg":"health and metrics are served"/.exec(durable.gateway.process.logs())?.[1];
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = readExposition(await response.text());
  return new Map([...families.values()].flatMap(({ series }) => [...series]));
}

function send(xml: string): void {
  said[/^<(message|presence|iq)/.exec(xml)?.[1] as keyof typeof said]++;
  peer.send(xml);
}
const say = (text: string): void =>
  send(`<message from='${JULIET}' to='${ROOM}' type='groupchat' id='${text}'><body>${text}</body></message>`);

/** What went out: pings of the link's own included. */
const sent = (): readonly XmlNode[] => [...before, ...peer.all()];
const isPing = ({ name, attrs }: XmlNode): boolean =>
  name === 'iq' && attrs['to'] === 'localhost' && /\/link-/.test(attrs['from'] ?? '');

function stanzasOf(gatewayDomain: string): Record<string, number> {
  const of = (kind: string, direction: string): string =>
    seriesName('viaduct_stanzas_total', { gateway: gatewayDomain, kind, direction });
  const out = sent();
  return {
    [of('message', 'in')]: said.message,
    [of('presence', 'in')]: said.presence,
    // The test's server answers each ping once.
    [of('iq', 'in')]: said.iq + out.filter(isPing).length,
    [of('message', 'out')]: out.filter(({ name }) => name === 'message').length,
    [of('presence', 'out')]: out.filter(({ name }) => name === 'presence').length,
    [of('iq', 'out')]: out.filter(({ name }) => name === 'iq').length,
  };
}

const echo = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
  seriesName(name, { gateway: 'echo.localhost', ...labels });
const only = (values: Values, names: Iterable<string>): Record<string, number | undefined> =>
  Object.fromEntries([...names].map((name) => [name, values.get(name)]));

/** Waits until the page says exactly this: a checkpoint may be on its way. */
async function shows(expected: () => Readonly<Record<string, number>>, timeout = 10_000): Promise<void> {
  let seen: unknown;
  let wanted: unknown;
  const matches = async (): Promise<boolean> => {
    wanted = expected();
    seen = only(await scrape(), Object.keys(expected()));
    return JSON.stringify(seen) === JSON.stringify(wanted) && JSON.stringify(expected()) === JSON.stringify(wanted);
  };
  await expect
    .poll(matches, { timeout, interval: 20 })
    .toBe(true)
    .catch(() => expect(seen).toEqual(wanted));
}

const said2juliet = (): number =>
  sent().filter(
    ({ name, attrs, children }) =>
      name === 'message' &&
      attrs['type'] === 'groupchat' &&
      children.some((child) => typeof child !== 'string' && child.name === 'body'),
  ).length;

test('every metric of the table is on the page, and nothing else', async () => {
  await scrape();
  await expect
    .poll(async () => [...new Set([...(await scrape()).keys()].map(familyOf))].toSorted(), { timeout: 10_000 })
    .toEqual(Object.keys(METRICS).toSorted());
});

function familyOf(series: string): string {
  const name = series.replace(/\{.*/, '');
  const histogram = name.replace(/_(bucket|sum|count)$/, '');
  return histogram in METRICS ? histogram : name;
}

test('what is said in a room is counted, to the stanza', async () => {
  send(
    `<presence from='${JULIET}' to='${ROOM}/juliet' id='join'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
  );
  await peer.receives(`<message from='${ROOM}' to='${JULIET}'><subject/></message>`);
  for (let line = 1; line <= LINES; line++) say(`line ${line}`);
  // `echo` says each again.
  for (let line = 1; line <= LINES; line++)
    await peer.receives(`<message from='${ROOM}/echo' to='${JULIET}'><body>line ${line}</body></message>`);
  say('!fail rate-limited Not so fast.');
  await peer.receives(`<message from='${ROOM}' to='${JULIET}' type='error'/>`);
  say(`!flood ${FLOOD}`);
  await peer.receives(`<message from='${ROOM}/benvolio'><body>line ${FLOOD} of ${FLOOD}</body></message>`);
  say('!unknown');
  await peer.receives(`<message from='${ROOM}/juliet' id='!unknown'/>`);
  send(`<message from='${JULIET}' to='#elsewhere@echo.localhost' type='groupchat' id='x'><body>hello</body></message>`);
  await peer.receives(`<message from='#elsewhere@echo.localhost' type='error'/>`);

  await shows(() => ({
    ...stanzasOf('echo.localhost'),
    [echo('viaduct_link_online')]: 1,
    [echo('viaduct_link_reconnects_total')]: 0,
    [echo('viaduct_stanzas_unusable_total')]: 0,
    [echo('viaduct_stanzas_dropped_total')]: 0,
    [echo('viaduct_commands_total', { kind: 'join' })]: 1,
    [echo('viaduct_commands_total', { kind: 'say' })]: LINES + 2,
    [echo('viaduct_commands_total', { kind: 'leave' })]: 0,
    [echo('viaduct_commands_unconfirmed_total')]: 1,
    [echo('viaduct_refusals_total', { code: 'rate-limited' })]: 1,
    [echo('viaduct_refusals_total', { code: 'not-joined' })]: 1,
    [echo('viaduct_refusals_total', { code: 'internal' })]: 0,
    [echo('viaduct_events_total', { kind: 'opened' })]: 1,
    [echo('viaduct_events_total', { kind: 'said' })]: said2juliet(),
    [echo('viaduct_users')]: 1,
    [echo('viaduct_accounts')]: 0,
    [echo('viaduct_sessions', { state: 'online' })]: 1,
    [echo('viaduct_sessions', { state: 'waiting' })]: 0,
    [echo('viaduct_rooms', { state: 'open' })]: 1,
    [echo('viaduct_checkpoint_seconds_count')]: sent().filter(isPing).length,
    [echo('viaduct_queue_items', { queue: 'spool' })]: 0,
    [echo('viaduct_queue_oldest_seconds', { queue: 'spool' })]: 0,
  }));
  expect(said2juliet()).toBe(2 * LINES + FLOOD + 2);
});

test('a stanza that can not be handled is counted as such', async () => {
  send(`<message from='${JULIET}' to='juliet@elsewhere.example' id='lost'><body>whose is it?</body></message>`);
  await shows(() => ({ ...stanzasOf('echo.localhost'), [echo('viaduct_stanzas_unusable_total')]: 1 }));
});

test('a session that is cut is counted as lost', async () => {
  say('!drop');
  await peer.receives(`<message from='${ROOM}' to='${JULIET}' type='error' id='!drop'/>`);
  await shows(() => ({
    [echo('viaduct_session_losses_total')]: 1,
    [echo('viaduct_refusals_total', { code: 'network-down' })]: 1,
  }));
});

test('a link that is cut is counted once it is back', async () => {
  // What is under way when it is cut is counted by one side alone.
  await shows(() => ({
    ...stanzasOf('echo.localhost'),
    [echo('viaduct_sessions', { state: 'connecting' })]: 0,
    [echo('viaduct_sessions', { state: 'waiting' })]: 0,
    [echo('viaduct_queue_items', { queue: 'spool' })]: 0,
  }));
  before.push(...peer.all());
  peer.reset();
  peer = await server.accepted('echo.localhost', 10_000);
  await shows(() => ({
    ...stanzasOf('echo.localhost'),
    [echo('viaduct_link_online')]: 1,
    [echo('viaduct_link_reconnects_total')]: 1,
  }));
});

const kept = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
  seriesName(name, { gateway: 'kept.localhost', ...labels });

test('what waits for a network that is away, and for an XMPP server that does not read, is counted', async () => {
  const [ROMEO, BENVOLIO] = ['romeo@localhost/orchard', 'benvolio@kept.localhost'];
  keptPeer.send(
    `<iq type='set' from='${ROMEO}' to='kept.localhost' id='reg'><query xmlns='jabber:iq:register'>
      <username>romeo</username><password>secret</password></query></iq>`,
  );
  await keptPeer.receives(`<iq type='result' id='reg'/>`);
  keptPeer.send(`<presence from='${ROMEO}' to='kept.localhost'/>`);
  const says = (text: string): void =>
    keptPeer.send(`<message from='${ROMEO}' to='${BENVOLIO}' type='chat' id='${text}'><body>${text}</body></message>`);
  says('one');
  await shows(() => ({
    [kept('viaduct_accounts')]: 1,
    [kept('viaduct_commands_total', { kind: 'say' })]: 1,
    [kept('viaduct_queue_items', { queue: 'outbox' })]: 0,
    [kept('viaduct_queue_items', { queue: 'inbox' })]: 0,
    [kept('viaduct_dead_letters')]: 0,
  }));

  await durable.network.kill();
  for (const text of ['two', 'three', 'four']) says(text);
  await shows(() => ({
    [kept('viaduct_queue_items', { queue: 'outbox' })]: 3,
    [kept('viaduct_commands_total', { kind: 'say' })]: 1,
  }));
  expect((await scrape()).get(kept('viaduct_queue_oldest_seconds', { queue: 'outbox' }))).toBeGreaterThan(0);
  await durable.network.restart();
  // The longer it was away, the later it is tried again.
  await shows(
    () => ({
      [kept('viaduct_queue_items', { queue: 'outbox' })]: 0,
      [kept('viaduct_queue_items', { queue: 'inbox' })]: 0,
      [kept('viaduct_queue_items', { queue: 'spool' })]: 0,
      [kept('viaduct_commands_total', { kind: 'say' })]: 4,
      [kept('viaduct_session_losses_total')]: 1,
      [kept('viaduct_session_reconnects_total')]: 1,
    }),
    40_000,
  );

  const before = (await scrape()).get(kept('viaduct_events_total', { kind: 'said' })) ?? 0;
  keptPeer.pauseReading();
  for (const text of ['five', 'six']) await durable.network.order('speak', { from: 'benvolio', to: 'romeo', text });
  await shows(() => ({
    [kept('viaduct_queue_items', { queue: 'inbox' })]: 2,
    [kept('viaduct_queue_items', { queue: 'spool' })]: 2,
    [kept('viaduct_events_total', { kind: 'said' })]: before + 2,
  }));
  keptPeer.resumeReading();
  await shows(() => ({
    [kept('viaduct_queue_items', { queue: 'inbox' })]: 0,
    [kept('viaduct_queue_items', { queue: 'spool' })]: 0,
    [kept('viaduct_repeats_total')]: 0,
  }));
});

test('what one gateway does is none of the other', async () => {
  const values = await scrape();
  const plain = [...values].filter(([series]) => series.includes('gateway="plain.localhost"'));
  const busy = plain.filter(([series, value]) => value > 0 && !/checkpoint|kind="iq"/.test(series));
  expect(busy).toEqual([[seriesName('viaduct_link_online', { gateway: 'plain.localhost' }), 1]]);
  // A network without rooms' manners says so by having no such series.
  expect(plain.some(([series]) => series.startsWith('viaduct_commands_total') && series.includes('"edit"'))).toBe(
    false,
  );
});
