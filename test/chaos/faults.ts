// How each fault is done, and undone.

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { OwnedServer } from '../support/owned-server.ts';
import type { FaultProxy, Manners } from './proxy.ts';
import type { FaultName, PlannedFault } from './schedule.ts';
import type { Order, Realm } from './realm.ts';
import type { Stage } from './stage.ts';
import type { NetworkName } from './tokens.ts';

type Inject = (stage: Stage, fault: PlannedFault) => Promise<void>;

const CLOCK_JUMPS_MS = [-3_600_000, -10_000, 10_000, 3_600_000] as const;

const injections: { readonly [Name in FaultName]: Inject } = {
  'gateway-kill': async ({ gateway }, { forMs }) => {
    await gateway.kill();
    await delay(forMs);
    gateway.start();
  },
  'gateway-end': async ({ gateway }, { forMs }) => {
    await gateway.end();
    await delay(forMs);
    gateway.start();
  },
  'gateway-stop': async ({ gateway }, { forMs }) => {
    gateway.halt();
    await delay(forMs);
    gateway.go();
  },
  'xmpp-end': (stage, fault) => outage(stage, 'xmpp', fault, () => ended(stage.xmpp)),
  'xmpp-kill': (stage, fault) => outage(stage, 'xmpp', fault, () => stage.xmpp.kill()),
  'irc-end': (stage, fault) => outage(stage, 'irc', fault, () => ended(stage.realm('irc').server)),
  'irc-kill': (stage, fault) => outage(stage, 'irc', fault, () => stage.realm('irc').server.kill()),
  'echo-kill': (stage, fault) => outage(stage, 'echo', fault, () => stage.realm('echo').server.kill()),
  'echo-refuse': (stage, { forMs }) => manner(stage.realm('echo'), { fault: 'refuse', forMs, retryAfterMs: 1_000 }),
  'echo-delay': (stage, { forMs, chance }) =>
    manner(stage.realm('echo'), { fault: 'delay', forMs, ms: 200 + 1_500 * chance }),
  'echo-mute': (stage, { forMs }) => manner(stage.realm('echo'), { fault: 'mute', forMs }),
  'echo-duplicate': (stage, { forMs }) =>
    manner(stage.realm('echo'), { fault: 'duplicate', forMs, share: 0.5, ms: 3_000 }),
  'echo-drop': async (stage) =>
    void (await stage
      .realm('echo')
      .order?.('drop')
      .catch(() => undefined)),
  'redis-kill': async ({ redis }, { forMs }) => {
    await redis?.kill();
    await delay(forMs);
    await redis?.restart();
  },
  'store-full': async ({ gateway, redis }, { forMs }) => {
    if (redis === undefined) gateway.interfere({ full: true });
    else await redisCommand(redis.port, 'CONFIG SET maxmemory 1');
    await delay(forMs);
    if (redis === undefined) gateway.interfere({ full: false });
    else await redisCommand(redis.port, 'CONFIG SET maxmemory 0');
  },
  // Every write to a file fails, wherever it would go.
  'disk-full': async ({ gateway }, { forMs }) => {
    await gateway.limit('fsize', '1');
    await delay(forMs);
    await gateway.limit('fsize', 'unlimited');
  },
  'clock-jump': async ({ gateway }, { forMs, chance }) => {
    gateway.interfere({ clockMs: CLOCK_JUMPS_MS[Math.floor(chance * CLOCK_JUMPS_MS.length)] ?? 0 });
    await delay(forMs);
    gateway.interfere({ clockMs: 0 });
  },
  'few-descriptors': async ({ gateway }, { forMs }) => {
    if (!gateway.running) return;
    const most = gateway.mostDescriptors();
    await gateway.limit('nofile', String(gateway.openDescriptors() + 1));
    await delay(forMs);
    await gateway.limit('nofile', most);
  },
  'link-half-open': ({ link }, fault) => halfOpen(link, fault),
  'link-cut': ({ link }) => Promise.resolve(link.cut()),
  'link-slow': ({ link }, fault) => mannered(link, fault, { bytesPerSecond: 4_000 + 8_000 * fault.chance }),
  'link-pieces': ({ link }, fault) => mannered(link, fault, { pieceBytes: 1 + Math.floor(64 * fault.chance) }),
  'irc-half-open': (stage, fault) => halfOpen(linkOf(stage, 'irc'), fault),
  'irc-slow': (stage, fault) => mannered(linkOf(stage, 'irc'), fault, { bytesPerSecond: 200 + 800 * fault.chance }),
  'sms-kill': (stage, fault) => outage(stage, 'sms', fault, () => stage.realm('sms').server.kill()),
  'sms-hang-before': (stage, fault) => misbehaviour(stage, fault, { fault: 'hang-before', on: 'any' }),
  'sms-hang-after': (stage, fault) => misbehaviour(stage, fault, { fault: 'hang-after' }),
  'sms-refuse': (stage, fault) => misbehaviour(stage, fault, { fault: 'refuse', code: 20_429, status: 429 }),
  'sms-double': (stage, fault) => misbehaviour(stage, fault, { fault: 'double', share: 0.5 }),
  'sms-reorder': (stage, fault) => misbehaviour(stage, fault, { fault: 'reorder', share: 0.5 }),
  'matrix-kill': (stage, fault) => outage(stage, 'matrix', fault, () => stage.realm('matrix').server.kill()),
  'matrix-half-open': (stage, fault) => halfOpen(linkOf(stage, 'matrix'), fault),
  'matrix-cut': (stage) => Promise.resolve(linkOf(stage, 'matrix').cut()),
  'matrix-slow': (stage, fault) =>
    mannered(linkOf(stage, 'matrix'), fault, { bytesPerSecond: 4_000 + 16_000 * fault.chance }),
  'irc-pieces': (stage, fault) =>
    mannered(linkOf(stage, 'irc'), fault, { pieceBytes: 1 + Math.floor(16 * fault.chance) }),
};

/** Resolves when it is over and undone. */
export async function inject(stage: Stage, fault: PlannedFault): Promise<void> {
  const at = stage.now();
  // Open while it lasts, so that the ledger can be read at any time.
  const injected = { name: fault.name, at, until: Number.POSITIVE_INFINITY };
  stage.ledger.injected.push(injected);
  await injections[fault.name](stage, fault);
  injected.until = stage.now();
}

async function outage(
  stage: Stage,
  what: 'xmpp' | NetworkName,
  { forMs }: PlannedFault,
  end: () => Promise<void>,
): Promise<void> {
  const record = { what, at: stage.now(), until: Number.POSITIVE_INFINITY };
  stage.ledger.outages.push(record);
  await end();
  await delay(forMs);
  await (what === 'xmpp' ? stage.xmpp : stage.realm(what).server).restart();
  record.until = stage.now();
}

/** In good order, its folder stays. */
async function ended(server: OwnedServer): Promise<void> {
  server.signal('SIGTERM');
  await delay(100);
}

async function manner(realm: Realm, order: Order & { readonly forMs: number }): Promise<void> {
  await realm.order?.('fault', order).catch(() => undefined);
  await delay(order.forMs);
}

/** Of the fake Twilio. */
function misbehaviour(stage: Stage, { forMs }: PlannedFault, order: Order): Promise<void> {
  return manner(stage.realm('sms'), { ...order, forMs });
}

/** @throws Error where the network is reached directly. */
function linkOf(stage: Stage, network: NetworkName): FaultProxy {
  const { link } = stage.realm(network);
  if (link === undefined) throw new Error(`there is no proxy before ${network}`);
  return link;
}

async function halfOpen(proxy: FaultProxy, { forMs, chance }: PlannedFault): Promise<void> {
  const stalled = proxy.stall();
  await delay(forMs);
  if (chance < 0.5) stalled.resume();
  else stalled.cut();
}

async function mannered(proxy: FaultProxy, { forMs }: PlannedFault, manners: Manners): Promise<void> {
  proxy.manners = manners;
  await delay(forMs);
  proxy.manners = {};
}

/** @throws Error by rejection where Redis does not take it. */
function redisCommand(port: number, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.setTimeout(3_000, () => socket.destroy(new Error('Redis did not answer')));
    socket.once('error', reject);
    socket.once('data', (answer: Buffer) => {
      socket.destroy();
      if (answer.toString().startsWith('+OK')) resolve();
      else reject(new Error(`Redis: ${answer.toString().trim()}`));
    });
  });
}
