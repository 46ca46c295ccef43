// Accepted commands of a durable network: on disk before the network sees them, out of it when the network has acknowledged or the one who
// asked has been told why not. Lanes keep their order, as only the oldest of each can be claimed.

import { BridgeError } from '../model/errors.ts';
import type { AnyCommand } from '../model/commands.ts';
import type { GatewayId, UserId } from '../model/ids.ts';
import type { Clock, Log } from '../model/ports.ts';
import type { QueueItem, Store, Write } from '../model/stores.ts';
import { words } from '../model/words.ts';
import { Acceptance } from './acceptance.ts';
import { DeadLetters, outboxOf, progressOf } from './dead-letters.ts';
import type { OutboxDoors } from './outbox-doors.ts';
import { OUTBOX_LIMITS, type OutboxLimits, verdictOn } from './outbox-limits.ts';
import { NO_PROGRESS, newWork, type Progress, type Work, workIn } from './outbox-work.ts';
import { Persistent } from './persistent.ts';
import type { Submission } from './submission.ts';
import { Unnamed } from './unnamed.ts';

export interface OutboxOptions {
  readonly store: Pick<Store, 'table' | 'log' | 'queue' | 'batch'>;
  readonly gateway: GatewayId;
  /** One that does not step. */
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<OutboxLimits>;
  readonly random?: () => number;
}

export interface OutboxDepth {
  readonly commands: number;
  readonly oldestMs: number;
}

const LEASE_MS = 10 * 60_000;
const CLAIMED_AT_ONCE = 64;
const LOOK_EVERY_MS = 15_000;
const RETRY_MS = 1_000;
/** Later than that nobody waits for an error any more: it is told in words. */
const LATE_MS = 60_000;
/** What an earlier process has put off: by whatever time it went, it is not put off for long. */
const INHERITED_WAIT_MS = 30_000;
const ANY_TIME = Number.MAX_SAFE_INTEGER;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #limits: OutboxLimits;
  readonly #queue: string;
  readonly #progress: string;
  readonly #dead: DeadLetters;
  readonly #persistent: Persistent;
  /** As they were submitted in this life of the process. */
  readonly #live = new Map<string, Submission>();
  readonly #held = new Map<string, Work>();
  readonly #acceptance: Acceptance;
  #inherited = new Map<string, Progress>();
  /** Until when claims of an earlier process may run that there was no room for yet. */
  #inheritUpTo = 0;
  /** Put off in this life. */
  readonly #putOff = new Set<string>();
  #doors: OutboxDoors | undefined;
  #wanted = false;
  #claiming: Promise<void> | undefined;
  #stopLooking: () => void = () => {};
  #stopped = false;
  #size = 0;
  readonly unnamed = new Unnamed();
  readonly counts = { accepted: 0, repeated: 0, retried: 0, refused: 0, buried: 0 };

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#limits = { ...OUTBOX_LIMITS, ...options.limits };
    this.#queue = outboxOf(options.gateway);
    this.#acceptance = new Acceptance(options, this.counts, () => {
      this.#size++;
      this.#wake();
    });
    this.#progress = progressOf(options.gateway);
    this.#dead = new DeadLetters(options.store, options.gateway);
    this.#persistent = new Persistent(options.clock, options.log, RETRY_MS);
  }

  /** Takes up what an earlier process left. @throws BridgeError by rejection where the store can't be read. */
  async start(doors: OutboxDoors): Promise<void> {
    const { store, clock } = this.#options;
    this.#doors = doors;
    const rows = await store.table(this.#progress).list('');
    this.#inherited = new Map(rows.map(([id, value]) => [id, JSON.parse(value) as Progress]));
    this.#size = await store.queue.size(this.#queue);
    // Leases of a process that is gone hold nothing back: one process at a time has the gateway.
    const leaseUntil = clock.now() + LEASE_MS;
    const items = await store.queue.claim(this.#queue, ANY_TIME, leaseUntil, this.#limits.mostHeld);
    // The others when there is room: whatever has a shorter lease than ours was claimed by nobody that lives.
    if (items.length === this.#limits.mostHeld) this.#inheritUpTo = leaseUntil - 1;
    for (const item of items) this.#take(item);
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopLooking();
    this.#persistent.stop();
    await this.#claiming;
  }

  depth(): OutboxDepth {
    let oldest = this.#options.clock.now();
    for (const { at } of this.#held.values()) oldest = Math.min(oldest, at);
    return { commands: this.#size, oldestMs: this.#options.clock.now() - oldest };
  }

  /**
   * Resolves when the command is safe: `repeated` where it was accepted before.
   * @throws BridgeError by rejection: it was not accepted.
   */
  async accept(user: UserId, submission: Submission, pieces: readonly AnyCommand[]): Promise<'written' | 'repeated'> {
    const work = newWork(user, submission, pieces, this.#options.clock.now());
    const first = !this.#live.has(work.id);
    if (first) this.#live.set(work.id, submission);
    const lane = `${user} ${this.#doors?.laneOf(pieces[0] ?? submission.command) ?? ''}`;
    try {
      const outcome = await this.#acceptance.accept(work, lane);
      if (outcome === 'repeated' && first && !this.#held.has(work.id)) this.#live.delete(work.id);
      return outcome;
    } catch (error) {
      this.#live.delete(work.id);
      throw error;
    }
  }

  /** A dead letter was put back into it. */
  replayed(): void {
    this.#size++;
    this.#wake();
  }

  /** Notes how far a work has come, before the next step is taken. @throws BridgeError by rejection. */
  async note(work: Work, progress: Progress): Promise<void> {
    await this.#options.store.table(this.#progress).put(work.id, JSON.stringify(progress));
    work.progress = progress;
    this.unnamed.noted(work);
  }

  /** The network has it; `writes` go with that. Resolves when the next of its lane may be performed. */
  async done(work: Work, writes: readonly Write[]): Promise<void> {
    await this.#remove(work, writes);
  }

  /** The network did not take it, now or at all. */
  async failed(work: Work, error: BridgeError): Promise<void> {
    const { clock, random } = this.#options;
    if (work.over) return;
    work.attempts++;
    work.tried = true;
    const ageMs = clock.now() - work.at;
    const verdict = verdictOn(error, { attempts: work.attempts, ageMs }, this.#limits, random);
    if (verdict.do === 'retry') await this.#retry(work, verdict.afterMs);
    else if (verdict.do === 'refuse') await this.refused(work, error);
    else await this.#bury(work, error);
  }

  /** It will not be performed; who asked is told, `in words` where an error alone would not be enough. */
  async refused(work: Work, error: BridgeError, how?: 'in words'): Promise<void> {
    if (work.over) return;
    this.counts.refused++;
    const isLate =
      how === 'in words' || work.inherited || this.#options.clock.now() - work.at > LATE_MS || !this.#canRefuse;
    if (!isLate) this.#doors?.refuse(work, error);
    await this.#remove(work, isLate ? (this.#doors?.failure(work, error) ?? []) : []);
    if (isLate) this.#doors?.toldLate();
  }

  /** An error that only lies in memory would go with the process. */
  get #canRefuse(): boolean {
    return this.#doors?.canRefuse() === true;
  }

  async #retry(work: Work, afterMs: number): Promise<void> {
    const { store, clock } = this.#options;
    this.counts.retried++;
    const due = clock.now() + afterMs;
    this.#putOff.add(work.id);
    await this.#persistent.do('a failed try', () => store.queue.fail(this.#queue, work.id, due));
    this.#inherited.set(work.id, work.progress);
    this.#held.delete(work.id);
    // There was no room for others.
    if (this.#wanted) this.#wake();
    clock.after(afterMs, () => this.#wake());
  }

  async #bury(work: Work, error: BridgeError): Promise<void> {
    const { clock, log } = this.#options;
    this.counts.buried++;
    log.warn('a command was given up after many tries', { id: work.id, user: work.user, code: error.code, error });
    const text = words`It could not be sent in the end: ${error.text} The operator can have it tried again.`;
    const told = new BridgeError(error.code, text, error.details);
    const { id, user, lane, value } = work;
    const letter = this.#dead.write({ id, what: 'command', user, lane, value, reason: error.text, at: clock.now() });
    // What the network has taken of it, and what may have been on its way, counts when it is tried once more.
    this.#inherited.set(work.id, work.progress);
    await this.#remove(work, [letter, ...(this.#doors?.failure(work, told) ?? [])], 'progress stays');
    this.#doors?.toldLate();
  }

  async #remove(work: Work, writes: readonly Write[], how?: 'progress stays'): Promise<void> {
    work.over = true;
    const row: Write[] = how === undefined ? [{ op: 'delete', table: this.#progress, key: work.id }] : [];
    const hasRow = work.progress !== NO_PROGRESS;
    const done: Write = { op: 'done', queue: this.#queue, id: work.id };
    await this.#persistent.do('the end of a command', async () => {
      const outcome = await this.#options.store.batch([done, ...(hasRow ? row : []), ...writes]);
      // Told before, by a process that did not come to remove it.
      if (outcome === 'seen') await this.#options.store.batch([done, ...row]);
    });
    this.#size--;
    this.#held.delete(work.id);
    this.#live.delete(work.id);
    this.unnamed.over(work);
    this.#wake();
  }

  #wake(): void {
    this.#wanted = true;
    // Where no more can be held it goes on when one of them is done.
    if (this.#stopped || this.#doors === undefined || this.#held.size >= this.#limits.mostHeld) return;
    this.#claiming ??= this.#claimAll();
  }

  async #claimAll(): Promise<void> {
    const { store, clock, log } = this.#options;
    while (this.#wanted && !this.#stopped && this.#held.size < this.#limits.mostHeld) {
      this.#wanted = false;
      try {
        const now = clock.now();
        const upTo = Math.max(now, this.#inheritUpTo);
        const items = await store.queue.claim(this.#queue, upTo, now + LEASE_MS, CLAIMED_AT_ONCE);
        for (const item of items) this.#take(item);
        if (items.length === CLAIMED_AT_ONCE) this.#wanted = true;
        else this.#inheritUpTo = 0;
      } catch (error) {
        log.debug('the outbox could not be read; looking again soon', { error });
        clock.after(RETRY_MS, () => this.#wake());
      }
    }
    this.#claiming = undefined;
  }

  #take(item: QueueItem): void {
    // Its lease has run out while it waited for a session.
    if (this.#held.has(item.id) || this.#stopped) return;
    if (this.#acceptance.isWithdrawn(item.id)) {
      void this.#withdraw(item.id);
      return;
    }
    const work = workIn(item, this.#live.get(item.id), this.#inherited.get(item.id) ?? NO_PROGRESS);
    if (work === undefined) {
      this.#options.log.error('an entry of the outbox can not be read', { id: item.id });
      void this.#discard(item);
      return;
    }
    this.#inherited.delete(item.id);
    this.#held.set(item.id, work);
    this.unnamed.noted(work);
    const most = this.#putOff.delete(item.id) ? Number.POSITIVE_INFINITY : INHERITED_WAIT_MS;
    const waitMs = Math.min(item.due - this.#options.clock.now(), most);
    if (waitMs <= 0) this.#doors?.perform(work);
    else this.#options.clock.after(waitMs, () => this.#doors?.perform(work));
  }

  async #withdraw(id: string): Promise<void> {
    await this.#persistent.do('a withdrawn command', () => this.#acceptance.withdraw(id));
    this.#size--;
    this.#wake();
  }

  async #discard({ id, lane, value }: QueueItem): Promise<void> {
    const at = this.#options.clock.now();
    const reason = words`It could not be read.`;
    const letter = this.#dead.write({ id, what: 'command', user: '', lane, value, reason, at });
    const done: Write = { op: 'done', queue: this.#queue, id };
    await this.#persistent.do('an unreadable command', () => this.#options.store.batch([done, letter]));
    this.#size--;
    this.#wake();
  }

  /** What the operator put back, what waited too long for a session, names nobody repeats any more. */
  #look(): void {
    const { clock } = this.#options;
    const now = clock.now();
    for (const work of this.#held.values()) {
      if (work.busy || work.over || now - work.at < this.#limits.awayMs) continue;
      void this.#bury(work, new BridgeError('network-down', words`There was no connection to the network.`));
    }
    this.#acceptance.trim();
    this.#wake();
    this.#stopLooking = clock.after(LOOK_EVERY_MS, () => this.#look());
  }
}
