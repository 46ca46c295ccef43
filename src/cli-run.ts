// `viaduct run`: serves until it is told to stop, and ends within five seconds then.

import { CliError } from './cli-exit.ts';
import type { Config } from './config.ts';
import { Viaduct } from './gateway.ts';
import type { Log } from './model/ports.ts';
import { SystemClock } from './observe/clock.ts';
import { newIncidentId } from './observe/incident.ts';
import { createLog } from './observe/log.ts';

const STOP_WITHIN_MS = 4_500;

/** Resolves when it was asked to stop and has stopped. @throws ConfigError, CliError by rejection. */
export async function run(config: Config, version: string): Promise<void> {
  const log: Log = createLog({ level: config.logLevel, secrets: config.secrets });
  const clock = new SystemClock();
  log.info('starting', { version, config: config.file, gateways: config.gateways.map(({ domain }) => domain) });
  const end = whenToEnd(log);
  const starting = Viaduct.start(config, { log, clock, version });
  const first = await Promise.race([starting, end]);
  // Asked to stop before it was up: it has no users yet who would want a goodbye.
  if (!(first instanceof Viaduct)) return finish(first);
  const why = await end;
  log.info('stopping', { why });
  const { promise: tooLate, resolve } = Promise.withResolvers<'too late'>();
  const callOff = clock.after(STOP_WITHIN_MS, () => resolve('too late'));
  const outcome = await Promise.race([first.stop(), tooLate]);
  callOff();
  if (outcome === 'too late') log.warn('stopped before everything was done', { withinMs: STOP_WITHIN_MS });
  else log.info('stopped');
  finish(why);
}

type End = NodeJS.Signals | 'fault';

function finish(why: End): void {
  if (why === 'fault') throw new CliError('internal', 'ended because of a fault in Viaduct itself; see the log');
}

/** A signal, or an exception that nobody caught: after that nothing can be relied on, and a supervisor starts it anew. */
function whenToEnd(log: Log): Promise<End> {
  const { promise, resolve } = Promise.withResolvers<End>();
  process.on('SIGTERM', resolve).on('SIGINT', resolve);
  // Nobody waited for it, so nobody's state depends on it.
  process.on('unhandledRejection', (error) =>
    log.error('a rejection nobody handled', { incident: newIncidentId(), error }),
  );
  process.on('uncaughtException', (error) => {
    log.error('an exception nobody caught', { incident: newIncidentId(), error });
    resolve('fault');
  });
  return promise;
}
