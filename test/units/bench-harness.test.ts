// The harness gives no figures for a gateway that loses, doubles, changes, reorders or misdirects a single message.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProcess } from '../support/processes.ts';
import type { Crime } from '../bench/crooked-gateway.ts';
import type { Figures } from '../bench/figures.ts';
import { measureIn } from '../bench/measure-in.ts';
import { measureOut } from '../bench/measure-out.ts';
import type { Measure } from '../bench/measure.ts';
import { Stage } from '../bench/stage.ts';
import type { Subject } from '../bench/subject.ts';

const SCRIPT = fileURLToPath(new URL('../bench/crooked-gateway.ts', import.meta.url));

function subject(crime: Crime): Subject {
  return {
    name: `a gateway with the crime ${crime}`,
    domain: 'irc.localhost',
    unavailable: () => undefined,
    channel: (name) => name,
    person: (nick) => nick,
    async start(ports) {
      const gateway = startProcess({
        program: process.execPath,
        args: [SCRIPT, String(ports.component), String(ports.irc), crime],
      });
      return { process: gateway, ready: Promise.resolve(), stop: async () => void (await gateway.stop()) };
    },
  };
}

async function measure(crime: Crime, what: Measure): Promise<Figures> {
  const stage = await Stage.open(subject(crime), what.users, 'multi-prefix');
  stage.patienceMs = 700;
  try {
    return await what.run(stage, 0.05);
  } finally {
    await stage.close();
  }
}

test.each([measureOut, measureIn])('figures for a gateway that does everything right: $key', async (what) => {
  const rows = await measure('none', what);
  for (const [title, row] of rows) {
    expect(row.pacedP99Ms, title).toBeGreaterThan(0);
    expect(row.cpuMicros ?? 1, title).toBeGreaterThan(0);
  }
});

test.each(['drop', 'twice', 'swap', 'alter', 'misdirect'] as const)('no figures: %s', async (crime) => {
  await expect(measure(crime, measureOut)).rejects.toThrow(/was due|never arrived/);
  await expect(measure(crime, measureIn)).rejects.toThrow(/was due|never arrived/);
});
