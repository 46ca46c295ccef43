// `viaduct check`: looks over what can go wrong before it does, and says how to mend it.

import type { Terminal } from './cli.ts';
import type { Exit } from './cli-exit.ts';
import { type Finding, lineOf, worst } from './cli-findings.ts';
import { askNetwork } from './cli-networks.ts';
import { probeLink, runningViaduct } from './cli-probe.ts';
import { remedy } from './cli-remedies.ts';
import type { Config, GatewayConfig } from './config.ts';
import { createNetwork, openConfigured, secretsOf } from './gateway.ts';
import { HttpListener } from './http/listener.ts';
import type { Clock, Log } from './model/ports.ts';
import { SystemClock } from './observe/clock.ts';
import { createLog } from './observe/log.ts';
import { checkRedis } from './store/open.ts';
import type { LinkErrorKind } from './xmpp/link-error.ts';

interface Checking {
  readonly config: Config;
  /** Domains that a running Viaduct serves; undefined where none runs. */
  readonly running: ReadonlySet<string> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** @returns the exit of the problem with the lowest code, or `ok`. @throws ConfigError where an adapter refuses its settings. */
export async function check(config: Config, terminal: Terminal): Promise<Exit> {
  const found: Finding[] = [];
  const tell = (findings: readonly Finding[]): void => {
    for (const finding of findings) terminal.out(lineOf(finding));
    found.push(...findings);
  };
  for (const gateway of config.gateways) {
    const { needsPublicUrl, title } = createNetwork(gateway);
    if (needsPublicUrl === true && config.http.public.url === undefined) {
      throw gateway.complaint(undefined, `${title} needs http.public.url: the address at which the world calls it.`);
    }
  }
  tell([{ level: 'ok', about: config.file, text: `${config.gateways.length} gateway(s)` }]);
  const log = createLog({ level: 'error', secrets: config.secrets, destination: process.stderr });
  const there = await runningViaduct(config);
  if (there?.isOurs === false) tell([OTHERS]);
  // One with other settings says nothing about these.
  const running = there?.isOurs === true ? there.domains : undefined;
  const checking: Checking = { config, running, clock: new SystemClock(), log };
  tell(await checkStore(checking));
  tell(await checkListeners(checking));
  for (const gateway of config.gateways) {
    tell([await checkLink(checking, gateway)]);
    tell(await askNetwork(gateway, checking.clock));
  }
  return worst(found);
}

const OTHERS: Finding = {
  level: 'note',
  about: 'http.private.listen',
  text: 'a Viaduct with another store, other gateways or other secrets is running there',
};

async function checkStore({ config, running, log }: Checking): Promise<readonly Finding[]> {
  const about = `store ${nameOf(config.store)}`;
  try {
    const store = await openConfigured(config, { log, readOnly: running !== undefined });
    try {
      await secretsOf(config, store);
      const facts = await checkRedis(store);
      if (running === undefined) await store.ping();
      return [
        {
          level: 'ok',
          about,
          text: running === undefined ? 'can be read and written' : 'can be read; Viaduct is running',
        },
        ...facts.map(({ level, text }): Finding => {
          return level === 'error'
            ? { level: 'problem', about, text, exit: 'unsafeStore' }
            : { level: 'note', about, text };
        }),
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    return [{ level: 'problem', about, text: error instanceof Error ? error.message : String(error), exit: 'store' }];
  }
}

/** Without what may stand before the host: it can hold a password. */
function nameOf(store: Config['store']): string {
  return [store]
    .flat()
    .join(', ')
    .replaceAll(/\/\/[^/@\s]*@/g, '//');
}

async function checkListeners({ config, running, clock, log }: Checking): Promise<readonly Finding[]> {
  const { listen } = config.http.private;
  const about = `listener ${listen.host}:${listen.port}`;
  if (running !== undefined) return [{ level: 'ok', about, text: 'Viaduct is running and answers there' }];
  const listener = new HttpListener({ log, clock });
  try {
    await listener.listen(listen);
    await listener.close();
    return [{ level: 'ok', about, text: 'is free' }];
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return [
      {
        level: 'problem',
        about,
        text: `can't be had: ${why}`,
        remedy: 'http.private.listen says where.',
        exit: 'port',
      },
    ];
  }
}

async function checkLink({ running, clock }: Checking, gateway: GatewayConfig): Promise<Finding> {
  const about = `gateway ${gateway.domain}`;
  // On ejabberd a second link would take stanzas away from the first.
  if (running?.has(gateway.domain)) return { level: 'ok', about, text: 'online in the Viaduct that is running' };
  const error = await probeLink(gateway, clock);
  if (error === undefined) return { level: 'ok', about, text: 'the XMPP server accepts it' };
  return {
    level: 'problem',
    about,
    text: error.message,
    remedy: remedy(error.kind, gateway),
    exit: exitOf(error.kind),
  };
}

function exitOf(kind: LinkErrorKind): Exit {
  return kind === 'dead' || kind === 'shutdown' ? 'unreachable' : kind;
}
