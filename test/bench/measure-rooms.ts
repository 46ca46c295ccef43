// Big rooms: what it costs to be let in, how one list, line or change is shared by ten of the gateway's users, how a netsplit is shown, how
// late a user is served who has nothing to do with it, and what is left of it all in memory.

import { fileURLToPath } from 'node:url';
import type { Channel } from './irc-side.ts';
import type { Scale } from './options.ts';
import { cpuMicros } from './process-meter.ts';
import { type Lateness, QuietTalk } from './quiet-talk.ts';
import { listed, member, modeOf, Roll } from './roll.ts';
import { type Found, tableOf } from './rooms-table.ts';
import { medianOf } from './spread.ts';
import { settle, Stage } from './stage.ts';
import { viaductWith } from './viaduct.ts';
import { Wrong } from './wrong.ts';

const GAUGE = fileURLToPath(new URL('./gauge.ts', import.meta.url));
const LISTENERS = Array.from({ length: 10 }, (_, i) => i);
const [FIRST = 0, ...OTHERS] = LISTENERS;
const QUIET_USER = LISTENERS.length;
const BIG = 2_000;
/** With the listeners a channel of 5,000, which by default is the biggest that is shown as a whole. */
const HUGE = 5_000 - LISTENERS.length;
const SPLIT = 1_000;
const WITHIN_MS = 30_000;
/** Of the protocol's servers the strictest. */
const MOST_BYTES = 60 * 1024;
const QUIET_MS = 300;
/** 16,000 stanzas a second to clients that are there. */
const SLOW_SERVER_MICROS = 60;
/** They are cheap: as long a time as the changes take. */
const LINES_AN_EVENT = 4;

interface Gauge {
  readonly stallMs: number;
  readonly turnCpuMs: number;
  readonly heapBytes: number;
}

export async function measureRooms({ share, rounds, caps }: Scale): Promise<{ table: string; figures: unknown }> {
  const found: Found[] = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`rooms: round ${round} of ${rounds}`);
    found.push(await oneRound(Math.max(100, Math.round(500 * share)), caps));
  }
  const figures: Found = {};
  for (const key of Object.keys(found[0] ?? {})) figures[key] = medianOf(found.map((one) => one[key] ?? 0));
  return { table: tableOf(figures, rounds), figures: { median: figures, rounds: found } };
}

async function oneRound(events: number, caps: string): Promise<Found> {
  const subject = viaductWith('viaduct', { preload: [GAUGE] });
  const stage = await Stage.open(subject, LISTENERS.length + 1, caps, 'Prosody');
  try {
    return await new Round(stage, events).run();
  } finally {
    await stage.close();
  }
}

class Round {
  readonly #stage: Stage;
  readonly #events: number;
  readonly #big: Channel;
  readonly #huge: Channel;
  readonly #rolls: { readonly big: Roll; readonly huge: Roll };
  readonly #quiet: QuietTalk;
  readonly #found: Found = {};
  #asked = 0;
  #lines: (user: number, body: string) => void = () => {};

  constructor(stage: Stage, events: number) {
    this.#stage = stage;
    this.#events = events;
    const channel = (name: string, size: number): Channel =>
      stage.irc.channel(
        name,
        Array.from({ length: size }, (_, i) => listed(i)),
      );
    this.#big = channel('#big', BIG);
    this.#huge = channel('#huge', HUGE);
    const roll = ({ name }: Channel, size: number): Roll => new Roll(stage.verdict, stage.room(name), size);
    this.#rolls = { big: roll(this.#big, BIG), huge: roll(this.#huge, HUGE) };
    this.#quiet = new QuietTalk(stage, '#quiet', QUIET_USER);
    stage.onOccupant = (seen) => {
      this.#rolls.big.see(seen);
      this.#rolls.huge.see(seen);
    };
    stage.onMessage = (heard) => {
      if (!this.#quiet.hear(heard)) this.#lines(heard.user, heard.body);
    };
  }

  async run(): Promise<Found> {
    const { big } = this.#rolls;
    await this.#stage.joinAll(LISTENERS.length + 1, (user) => (user === QUIET_USER ? '#quiet' : '#lobby'));
    for (let i = 0; i < 3; i++) await this.#inAndOut([FIRST], big);
    const before = await this.#gauge();
    this.#late('quiet alone', await this.#quiet.during(() => new Promise((done) => setTimeout(done, QUIET_MS))));
    await this.#joins();
    await this.#shares();
    await this.#split();
    const full = await this.#gauge();
    await this.#leave(LISTENERS, this.#rolls.huge);
    await settle();
    const after = await this.#gauge();
    this.#found['heap: ten in 5,000, KiB'] = (full.heapBytes - before.heapBytes) / 1024;
    this.#found['heap: all left again, KiB'] = (after.heapBytes - before.heapBytes) / 1024;
    this.#found['largest stanza, bytes'] = this.#stage.xmpp.largest;
    if (this.#stage.xmpp.largest > MOST_BYTES) throw new Wrong(`a stanza of ${this.#stage.xmpp.largest} bytes`);
    if (this.#stage.verdict.failed) throw this.#stage.verdict.failed;
    return this.#found;
  }

  /** One after the other with nobody else there, then ten at once. */
  async #joins(): Promise<void> {
    const { big } = this.#rolls;
    const times: number[] = [];
    const alone = await this.#measured(async () => {
      const late = await this.#quiet.during(async () => {
        for (const user of LISTENERS) times.push(await this.#inAndOut([user], big));
      });
      this.#late('join of 2,000', late);
    });
    this.#found['join of 2,000: the slowest, ms'] = Math.max(...times);
    this.#found['join of 2,000: CPU us by stanza, alone'] = alone;
    await this.#gauge();
    let took = 0;
    const shared = await this.#measured(async () => {
      const late = await this.#quiet.during(async () => {
        took = await this.#enter(LISTENERS, big);
      });
      this.#late('ten join 2,000 at once', late);
    });
    this.#found['ten join 2,000 at once: the last, ms'] = took;
    this.#found['join of 2,000: CPU us by stanza, ten at once'] = shared;
    await this.#stall('ten join 2,000 at once');
  }

  /** The same lines and changes for one listener, and for ten. */
  async #shares(): Promise<void> {
    const { big } = this.#rolls;
    await this.#leave(OTHERS, big);
    for (const [name, users] of [
      ['', [FIRST]],
      ['one listener', [FIRST]],
      ['ten listeners', LISTENERS],
    ] as const) {
      if (users.length > 1) await this.#enter(OTHERS, big);
      const lines = await this.#measured(() => this.#talk(users));
      const changes = await this.#measured(() => this.#churn(users));
      if (name === '') continue;
      this.#found[`lines: CPU us by stanza, ${name}`] = lines;
      this.#found[`changes: CPU us by stanza, ${name}`] = changes;
    }
    await this.#leave(LISTENERS, big);
  }

  async #split(): Promise<void> {
    this.#found['ten join 5,000 at once: the last, ms'] = await this.#enter(LISTENERS, this.#rolls.huge);
    await this.#gauge();
    await this.#goesAndComes('netsplit');
    this.#stage.xmpp.stanzaMicros = SLOW_SERVER_MICROS;
    await this.#goesAndComes('netsplit, server as slow as Prosody');
    this.#stage.xmpp.stanzaMicros = 0;
  }

  async #goesAndComes(what: string): Promise<void> {
    const { huge } = this.#rolls;
    const gone = Array.from({ length: SPLIT }, (_, i) => i);
    const going = await this.#quiet.during(async () => {
      const start = performance.now();
      this.#stage.irc.tell(this.#huge, gone.map((i) => `:${who(i)} QUIT :east.bench west.bench\r\n`).join(''));
      await huge.until(LISTENERS, HUGE - SPLIT, WITHIN_MS);
      this.#found[`${what}: all told who is gone, ms`] = performance.now() - start;
    });
    this.#late(`${what}: 1,000 go`, going);
    await this.#stall(`${what}: 1,000 go`);
    const coming = await this.#quiet.during(async () => {
      const start = performance.now();
      this.#stage.irc.tell(this.#huge, gone.map((i) => this.#comesBack(i)).join(''));
      await huge.until(LISTENERS, HUGE, WITHIN_MS, () => LISTENERS.every((user) => huge.isRight(user)));
      this.#found[`${what}: all told who is back, ms`] = performance.now() - start;
    });
    this.#late(`${what}: 1,000 come back`, coming);
    await this.#stall(`${what}: 1,000 come back`);
  }

  #comesBack(i: number): string {
    const mode = modeOf(i);
    const given = mode === '' ? '' : `:east.bench MODE ${this.#huge.name} +${mode} ${member(i)}\r\n`;
    return `:${who(i)} JOIN ${this.#huge.name}\r\n${given}`;
  }

  async #talk(users: readonly number[]): Promise<void> {
    const heard = new Map(users.map((user) => [user, 0]));
    const { promise, resolve } = Promise.withResolvers<void>();
    const lines = LINES_AN_EVENT * this.#events;
    let left = lines * users.length;
    this.#lines = (user, body) => {
      const n = heard.get(user) ?? -1;
      if (body !== `line ${n}`) return this.#stage.verdict.fail(`user ${user}: line ${n} was due, not ${body}`);
      heard.set(user, n + 1);
      if (--left === 0) resolve();
    };
    for (let n = 0; n < lines; n++) this.#stage.irc.say(this.#big, member(n % BIG), `line ${n}`);
    await this.#stage.verdict.guard(promise);
  }

  /** Out and in again, another nick and back, and a sign. */
  async #churn(users: readonly number[]): Promise<void> {
    const { big } = this.#rolls;
    const { name } = this.#big;
    let lines = '';
    for (let i = 0; i < this.#events; i++) {
      const mode = modeOf(i);
      const given = mode === '' ? '' : `:east.bench MODE ${name} +${mode} ${member(i)}\r\n`;
      lines += `:${who(i)} PART ${name}\r\n:${who(i)} JOIN ${name}\r\n${given}`;
      lines += `:${who(i)} NICK n${i}\r\n:n${i}!n${i}@bench NICK ${member(i)}\r\n`;
    }
    const last = BIG - 1;
    this.#stage.irc.tell(this.#big, `${lines}:${who(last)} PART ${name}\r\n`);
    await big.until(users, last, WITHIN_MS, () => users.every((user) => !big.sees(user, last)));
    this.#stage.irc.tell(this.#big, `:${who(last)} JOIN ${name}\r\n`);
    await big.until(users, BIG, WITHIN_MS);
    for (const user of users) big.check(user);
  }

  async #inAndOut(users: readonly number[], roll: Roll): Promise<number> {
    const took = await this.#enter(users, roll);
    await this.#leave(users, roll);
    return took;
  }

  /** @returns milliseconds until the last of them was in; each must have been told of everybody by then. */
  async #enter(users: readonly number[], roll: Roll): Promise<number> {
    const start = performance.now();
    await Promise.all(
      users.map(async (user) => {
        roll.begin(user);
        await this.#stage.join(user, this.#nameOf(roll));
        roll.check(user);
      }),
    );
    return performance.now() - start;
  }

  async #leave(users: readonly number[], roll: Roll): Promise<void> {
    await Promise.all(users.map((user) => this.#stage.leave(user, this.#nameOf(roll))));
  }

  #nameOf(roll: Roll): string {
    return roll === this.#rolls.big ? this.#big.name : this.#huge.name;
  }

  /** @returns microseconds of the gateway's CPU by stanza. */
  async #measured(work: () => Promise<void>): Promise<number> {
    const { xmpp, process } = this.#stage;
    const stanzas = xmpp.stanzas - xmpp.pings;
    const before = cpuMicros(process.pid);
    await work();
    await settle();
    return (cpuMicros(process.pid) - before) / (xmpp.stanzas - xmpp.pings - stanzas);
  }

  #late(what: string, { p50Ms, p99Ms, maxMs }: Lateness): void {
    this.#found[`${what}: quiet p50, ms`] = p50Ms;
    this.#found[`${what}: quiet p99, ms`] = p99Ms;
    this.#found[`${what}: quiet worst, ms`] = maxMs;
  }

  async #stall(what: string): Promise<void> {
    const { stallMs, turnCpuMs } = await this.#gauge();
    this.#found[`${what}: loop stood still, ms`] = stallMs;
    this.#found[`${what}: CPU of the longest turn, ms`] = turnCpuMs;
  }

  async #gauge(): Promise<Gauge> {
    const { process } = this.#stage;
    const asked = ++this.#asked;
    process.signal('SIGUSR2');
    const [, json = ''] = await process.untilLog(new RegExp(`gauge (\\{"asked":${asked},.*\\})`));
    return JSON.parse(json) as Gauge;
  }
}

const who = (i: number): string => `${member(i)}!${member(i)}@bench`;
