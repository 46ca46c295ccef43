// Counts a part's tests for the runner: what passed, what failed, and what was skipped and why.

import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Writes a `Tally` to the file that TESTS_TALLY names. */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = process.env['TESTS_TALLY'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(tallyOf(modules, unhandled.length)));
  }
}

function tallyOf(modules: readonly TestModule[], unhandled: number): Tally {
  let passed = 0;
  let failed = unhandled;
  const skipped: { name: string; reason: string }[] = [];
  for (const module of modules) {
    let tests = 0;
    for (const test of module.children.allTests()) {
      tests += 1;
      const result = test.result();
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'failed') failed += 1;
      else skipped.push({ name: `${module.relativeModuleId}: ${test.fullName}`, reason: noteOf(result) });
    }
    // A file that can't be loaded, or whose set-up fails, has no failed test to count.
    if (tests === 0 || module.errors().length > 0) failed += module.state() === 'failed' ? 1 : 0;
  }
  return { passed, failed, skipped };
}

const noteOf = (result: object): string => {
  const note = 'note' in result ? result.note : undefined;
  return typeof note === 'string' && note !== '' ? note : 'no reason given';
};
