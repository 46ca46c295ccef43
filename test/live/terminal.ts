// A program in a terminal of its own: what a person types goes in, what she would read comes out.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PrivateFolder, startProcess, until } from '../support/processes.ts';
import { programPath } from '../support/servers.ts';

const DEADLINE_MS = 30_000;
const run = promisify(execFile);

export interface TerminalPlan {
  /** For reports. */
  readonly name: string;
  /** The shell runs it. */
  readonly command: string;
  /** Its home; `stop` removes it. */
  readonly folder: PrivateFolder;
  /** Default: 60. */
  readonly rows?: number;
  /** Not as root, where we are root. */
  readonly unprivileged?: boolean;
  /** What the report of its sudden end tells. */
  log(): string;
}

export interface Terminal {
  /** A line as a person types it, with Enter. */
  types(line: string): Promise<void>;
  /** All at once, without Enter. */
  pastes(text: string): Promise<void>;
  /** Keys by tmux's names for them. */
  presses(...keys: readonly string[]): Promise<void>;
  /** The lines of the terminal as it is now. */
  screen(): Promise<readonly string[]>;
  /** @throws Error in time, or when the program has ended. */
  until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
  untilShown(what: string, isShown: (screen: readonly string[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the program has been started. */
export async function openTerminal({ folder, ...plan }: TerminalPlan): Promise<Terminal> {
  const place = join(folder.path, 'terminal');
  const socket = ['-S', place];
  const server = startProcess({
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
    ...(plan.unprivileged && { unprivileged: true }),
  });
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await run(programPath('tmux'), [...socket, ...args], { env: { ...process.env, TMUX: undefined } })).stdout;
  const screen = async (): Promise<readonly string[]> => (await tmux('capture-pane', '-p')).split('\n');
  const wait: Terminal['until'] = async (what, isSo) => {
    const isSoNow = (): boolean | Promise<boolean> => {
      if (!server.running) throw new Error(`${plan.name} has ended:\n${plan.log()}`);
      return isSo();
    };
    await until(`${plan.name}: ${what}`, isSoNow, { deadlineMs: DEADLINE_MS, everyMs: 50 });
  };
  await wait('a terminal', () => existsSync(place));
  await tmux('new-session', '-d', '-x', '200', '-y', String(plan.rows ?? 60), plan.command);
  const pastes = async (text: string): Promise<void> => {
    await tmux('send-keys', '-l', '--', text);
  };
  return {
    async types(line) {
      await pastes(line);
      await tmux('send-keys', 'Enter');
    },
    pastes,
    async presses(...keys) {
      await tmux('send-keys', ...keys);
    },
    screen,
    until: wait,
    untilShown: (what, isShown) => wait(`shows ${what}`, async () => isShown(await screen())),
    async stop() {
      await server.stop(2_000);
      folder.remove();
    },
  };
}
