// What keeping what is said in rooms costs those who speak and listen: the gateway as it is against itself where the operator wants no archive.

import { readdirSync, statSync } from 'node:fs';
import { type Plan, type Result, tabled, trialOf, type Variant } from './compare.ts';
import { type Compared, comparedBy, comparedTable, ratioText } from './compared.ts';
import { format } from './figures.ts';
import { singleScene, tenScene } from './measure-in.ts';
import { outScene } from './measure-out.ts';
import type { Scale } from './options.ts';
import type { Stage } from './stage.ts';
import { viaduct, viaductWith } from './viaduct.ts';
import { Wrong } from './wrong.ts';

/** Accounts, joins and empty tables. */
const MOST_WITHOUT = 1024 * 1024;

const VARIANTS: readonly Variant[] = [
  { name: 'without', subject: viaductWith('viaduct without archive', { irc: '    archive: { days: 0 }\n' }) },
  { name: 'with', subject: viaduct },
];

/** @returns its table, and the figures behind it. @throws Wrong by rejection. */
export function measureArchive(scale: Scale): Promise<{ readonly table: string; readonly figures: unknown }> {
  return tabled('archive', planOf(scale), foundIn, tableOf);
}

function planOf({ share, rounds, caps }: Scale): Plan {
  const trial = trialOf(share);
  return {
    variants: () => Promise.resolve(VARIANTS),
    trials: [
      trial(singleScene, 8, { count: 12_000, window: 1_000 }),
      trial(tenScene, 8, { count: 3_000, window: 200 }),
      trial(outScene, 8, { count: 8_000, window: 1_000 }),
      trial(singleScene, 4, { count: 250, perSecond: 500 }),
    ],
    rounds,
    caps,
    software: 'Prosody',
    check(stages) {
      const [without = 0, withIt = 0] = stages.map(storedBytes);
      if (withIt > MOST_WITHOUT && without < MOST_WITHOUT) return;
      throw new Wrong(`${without} bytes were stored without an archive and ${withIt} with it`);
    },
  };
}

function storedBytes({ folder }: Stage): number {
  const files = readdirSync(folder).filter((name) => name.startsWith('viaduct.db'));
  return files.reduce((sum, name) => sum + statSync(`${folder}/${name}`).size, 0);
}

const foundIn = (result: Result): Compared => comparedBy('cpuMicros', result, { name: 'with', index: 1 });

function tableOf(found: readonly Compared[], { rounds }: Plan): string {
  const title =
    `Viaduct with its archive of rooms to without, all threads, by copy of a message; turns in pairs, ` +
    `${rounds} pairs of processes.`;
  const columns = ['', 'pairs', 'with: CPU us', 'without', 'ratio', 'half of the pairs', 'processes'];
  const rows = found.map((one) => [
    one.title,
    String(one.pairs),
    format(one.value),
    format(one.base),
    ...ratioText(one),
  ]);
  return comparedTable(title, columns, rows);
}
