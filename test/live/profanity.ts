// profanity in a terminal; its log of stanzas says what it was sent.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface ProfanityPlan {
  readonly c2sPort: number;
  readonly jid: string;
  readonly password: string;
  /** Of its terminal. */
  readonly rows?: number;
}

export interface Profanity extends Terminal {
  /** Waits for a stanza in its log that fits. */
  untilSeen(pattern: RegExp): Promise<void>;
  readonly log: string;
}

/** Resolves when it is signed in. It connects again by itself a second after it lost its connection. */
export async function startProfanity({ c2sPort, jid, password, rows }: ProfanityPlan): Promise<Profanity> {
  await ensurePrograms(['profanity', 'tmux']);
  const folder = privateFolder('profanity');
  const account = { enabled: 'true', jid, server: '127.0.0.1', port: c2sPort, resource: 'profanity', password };
  const settings = Object.entries({ ...account, 'tls.policy': 'disable' }).map(([name, value]) => `${name}=${value}`);
  folder.write('profanity/accounts', `[live]\n${settings.join('\n')}\n`);
  folder.write('profanity/profrc', '[connection]\nreconnect=1\n[ui]\nsplash=false\n');
  const logFile = join(folder.path, 'stanzas.log');
  const read = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const terminal = await openTerminal({
    name: 'profanity',
    command: `exec ${programPath('profanity')} -a live -l DEBUG -f ${logFile}`,
    folder,
    log: () => read().slice(-4_000),
    ...(rows !== undefined && { rows }),
  });
  await terminal.untilShown('that it is signed in', (lines) =>
    lines.some((line) => line.includes('logged in successfully')),
  );
  return {
    ...terminal,
    untilSeen: (pattern) => terminal.until(`sees ${pattern}`, () => pattern.test(read())),
    get log() {
      return read();
    },
  };
}
