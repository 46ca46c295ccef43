// Synapse, the Matrix server that tests run: brought from PyPI, pinned, into a Python environment below node_modules.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from './processes.ts';
import { ensurePrograms, MissingPrograms, programPath, takeLock } from './programs.ts';

const REQUIREMENTS = fileURLToPath(new URL('synapse-requirements.txt', import.meta.url));
const HOME = fileURLToPath(new URL('../../node_modules/.cache/synapse', import.meta.url));
const PYTHON = join(HOME, 'bin/python');
const STAMP = join(HOME, 'installed');
/** Says why it can't be had to the processes of one run: only the first of them tries. */
export const WITHOUT_SYNAPSE = 'TESTS_WITHOUT_SYNAPSE';

/** PyPI was not reached, or has something else than what is pinned. */
export class MissingSynapse extends Error {
  override readonly name = 'MissingSynapse';
}

/**
 * The Python that can run Synapse. The first call on a machine installs it, which takes about half a minute.
 * @throws MissingPrograms without a Python that has environments, MissingSynapse where PyPI is out of reach.
 */
export async function ensureSynapse(): Promise<string> {
  const known = process.env[WITHOUT_SYNAPSE];
  if (known !== undefined) throw new MissingSynapse(known);
  const stamp = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (isInstalled(stamp)) return PYTHON;
  await ensurePrograms(['python3']);
  mkdirSync(dirname(HOME), { recursive: true });
  const release = await takeLock(`${HOME}.lock`);
  try {
    if (!isInstalled(stamp)) await install(stamp);
  } finally {
    release();
  }
  return PYTHON;
}

/** @returns why Synapse is not here and can't be brought; undefined when it is here. */
export async function whySynapseIsMissing(): Promise<string | undefined> {
  try {
    await ensureSynapse();
    return undefined;
  } catch (error) {
    if (error instanceof MissingPrograms || error instanceof MissingSynapse) return error.message;
    throw error;
  }
}

/** The environment's Python is a link to the machine's, which may have gone or been replaced since. */
function isInstalled(stamp: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp && existsSync(PYTHON);
}

async function install(stamp: string): Promise<void> {
  console.log('Installing Synapse from PyPI into node_modules/.cache ...');
  rmSync(HOME, { recursive: true, force: true });
  await run(programPath('python3'), ['-m', 'venv', HOME]);
  const quick = ['--quiet', '--no-input', '--disable-pip-version-check', '--retries', '2', '--timeout', '20'];
  await run(PYTHON, ['-m', 'pip', 'install', ...quick, '--no-deps', '--only-binary', ':all:', '-r', REQUIREMENTS]);
  await run(PYTHON, ['-c', 'import synapse.app.homeserver']);
  writeFileSync(STAMP, stamp);
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = startProcess({ program, args });
  const { code } = await child.exited;
  if (code !== 0) throw new MissingSynapse(sentence(reasonIn(child.logs())));
}

/** The first line that names an error says more than the last, which tells of pip itself. */
function reasonIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? 'no reason given').trim().slice(0, 200);
}

const sentence = (why: string): string =>
  `Synapse can't be had from PyPI (${why}); to see more, in a Python environment of your own: ` +
  'python3 -m pip install --only-binary :all: -r test/support/synapse-requirements.txt';
