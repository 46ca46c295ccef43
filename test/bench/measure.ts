// A measure drives a stage and gives rows; the common case is a flow of messages, at full speed and then paced.

import { Flight, type Rhythm } from './flight.ts';
import { type Figures, fullLatency, pacedLatency, type Row } from './figures.ts';
import { cpuMicros } from './process-meter.ts';
import { settle, type Stage } from './stage.ts';

export interface Measure {
  /** For the command line. */
  readonly key: string;
  /** Users that it needs; the gateway may be told of them before. */
  readonly users: number;
  run(stage: Stage, scale: number): Promise<Figures>;
}

export interface Flow {
  readonly title: string;
  /** Titles of the ends at which each message arrives. */
  readonly ends: readonly string[];
  /** Arrivals of one message at each end. */
  readonly copies: number;
  readonly warmUp: number;
  readonly full: { readonly count: number; readonly window: number };
  readonly paced: { readonly count: number; readonly perSecond: number };
  /** Sets up the checks of one phase, whose texts carry `tag`. @returns what sends message `n`. */
  begin(tag: string, arrived: (n: number, end: number) => void): (n: number) => void;
}

/** A flow, and what must be there first. */
export interface Scene {
  readonly users: number;
  readonly prepare: (stage: Stage) => Promise<void>;
  readonly flow: (stage: Stage) => Flow;
}

/** One row an end; messages a second and CPU are counted by copy, so that 100 listeners give 100 a message. */
export async function measureFlow(stage: Stage, flow: Flow, scale: number): Promise<Figures> {
  const scaled = (count: number): number => Math.max(20, Math.round(count * scale));
  const { window } = flow.full;
  await phase(stage, flow, 'w', { count: scaled(flow.warmUp), window });
  const full = await phase(stage, flow, 'f', { count: scaled(flow.full.count), window });
  const paced = await phase(stage, flow, 'p', { count: scaled(flow.paced.count), perSecond: flow.paced.perSecond });
  const rows = new Map<string, Row>();
  for (const [end, name] of flow.ends.entries()) {
    const rates = {
      perSecond: full.copies / full.seconds,
      cpuMicros: full.cpuMicros / full.copies,
      harnessMicros: full.harnessMicros / full.copies,
      pacedCpuMicros: paced.cpuMicros / paced.copies,
    };
    rows.set(flow.title + name, {
      ...(end === 0 ? rates : {}),
      ...fullLatency(full.flight.latency(end)),
      ...pacedLatency(paced.flight.latency(end)),
    });
  }
  return rows;
}

export interface Outcome {
  readonly flight: Flight;
  readonly seconds: number;
  readonly cpuMicros: number;
  /** What the harness itself spent: it must be the cheaper of the two. */
  readonly harnessMicros: number;
  readonly copies: number;
}

/** `tag`: of this phase alone, so that nothing of an earlier one can be taken for its own. @throws Wrong by rejection. */
export async function phase(
  stage: Pick<Stage, 'process' | 'verdict' | 'patienceMs'>,
  flow: Flow,
  tag: string,
  { count, ...rhythm }: Rhythm & { readonly count: number },
): Promise<Outcome> {
  const flight: Flight = new Flight(
    count,
    flow.copies,
    flow.ends.length,
    flow.begin(tag, (n, end) => flight.arrived(n, end)),
  );
  const { pid } = stage.process;
  const cpuBefore = cpuMicros(pid);
  const harnessBefore = process.cpuUsage();
  const start = performance.now();
  await stage.verdict.guard(flight.run(rhythm), () => flight.stalled(stage.patienceMs));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(harnessBefore);
  await settle();
  if (stage.verdict.failed) throw stage.verdict.failed;
  return {
    flight,
    seconds,
    cpuMicros: cpuMicros(pid) - cpuBefore,
    harnessMicros: user + system,
    copies: count * flow.copies,
  };
}
