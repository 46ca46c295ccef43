// What the link's checkpoints cost: the gateway as it is against itself without them, message by message in both directions.

import { fileURLToPath } from 'node:url';
import { type Plan, type Result, tabled, trialOf, type Variant } from './compare.ts';
import { type Compared, comparedBy, comparedTable, ratioText } from './compared.ts';
import { format } from './figures.ts';
import { tenScene } from './measure-in.ts';
import { outScene } from './measure-out.ts';
import { privateInScene, privateOutScene } from './measure-private.ts';
import type { Scale } from './options.ts';
import { medianOf } from './spread.ts';
import { viaduct, viaductWith } from './viaduct.ts';
import { Wrong } from './wrong.ts';

const WITHOUT = fileURLToPath(new URL('./without-checkpoints.ts', import.meta.url));
/** The link asks now and then without anything to confirm, where nothing else is heard. */
const STRAY_PINGS = 5;

const VARIANTS: readonly Variant[] = [
  { name: 'without', subject: viaductWith('viaduct without checkpoints', { preload: [WITHOUT] }) },
  { name: 'with', subject: viaduct },
];

interface Found {
  readonly cpu: Compared;
  readonly whole: Compared;
  readonly pings: number;
}

/** @returns its table, and the figures behind it. @throws Wrong by rejection. */
export function measureCheckpoints(scale: Scale): Promise<{ readonly table: string; readonly figures: unknown }> {
  return tabled('checkpoints', planOf(scale), foundIn, tableOf);
}

function planOf({ share, rounds, caps }: Scale): Plan {
  const trial = trialOf(share);
  return {
    variants: () => Promise.resolve(VARIANTS),
    trials: [
      trial(outScene, 8, { count: 8_000, window: 1_000 }),
      trial(privateOutScene, 8, { count: 8_000, window: 1_000 }),
      trial(privateInScene, 8, { count: 12_000, window: 1_000 }),
      trial(tenScene, 8, { count: 3_000, window: 200 }),
      trial(outScene, 4, { count: 250, perSecond: 500 }),
      trial(privateInScene, 4, { count: 250, perSecond: 500 }),
      // Further apart than a checkpoint waits: each has one of its own.
      trial(privateInScene, 4, { count: 16, perSecond: 16 }),
    ],
    rounds,
    caps,
    software: 'Prosody',
    check(stages) {
      const [without = 0, withThem = 0] = stages.map(({ xmpp }) => xmpp.pings);
      if (without <= STRAY_PINGS && withThem > 20 * STRAY_PINGS) return;
      throw new Wrong(`there were ${without} pings without checkpoints and ${withThem} with them`);
    },
  };
}

function foundIn(result: Result): Found {
  const variant = { name: 'with', index: 1 };
  return {
    cpu: comparedBy('cpuMicros', result, variant),
    whole: comparedBy('wholeMicros', result, variant),
    pings: medianOf(result[1].map(({ samples }) => samples[1]?.pings ?? 0)),
  };
}

function tableOf(found: readonly Found[], { rounds }: Plan): string {
  const title =
    `Viaduct with the link's checkpoints to without, by message; turns in pairs, ${rounds} pairs of processes. ` +
    'The whole has the XMPP and the IRC server, which here are cheap.';
  const spread = ['ratio', 'half of the pairs', 'processes'];
  const columns = ['', 'pairs', 'pings', 'with: CPU us', 'without', ...spread, 'whole: us', 'without', ...spread];
  const rows = found.map(({ cpu, whole, pings }) => [
    cpu.title,
    String(cpu.pairs),
    pings.toFixed(3),
    ...[cpu, whole].flatMap((one) => [format(one.value), format(one.base), ...ratioText(one)]),
  ]);
  return comparedTable(title, columns, rows);
}
