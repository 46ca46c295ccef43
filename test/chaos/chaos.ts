// `npm run chaos` and `npm run soak`: real servers, a gateway between them, people who talk, and one fault after the other; at the end
// everything that was shown is compared with everything that was said. `judge.ts` says what counts as what, `schedule.ts` which faults
// there are.

import { writeFileSync } from 'node:fs';
import { type Options, parseOptions, USAGE } from './options.ts';
import { failures, judge } from './judge.ts';
import { report } from './report.ts';
import { recordFound, recordRun } from './results.ts';
import { type RunResult, run } from './run.ts';
import { sabotageOf } from './sabotages.ts';
import { spoiled } from './spoil.ts';
import { optionsOf } from '../support/command-line.ts';
import { ensurePrograms } from '../support/programs.ts';
import { SYNAPSE } from '../support/programs-python.ts';

interface Setting {
  readonly seed: number;
  readonly server: Options['servers'][number];
  readonly store: Options['stores'][number];
}

process.exitCode = await main(await possible(optionsOf(parseOptions, USAGE)));

async function main(options: Options): Promise<number> {
  const deadline = performance.now() + options.minutes * 60_000;
  let isBad = false;
  for (const setting of settings(options)) {
    if (options.soak && performance.now() > deadline) break;
    isBad = (await one(setting, options)) || isBad;
  }
  return isBad ? 1 : 0;
}

/** Brings the servers; a network whose server can't be had is left out, and named. @throws MissingPrograms for any other. */
async function possible(options: Options): Promise<Options> {
  const { servers, stores, networks } = options;
  const redis = stores.includes('redis') ? (['redis-server'] as const) : [];
  await ensurePrograms([...servers, ...redis, ...(networks.includes('irc') ? (['ngircd'] as const) : [])]);
  const why = networks.includes('matrix') ? await SYNAPSE.whyMissing() : undefined;
  if (why === undefined) return options;
  console.log(`matrix is skipped: ${why}`);
  return { ...options, networks: networks.filter((network) => network !== 'matrix') };
}

/** @returns whether it was bad. */
async function one(setting: Setting, options: Options): Promise<boolean> {
  const name = `seed ${setting.seed}, ${setting.server}, ${setting.store} store, ${options.networks.join(' and ')}`;
  console.log(`=== ${name}, ${options.faults} faults`);
  const result = await run({
    ...options,
    ...setting,
    say: (line) => {
      if (options.verbose) console.log(line);
    },
  });
  return judged(result, setting, options);
}

function judged(result: RunResult, setting: Setting, options: Options): boolean {
  const { ledger, verdict, gatewayLogs, tookMs } = result;
  const { spoil, sabotage, verbose, record, dump } = options;
  if (dump !== undefined) writeFileSync(dump, JSON.stringify({ ...ledger, findings: verdict.findings, gatewayLogs }));
  const key = { ...setting, networks: options.networks };
  console.log(`${report(ledger, verdict)}\ntook ${Math.round(tookMs / 1_000)} s`);
  const bad = failures(verdict);
  if (spoil !== undefined) {
    const found = failures(judge(spoiled(ledger, spoil))).filter((line) => !bad.includes(line));
    if (record) recordFound(`observation: ${spoil}`, key, ledger.injected.length, found);
    console.log(found.length > 0 ? `the ${spoil} was found: ${found.join('; ')}` : `the ${spoil} was NOT found`);
    return found.length === 0;
  }
  if (sabotage !== undefined) {
    const found = bad.some((line) => sabotageOf(sabotage).foundAs.test(line));
    if (record) recordFound(sabotage, key, ledger.injected.length, found ? bad : []);
    console.log(found ? `${sabotage} was found: ${bad.join('; ')}` : `${sabotage} was NOT found`);
    return !found;
  }
  if (record) recordRun(key, ledger, verdict, bad.length === 0);
  for (const line of bad) console.log(`BAD: ${line}`);
  if (bad.length > 0 && verbose) console.log(gatewayLogs);
  return bad.length > 0;
}

/** Soaking goes on with the next seeds until its time is over. */
function* settings({ seed, servers, stores, soak }: Options): Generator<Setting> {
  for (let round = 0; round === 0 || soak; round++) {
    for (const server of servers) for (const store of stores) yield { seed: seed + round, server, store };
  }
}
