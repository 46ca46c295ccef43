// poezio in a terminal; its log says what it was sent.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface PoezioPlan {
  readonly c2sPort: number;
  readonly jid: string;
  readonly password: string;
  /** Of its terminal. */
  readonly rows?: number;
}

export interface Poezio extends Terminal {
  readonly log: string;
}

/** Resolves when it is signed in. */
export async function startPoezio({ c2sPort, jid, password, rows }: PoezioPlan): Promise<Poezio> {
  await ensurePrograms(['poezio', 'tmux']);
  const folder = privateFolder('poezio');
  const settings = {
    jid: `${jid}/poezio`,
    password,
    custom_host: '127.0.0.1',
    custom_port: c2sPort,
    force_encryption: false,
    auto_reconnect: true,
    reconnect_delay: 1,
    hide_exit_join: -1,
    plugins_autoload: '',
    send_chat_states: false,
    use_log: false,
    use_remote_bookmarks: false,
    log_errors: false,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const config = folder.write('poezio.cfg', `[Poezio]\n${lines.join('\n')}\n`);
  const logFile = join(folder.path, 'debug.log');
  const read = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const terminal = await openTerminal({
    name: 'poezio',
    command: `exec ${programPath('poezio')} -f ${config} -d ${logFile}`,
    folder,
    unprivileged: true,
    log: () => read().slice(-4_000),
    ...(rows !== undefined && { rows }),
  });
  await terminal.untilShown('that it is signed in', (screen) =>
    screen.some((line) => line.includes('Authentication success')),
  );
  return {
    ...terminal,
    // What comes in one burst is a paste to it, in which neither a command nor Enter counts.
    async types(line) {
      for (const [part, sofar] of [
        [line.slice(0, 1), line.slice(0, 1)],
        [line.slice(1), line],
      ] as const) {
        await terminal.pastes(part);
        await terminal.untilShown(`the input ${sofar}`, (screen) =>
          screen.some((one) => one.trimEnd().endsWith(`│${sofar}`)),
        );
      }
      await terminal.presses('Enter');
    },
    get log() {
      return read();
    },
  };
}
