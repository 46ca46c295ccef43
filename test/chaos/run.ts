// One run: everybody gathers and talks, faults come, everything is made good again, everybody has to be back, and the ledger is judged.

import { setTimeout as delay } from 'node:timers/promises';
import { Crowd } from './crowd.ts';
import { inject } from './faults.ts';
import { failures, judge, type Verdict } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { SabotageName } from './sabotages.ts';
import { FAULT_NAMES, faultKind, type PlannedFault, schedule, type Target } from './schedule.ts';
import { Stage } from './stage.ts';
import type { NetworkName } from './tokens.ts';

export interface RunPlan {
  readonly seed: number;
  readonly faults: number;
  readonly networks: readonly NetworkName[];
  readonly server: 'prosody' | 'ejabberd';
  readonly store: 'embedded' | 'redis';
  readonly soak: boolean;
  readonly only: readonly string[];
  readonly rate: number;
  /** How long everything may take to be as it was, once nothing is wrong any more. */
  readonly patienceMs: number;
  readonly sabotage: SabotageName | undefined;
  readonly trace: string | undefined;
  /** Told as it goes. */
  say(line: string): void;
}

export interface RunResult {
  readonly ledger: Ledger;
  readonly verdict: Verdict;
  readonly gatewayLogs: string;
  readonly tookMs: number;
}

const LAST_ROUND_MS = 20_000;
const LOOK_MS = 1_000;
const STARVING: ReadonlySet<string> = new Set(
  FAULT_NAMES.filter((name) => ['store', 'limits'].includes(faultKind(name).target)),
);

export async function run(plan: RunPlan): Promise<RunResult> {
  const began = performance.now();
  const planned = schedule({ ...plan, count: plan.faults });
  const stage = await Stage.open(plan);
  const crowd = new Crowd(stage);
  try {
    stage.gateway.start();
    await stage.gateway.ready();
    await crowd.gather();
    crowd.talk(plan.rate);
    await injectAll(stage, planned, (line) => plan.say(line));
    await delay(2_000);
    crowd.hush();
    plan.say('no more faults; waiting for everybody and everything');
    const missing = await settled(stage, crowd, plan.patienceMs);
    const ledger = await ledgerOf(stage);
    ledger.missing.push(...missing);
    const verdict = judge(ledger);
    return { ledger, verdict, gatewayLogs: stage.gateway.logs(), tookMs: performance.now() - began };
  } finally {
    crowd.stop();
    await stage.close();
  }
}

/** One after the other by their gaps; those of one target wait for each other. */
async function injectAll(stage: Stage, planned: readonly PlannedFault[], tell: (line: string) => void): Promise<void> {
  const busy = new Map<Target, Promise<void>>();
  for (const fault of planned) {
    await delay(fault.gapMs);
    const { target } = faultKind(fault.name);
    const before = busy.get(target) ?? Promise.resolve();
    const done = before.then(() => {
      tell(`${(stage.now() / 1_000).toFixed(1)} s: ${fault.name} for ${(fault.forMs / 1_000).toFixed(1)} s`);
      return inject(stage, fault);
    });
    busy.set(target, done);
    // A schedule is not to fall behind because one target is popular.
    await before;
  }
  await Promise.all(busy.values());
}

/** Waits until nothing is owed and everybody is back, and lets them speak once more. @returns what is still missing. */
async function settled(stage: Stage, crowd: Crowd, patienceMs: number): Promise<readonly string[]> {
  const isGood = async (): Promise<readonly string[]> => {
    const missing = await crowd.missing();
    const owed = failures(judge(await ledgerOf(stage))).filter((line) => line.endsWith(' lost'));
    return [...missing, ...owed];
  };
  const rest = await within(patienceMs, isGood);
  const mute = await crowd.lastRound();
  await within(LAST_ROUND_MS, isGood);
  const missing = [...(await crowd.missing()), ...mute];
  const ends = stage.gateway.faults.filter((at) => !isStarved(stage.ledger, at)).length;
  if (ends > 0) missing.push(`the gateway ended by itself ${ends} times`);
  return missing.length > 0 ? missing : rest.filter((line) => !line.endsWith(' lost'));
}

/** Without its store or without descriptors it does not begin, and says so; who watches over it starts it again. */
function isStarved({ injected }: Ledger, at: number): boolean {
  return injected.some((fault) => STARVING.has(fault.name) && fault.at <= at && at <= fault.until);
}

async function within(ms: number, ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const deadline = performance.now() + ms;
  for (;;) {
    const lines = await ask();
    if (lines.length === 0 || performance.now() > deadline) return lines;
    await delay(LOOK_MS);
  }
}

/** What was noted as it happened, and what the networks' own sides add to it. */
async function ledgerOf({ ledger, realms }: Stage): Promise<Ledger> {
  const observed = await Promise.all(realms.map((realm) => realm.observed()));
  const spoken = [...ledger.spoken, ...observed.flatMap((one) => one.spoken)];
  const shown = [...ledger.shown, ...observed.flatMap((one) => one.shown)];
  return { ...ledger, spoken, shown };
}
