// What `check` learns of the foreign networks: each adapter's own questions, asked side by side, with an end.

import type { Finding } from './cli-findings.ts';
import type { GatewayConfig } from './config.ts';
import { revealed } from './config-secrets.ts';
import { BridgeError, type ErrorCode } from './model/errors.ts';
import type { Probe } from './model/network.ts';
import type { Clock } from './model/ports.ts';

const ANSWER_MS = 10_000;
/** All others mean that it answers, and does not want us. */
const AWAY: ReadonlySet<ErrorCode> = new Set([
  'network-down',
  'timeout',
  'host-unknown',
  'rate-limited',
  'unreachable',
]);

type Asked = Pick<GatewayConfig, 'domain' | 'adapter' | 'settings'>;

/** One for each question of the gateway's adapter. */
export async function askNetwork(gateway: Asked, clock: Clock): Promise<readonly Finding[]> {
  const probes = gateway.adapter.probes?.(revealed(gateway.settings)) ?? [];
  return await Promise.all(probes.map((probe) => ask(gateway, probe, clock)));
}

async function ask({ domain }: Asked, probe: Probe, clock: Clock): Promise<Finding> {
  const about = `network of ${domain}, ${probe.about}`;
  const abort = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(ANSWER_MS, () => {
    reject(new BridgeError('timeout', `no answer in ${ANSWER_MS / 1_000} s.`));
    abort.abort();
  });
  try {
    return { level: 'ok', about, text: await Promise.race([probe.ask(abort.signal), tooLate]) };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const exit = AWAY.has(error.code) ? 'networkAway' : 'networkRefused';
    return { level: 'problem', about, text: error.message, remedy: probe.remedy, exit };
  } finally {
    cancel();
  }
}
