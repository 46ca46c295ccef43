// How each fault is done, and undone.

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../support/json-lines.ts';
import type { OwnedServer } from '../support/servers.ts';
import type { FaultProxy, Manners } from './proxy.ts';
import type { FaultName, PlannedFault } from './schedule.ts';
import type { Stage } from './stage.ts';

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
  'irc-end': (stage, fault) => outage(stage, 'irc', fault, () => ended(stage.irc)),
  'irc-kill': (stage, fault) => outage(stage, 'irc', fault, () => stage.irc.kill()),
  'echo-kill': (stage, fault) => outage(stage, 'echo', fault, () => stage.echo.kill()),
  'echo-refuse': (stage, { forMs }) => manner(stage, { fault: 'refuse', forMs, retryAfterMs: 1_000 }),
  'echo-delay': (stage, { forMs, chance }) => manner(stage, { fault: 'delay', forMs, ms: 200 + 1_500 * chance }),
  'echo-mute': (stage, { forMs }) => manner(stage, { fault: 'mute', forMs }),
  'echo-duplicate': (stage, { forMs }) => manner(stage, { fault: 'duplicate', forMs, share: 0.5, ms: 3_000 }),
  'echo-drop': async ({ echo }) => void (await echo.order('drop').catch(() => undefined)),
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
  'irc-half-open': ({ ircLink }, fault) => halfOpen(ircLink, fault),
  'irc-slow': ({ ircLink }, fault) => mannered(ircLink, fault, { bytesPerSecond: 200 + 800 * fault.chance }),
  'irc-pieces': ({ ircLink }, fault) => mannered(ircLink, fault, { pieceBytes: 1 + Math.floor(16 * fault.chance) }),
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
  what: 'xmpp' | 'irc' | 'echo',
  { forMs }: PlannedFault,
  end: () => Promise<void>,
): Promise<void> {
  const record = { what, at: stage.now(), until: Number.POSITIVE_INFINITY };
  stage.ledger.outages.push(record);
  await end();
  await delay(forMs);
  await stage[what].restart();
  record.until = stage.now();
}

/** In good order, its folder stays. */
async function ended(server: OwnedServer): Promise<void> {
  server.signal('SIGTERM');
  await delay(100);
}

async function manner({ echo }: Stage, order: JsonObject & { readonly forMs: number }): Promise<void> {
  await echo.order('fault', order).catch(() => undefined);
  await delay(order.forMs);
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
