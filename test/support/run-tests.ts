// `npm test`: every part of the tests in order, each with its time against its budget, and one line of sums at the end.
// `--quick` runs the part that needs no servers; other arguments choose files, as vitest does.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder } from './processes.ts';
import { ensurePrograms, MissingPrograms, type ProgramName } from './programs.ts';
import { SLIXMPP, SYNAPSE } from './programs-python.ts';
import type { Tally } from './tally-reporter.ts';

interface Part {
  readonly name: string;
  readonly project: 'units' | 'contracts' | 'plays' | 'live';
  readonly needs: readonly ProgramName[];
  readonly env?: Readonly<Record<string, string>>;
}
interface Group {
  readonly name: string;
  readonly budgetMs: number;
  readonly parts: readonly Part[];
}

const ROOT = new URL('../..', import.meta.url).pathname;
const minutes = (count: number): number => count * 60_000;

const plays = (xmpp: 'prosody' | 'ejabberd', irc: 'ngircd' | 'inspircd'): Part => ({
  name: `plays on ${xmpp} and ${irc}`,
  project: 'plays',
  needs: [xmpp, irc],
  env: { PLAYS_XMPP: xmpp, PLAYS_IRC: irc },
});

const UNITS: Part = { name: 'units', project: 'units', needs: [] };
const QUICK: readonly Group[] = [{ name: 'units', budgetMs: minutes(1), parts: [UNITS] }];
const ALL: readonly Group[] = [
  {
    name: 'units and plays',
    budgetMs: minutes(12),
    parts: [
      UNITS,
      plays('prosody', 'ngircd'),
      plays('ejabberd', 'inspircd'),
      plays('prosody', 'inspircd'),
      plays('ejabberd', 'ngircd'),
    ],
  },
  {
    name: 'contracts and kills',
    budgetMs: minutes(10),
    parts: [
      { name: 'contracts', project: 'contracts', needs: ['redis-server', 'ngircd', 'inspircd', 'prosody', 'lua5.4'] },
    ],
  },
  {
    name: 'live',
    budgetMs: minutes(25),
    parts: [
      {
        name: 'live',
        project: 'live',
        needs: ['prosody', 'ejabberd', 'ngircd', 'inspircd', 'redis-server', 'chromium', 'profanity', 'tmux'],
      },
    ],
  },
];

interface Outcome extends Tally {
  readonly name: string;
  readonly tookMs: number;
}

async function runPart(part: Part, filters: readonly string[]): Promise<Outcome> {
  const from = performance.now();
  console.log(`\n--- ${part.name}`);
  const reason = await whyMissing(part.needs);
  if (reason !== undefined) {
    const skipped = [{ name: part.name, reason }];
    return { name: part.name, passed: 0, failed: 0, skipped, tookMs: performance.now() - from };
  }
  const tally = await runVitest(part, filters);
  return { name: part.name, ...tally, tookMs: performance.now() - from };
}

/** @returns why the programs are not there and can't be brought. */
async function whyMissing(programs: readonly ProgramName[]): Promise<string | undefined> {
  try {
    await ensurePrograms(programs);
    return undefined;
  } catch (error) {
    if (error instanceof MissingPrograms) return error.message;
    throw error;
  }
}

async function runVitest(part: Part, filters: readonly string[]): Promise<Tally> {
  const folder = privateFolder('tally');
  const file = join(folder.path, 'tally.json');
  const args = ['run', '--project', part.project, '--passWithNoTests', ...workers(part), ...filters];
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...part.env, TESTS_TALLY: file },
  });
  const end = (): void => void child.kill('SIGTERM');
  process.on('SIGTERM', end);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.off('SIGTERM', end);
  const tally: Tally = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Tally)
    : { passed: 0, failed: 0, skipped: [] };
  folder.remove();
  // Whatever vitest calls a failure is one, also where no test of its own failed.
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** Plays wait more than they work: InspIRCd alone takes a second to welcome somebody. */
const workers = ({ project }: Part): string[] => (project === 'plays' ? ['--maxWorkers=4'] : []);

const time = (ms: number): string =>
  ms < 60_000
    ? `${(ms / 1_000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;

function sum<T>(list: readonly T[], value: (one: T) => number): number {
  return list.reduce((total, one) => total + value(one), 0);
}

async function main(args: readonly string[]): Promise<number> {
  const groups = args.includes('--quick') ? QUICK : ALL;
  const filters = args.filter((arg) => arg !== '--quick');
  const report: string[] = [];
  const outcomes: Outcome[] = [];
  let overBudget = 0;
  const from = performance.now();
  // Together, so that one installation serves all parts; a part that still lacks something says so itself.
  await whyMissing([...new Set(groups.flatMap(({ parts }) => parts.flatMap(({ needs }) => needs)))]);
  // Without them the parts run, and what needs them skips itself with the reason.
  if (groups === ALL) for (const environment of [SYNAPSE, SLIXMPP]) await environment.tryOnce();
  report.push(`set-up: ${time(performance.now() - from)}`);
  for (const group of groups) {
    const done: Outcome[] = [];
    for (const part of group.parts) done.push(await runPart(part, filters));
    const tookMs = sum(done, (outcome) => outcome.tookMs);
    const over = tookMs > group.budgetMs;
    if (over) overBudget += 1;
    report.push(`${group.name}: ${time(tookMs)} of ${time(group.budgetMs)}${over ? ', OVER ITS BUDGET' : ''}`);
    for (const { name, passed, failed, tookMs: ms } of done)
      report.push(`  ${name}: ${time(ms)}, ${passed} passed, ${failed} failed`);
    outcomes.push(...done);
  }
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  const failed = sum(outcomes, (outcome) => outcome.failed);
  console.log(`\n${report.join('\n')}`);
  if (skipped.length > 0)
    console.log(`\nskipped:\n${skipped.map(({ name, reason }) => `  ${name}: ${reason}`).join('\n')}`);
  console.log(`\n${sum(outcomes, (outcome) => outcome.passed)} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed > 0 || overBudget > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
