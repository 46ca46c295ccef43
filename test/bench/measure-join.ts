// Joining a channel of 1,000 with the full list: twenty people one after the other, then all twenty at once. Every one of the
// thousand must be there before the own presence, once, with the right role.

import type { Row } from './figures.ts';
import type { Measure } from './measure.ts';
import { cpuMicros } from './process-meter.ts';
import { settle, type Stage } from './stage.ts';

const MEMBERS = 1_000;
const USERS = 20;
const BIG = '#big';

export const measureJoin: Measure = {
  key: 'join',
  users: USERS,
  async run(stage) {
    stage.irc.channel(
      BIG,
      Array.from({ length: MEMBERS }, (_, i) => rank(i) + member(i)),
    );
    await stage.joinAll(USERS, () => '#lobby');
    await joinAndLeave(stage, [0]);
    const { pid } = stage.process;
    const times: number[] = [];
    const before = cpuMicros(pid);
    for (let user = 0; user < USERS; user++) times.push(await joinAndLeave(stage, [user]));
    await settle();
    const one = cpuMicros(pid) - before;
    const atOnce = await joinAndLeave(
      stage,
      Array.from({ length: USERS }, (_, user) => user),
    );
    times.sort((a, b) => a - b);
    const rows = new Map<string, Row>();
    rows.set('join of 1,000, one at a time (joins)', {
      perSecond: (1000 * USERS) / times.reduce((sum, time) => sum + time, 0),
      cpuMicros: one / USERS,
      fullP50Ms: times[Math.floor(USERS / 2)] ?? 0,
      fullP99Ms: times.at(-1) ?? 0,
    });
    rows.set('join of 1,000, CPU of a presence', { cpuMicros: one / USERS / MEMBERS });
    rows.set('join of 1,000, 20 at once (joins)', { perSecond: (1000 * USERS) / atOnce });
    return rows;
  },
};

/** @returns milliseconds until the last of them was in. */
async function joinAndLeave(stage: Stage, users: readonly number[]): Promise<number> {
  const start = performance.now();
  await Promise.all(users.map((user) => join(stage, user)));
  const time = performance.now() - start;
  for (const user of users) await stage.leave(user, BIG);
  return time;
}

async function join(stage: Stage, user: number): Promise<void> {
  const seen = new Uint8Array(MEMBERS);
  let count = 0;
  await stage.join(user, BIG, (nick, stanza) => {
    // Others of the twenty, who come and go meanwhile, and the user herself.
    if (!nick.startsWith('m')) return;
    const index = Number(nick.slice(1));
    const role = rank(index) === '@' ? 'moderator' : 'participant';
    if (seen[index] !== 0 || !new RegExp(`role=['"]${role}['"]`).test(stanza)) {
      return stage.verdict.fail(`user ${user} joining: ${seen[index] ? 'twice' : 'wrong'}: ${stanza}`);
    }
    seen[index] = 1;
    count++;
  });
  if (count !== MEMBERS)
    stage.verdict.fail(`user ${user} was told of ${count} of ${MEMBERS} members before her own presence`);
}

const member = (i: number): string => `m${String(i).padStart(4, '0')}`;
const rank = (i: number): string => (i % 50 === 0 ? '@' : i % 10 === 0 ? '+' : '');
