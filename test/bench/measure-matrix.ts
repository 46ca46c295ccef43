// Matrix accounts on a real Synapse: what each costs while nothing is said, with twenty rooms, and what a text costs in either direction.

import { setTimeout as delay } from 'node:timers/promises';
import { format, type Row, tables } from './figures.ts';
import { MatrixStage, ROOM } from './matrix-stage.ts';
import { type Flow, type Outcome, phase } from './measure.ts';
import type { Scale } from './options.ts';
import { cpuMicros, residentBytes } from './process-meter.ts';
import { full } from './stage.ts';
import { xmlText } from './texts.ts';

const STEPS = [1, 10, 50] as const;
const WATCH_MS = 15_000;
const LOOKS = 8;
const TEXTS = 300;
/** Of a server that takes tens of texts a second. */
const WINDOW = 4;

/** @returns its tables, and the figures behind them. @throws Wrong by rejection. */
export async function measureMatrix({ share }: Scale): Promise<{ readonly table: string; readonly figures: unknown }> {
  const stage = await MatrixStage.open(STEPS.at(-1) ?? 0);
  try {
    const rows = new Map<string, Row>();
    await measureIdle(stage, rows);
    const count = Math.max(20, Math.round(TEXTS * share));
    await stage.enterRoom();
    const flows = [outFlow(stage), inFlow(stage)];
    for (const flow of flows) await phase(stage, flow, 'w', { count, window: WINDOW });
    const servers: string[] = [];
    for (const flow of flows) {
      const before = cpuMicros(stage.synapse.pid);
      const outcome = await phase(stage, flow, 'f', { count, window: WINDOW });
      servers.push(`${flow.title}: ${format((cpuMicros(stage.synapse.pid) - before) / count)}`);
      rows.set(flow.title, rowOf(outcome));
    }
    const title = `viaduct, Matrix on Synapse, 20 rooms each; texts in a room of two. Synapse's own CPU us: ${servers.join('; ')}`;
    return { table: tables(title, rows), figures: Object.fromEntries(rows) };
  } finally {
    await stage.close();
  }
}

function rowOf({ copies, seconds, cpuMicros: spent, harnessMicros, flight }: Outcome): Row {
  const { p50Ms, p99Ms } = flight.latency();
  return {
    perSecond: copies / seconds,
    cpuMicros: spent / copies,
    harnessMicros: harnessMicros / copies,
    fullP50Ms: p50Ms,
    fullP99Ms: p99Ms,
  };
}

async function measureIdle(stage: MatrixStage, rows: Map<string, Row>): Promise<void> {
  rows.set('the process without accounts', {
    kib: (await resident(stage)) / 1024,
    idleCpuMicros: await idleMicros(stage),
  });
  let linked = 0;
  let first = 0;
  for (const accounts of STEPS) {
    for (; linked < accounts; linked++) await stage.link(linked);
    const bytes = await resident(stage);
    const idleCpuMicros = (await idleMicros(stage)) / accounts;
    rows.set(`the process with ${accounts}`, { kib: bytes / 1024 });
    // The first brings the SDK with it, which is nobody's own.
    if (first === 0) first = bytes;
    else rows.set(`account at ${accounts}, of those after the first`, { kib: (bytes - first) / 1024 / (accounts - 1) });
    rows.set(`idle account at ${accounts}`, { idleCpuMicros });
  }
}

/** Of the whole process, a second. */
async function idleMicros({ process: { pid }, verdict }: MatrixStage): Promise<number> {
  const before = cpuMicros(pid);
  await verdict.guard(delay(WATCH_MS));
  return ((cpuMicros(pid) - before) * 1000) / WATCH_MS;
}

/** The least of some looks, so that a collection of garbage that was about to come has come. */
async function resident(stage: MatrixStage): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < LOOKS; i++) {
    await stage.verdict.guard(delay(500));
    least = Math.min(least, residentBytes(stage.process.pid));
  }
  return least;
}

/** Done when the room's own copy is back: it is on Synapse then. */
function outFlow(stage: MatrixStage): Flow {
  return {
    ...SHAPE,
    title: 'XMPP to Matrix, with its reflection',
    begin(tag, arrived) {
      let next = 0;
      stage.onMessage = ({ id }) => {
        if (id !== `${tag}-${next}`) return stage.verdict.fail(`reflected ${id} where ${tag}-${next} was due`);
        arrived(next++, 0);
      };
      return (n) =>
        stage.xmpp.send(
          `<message from='${full(0)}' to='${ROOM}' type='groupchat' id='${tag}-${n}'><body>${xmlText(tag, n)}</body></message>`,
        );
    },
  };
}

/** In order only where each waits for the one before: the host sends one at a time. */
function inFlow(stage: MatrixStage): Flow {
  return {
    ...SHAPE,
    title: 'Matrix to XMPP',
    begin(tag, arrived) {
      let next = 0;
      let said = Promise.resolve();
      stage.onMessage = ({ body }) => {
        if (body !== `${tag} ${next}`) return stage.verdict.fail(`heard "${body}" where "${tag} ${next}" was due`);
        arrived(next++, 0);
      };
      return (n) => {
        said = said
          .then(() => stage.say(`${tag} ${n}`))
          .catch((error: unknown) => stage.verdict.fail(`Synapse did not take a text: ${String(error)}`));
      };
    },
  };
}

const SHAPE = {
  ends: [''],
  copies: 1,
  warmUp: TEXTS,
  full: { count: TEXTS, window: WINDOW },
  paced: { count: 0, perSecond: 1 },
} as const;
