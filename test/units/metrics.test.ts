// The table of metrics and the page that is made of it, without a gateway.

import { expect, onTestFinished, test } from 'vitest';
import { emptyCensus, DoorCounts } from '../../src/bridge/door-counts.ts';
import { gatewaySource, type MeteredGateway, type MeteredKeeping, meterStore } from '../../src/gateway-metrics.ts';
import { serveMetrics } from '../../src/http/metrics-page.ts';
import { HttpListener } from '../../src/http/listener.ts';
import { gatewayId } from '../../src/model/ids.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { Metrics } from '../../src/observe/metrics.ts';
import { addProcess } from '../../src/observe/metrics-process.ts';
import { METRICS, type MetricDeclaration } from '../../src/observe/metrics-table.ts';
import { LinkTally } from '../../src/xmpp/link-tally.ts';
import { RefusalTally } from '../../src/xmpp/refusal-tally.ts';
import { StanzaError } from '../../src/xmpp/feature.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { readExposition, seriesName } from '../support/exposition.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { privateFolder } from '../support/processes.ts';
import { openStore } from '../../src/store/open.ts';

const all = Object.entries<MetricDeclaration>(METRICS);

test.each(all)('%s is named and told as Prometheus has it', (name, { type, help, labels, buckets }) => {
  expect(name).toMatch(/^(viaduct|process|nodejs)(_[a-z]+)+$/);
  expect(name.endsWith('_total')).toBe(type === 'counter');
  expect(help).toMatch(/^[A-Z].*\.$/);
  for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
  expect(labels).not.toContain('le');
  expect(buckets !== undefined).toBe(type === 'histogram');
  expect(buckets).toEqual(buckets?.toSorted((a, b) => a - b));
});

async function seriesOf(metrics: Metrics): Promise<Record<string, number>> {
  const families = readExposition(await metrics.page());
  for (const [name, { type, help }] of families) {
    expect({ type, help }).toEqual({
      type: METRICS[name as keyof typeof METRICS].type,
      help: METRICS[name as keyof typeof METRICS].help,
    });
  }
  return Object.fromEntries([...families.values()].flatMap(({ series }) => [...series]));
}

test('a page says what its sources say now; what none says is not there', async () => {
  const metrics = new Metrics();
  expect(await seriesOf(metrics)).toEqual({});
  const counts = new Map([['a.example', 7]]);
  metrics.addSource((put) => {
    for (const [gateway, count] of counts) put('viaduct_stanza_copies_total', { gateway }, count);
  });
  metrics.addSource((put) => put('viaduct_users', { gateway: 'a.example' }, 3));
  const a = seriesName('viaduct_stanza_copies_total', { gateway: 'a.example' });
  const users = seriesName('viaduct_users', { gateway: 'a.example' });
  expect(await seriesOf(metrics)).toEqual({ [a]: 7, [users]: 3 });
  expect(await seriesOf(metrics)).toEqual({ [a]: 7, [users]: 3 });
  counts.clear();
  counts.set('b.example', 1);
  expect(await seriesOf(metrics)).toEqual({
    [seriesName('viaduct_stanza_copies_total', { gateway: 'b.example' })]: 1,
    [users]: 3,
  });
});

test('who asks at the same time gets the same page, counted once', async () => {
  const metrics = new Metrics();
  let asked = 0;
  metrics.addSource(async (put) => {
    put('viaduct_users', { gateway: 'a' }, ++asked);
    await new Promise(setImmediate);
    put('viaduct_accounts', { gateway: 'a' }, asked);
  });
  const [first, second] = await Promise.all([metrics.page(), metrics.page()]);
  expect(second).toBe(first);
  expect(readExposition(first).get('viaduct_users')?.series.get('viaduct_users{gateway="a"}')).toBe(1);
  expect(await seriesOf(metrics)).toEqual({ 'viaduct_users{gateway="a"}': 2, 'viaduct_accounts{gateway="a"}': 2 });
});

test('labels come through whatever stands in them', async () => {
  const metrics = new Metrics();
  const version = 'a "b" \\ c\nd, {e}=ü';
  metrics.addSource((put) => put('viaduct_info', { version, node: '' }, 1));
  expect(await seriesOf(metrics)).toEqual({ [seriesName('viaduct_info', { version, node: '' })]: 1 });
});

test('a histogram is there before anything happens, and counts into its buckets', async () => {
  const metrics = new Metrics();
  const observe = metrics.observer('viaduct_checkpoint_seconds', { gateway: 'a' });
  const other = metrics.observer('viaduct_checkpoint_seconds', { gateway: 'b' });
  const count = (gateway: string): string => seriesName('viaduct_checkpoint_seconds_count', { gateway });
  const bucket = (le: string): string => seriesName('viaduct_checkpoint_seconds_bucket', { gateway: 'a', le });
  expect(await seriesOf(metrics)).toMatchObject({ [count('a')]: 0, [count('b')]: 0, [bucket('30')]: 0 });
  for (const seconds of [0.0005, 0.001, 0.02, 40]) observe(seconds);
  other(1);
  const seen = await seriesOf(metrics);
  expect(seen).toMatchObject({ [bucket('0.001')]: 2, [bucket('0.01')]: 2, [bucket('0.025')]: 3, [bucket('30')]: 3 });
  expect(seen).toMatchObject({ [bucket('+Inf')]: 4, [count('a')]: 4, [count('b')]: 1 });
  expect(seen[seriesName('viaduct_checkpoint_seconds_sum', { gateway: 'a' })]).toBeCloseTo(40.0215);
});

test('the process tells how it is', async () => {
  const metrics = new Metrics();
  addProcess(metrics, '1.2.3');
  const from = performance.now();
  const first = await seriesOf(metrics);
  const samples = Math.floor((performance.now() - from) / 100);
  expect(first[seriesName('viaduct_info', { version: '1.2.3', node: process.version })]).toBe(1);
  expect(first['process_start_time_seconds']).toBeCloseTo(Date.now() / 1e3 - process.uptime(), -1);
  expect(first['process_resident_memory_bytes']).toBeGreaterThan(20e6);
  expect(first['nodejs_heap_used_bytes']).toBeLessThan(first['process_resident_memory_bytes'] ?? 0);
  expect(first['process_open_fds']).toBeLessThan(first['process_max_fds'] ?? 0);
  expect(first['viaduct_loop_delay_seconds_count']).toBeLessThanOrEqual(samples);
  // The loop is watched from now on, and something holds it up: by the CPU's time, of which others may take most.
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user + process.cpuUsage(before).system < 400_000);
  await expect.poll(async () => (await seriesOf(metrics))['viaduct_loop_delay_seconds_sum']).toBeGreaterThan(0.25);
  const busy = await seriesOf(metrics);
  for (const spent of ['process_cpu_seconds_total', 'viaduct_loop_busy_seconds_total'])
    expect(busy[spent]).toBeGreaterThan((first[spent] ?? 0) + 0.1);
});

const capabilities: MeteredGateway['network']['capabilities'] = {
  accepts: ['say'],
  reports: ['said'],
  answers: [],
  text: { max: 1, unit: 'bytes', lines: 'one', styles: [] },
};

function metered(over: Partial<MeteredGateway>): MeteredGateway {
  const tally = new LinkTally();
  return {
    domain: gatewayId('a'),
    network: { capabilities },
    link: {
      state: () => ({ state: 'online', since: 0 }),
      counters: () => ({ ...tally.counters(0), checkpoints: 0, copies: 0, lost: 0 }),
      depth: () => ({ stanzas: 7, oldestMs: 1_500 }),
    },
    side: { refusals: () => new Map() },
    bridge: { counts: new DoorCounts(), census: () => emptyCensus() },
    ...over,
  };
}

test('a gateway has the series of what it has: kinds, codes, the spool', async () => {
  const metrics = new Metrics();
  const counts = new DoorCounts();
  counts.performed.say = 2;
  counts.performed.raw = 1;
  counts.presented.said = 3;
  counts.lost = 5;
  counts.unarchived = 6;
  const refusals = new RefusalTally();
  refusals.count(new BridgeError('full', 'Full.'));
  refusals.count(new StanzaError('modify/bad-request', 'What?'));
  const census = { ...emptyCensus(), users: 4, accounts: 6 };
  census.sessions.waiting = 2;
  const side = { refusals: () => refusals.counts() };
  metrics.addSource(gatewaySource(metered({ side, bridge: { counts, census: () => census } })));
  const seen = await seriesOf(metrics);
  expect(seen).toMatchObject({
    'viaduct_commands_total{gateway="a",kind="say"}': 2,
    'viaduct_commands_total{gateway="a",kind="raw"}': 1,
    'viaduct_events_total{gateway="a",kind="said"}': 3,
    'viaduct_session_losses_total{gateway="a"}': 5,
    'viaduct_archive_lost_total{gateway="a"}': 6,
    'viaduct_refusals_total{code="full",gateway="a"}': 1,
    'viaduct_refusals_total{code="internal",gateway="a"}': 0,
    'viaduct_refusals_total{code="bad-request",gateway="a"}': 1,
    'viaduct_sessions{gateway="a",state="waiting"}': 2,
    'viaduct_users{gateway="a"}': 4,
    'viaduct_accounts{gateway="a"}': 6,
    'viaduct_queue_items{gateway="a",queue="spool"}': 7,
    'viaduct_queue_oldest_seconds{gateway="a",queue="spool"}': 1.5,
    'viaduct_link_reconnects_total{gateway="a"}': 0,
  });
  expect(Object.keys(seen).filter((name) => /commands_total|events_total|queue_items/.test(name))).toHaveLength(4);
  expect(Object.keys(seen).filter((name) => /dead|repeats|retries/.test(name))).toEqual([]);
});

function kept(clock: ManualClock, deadLetters: { count(): Promise<number> }): MeteredKeeping {
  return {
    outbox: { depth: () => ({ commands: 9, oldestMs: 2_500 }), counts: { retried: 4 } },
    inbox: { size: 8, oldestMs: () => Promise.resolve(500), counts: { repeated: 3 } },
    deadLetters: { ...deadLetters, counts: { expired: 5 } },
    clock,
  };
}

test('a durable network has its queues too', async () => {
  const metrics = new Metrics();
  const keeping = kept(new ManualClock(), { count: () => Promise.resolve(2) });
  metrics.addSource(gatewaySource(metered({ keeping })));
  expect(await seriesOf(metrics)).toMatchObject({
    'viaduct_queue_items{gateway="a",queue="spool"}': 7,
    'viaduct_queue_items{gateway="a",queue="outbox"}': 9,
    'viaduct_queue_oldest_seconds{gateway="a",queue="outbox"}': 2.5,
    'viaduct_queue_items{gateway="a",queue="inbox"}': 8,
    'viaduct_queue_oldest_seconds{gateway="a",queue="inbox"}': 0.5,
    'viaduct_retries_total{gateway="a"}': 4,
    'viaduct_repeats_total{gateway="a"}': 3,
    'viaduct_dead_letters{gateway="a"}': 2,
    'viaduct_dead_letters_expired_total{gateway="a"}': 5,
  });
});

test('a store that fails or is silent costs the page one figure, and at most a second', async () => {
  const clock = new ManualClock();
  let answer = Promise.reject<number>(new Error('broken'));
  const metrics = new Metrics();
  metrics.addSource(gatewaySource(metered({ keeping: kept(clock, { count: () => answer }) })));
  const failing = await seriesOf(metrics);
  expect(failing['viaduct_queue_items{gateway="a",queue="outbox"}']).toBe(9);
  expect(failing).not.toHaveProperty(['viaduct_dead_letters{gateway="a"}']);
  answer = new Promise(() => undefined);
  const silent = seriesOf(metrics);
  await new Promise(setImmediate);
  clock.advance(1_000);
  expect((await silent)['viaduct_queue_items{gateway="a",queue="outbox"}']).toBe(9);
  answer = Promise.resolve(1);
  expect((await seriesOf(metrics))['viaduct_dead_letters{gateway="a"}']).toBe(1);
});

test.each(['memory:', 'file:'])('the store %s tells how long it took, and what it could not do', async (address) => {
  const folder = privateFolder('metrics');
  onTestFinished(() => folder.remove());
  const metrics = new Metrics();
  const path = address === 'file:' ? `file:${folder.path}/store.db` : address;
  const store = await openStore(path, { log: new LogRecorder(), onAnswer: meterStore(metrics) });
  const before = await seriesOf(metrics);
  const count = (operation: string): string => seriesName('viaduct_store_seconds_count', { operation });
  const failures = (operation: string): string => seriesName('viaduct_store_failures_total', { operation });
  expect(before).toMatchObject({ [count('read')]: 0, [failures('write')]: 0 });
  await store.table('t').put('a', '1');
  await store.batch([{ op: 'put', table: 't', key: 'b', value: '2' }]);
  await Promise.all([store.table('t').get('a'), store.table('t').list(''), store.log.count('l')]);
  const after = await seriesOf(metrics);
  expect(after).toMatchObject({
    [count('read')]: 3,
    [count('write')]: 2,
    [failures('read')]: 0,
    [failures('write')]: 0,
  });
  expect(after[seriesName('viaduct_store_seconds_sum', { operation: 'write' })]).toBeGreaterThan(0);
  await store.close();
  await expect(store.table('t').put('c', '3')).rejects.toThrow();
  expect(await seriesOf(metrics)).toMatchObject({ [count('write')]: 2, [failures('write')]: 1 });
});

test('the page has the type that Prometheus wants', async () => {
  const metrics = new Metrics();
  metrics.addSource((put) => put('viaduct_users', { gateway: 'a' }, 1));
  const listener = new HttpListener({ log: new LogRecorder(), clock: new SystemClock() });
  serveMetrics(listener, metrics);
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}/metrics`;
  try {
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe(metrics.contentType);
    expect(await response.text()).toBe(await metrics.page());
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  } finally {
    await listener.close();
  }
});
