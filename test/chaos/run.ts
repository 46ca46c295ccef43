// One run: everybody gathers and talks, faults come, everything is made good again, everybody has to be back, and the ledger is judged.

import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkRecord } from '../support/echo-server-records.ts';
import { collected } from './collect.ts';
import { Crowd, USERS } from './crowd.ts';
import { inject } from './faults.ts';
import { failures, judge, type Verdict } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { SabotageName } from './sabotages.ts';
import { faultKind, type PlannedFault, schedule, type Target } from './schedule.ts';
import { Stage } from './stage.ts';

export interface RunPlan {
  readonly seed: number;
  readonly faults: number;
  readonly networks: readonly ('echo' | 'irc')[];
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

export async function run(plan: RunPlan): Promise<RunResult> {
  const began = performance.now();
  const planned = schedule({ ...plan, count: plan.faults });
  const stage = await Stage.open({ ...plan, users: USERS });
  const crowd = new Crowd(stage, plan.networks);
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
    const ledger = ledgerOf(stage);
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
    const owed = failures(judge(ledgerOf(stage))).filter((line) => line.endsWith(' lost'));
    return [...missing, ...owed];
  };
  const rest = await within(patienceMs, isGood);
  const mute = await crowd.lastRound();
  await within(LAST_ROUND_MS, isGood);
  const missing = [...(await crowd.missing()), ...mute];
  if (stage.gateway.faults > 0) missing.push(`the gateway ended by itself ${stage.gateway.faults} times`);
  return missing.length > 0 ? missing : rest.filter((line) => !line.endsWith(' lost'));
}

async function within(ms: number, ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const deadline = performance.now() + ms;
  for (;;) {
    const lines = await ask();
    if (lines.length === 0 || performance.now() > deadline) return lines;
    await delay(LOOK_MS);
  }
}

function ledgerOf(stage: Stage): Ledger {
  const journal: readonly NetworkRecord[] = stage.echo.journal();
  const sinceBegin = (date: number): number => stage.sinceBegin(date);
  return collected({ noted: stage.ledger, journal, users: USERS, sinceBegin });
}
