// Events of a durable network: on disk together with their ids before the network may forget them, delivered from there in order, and gone
// when the XMPP server has read what came of them.

import { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import type { GatewayId } from '../model/ids.ts';
import type { KeptEvent } from '../model/network.ts';
import type { Clock, Log } from '../model/ports.ts';
import type { LogEntry, Store, Write } from '../model/stores.ts';
import { words } from '../model/words.ts';
import { DeadLetters } from './dead-letters.ts';
import { decodeEvent, encodeEvent, type KeptFor } from './event-codec.ts';
import { Persistent } from './persistent.ts';

export interface Arrival extends KeptFor {
  readonly event: AnyEvent;
  /** To be called once, when it need not be kept any longer. */
  confirmed(): void;
}

/** What the inbox asks of the bridge. */
export interface InboxDoors {
  /** What a delivery needs is read first. @throws BridgeError by rejection: it is to be delivered later. */
  prepare(arrival: KeptFor & { readonly event: AnyEvent }): Promise<void> | undefined;
  /** Never throws. */
  deliver(arrival: Arrival): void;
}

export interface InboxOptions {
  readonly store: Pick<Store, 'table' | 'log' | 'batch'>;
  readonly gateway: GatewayId;
  readonly clock: Clock;
  readonly log: Log;
  /** What an adapter keeps of its own, as it is written. */
  readonly stateWrites: (account: KeptFor, state: Readonly<Record<string, string>>) => readonly Write[];
  readonly limits?: Partial<InboxLimits>;
}

export interface InboxLimits {
  /** Delivered, and not read by the XMPP server yet. */
  readonly maxRows: number;
  readonly maxUnits: number;
  readonly seenForMs: number;
  readonly seenMost: number;
}
export const INBOX_LIMITS: InboxLimits = {
  maxRows: 5_000,
  maxUnits: 8 * 1024 * 1024,
  seenForMs: 7 * 86_400_000,
  seenMost: 1_000_000,
};

const READ_AT_ONCE = 200;
const RETRY_MS = 1_000;
const TRIM_EVERY_MS = 3_600_000;
/** Delivered later than that, or perhaps a second time, it says when it came. */
const LATE_MS = 5_000;

export class Inbox {
  readonly #options: InboxOptions;
  readonly #limits: InboxLimits;
  readonly #rows: string;
  readonly #seen: string;
  readonly #persistent: Persistent;
  #doors: InboxDoors | undefined;
  /** Position of the last row that was delivered in this life of the process. */
  #upTo = 0;
  /** And of the last one that an earlier life has left: the XMPP server may have read it then. */
  #inheritedUpTo = 0;
  readonly #underWay = new Map<number, LogEntry>();
  #units = 0;
  #confirmed: number[] = [];
  #removing = false;
  #isOpen = false;
  #wanted = false;
  #reading = false;
  #size = 0;
  #stopTrimming: () => void = () => {};
  readonly counts = { kept: 0, repeated: 0, delivered: 0 };

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#limits = { ...INBOX_LIMITS, ...options.limits };
    this.#rows = `inbox/${options.gateway}`;
    this.#seen = `inbox-seen/${options.gateway}`;
    this.#persistent = new Persistent(options.clock, options.log, RETRY_MS);
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async start(doors: InboxDoors): Promise<void> {
    this.#doors = doors;
    const { log } = this.#options.store;
    this.#size += await log.count(this.#rows);
    this.#inheritedUpTo = (await log.range(this.#rows, { limit: 1, backwards: true }))[0]?.position ?? 0;
    this.#trim();
    this.wake();
  }

  /** Whether what is delivered goes out at once. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The XMPP server is there. */
  open(): void {
    this.#isOpen = true;
    this.wake();
  }

  /** It is away: what was delivered is spooled, and no more is. */
  close(): void {
    this.#isOpen = false;
  }

  stop(): void {
    this.#isOpen = false;
    this.#doors = undefined;
    this.#stopTrimming();
    this.#persistent.stop();
  }

  /** Events that are kept. */
  get size(): number {
    return this.#size;
  }

  /** Of the oldest that is kept, delivered or not; 0 where there is none. @throws BridgeError by rejection. */
  async oldestMs(): Promise<number> {
    if (this.#size === 0) return 0;
    const [underWay] = this.#underWay.values();
    const [row] = underWay === undefined ? await this.#options.store.log.range(this.#rows, { limit: 1 }) : [underWay];
    return row === undefined ? 0 : Math.max(0, this.#options.clock.now() - row.at);
  }

  /** See `Host.keep`. @throws BridgeError by rejection. */
  async keep(
    account: KeptFor,
    kept: readonly KeptEvent[],
    state: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const at = this.#options.clock.now();
    const puts = this.#options.stateWrites(account, state);
    let left = [...new Map(kept.map((one) => [one.id, one])).values()];
    for (;;) {
      const writes = [...puts, ...left.flatMap((one) => this.#bothWrites(account, one, at))];
      if (writes.length === 0) break;
      const outcome = await this.#options.store.batch(writes);
      if (outcome === 'written') break;
      if (outcome === 'fenced') throw new BridgeError('internal', words`Another process has taken over.`);
      left = await this.#unseen(account, left);
    }
    this.counts.kept += left.length;
    this.counts.repeated += kept.length - left.length;
    this.#size += left.length;
    if (left.length > 0) this.wake();
  }

  /** What keeps an event of our own making, to stand in a batch with what it comes from; `kept` once that is written. */
  writes(account: KeptFor, { id, event }: KeptEvent): readonly Write[] {
    const at = this.#options.clock.now();
    return [{ op: 'append', log: this.#rows, id: `own/${id}`, at, value: encodeEvent(account, event) }];
  }

  kept(): void {
    this.#size++;
    this.wake();
  }

  wake(): void {
    this.#wanted = true;
    if (!this.#reading && this.#isOpen && this.#doors !== undefined) void this.#readAll();
  }

  #bothWrites(account: KeptFor, { id, event }: KeptEvent, at: number): readonly Write[] {
    const name = nameOf(account, id);
    return [
      { op: 'append', log: this.#seen, id: name, at, value: '' },
      { op: 'append', log: this.#rows, id: name, at, value: encodeEvent(account, event) },
    ];
  }

  /** One of them was there already: those that were not. */
  async #unseen(account: KeptFor, kept: readonly KeptEvent[]): Promise<KeptEvent[]> {
    const { log } = this.#options.store;
    const known = await Promise.all(
      kept.map(async ({ id }) => {
        const name = nameOf(account, id);
        return (await log.find(this.#seen, name)) ?? (await log.find(this.#rows, name));
      }),
    );
    const left = kept.filter((_, index) => known[index] === undefined);
    if (left.length === kept.length) throw new BridgeError('internal', words`The store contradicts itself.`);
    return left;
  }

  async #readAll(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#wanted && this.#hasRoom()) {
        this.#wanted = false;
        const limit = Math.min(READ_AT_ONCE, this.#limits.maxRows - this.#underWay.size);
        const rows = await this.#options.store.log.range(this.#rows, { afterPosition: this.#upTo, limit });
        if (rows.length > 0) this.#wanted = true;
        for (const row of rows) {
          if (!this.#hasRoom()) break;
          await this.#deliver(row);
        }
      }
    } catch (error) {
      this.#options.log.warn('the inbox could not be read; trying again', { error });
      this.#options.clock.after(RETRY_MS, () => this.wake());
    } finally {
      this.#reading = false;
    }
  }

  #hasRoom(): boolean {
    if (!this.#isOpen || this.#doors === undefined) return false;
    return this.#underWay.size < this.#limits.maxRows && this.#units < this.#limits.maxUnits;
  }

  async #deliver(row: LogEntry): Promise<void> {
    const arrival = decodeEvent(row.value);
    if (arrival === undefined) {
      this.#upTo = row.position;
      await this.#bury(row);
      return;
    }
    await this.#doors?.prepare(arrival);
    // The link was lost meanwhile: it is read again.
    if (!this.#isOpen || this.#doors === undefined) return;
    this.#upTo = row.position;
    this.#underWay.set(row.position, row);
    this.#units += row.value.length;
    this.counts.delivered++;
    const isLate = row.position <= this.#inheritedUpTo || this.#options.clock.now() - row.at >= LATE_MS;
    const event = isLate ? stamped(arrival.event, row.at) : arrival.event;
    this.#doors.deliver({ ...arrival, event, confirmed: () => this.#onConfirmed(row) });
  }

  #onConfirmed(row: LogEntry): void {
    if (!this.#underWay.delete(row.position)) return;
    this.#units -= row.value.length;
    this.#confirmed.push(row.position);
    if (!this.#removing) void this.#remove();
    this.wake();
  }

  async #remove(): Promise<void> {
    this.#removing = true;
    // What is confirmed in the same turn goes in one write.
    await Promise.resolve();
    while (this.#confirmed.length > 0) {
      const positions = this.#confirmed;
      this.#confirmed = [];
      await this.#persistent.do('what was delivered', () => this.#options.store.log.remove(this.#rows, positions));
      this.#size -= positions.length;
    }
    this.#removing = false;
  }

  async #bury({ id, at, value, position }: LogEntry): Promise<void> {
    const { store, gateway, log } = this.#options;
    log.error('an entry of the inbox can not be read', { id });
    const letter = { id, what: 'event', user: '', reason: words`It could not be read.`, at, value } as const;
    await store.batch([new DeadLetters(store, gateway).write(letter)]);
    await store.log.remove(this.#rows, [position]);
    this.#size--;
  }

  #trim(): void {
    const { store, clock } = this.#options;
    const { seenForMs, seenMost } = this.#limits;
    store.log.trim(this.#seen, { before: clock.now() - seenForMs, keep: seenMost }).catch(() => undefined);
    this.#stopTrimming = clock.after(TRIM_EVERY_MS, () => this.#trim());
  }
}

/** Ids are the network's, and unique for one account only. */
function nameOf({ user, key }: KeptFor, id: string): string {
  return `${user.length}:${user}${key.length}:${key}${id}`;
}

/** XEP-0203: with the time when it came. */
function stamped(event: AnyEvent, at: number): AnyEvent {
  if (event.kind !== 'said' || event.message.at !== undefined) return event;
  return { ...event, message: { ...event.message, at: new Date(at) } };
}
