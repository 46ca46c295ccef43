// Sabotages of the fault machine: each still finds its place in the sources, and what comes of it can be loaded.

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { patched, SABOTAGE_NAMES, sabotageOf } from '../chaos/sabotages.ts';

const source = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test.each(SABOTAGE_NAMES)('%s changes what is there', (name) => {
  const { patches } = sabotageOf(name);
  for (const file of new Set(patches.map((patch) => patch.file))) {
    const due = patches.filter((patch) => patch.file === file);
    const changed = due.reduce(patched, source(file));
    expect(changed).not.toBe(source(file));
    expect(stripTypeScriptTypes(changed)).toContain('import');
  }
});

test('a source that has changed is not sabotaged by chance', () => {
  const patch = { file: 'some.ts', find: 'a', replace: 'b' };
  expect(() => patched('x', patch)).toThrow('some.ts has 0 places');
  expect(() => patched('a a', patch)).toThrow('some.ts has 2 places');
  expect(patched('a', patch)).toBe('b');
});
