// Idle sessions: 1, 100 and 1,000 people, each connected to the IRC server and in a channel of fifty, saying nothing.

import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from './figures.ts';
import type { Measure } from './measure.ts';
import { cpuMicros, residentBytes } from './process-meter.ts';
import type { Stage } from './stage.ts';

const STEPS = [1, 100, 1_000] as const;
const CROWD = 40;
const OTHERS = Array.from({ length: 10 }, (_, i) => `guest${i}`);
const WATCH_MS = 4_000;
const channelOf = (user: number): string => `#idle${Math.floor(user / CROWD)}`;

export const measureIdle: Measure = {
  key: 'idle',
  users: 1_000,
  async run(stage) {
    for (let i = 0; i * CROWD < measureIdle.users; i++) stage.irc.channel(`#idle${i}`, OTHERS);
    const empty = await resident(stage);
    const rows = new Map<string, Row>([['the process without sessions', { kib: empty / 1024 }]]);
    let joined = 0;
    for (const sessions of STEPS) {
      await stage.joinAll(sessions, channelOf, joined);
      joined = sessions;
      const bytes = await resident(stage);
      rows.set(`idle session at ${sessions}`, { kib: (bytes - empty) / 1024 / sessions });
      if (sessions === measureIdle.users) rows.set('the process with 1,000 sessions', { kib: bytes / 1024 });
    }
    const before = cpuMicros(stage.process.pid);
    await stage.verdict.guard(delay(WATCH_MS));
    const spent = cpuMicros(stage.process.pid) - before;
    rows.set('idle session at 1000', {
      ...rows.get('idle session at 1000'),
      idleCpuMicros: (spent / joined / WATCH_MS) * 1000,
    });
    return rows;
  },
};

/** The least of some looks, so that a collection of garbage that was about to come has come. */
async function resident(stage: Stage): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) {
    await stage.verdict.guard(delay(250));
    least = Math.min(least, residentBytes(stage.process.pid));
  }
  return least;
}
