// Gajim on a screen that nobody sees.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type OwnedProcess, type PrivateFolder, privateFolder, startProcess, until } from '../support/processes.ts';
import { ensurePrograms, programPath } from '../support/servers.ts';

const DRIVER = fileURLToPath(new URL('gajim-driver.py', import.meta.url));
const DEADLINE_MS = 60_000;

export interface GajimPlan {
  readonly jid: string;
  readonly password: string;
  readonly c2sPort: number;
  readonly language: 'en' | 'de';
}

interface Answer {
  readonly done?: number;
  readonly result?: unknown;
  readonly error?: string;
}

export class Gajim {
  readonly folder: PrivateFolder;
  readonly #servers: readonly OwnedProcess[];
  readonly #process: OwnedProcess;
  #orders = 0;

  /** Resolves when it is signed in. */
  static async start(plan: GajimPlan): Promise<Gajim> {
    await ensurePrograms(['gajim', 'dbus-daemon', 'xvfb', 'localedef', 'locales']);
    const screen = startProcess({
      program: programPath('xvfb'),
      args: ['-displayfd', '1', '-screen', '0', '1400x2200x24', '-nolisten', 'tcp'],
    });
    const display = (await screen.untilLog(/^(\d+)\n/m))[1];
    const bus = startProcess({
      program: programPath('dbus-daemon'),
      args: ['--session', '--nofork', '--nopidfile', '--print-address'],
      unprivileged: true,
    });
    const address = (await bus.untilLog(/^unix:\S+/m))[0];
    const gajim = new Gajim(plan, [bus, screen], { DISPLAY: `:${display}`, DBUS_SESSION_BUS_ADDRESS: address });
    await gajim.does('online').catch(async (error: unknown) => {
      await gajim.stop();
      throw error;
    });
    return gajim;
  }

  private constructor(
    { jid, password, c2sPort, language }: GajimPlan,
    servers: readonly OwnedProcess[],
    env: Readonly<Record<string, string>>,
  ) {
    this.#servers = servers;
    this.folder = privateFolder('gajim');
    const settings = this.folder.folder('settings');
    const locale = language === 'de' ? germanIn(this.folder) : { LC_ALL: 'C.UTF-8' };
    this.#process = startProcess({
      program: '/usr/bin/python3',
      args: [DRIVER, settings, jid, password, String(c2sPort)],
      env: {
        HOME: this.folder.path,
        XDG_RUNTIME_DIR: this.folder.folder('run'),
        ...env,
        ...locale,
        GTK_CSD: '0',
        GTK_THEME: 'Adwaita',
        NO_AT_BRIDGE: '1',
      },
      cwd: this.folder.path,
      unprivileged: true,
      stdin: true,
    });
  }

  /** One of the driver's orders. @returns its result. @throws Error when it can't be done in time. */
  async does(order: string, more: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#orders += 1;
    const n = this.#orders;
    this.#process.input(`${JSON.stringify({ do: order, ...more, n })}\n`);
    const what = `${order} ${JSON.stringify(more)}`;
    await until(`Gajim: ${what}`, () => this.#answerTo(n) !== undefined, { deadlineMs: DEADLINE_MS });
    const { result, error } = this.#answerTo(n) ?? {};
    if (error !== undefined) throw new Error(`Gajim: ${what}: ${error}\n${this.#process.logs().slice(-3_000)}`);
    return result;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    for (const server of this.#servers) await server.stop();
    this.folder.remove();
  }

  #answerTo(n: number): Answer | undefined {
    if (!this.#process.running) throw new Error(`Gajim has ended:\n${this.#process.logs().slice(-3_000)}`);
    const lines = this.#process.logs().split('\n');
    const answers = lines.filter((line) => line.startsWith('{"done"')).map((line) => JSON.parse(line) as Answer);
    return answers.find(({ done }) => done === n);
  }
}

/** Programs speak German where the C library knows it. */
function germanIn(folder: PrivateFolder): Readonly<Record<string, string>> {
  const locales = folder.folder('locales');
  const name = 'de_DE.UTF-8';
  execFileSync(programPath('localedef'), ['-i', 'de_DE', '-f', 'UTF-8', `${locales}/${name}`], { stdio: 'ignore' });
  return { LOCPATH: locales, LC_ALL: name };
}
