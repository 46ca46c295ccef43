// What durability costs a live network: IRC alone in the process, again (which shows how far equal processes differ), with a durable
// gateway beside it that is silent, and with one that has a little traffic; and what the process writes to the disk meanwhile.

import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { until } from '../support/processes.ts';
import { DurableBeside, PER_SECOND } from './beside.ts';
import { compare, type Plan, type Turn, type Variant } from './compare.ts';
import { type Compared, comparedBy, comparedTable, ratioText } from './compared.ts';
import { format, grid } from './figures.ts';
import { singleScene } from './measure-in.ts';
import { outScene } from './measure-out.ts';
import type { Scale } from './options.ts';
import { cpuMicros, filesIn, writtenBytes } from './process-meter.ts';
import { medianOf } from './spread.ts';
import type { Stage } from './stage.ts';
import { viaduct } from './viaduct.ts';
import { Wrong } from './wrong.ts';

const NAMES = [
  'IRC alone',
  'IRC alone, again',
  'durable beside, silent',
  `durable beside, ${PER_SECOND} messages a second`,
] as const;
const SOFTWARE = 'Prosody';
const BESIDE_MS = 2_000;
const STILL_MS = 300;

/** In all rounds. */
interface Written {
  /** By the process, wherever. */
  readonly bytes: number;
  /** In its folder. */
  readonly files: number;
}

interface Found {
  readonly cpu: Compared;
  readonly p50: Compared;
  readonly p99: Compared;
  readonly besideMicros: number;
}

/** @returns its tables, and the figures behind them. @throws Wrong by rejection. */
export async function measureDurability(scale: Scale): Promise<{ readonly table: string; readonly figures: unknown }> {
  const watch = new Watch();
  const plan = planOf(scale, watch);
  const results = await compare('durability', plan);
  const found = [...results].flatMap(foundIn);
  const disk = NAMES.map((variant, index) => ({ variant, ...watch.of(index) }));
  const messages = plan.rounds * plan.trials.reduce((sum, { rhythm, turns }) => sum + rhythm.count * turns, 0);
  const beside = { cpuMicros: medianOf(watch.beside), messages: watch.echoed };
  return {
    table: `${tableOf(found, plan)}\n${diskTable(disk, messages, beside)}`,
    figures: { found, disk, messages, beside },
  };
}

function planOf({ share, rounds, caps }: Scale, watch: Watch): Plan {
  const full = { count: Math.round(8_000 * share), window: 1_000 };
  const paced = { count: Math.round(300 * share), perSecond: 500 };
  return {
    variants: () => variants(watch),
    trials: [
      { scene: outScene, pace: 'full speed', rhythm: full, turns: 6 },
      { scene: singleScene, pace: 'full speed', rhythm: full, turns: 6 },
      { scene: outScene, pace: '500 a second', rhythm: paced, turns: 4 },
      { scene: singleScene, pace: '500 a second', rhythm: paced, turns: 4 },
    ],
    rounds,
    caps,
    software: SOFTWARE,
    check: (stages) => watch.look(stages),
  };
}

async function variants(watch: Watch): Promise<readonly Variant[]> {
  const silent = await DurableBeside.open(NAMES[2], SOFTWARE);
  const busy = await DurableBeside.open(NAMES[3], SOFTWARE);
  return [
    { name: NAMES[0], subject: viaduct, begin: (stage) => watch.begin(stage) },
    { name: NAMES[1], subject: viaduct, begin: (stage) => watch.begin(stage) },
    {
      name: NAMES[2],
      subject: silent.subject,
      async begin(stage) {
        await silent.begin();
        await watch.begin(stage);
      },
      end: () => silent.close(),
    },
    {
      name: NAMES[3],
      subject: busy.subject,
      async begin(stage) {
        await busy.begin();
        await watch.measureBeside(stage, busy);
        await watch.begin(stage);
      },
      around: (turn) => busy.trickle(turn),
      besideMicros: () => (watch.beside.at(-1) ?? 0) * busy.echoed,
      end() {
        watch.echoed += busy.echoed;
        busy.close();
      },
    },
  ];
}

/** What the processes write, and what the traffic beside costs by itself. */
class Watch {
  readonly #before = new Map<Stage, Look>();
  readonly #written: Written[] = NAMES.map(() => ({ bytes: 0, files: 0 }));
  /** CPU of one message of it, there and back, in microseconds; by round. */
  readonly beside: number[] = [];
  echoed = 0;

  /** Once what the joins have left to be written is written. */
  async begin(stage: Stage): Promise<void> {
    let last = lookAt(stage);
    const isStill = (): boolean => {
      const now = lookAt(stage);
      const still = isDeepStrictEqual(now, last);
      last = now;
      return still;
    };
    await until('nothing more written', isStill, { everyMs: STILL_MS });
    this.#before.set(stage, last);
  }

  /** @throws Wrong where what is written can't be seen here. */
  look(stages: readonly Stage[]): void {
    for (const [index, stage] of stages.entries()) {
      const now = lookAt(stage);
      const before = this.#before.get(stage) ?? now;
      const sum = this.of(index);
      const changed = [...now.files].filter(([file, state]) => before.files.get(file) !== state);
      this.#written[index] = { bytes: sum.bytes + now.bytes - before.bytes, files: sum.files + changed.length };
    }
    const { bytes, files } = this.of(NAMES.length - 1);
    if (bytes === 0 || files === 0) throw new Wrong('of what a durable network writes nothing is seen');
  }

  of(index: number): Written {
    return this.#written[index] ?? { bytes: 0, files: 0 };
  }

  /** With its code as warm as that of the messages. */
  async measureBeside({ process: { pid } }: Stage, busy: DurableBeside): Promise<void> {
    const spentIn = async (work: () => Promise<void>): Promise<number> => {
      const before = cpuMicros(pid);
      await work();
      return cpuMicros(pid) - before;
    };
    await busy.trickle(() => delay(BESIDE_MS), 10 * PER_SECOND);
    const silent = await spentIn(() => delay(BESIDE_MS));
    const before = busy.echoed;
    const trickling = await spentIn(() => busy.trickle(() => delay(BESIDE_MS)));
    this.beside.push((trickling - silent) / (busy.echoed - before));
  }
}

interface Look {
  readonly bytes: number;
  readonly files: ReadonlyMap<string, string>;
}
const lookAt = ({ process: { pid }, folder }: Stage): Look => ({ bytes: writtenBytes(pid), files: filesIn(folder) });

function foundIn(result: readonly [string, readonly Turn[]]): Found[] {
  return NAMES.slice(1).map((name, at) => {
    const variant = { name, index: at + 1 };
    return {
      cpu: comparedBy('cpuMicros', result, variant),
      p50: comparedBy('p50Ms', result, variant),
      p99: comparedBy('p99Ms', result, variant),
      besideMicros: medianOf(result[1].map(({ samples }) => samples[variant.index]?.besideMicros ?? 0)),
    };
  });
}

function tableOf(found: readonly Found[], { rounds }: Plan): string {
  const title =
    `What durability costs a live network, by message; turns in pairs, ${rounds} sets of processes, against IRC alone in ` +
    'the process. The second process of IRC alone shows what is chance; "beside" is the most that the durable messages take of it.';
  const columns = [
    '',
    'pairs',
    'CPU us',
    'alone',
    'ratio',
    'half of the pairs',
    'processes',
    'beside us',
    'p50 ms',
    'alone',
    'p99 ms',
    'alone',
  ];
  const rows = found.map(({ cpu, p50, p99, besideMicros }) => [
    `${cpu.title}: ${cpu.variant}`,
    String(cpu.pairs),
    format(cpu.value),
    format(cpu.base),
    ...ratioText(cpu),
    besideMicros > 0 ? format(besideMicros) : '',
    ...[p50, p99].flatMap(({ value, base }) => [format(value), format(base)]),
  ]);
  return comparedTable(title, columns, rows);
}

interface Beside {
  /** Of one. */
  readonly cpuMicros: number;
  readonly messages: number;
}

function diskTable(
  disk: readonly (Written & { readonly variant: string })[],
  messages: number,
  beside: Beside,
): string {
  const rows = disk.map(({ variant, bytes, files }) => [variant, String(Math.ceil(bytes / 1024)), String(files)]);
  return (
    `\nWritten to the disk during ${messages} messages of the live network (and ${beside.messages} of the durable one, which by themselves ` +
    `take ${format(beside.cpuMicros)} us of CPU there and back)\n` +
    grid([['', 'KiB', 'files changed'], ...rows])
  );
}
