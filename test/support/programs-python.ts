// What tests run of PyPI: each brought, pinned, into a Python environment of its own below node_modules.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from './processes.ts';
import { ensurePrograms, MissingPrograms, programPath, takeLock } from './programs.ts';

/** PyPI was not reached, or has something else than what is pinned. */
export class MissingPythonPackage extends Error {
  override readonly name = 'MissingPythonPackage';
}

class PythonEnvironment {
  readonly #title: string;
  readonly #module: string;
  readonly #requirements: string;
  readonly #home: string;

  /** `module` can be imported when it is all there; `test/support/NAME-requirements.txt` has what is brought. */
  constructor(title: string, module: string) {
    const name = title.toLowerCase();
    this.#title = title;
    this.#module = module;
    this.#requirements = fileURLToPath(new URL(`${name}-requirements.txt`, import.meta.url));
    this.#home = fileURLToPath(new URL(`../../node_modules/.cache/${name}`, import.meta.url));
  }

  /**
   * The Python that can import it. The first call on a machine installs it, which may take half a minute.
   * @throws MissingPrograms without a Python that has environments, MissingPythonPackage where PyPI is out of reach.
   */
  async ensure(): Promise<string> {
    const known = process.env[this.#variable];
    if (known !== undefined) throw new MissingPythonPackage(known);
    const stamp = createHash('sha256').update(readFileSync(this.#requirements)).digest('hex');
    if (this.#isInstalled(stamp)) return this.#python;
    await ensurePrograms(['python3']);
    mkdirSync(dirname(this.#home), { recursive: true });
    const release = await takeLock(`${this.#home}.lock`);
    try {
      if (!this.#isInstalled(stamp)) await this.#install(stamp);
    } finally {
      release();
    }
    return this.#python;
  }

  /** @returns why it is not here and can't be brought; undefined when it is here. */
  async whyMissing(): Promise<string | undefined> {
    try {
      await this.ensure();
      return undefined;
    } catch (error) {
      if (error instanceof MissingPrograms || error instanceof MissingPythonPackage) return error.message;
      throw error;
    }
  }

  /** Brings it, or has all processes that are started from here know why it can't be had: only the first of them tries. */
  async tryOnce(): Promise<void> {
    const reason = await this.whyMissing();
    if (reason !== undefined) process.env[this.#variable] = reason;
  }

  get #variable(): string {
    return `TESTS_WITHOUT_${this.#title.toUpperCase()}`;
  }
  get #python(): string {
    return join(this.#home, 'bin/python');
  }
  get #stamp(): string {
    return join(this.#home, 'installed');
  }

  /** The environment's Python is a link to the machine's, which may have gone or been replaced since. */
  #isInstalled(stamp: string): boolean {
    return existsSync(this.#stamp) && readFileSync(this.#stamp, 'utf8') === stamp && existsSync(this.#python);
  }

  async #install(stamp: string): Promise<void> {
    console.error(`Installing ${this.#title} from PyPI into node_modules/.cache ...`);
    rmSync(this.#home, { recursive: true, force: true });
    await this.#run(programPath('python3'), ['-m', 'venv', this.#home]);
    const quick = ['--quiet', '--no-input', '--disable-pip-version-check', '--retries', '2', '--timeout', '20'];
    const exactly = ['--no-deps', '--only-binary', ':all:', '-r', this.#requirements];
    await this.#run(this.#python, ['-m', 'pip', 'install', ...quick, ...exactly]);
    await this.#run(this.#python, ['-c', `import ${this.#module}`]);
    writeFileSync(this.#stamp, stamp);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const child = startProcess({ program, args });
    const { code } = await child.exited;
    if (code !== 0) throw new MissingPythonPackage(this.#sentence(reasonIn(child.logs())));
  }

  #sentence(why: string): string {
    const file = `test/support/${this.#title.toLowerCase()}-requirements.txt`;
    return (
      `${this.#title} can't be had from PyPI (${why}); to see more, in a Python environment of your own: ` +
      `python3 -m pip install --only-binary :all: -r ${file}`
    );
  }
}

/** The first line that names an error says more than the last, which tells of pip itself. */
function reasonIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? 'no reason given').trim().slice(0, 200);
}

/** The Matrix server. */
export const SYNAPSE = new PythonEnvironment('Synapse', 'synapse.app.homeserver');
/** The library that many XMPP clients and bots are written with. */
export const SLIXMPP = new PythonEnvironment('Slixmpp', 'slixmpp');
