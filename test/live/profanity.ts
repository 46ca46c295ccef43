// profanity in a terminal: what a person types goes in, what she would read comes out, and its log of stanzas says what it was sent.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { privateFolder, startProcess, until } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';

const DEADLINE_MS = 60_000;
const SIZE = ['-x', '150', '-y', '60'];
const run = promisify(execFile);

export interface ProfanityPlan {
  readonly c2sPort: number;
  readonly jid: string;
  readonly password: string;
}

export interface Profanity {
  /** A line as a person types it, with Enter. */
  types(line: string): Promise<void>;
  /** The lines of the terminal as it is now. */
  screen(): Promise<readonly string[]>;
  untilShown(what: string, isShown: (screen: readonly string[]) => boolean): Promise<void>;
  /** Waits for a stanza in its log that fits. */
  untilSeen(pattern: RegExp): Promise<void>;
  readonly log: string;
  stop(): Promise<void>;
}

/** Resolves when it is signed in. It connects again by itself a second after it lost its connection. */
export async function startProfanity({ c2sPort, jid, password }: ProfanityPlan): Promise<Profanity> {
  await ensurePrograms(['profanity', 'tmux']);
  const folder = privateFolder('profanity');
  const account = { enabled: 'true', jid, server: '127.0.0.1', port: c2sPort, resource: 'profanity', password };
  const settings = Object.entries({ ...account, 'tls.policy': 'disable' }).map(([name, value]) => `${name}=${value}`);
  folder.write('profanity/accounts', `[live]\n${settings.join('\n')}\n`);
  folder.write('profanity/profrc', '[connection]\nreconnect=1\n[ui]\nsplash=false\n');
  const logFile = join(folder.path, 'stanzas.log');
  const socket = ['-S', join(folder.path, 'terminal')];
  const terminal = startProcess({
    program: programPath('tmux'),
    args: [...socket, '-f', '/dev/null', '-D'],
    env: {
      HOME: folder.path,
      XDG_DATA_HOME: folder.path,
      XDG_CONFIG_HOME: folder.path,
      SHELL: '/bin/sh',
      LC_ALL: 'C.UTF-8',
      TMUX: undefined,
    },
    cwd: folder.path,
  });
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await run(programPath('tmux'), [...socket, ...args], { env: { ...process.env, TMUX: undefined } })).stdout;
  const screen = async (): Promise<readonly string[]> => (await tmux('capture-pane', '-p')).split('\n');
  const read = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const wait = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const isSoNow = (): boolean | Promise<boolean> => {
      if (!terminal.running) throw new Error(`profanity has ended:\n${read().slice(-4_000)}`);
      return isSo();
    };
    await until(`profanity: ${what}`, isSoNow, { deadlineMs: DEADLINE_MS, everyMs: 50 });
  };
  const untilSeen = (pattern: RegExp): Promise<void> => wait(`sees ${pattern}`, () => pattern.test(read()));
  const untilShown: Profanity['untilShown'] = (what, isShown) =>
    wait(`shows ${what}`, async () => isShown(await screen()));
  await wait('a terminal', () => existsSync(join(folder.path, 'terminal')));
  const command = `exec ${programPath('profanity')} -a live -l DEBUG -f ${logFile}`;
  await tmux('new-session', '-d', ...SIZE, command);
  await untilShown('that it is signed in', (lines) => lines.some((line) => line.includes('logged in successfully')));
  return {
    async types(line) {
      await tmux('send-keys', '-l', '--', line);
      await tmux('send-keys', 'Enter');
    },
    screen,
    untilShown,
    untilSeen,
    get log() {
      return read();
    },
    async stop() {
      await terminal.stop(2_000);
      folder.remove();
    },
  };
}
