// `npm run conformance`: runs the conformance tests, reads which requirements every test of the project names, and prints what is proved,
// claimed and open. `--sabotage` also runs each proof on its spoilt gateways, where it has to fail; `--open` lists what is not proved.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { optionsOf } from '../support/command-line.ts';
import { privateFolder } from '../support/processes.ts';
import { type Ledger, ledgerOf, type NamedTest, tallies } from './ledger.ts';
import { REQUIREMENTS } from './requirements.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const OPTIONS = {
  sabotage: { type: 'boolean', default: false },
  open: { type: 'boolean', default: false },
} as const;
const USAGE = `npm run conformance -- [options]
  --sabotage         takes away what each proof is about, and wants it to fail
  --open             names the requirements that no test proves
  --help             this`;

interface Result {
  readonly title: string;
  readonly passed: boolean;
}

async function main(): Promise<number> {
  const { sabotage, open } = optionsOf((args) => parseArgs({ args: [...args], options: OPTIONS }).values, USAGE);
  const folder = privateFolder('conformance-report');
  const tests = await listTests(`${folder.path}/tests.json`);
  const results = await runProofs(`${folder.path}/results.json`, sabotage);
  folder.remove();
  const failed = results.filter(({ passed }) => !passed).map(({ title }) => title);
  const ledger = ledgerOf(tests, doubted(tests, failed));
  print(ledger);
  if (open) printOpen(ledger);
  for (const { id, test } of ledger.unknown) console.log(`unknown requirement ${id}: ${test.file}: ${test.title}`);
  for (const title of failed) console.log(`failed: ${title}`);
  console.log(
    sabotage
      ? `${results.length} runs, the spoilt ones included`
      : 'Sabotages were not tried (-- --sabotage tries them).',
  );
  return ledger.unknown.length > 0 || failed.length > 0 || results.length === 0 ? 1 : 0;
}

/** Titles of the proofs that failed themselves or whose sabotage went unnoticed. */
function doubted(tests: readonly NamedTest[], failed: readonly string[]): ReadonlySet<string> {
  const names = failed.map((title) => title.replace(/: red under ".*"$/, ''));
  return new Set(
    tests
      .map(({ title }) => title)
      .filter((title) => names.some((name) => title === name || title.startsWith(`${name} [`))),
  );
}

/** Every test of the project, without running any. */
async function listTests(file: string): Promise<readonly NamedTest[]> {
  await vitest(['list', '--no-static-parse', `--json=${file}`], {});
  const listed = JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly name: string; readonly file: string }[];
  return listed.map(({ name, file: path }) => ({ title: name.split(' > ').join(' '), file: path.replace(ROOT, '') }));
}

async function runProofs(file: string, sabotage: boolean): Promise<readonly Result[]> {
  await vitest(
    [
      'run',
      '--project',
      'live',
      'test/conformance',
      '--maxConcurrency=8',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    {
      VIADUCT_SABOTAGE: sabotage ? '1' : undefined,
    },
  );
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly testResults: readonly {
      readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
    }[];
  };
  return report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(({ fullName, status }) => ({ title: fullName, passed: status === 'passed' }));
}

function vitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [`${ROOT}node_modules/vitest/vitest.mjs`, ...args], {
    cwd: ROOT,
    // What it lists and says is not the report.
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

function print(ledger: Ledger): void {
  const rows = tallies(ledger);
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(32) : String(cell).padStart(i === 1 ? 4 : 8))).join('');
  console.log(line(['', '', 'proved', 'claimed', 'open']));
  for (const { section, priority, proved, claimed, open } of rows)
    console.log(line([section, priority, proved, claimed, open]));
  for (const wanted of ['P0', 'P1', 'P2', 'N/A']) {
    const of = rows.filter(({ priority }) => priority === wanted);
    const sum = (key: 'proved' | 'claimed' | 'open'): number => of.reduce((total, row) => total + row[key], 0);
    console.log(line(['all', wanted, sum('proved'), sum('claimed'), sum('open')]));
  }
}

function printOpen({ standing }: Ledger): void {
  for (const { id, priority, wording } of REQUIREMENTS) {
    const now = standing.get(id);
    if (now !== 'proved') console.log(`${now} ${priority} ${id}: ${wording}`);
  }
}

process.exitCode = await main();
