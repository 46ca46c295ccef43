// `npm run bench`: drives a running gateway from outside, checks every message at the far end, and prints speed, CPU and memory, beside
// those of Debian's biboumi where it is installed. A run with one wrong or missing message has no figures.

import { availableParallelism, loadavg, release } from 'node:os';
import { biboumi } from './biboumi.ts';
import { type Figures, medians, ratios, type Row, tables } from './figures.ts';
import { measureArchive } from './measure-archive.ts';
import { measureIdle } from './measure-idle.ts';
import { measureIn } from './measure-in.ts';
import { measureJoin } from './measure-join.ts';
import { measureOut } from './measure-out.ts';
import { measurePrivate } from './measure-private.ts';
import { measureCheckpoints } from './measure-checkpoints.ts';
import { measureDurability } from './measure-durability.ts';
import { measureMatrix } from './measure-matrix.ts';
import { measurePresence } from './measure-presence.ts';
import { measureRooms } from './measure-rooms.ts';
import type { Measure } from './measure.ts';
import { STUDIES, type Options, parseOptions, type Scale, USAGE } from './options.ts';
import { Stage } from './stage.ts';
import type { Subject } from './subject.ts';
import { SYNAPSE } from '../support/programs-python.ts';
import { optionsOf } from '../support/command-line.ts';
import { viaduct } from './viaduct.ts';
import { Wrong } from './wrong.ts';

const SUBJECTS: readonly Subject[] = [biboumi, viaduct];
/** Measures of one process; memory wants a fresh one. */
const PROCESSES: readonly (readonly Measure[])[] = [
  [measureIdle],
  [measureOut, measurePrivate, measureIn, measureJoin],
];

async function main(options: Options): Promise<number> {
  const results = new Map<string, Figures>();
  const studies = new Map<string, Study>();
  const skipped = new Map<string, string>();
  let failed = false;
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      console.error(`${name}: FAILED, so it has no figures: ${error.message}`);
      failed = true;
    }
  };
  if (PROCESSES.flat().some(({ key }) => options.measures.includes(key))) {
    for (const subject of SUBJECTS) {
      if (!options.only.includes(subject.name)) continue;
      const missing = subject.unavailable();
      if (missing) console.error(`${subject.name}: ${missing}`);
      else
        await attempt(subject.name, async () => void results.set(subject.name, await measureSubject(subject, options)));
    }
  }
  for (const name of STUDIES) {
    if (!options.measures.includes(name) || !options.only.includes('viaduct')) continue;
    const missing = await LACKING[name]?.();
    if (missing !== undefined) skipped.set(name, missing);
    else await attempt(name, async () => void studies.set(name, await runStudy(name, options)));
  }
  print({ results, studies, skipped }, options);
  return failed || results.size + studies.size === 0 ? 1 : 0;
}

interface All {
  readonly results: ReadonlyMap<string, Figures>;
  readonly studies: ReadonlyMap<string, Study>;
  /** And why. */
  readonly skipped: ReadonlyMap<string, string>;
}

interface Study {
  readonly table: string;
  readonly figures: unknown;
}
const RUN: Readonly<Record<(typeof STUDIES)[number], (scale: Scale) => Promise<Study>>> = {
  archive: measureArchive,
  checkpoints: measureCheckpoints,
  durability: measureDurability,
  matrix: measureMatrix,
  rooms: measureRooms,
  presence: measurePresence,
};
/** Why a study can't be run here. */
const LACKING: Partial<Readonly<Record<(typeof STUDIES)[number], () => Promise<string | undefined>>>> = {
  matrix: () => SYNAPSE.whyMissing(),
};
/** With new processes each, times `--repeat`. */
const ROUNDS = 3;

async function runStudy(name: (typeof STUDIES)[number], options: Options): Promise<Study> {
  const start = performance.now();
  const study = await RUN[name]({
    share: options.scale,
    rounds: ROUNDS * options.repeat,
    caps: options.caps,
  });
  console.error(`viaduct: ${name} took ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return study;
}

async function measureSubject(subject: Subject, options: Options): Promise<Figures> {
  const runs: Figures[] = [];
  for (let run = 1; run <= options.repeat; run++) {
    console.error(`${subject.name}: run ${run} of ${options.repeat}`);
    const rows = new Map<string, Row>();
    for (const measures of PROCESSES) {
      const wanted = measures.filter(({ key }) => options.measures.includes(key));
      if (wanted.length === 0) continue;
      for (const [title, row] of await measureProcess(subject, wanted, options)) rows.set(title, row);
    }
    runs.push(rows);
  }
  return medians(runs);
}

async function measureProcess(subject: Subject, measures: readonly Measure[], options: Options): Promise<Figures> {
  const stage = await Stage.open(subject, Math.max(...measures.map(({ users }) => users)), options.caps);
  try {
    const rows = new Map<string, Row>();
    for (const measure of measures) {
      const start = performance.now();
      for (const [title, row] of await measure.run(stage, options.scale)) rows.set(title, row);
      console.error(`${subject.name}: ${measure.key} took ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
    return rows;
  } finally {
    await stage.close();
  }
}

function print({ results, studies, skipped }: All, options: Options): void {
  const ours = results.get('viaduct');
  const other = results.get('biboumi');
  const ratio = ours && other ? ratios(ours, other) : undefined;
  if (options.json) {
    const plain = (figures: Figures | undefined): unknown => figures && Object.fromEntries(figures);
    const compared = Object.fromEntries([...studies].map(([name, { figures }]) => [name, figures]));
    const all = {
      viaduct: plain(ours),
      biboumi: plain(other),
      ratio: plain(ratio),
      ...compared,
      skipped: Object.fromEntries(skipped),
    };
    console.log(JSON.stringify(all, undefined, 2));
    return;
  }
  console.log(
    `Node ${process.version}, Linux ${release()}, ${options.repeat} run(s), IRC capabilities: ${options.caps}, ` +
      `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(2)}`,
  );
  if (results.size > 0) {
    console.log(
      'Full speed first, then at a moderate pace; CPU is that of the gateway, by message, by copy where several listen.',
    );
  }
  for (const [name, figures] of results) console.log(tables(name, figures));
  if (ratio) console.log(tables('viaduct to biboumi (more is better for "per second", less for all else)', ratio, 'x'));
  for (const { table } of studies.values()) console.log(table);
  for (const [name, missing] of skipped) console.log(`${name}: skipped: ${missing}`);
}

// What a failed part has left open ends with us.
process.exit(await main(optionsOf(parseOptions, USAGE)));
