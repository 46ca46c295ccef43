// `npm run bench`: drives a running gateway from outside, checks every message at the far end, and prints speed, CPU and memory, beside
// those of Debian's biboumi where it is installed. A run with one wrong or missing message has no figures.

import { release } from 'node:os';
import { biboumi } from './biboumi.ts';
import { type Figures, medians, ratios, type Row, tables } from './figures.ts';
import { measureIdle } from './measure-idle.ts';
import { measureIn } from './measure-in.ts';
import { measureJoin } from './measure-join.ts';
import { measureOut } from './measure-out.ts';
import { measurePrivate } from './measure-private.ts';
import type { Measure } from './measure.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { Stage } from './stage.ts';
import type { Subject } from './subject.ts';
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
  let failed = false;
  for (const subject of SUBJECTS) {
    if (!options.only.includes(subject.name)) continue;
    const missing = subject.unavailable();
    if (missing) {
      console.error(`${subject.name}: ${missing}`);
      continue;
    }
    try {
      results.set(subject.name, await measureSubject(subject, options));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      console.error(`${subject.name}: FAILED, so it has no figures: ${error.message}`);
      failed = true;
    }
  }
  print(results, options);
  return failed || results.size === 0 ? 1 : 0;
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

function print(results: ReadonlyMap<string, Figures>, options: Options): void {
  const ours = results.get('viaduct');
  const other = results.get('biboumi');
  const ratio = ours && other ? ratios(ours, other) : undefined;
  if (options.json) {
    const plain = (figures: Figures | undefined): unknown => figures && Object.fromEntries(figures);
    console.log(JSON.stringify({ viaduct: plain(ours), biboumi: plain(other), ratio: plain(ratio) }, undefined, 2));
    return;
  }
  console.log(
    `Node ${process.version}, Linux ${release()}, ${options.repeat} run(s), IRC capabilities: ${options.caps}`,
  );
  console.log(
    'Full speed first, then at a moderate pace; CPU is that of the gateway, by message, by copy where several listen.',
  );
  for (const [name, figures] of results) console.log(tables(name, figures));
  if (ratio) console.log(tables('viaduct to biboumi (more is better for "per second", less for all else)', ratio, 'x'));
}

process.exitCode = await main(readOptions());

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}
