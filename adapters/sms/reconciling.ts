// What no webhook brought, because nobody could be reached here: texts and states are looked up in the account's list when a session begins,
// soon after a webhook could not be taken or the process stood still, and now and then. What had come all the same is known by its id.

import type { BridgeError } from '../../src/model/errors.ts';
import type { Clock, KeyValue, Log } from '../../src/model/ports.ts';
import { failureOf } from './errors.ts';
import type { Line } from './line.ts';
import { contactOf, countryOfNumber } from './numbers.ts';
import type { Listed, TextService } from './twilio.ts';

export interface ReconcilingDoors {
  readonly service: TextService;
  readonly line: Line;
  readonly state: KeyValue;
  readonly clock: Clock;
  readonly log: Log;
  /** Between looks where nothing seems to be missed. */
  readonly everyMs: number;
  /** Looking failed. */
  readonly trouble: (error: BridgeError) => void;
}

const HEARD = 'heard-until';
/** Since when the number is hers: what came before was for somebody else. */
const HERS = 'number-since/';
/** Clocks differ, and the list lags. */
const OVERLAP_MS = 10 * 60_000;
/** After the first look: the list lags. */
const AGAIN_MS = 30_000;
const RETRY_FIRST_MS = 5_000;
const RETRY_MOST_MS = 60_000;
/** The provider tries again by itself for a while. */
const SOON_MS = 10_000;
const MOST = 2_000;

export class Reconciling {
  readonly #doors: ReconcilingDoors;
  #callOff: () => void = () => {};
  #dueAt = Number.POSITIVE_INFINITY;
  #looking = false;
  #wanted = false;
  #failures = 0;
  #isFirst = true;
  #stopped = false;

  constructor(doors: ReconcilingDoors) {
    this.#doors = doors;
  }

  start(): void {
    void this.#look();
  }
  /** Something may have been missed. */
  soon(afterMs = 0): void {
    if (this.#looking) this.#wanted = true;
    else this.#plan(SOON_MS + afterMs);
  }
  stop(): void {
    this.#stopped = true;
    this.#callOff();
  }

  #plan(inMs: number): void {
    const { clock } = this.#doors;
    const at = clock.monotonic() + inMs;
    if (this.#stopped || at >= this.#dueAt) return;
    this.#callOff();
    this.#dueAt = at;
    this.#callOff = clock.after(inMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { log, trouble } = this.#doors;
    this.#looking = true;
    this.#dueAt = Number.POSITIVE_INFINITY;
    let next = this.#isFirst ? AGAIN_MS : this.#doors.everyMs;
    try {
      await this.#texts();
      await this.#states();
      this.#isFirst = false;
      this.#failures = 0;
    } catch (thrown) {
      const error = failureOf(thrown);
      trouble(error);
      log.debug('the list of texts could not be read; trying again', { error });
      const step = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** this.#failures++);
      next = Math.max(step, error.details.retryAfterMs ?? 0);
    }
    this.#looking = false;
    this.#plan(this.#wanted ? Math.min(next, SOON_MS) : next);
    this.#wanted = false;
  }

  async #texts(): Promise<void> {
    const { service, line, state, clock, log } = this.#doors;
    const hers = await this.#hersSince();
    const now = service.atTheirs(clock.now());
    const heard = Number(await state.get(HEARD));
    let newest = heard > 0 ? heard : now;
    if (heard > 0) {
      // The list knows whole seconds only: what came in the second in which the number became hers may be another's.
      const since = (Math.floor(Math.max(heard - OVERLAP_MS - 1_000, hers) / 1_000) + 1) * 1_000;
      const missed = await this.#listed(service.list({ to: line.number, since: dayOf(since) }), since);
      // Oldest first, as they were written.
      for (const { sid, from, to, body, files, createdAt } of missed.filter((one) => one.isInbound).toReversed()) {
        if (this.#stopped) return;
        const text = { sid, from, to, body, files: Array.from({ length: files }, () => '') };
        await line.take({ ...text, at: new Date(createdAt) });
        newest = Math.max(newest, createdAt);
      }
      log.debug('texts in the list', { count: missed.length });
    }
    // By the provider's clock: ours may have been wrong.
    if (newest !== heard) await state.put(HEARD, String(newest));
  }

  /** By the provider's clock, which its first answer tells. */
  async #hersSince(): Promise<number> {
    const { state, line, service, clock } = this.#doors;
    const key = HERS + line.number;
    const known = Number(await state.get(key));
    if (known > 0) return known;
    for (const [other] of await state.list(HERS)) await state.delete(other);
    await ask(service.list({ to: line.number })).catch(() => undefined);
    const now = service.atTheirs(clock.now());
    await state.put(key, String(now));
    return now;
  }

  async #states(): Promise<void> {
    const { line } = this.#doors;
    // She may have had another number.
    for (const [from, oldest] of line.outgoing.openSince()) {
      if (this.#stopped) return;
      await this.#statesOf(from || line.number, oldest);
    }
  }
  async #statesOf(from: string, oldest: number): Promise<void> {
    const { service, line } = this.#doors;
    const since = service.atTheirs(oldest) - OVERLAP_MS;
    const sent = await this.#listed(service.list({ from, since: dayOf(since) }), since);
    for (const { sid, to, status, errorCode } of sent) {
      const conversation = contactOf(to, countryOfNumber(line.number));
      if (conversation === undefined || !line.outgoing.isOpen(sid)) continue;
      await line.outgoing.became({ sid, status, errorCode }, conversation);
    }
  }

  async #listed(list: AsyncIterable<Listed>, since: number): Promise<readonly Listed[]> {
    const all: Listed[] = [];
    let seen = 0;
    for await (const one of list) {
      if (one.createdAt >= since) all.push(one);
      if (++seen >= MOST || this.#stopped) break;
    }
    return all;
  }
}

async function ask(list: AsyncIterable<Listed>): Promise<void> {
  await list[Symbol.asyncIterator]().next();
}

/** The network filters by whole days. */
function dayOf(at: number): Date {
  return new Date(Math.floor(at / 86_400_000) * 86_400_000);
}
