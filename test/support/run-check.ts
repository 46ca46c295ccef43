// `npm run check`: types, lint, format, unused code and dependencies, texts and what is generated, architecture. All of them run, whichever fails.

import { spawn } from 'node:child_process';

const ROOT = new URL('../..', import.meta.url).pathname;
const BUDGET_MS = 180_000;

/** Each is a program under node_modules. */
const PARTS: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ['types', 'typescript/bin/tsc', '-p', '.'],
  ['lint', 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'src', 'adapters', 'test'],
  ['format', '@biomejs/biome/bin/biome', 'format'],
  ['unused', 'knip/bin/knip.js', '--no-progress'],
  [
    'texts',
    'vitest/vitest.mjs',
    'run',
    '--project',
    'units',
    '--reporter',
    'dot',
    'test/units/languages.test.ts',
    'test/units/documents.test.ts',
  ],
  ['architecture', 'vitest/vitest.mjs', 'run', '--project', 'units', '--reporter', 'dot', 'test/architecture.test.ts'],
];

function run(program: string, args: readonly string[]): Promise<{ readonly passed: boolean; readonly output: string }> {
  const child = spawn(process.execPath, [`${ROOT}node_modules/${program}`, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ passed: code === 0, output })));
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const from = performance.now();
const failed: string[] = [];
for (const [name, program, ...args] of PARTS) {
  const began = performance.now();
  const { passed, output } = await run(program, args);
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(13)} ${seconds(performance.now() - began)}`);
  if (passed) continue;
  failed.push(name);
  console.log(output.trimEnd());
}
const tookMs = performance.now() - from;
if (tookMs > BUDGET_MS) failed.push(`over its budget of ${seconds(BUDGET_MS)}`);
console.log(
  failed.length === 0
    ? `check passed in ${seconds(tookMs)}`
    : `check FAILED in ${seconds(tookMs)}: ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
