// Variants of one gateway against each other. All of them run at once, each with servers of its own, and take short turns with the same
// messages, forwards and backwards, so that whatever else the machine does comes to each alike; some rounds with new processes, because no two
// processes are equally fast.

import { type Flow, type Outcome, phase, type Scene } from './measure.ts';
import type { Rhythm } from './flight.ts';
import { cpuMicros } from './process-meter.ts';
import { Stage } from './stage.ts';
import type { Subject } from './subject.ts';

export interface Variant {
  readonly name: string;
  readonly subject: Subject;
  /** Called when it is ready. */
  begin?(stage: Stage): Promise<void>;
  /** When its process has ended. */
  end?(): void;
  /** What goes on during its turns besides. */
  around?(turn: () => Promise<Outcome>): Promise<Outcome>;
  /** CPU of all that so far, in microseconds, as it would be in a process with nothing else to do. */
  besideMicros?(): number;
}

export interface Trial {
  readonly scene: Scene;
  /** Added to the title of the scene's flow. */
  readonly pace: string;
  /** Of one turn. */
  readonly rhythm: Rhythm & { readonly count: number };
  /** In a round. */
  readonly turns: number;
}

/** How a study says what it tries; `share` of the messages that each names. */
export const trialOf =
  (share: number) =>
  (scene: Scene, turns: number, { count, ...rhythm }: Rhythm & { readonly count: number }): Trial => ({
    scene,
    pace: rhythm.perSecond === undefined ? 'full speed' : `${rhythm.perSecond} a second`,
    rhythm: { ...rhythm, count: Math.ceil(count * share) },
    turns,
  });

export interface Plan {
  /** New ones for each round. */
  variants(): Promise<readonly Variant[]>;
  readonly trials: readonly Trial[];
  readonly rounds: number;
  readonly caps: string;
  /** What the XMPP server says it is. */
  readonly software: string;
  /** After a round, with its stages in the order of the variants. @throws Wrong where they were not what they should be. */
  check(stages: readonly Stage[]): void;
}

/** By message, by copy where several listen. */
export interface Sample {
  readonly cpuMicros: number;
  /** With what the harness spent, which is XMPP server and IRC server. */
  readonly wholeMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly pings: number;
  /** The most that is not for the messages but for what goes on besides. */
  readonly besideMicros: number;
}

export interface Turn {
  readonly round: number;
  /** In the order of the variants. */
  readonly samples: readonly Sample[];
}

export interface Player {
  readonly variant: Variant;
  readonly stage: Stage;
}

export type Result = readonly [title: string, turns: readonly Turn[]];

/** @returns the table of what was found, and the figures behind it. @throws Wrong by rejection. */
export async function tabled<Found>(
  study: string,
  plan: Plan,
  foundIn: (result: Result) => Found,
  tableOf: (found: readonly Found[], plan: Plan) => string,
): Promise<{ readonly table: string; readonly figures: unknown }> {
  const figures = [...(await compare(study, plan))].map(foundIn);
  return { table: tableOf(figures, plan), figures };
}

/** Title of the trial to its turns. @throws Wrong by rejection. */
export async function compare(study: string, plan: Plan): Promise<ReadonlyMap<string, Turn[]>> {
  const results = new Map<string, Turn[]>();
  for (let round = 1; round <= plan.rounds; round++) {
    console.error(`${study}: round ${round} of ${plan.rounds}`);
    const players: Player[] = [];
    try {
      for (const variant of await plan.variants()) players.push(await enter(plan, variant));
      for (const [title, turns] of await playRound(plan, players)) {
        results.set(title, [...(results.get(title) ?? []), ...turns.map((samples) => ({ round, samples }))]);
      }
      plan.check(players.map(({ stage }) => stage));
    } finally {
      await Promise.all(players.map(({ stage }) => stage.close()));
      for (const { variant } of players) variant.end?.();
    }
  }
  return results;
}

async function enter({ trials, caps, software }: Plan, variant: Variant): Promise<Player> {
  const users = Math.max(...trials.map(({ scene }) => scene.users));
  const stage = await Stage.open(variant.subject, users, caps, software);
  for (const prepare of new Set(trials.map(({ scene }) => scene.prepare))) await prepare(stage);
  for (const scene of new Set(trials.map((trial) => trial.scene))) {
    const flow = scene.flow(stage);
    await phase(stage, flow, 'w', { count: flow.warmUp, window: flow.full.window });
  }
  await variant.begin?.(stage);
  return { variant, stage };
}

async function playRound({ trials }: Plan, players: readonly Player[]): Promise<Map<string, Sample[][]>> {
  const results = new Map<string, Sample[][]>();
  let number = 0;
  for (const trial of trials) {
    const played: Sample[][] = [];
    const flows = players.map(({ stage }) => trial.scene.flow(stage));
    for (let turn = 0; turn < trial.turns; turn++) {
      played.push(await playTurn(trial, players, { flows, tag: `t${number++}s`, backwards: turn % 2 === 1 }));
    }
    results.set(`${flows[0]?.title ?? ''}, ${trial.pace}`, played);
  }
  return results;
}

interface TurnPlan {
  readonly flows: readonly Flow[];
  readonly tag: string;
  readonly backwards: boolean;
}

async function playTurn(
  { rhythm }: Trial,
  players: readonly Player[],
  { flows, tag, backwards }: TurnPlan,
): Promise<Sample[]> {
  const before = players.map(({ stage }) => cpuMicros(stage.process.pid));
  const pings = players.map(({ stage }) => stage.xmpp.pings);
  const outcomes = new Map<number, Outcome & { readonly besideMicros: number }>();
  const order = [...players.keys()];
  for (const index of backwards ? order.toReversed() : order) {
    const player = players[index];
    const flow = flows[index];
    if (player === undefined || flow === undefined) continue;
    const { stage, variant } = player;
    const turn = (): Promise<Outcome> => phase(stage, flow, tag, rhythm);
    const already = variant.besideMicros?.() ?? 0;
    const outcome = await (variant.around ? variant.around(turn) : turn());
    outcomes.set(index, { ...outcome, besideMicros: (variant.besideMicros?.() ?? 0) - already });
  }
  return players.map(({ stage, variant }, index) => {
    const outcome = outcomes.get(index);
    if (outcome === undefined) throw new Error(`${variant.name} had no turn`);
    // At full speed, what it puts off to the others' turns is its own too; at a pace the time between would only dilute it.
    const cpu = rhythm.window === undefined ? outcome.cpuMicros : cpuMicros(stage.process.pid) - (before[index] ?? 0);
    return {
      cpuMicros: cpu / outcome.copies,
      wholeMicros: (cpu + outcome.harnessMicros) / outcome.copies,
      ...outcome.flight.latency(),
      pings: (stage.xmpp.pings - (pings[index] ?? 0)) / outcome.copies,
      besideMicros: outcome.besideMicros / outcome.copies,
    };
  });
}
