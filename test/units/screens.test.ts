// The page of all forms shows every picture that was taken, and no other.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pageOf } from '../screens/page.ts';

const FOLDER = fileURLToPath(new URL('../screens/', import.meta.url));
const MOST_BYTES = 60 * 1_024;

test('the page is what is written of it, and its pictures are there and small', () => {
  const page = readFileSync(`${FOLDER}README.md`, 'utf8');
  expect(page).toBe(pageOf(page));
  const shown = [...page.matchAll(/src="([^"]+)"/g)].map(([, name = '']) => name).sort();
  const taken = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'));
  expect(shown).toEqual(taken.sort());
  expect(shown.filter((name) => statSync(`${FOLDER}${name}`).size > MOST_BYTES)).toEqual([]);
});
