// profanity in a pseudo-terminal: what a person types goes in, and its log of stanzas says what it saw.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder, startProcess, until } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';

export interface ProfanityPlan {
  readonly c2sPort: number;
  readonly jid: string;
  readonly password: string;
}

export interface Profanity {
  /** A line as a person types it, with Enter. */
  types(line: string): void;
  /** Waits for a stanza in its log that fits. */
  untilSeen(pattern: RegExp): Promise<void>;
  readonly log: string;
  stop(): Promise<void>;
}

/** Resolves when it is signed in. */
export async function startProfanity({ c2sPort, jid, password }: ProfanityPlan): Promise<Profanity> {
  await ensurePrograms(['profanity', 'script']);
  const folder = privateFolder('profanity');
  const account = { enabled: 'true', jid, server: '127.0.0.1', port: c2sPort, resource: 'profanity', password };
  const lines = Object.entries({ ...account, 'tls.policy': 'disable' }).map(([name, value]) => `${name}=${value}`);
  folder.write('profanity/accounts', `[live]\n${lines.join('\n')}\n`);
  const logFile = join(folder.path, 'stanzas.log');
  const command = `stty rows 30 cols 120; exec ${programPath('profanity')} -a live -l DEBUG -f ${logFile}`;
  const terminal = startProcess({
    program: programPath('script'),
    args: ['--quiet', '--flush', '--return', '--command', command, '/dev/null'],
    env: {
      HOME: folder.path,
      XDG_DATA_HOME: folder.path,
      XDG_CONFIG_HOME: folder.path,
      TERM: 'xterm',
      SHELL: '/bin/sh',
    },
    cwd: folder.path,
    stdin: true,
  });
  const read = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const untilSeen = async (pattern: RegExp): Promise<void> => {
    const seen = (): boolean => {
      if (!terminal.running) throw new Error(`profanity has ended:\n${terminal.logs()}`);
      return pattern.test(read());
    };
    await until(`profanity to see ${pattern}`, seen, { deadlineMs: 20_000 });
  };
  await untilSeen(/jabber:iq:roster/);
  return {
    types: (line) => terminal.input(`${line}\r`),
    untilSeen,
    get log() {
      return read();
    },
    async stop() {
      terminal.input('/quit\r');
      await terminal.stop(2_000);
      folder.remove();
    },
  };
}
