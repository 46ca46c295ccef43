// The programs in test say how they are called, and by their exit code whether they were called rightly.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAMS = ['chaos/chaos.ts', 'bench/bench.ts', 'conformance/report.ts', 'demo/demo.ts'] as const;

function run(program: string, ...args: string[]) {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', timeout: 30_000 });
}

test.each(PROGRAMS)('%s prints its usage where it is asked for', (program) => {
  const { status, stdout, stderr } = run(program, '--help');
  expect(stdout).toMatch(/^npm run \w+ -- \[options\]/);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test.each(PROGRAMS)('%s says what it does not know', (program) => {
  const { status, stdout, stderr } = run(program, '--sead', '1');
  expect(stderr).toMatch(/'--sead'[^]*\n\nnpm run \w+ -- \[options\]/);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
