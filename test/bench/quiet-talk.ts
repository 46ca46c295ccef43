// Somebody who has nothing to do with what goes on: the lines that reach her in a channel of her own, and how late they are.

import type { Channel } from './irc-side.ts';
import type { Heard, Stage } from './stage.ts';

const EVERY_MS = 4;
const SPEAKER = 'q';
const LATE_MS = 10_000;

export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class QuietTalk {
  readonly #stage: Stage;
  readonly #channel: Channel;
  readonly #user: number;
  readonly #sentAt: number[] = [];
  #heard: number[] = [];
  #next = 0;

  /** `user` is the only one of the gateway's in the channel; she is to join it. */
  constructor(stage: Stage, name: string, user: number) {
    this.#stage = stage;
    this.#channel = stage.irc.channel(name, [SPEAKER]);
    this.#user = user;
  }

  /** @returns whether it was one of these lines. */
  hear({ user, body }: Heard): boolean {
    if (!body.startsWith('quiet ')) return false;
    const now = performance.now();
    const n = this.#next++;
    if (user !== this.#user || body !== `quiet ${n}`)
      this.#stage.verdict.fail(`quiet ${n} was due, user ${user} got ${body}`);
    this.#heard.push(now - (this.#sentAt[n] ?? now));
    return true;
  }

  /** Speaks until the work is done and every line of it has come. */
  async during(work: () => Promise<void>): Promise<Lateness> {
    this.#heard = [];
    const timer = setInterval(() => {
      const n = this.#sentAt.push(performance.now()) - 1;
      this.#stage.irc.say(this.#channel, SPEAKER, `quiet ${n}`);
    }, EVERY_MS);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
    const end = performance.now() + LATE_MS;
    const all = new Promise<void>((resolve) => {
      const look = (): void => void (this.#next === this.#sentAt.length ? resolve() : setTimeout(look, 1));
      look();
    });
    await this.#stage.verdict.guard(all, () =>
      performance.now() > end ? `${this.#sentAt.length - this.#next} quiet lines never came` : undefined,
    );
    return latenessOf(this.#heard);
  }
}

function latenessOf(times: readonly number[]): Lateness {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? 0 };
}
