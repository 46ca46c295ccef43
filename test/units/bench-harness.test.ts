// The harness gives no figures for a gateway that loses, doubles, changes, reorders or misdirects a single message.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProcess } from '../support/processes.ts';
import type { Crime } from '../bench/crooked-gateway.ts';
import type { Figures } from '../bench/figures.ts';
import { measureIn } from '../bench/measure-in.ts';
import { measureOut } from '../bench/measure-out.ts';
import type { Measure } from '../bench/measure.ts';
import { member, Roll } from '../bench/roll.ts';
import { type Seen, Stage } from '../bench/stage.ts';
import type { Subject } from '../bench/subject.ts';
import { Verdict } from '../bench/wrong.ts';

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
  // Where nothing is missing nothing is waited for.
  if (crime !== 'none') stage.patienceMs = 700;
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

const ROOM = '#big@irc.localhost';
const seen = (i: number, here: boolean, role = 'participant'): Seen => {
  const stanza = `<presence><x><item affiliation='${role === 'moderator' ? 'admin' : 'none'}' role='${role}'/></x></presence>`;
  return { user: 0, room: ROOM, nick: member(i), here, stanza };
};
/** The first of three is an operator. */
const everybody: readonly Seen[] = [seen(0, true, 'moderator'), seen(1, true), seen(2, true)];

function wrongIn(told: readonly Seen[]): string | undefined {
  const verdict = new Verdict();
  const roll = new Roll(verdict, ROOM, everybody.length);
  roll.begin(0);
  for (const one of told) roll.see(one);
  roll.check(0);
  return verdict.failed?.message;
}

test('everybody once, and back once after having gone once, is right', () => {
  expect(wrongIn(everybody)).toBeUndefined();
  expect(wrongIn([...everybody, seen(1, false), seen(1, true)])).toBeUndefined();
});

test.each([
  ['twice in the list', [...everybody, seen(1, true)], /told twice/],
  ['one is missing', everybody.slice(0, 2), /sees m0002 as ""/],
  ['gone who was not there', [seen(1, false), ...everybody], /told twice/],
  ['gone twice', [...everybody, seen(1, false), seen(1, false)], /told twice/],
  ['gone for good', [...everybody, seen(1, false)], /sees m0001 as ""/],
  ['an operator is none', [seen(0, true), ...everybody.slice(1)], /sees m0000 as "none participant"/],
] as const)('no figures for a list that is wrong: %s', (_, told, why) => {
  expect(wrongIn(told)).toMatch(why);
});
