// What the server has not confirmed yet, and what could not be written while it was away: kept in order, written again after a reconnect, let
// go by checkpoints. XEP-0114 has no acknowledgements, so a ping behind the stanzas confirms them, one for many.

import type { Clock } from '../model/ports.ts';
import type { StanzaClass } from './feature.ts';
import { SpoolQueue, type Spooled } from './spool-queue.ts';
import { Stall } from './stall.ts';

export interface SpoolLimits {
  /** Unconfirmed stanzas before a checkpoint is made at once. */
  readonly checkpointStanzas: number;
  /** And the longest that one waits for it. */
  readonly checkpointMs: number;
  /** Kept at most; what is beyond goes, the oldest first. */
  readonly maxStanzas: number;
  readonly maxUnits: number;
  /** Unconfirmed at most, where what is written can wait; between these two it is as many as the server reads quickly. */
  readonly leastWindow: number;
  readonly mostWindow: number;
}
export const SPOOL_LIMITS: SpoolLimits = {
  checkpointStanzas: 64,
  checkpointMs: 50,
  maxStanzas: 20_000,
  maxUnits: 32 * 1024 * 1024,
  leastWindow: 256,
  mostWindow: 512,
};
/** Answers that take so long say that the server has too much to read at once, and that it could have more. */
const SLOW_MS = 15;
const FAST_MS = 6;

/** The link as the spool needs it. */
export interface SpoolLink {
  /** @returns whether it was written. */
  write(xml: string): boolean;
  /** Resolves when the server has read all that was written before; never, when the link is lost first. */
  ping(): Promise<void>;
}

export interface SpoolOptions {
  readonly link: SpoolLink;
  readonly clock: Clock;
  /** Where the delay stamps of second copies come from. */
  readonly domain: string;
  readonly limits?: Partial<SpoolLimits>;
  /** A stanza for a client in a room had to go: what that client knows of the room is wrong now. */
  onLost(to: string, xml: string): void;
  /** So much is unconfirmed that whoever can wait should. */
  onPressure(paused: boolean): void;
  /** It is busy no more. */
  onReady(): void;
}

export interface SpoolCounters {
  readonly checkpoints: number;
  /** Written a second time after a reconnect. */
  readonly copies: number;
  /** Gone because there were too many, and not known to be read by the server. */
  readonly lost: number;
}

export class Spool {
  readonly #options: SpoolOptions;
  readonly #limits: SpoolLimits;
  /** Written, in order; then those of an absence, not written yet. */
  readonly #queue = new SpoolQueue();
  /** Read by a server that may still forget them. */
  readonly #held = new SpoolQueue();
  #online = false;
  #seq = 0;
  #era = 0;
  #pinging = false;
  #pressed = false;
  /** Written, unconfirmed and no longer kept: one stanza for each client and room, should the link be lost now. */
  readonly #forgotten = new Map<string, Spooled>();
  readonly #stall: Stall;
  #cancelTimer: (() => void) | undefined;
  #cancelRelease: (() => void) | undefined;
  #holdMs = 0;
  #window: number;
  /** Up to here the server has read all that this connection carried; from there to `#unkeptTo` it was written and is no longer kept. */
  #readTo = 0;
  #unkeptTo = 0;
  #checkpoints = 0;
  #copies = 0;
  #lost = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#limits = { ...SPOOL_LIMITS, ...options.limits };
    this.#window = this.#limits.leastWindow;
    this.#stall = new Stall(options.clock, () => this.#press());
  }

  counters(): SpoolCounters {
    return { checkpoints: this.#checkpoints, copies: this.#copies, lost: this.#lost };
  }

  get pressed(): boolean {
    return this.#pressed;
  }

  /** The server has as much to read as it should. */
  get busy(): boolean {
    return this.#online && this.#queue.size >= this.#window;
  }

  depth(): { readonly stanzas: number; readonly oldestMs: number } {
    const first = this.#queue.first;
    return {
      stanzas: this.#queue.size,
      oldestMs: first === undefined ? 0 : this.#options.clock.monotonic() - first.at,
    };
  }

  /** `confirmed` is called once, when the stanza is safe with the server or can never be. */
  write(xml: string, to: string, kind: StanzaClass, confirmed?: () => void): void {
    const written = this.#online && this.#options.link.write(xml);
    // State is made anew when the server is back.
    if (kind === 'state' || (this.#online && !written)) {
      confirmed?.();
      return;
    }
    this.#queue.push({
      seq: ++this.#seq,
      xml,
      to,
      kind,
      at: this.#options.clock.monotonic(),
      confirmed,
      written: this.#online,
    });
    this.#bound();
    this.#press();
    if (this.#online) this.#plan();
  }

  /** `holdMs`: how long the server may forget what it has read (ejabberd's tables are written behind). */
  up(holdMs = 0): void {
    this.#online = true;
    this.#era++;
    this.#holdMs = holdMs;
    this.#readTo = this.#seq;
    const again = [...this.#held.takeAll(), ...this.#queue.takeAll()];
    for (const entry of again) {
      const copy = entry.written && entry.xml.startsWith('<message');
      if (copy) this.#copies++;
      const xml = copy ? this.#stamped(entry) : entry.xml;
      if (this.#options.link.write(xml)) this.#queue.push({ ...entry, seq: ++this.#seq, written: true });
      else entry.confirmed?.();
    }
    if (this.#queue.size > 0) this.#plan();
  }

  /** From now on the server may forget for that long what it has read. */
  hold(ms: number): void {
    this.#holdMs = ms;
  }

  down(): void {
    this.#online = false;
    for (const { to, xml } of this.#forgotten.values()) this.#options.onLost(to, xml);
    this.#forgotten.clear();
    this.#lost += Math.max(0, this.#unkeptTo - this.#readTo);
    this.#unkeptTo = 0;
    this.#era++;
    this.#pinging = false;
    this.#stall.end();
    this.#press();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#options.onReady();
  }

  stop(): void {
    this.down();
    this.#cancelRelease?.();
  }

  /** Resolves when everything written so far is confirmed, or the link is lost. */
  async settle(): Promise<void> {
    const era = this.#era;
    while (this.#online && era === this.#era && this.#queue.size > 0) {
      const upTo = this.#seq;
      await this.#options.link.ping();
      if (era === this.#era) this.#confirm(upTo);
    }
  }

  #plan(): void {
    if (this.#pinging) return;
    if (this.#queue.size >= this.#limits.checkpointStanzas) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
      this.#ping();
    } else {
      this.#cancelTimer ??= this.#options.clock.after(this.#limits.checkpointMs, () => {
        this.#cancelTimer = undefined;
        this.#ping();
      });
    }
  }

  #ping(): void {
    if (this.#pinging || this.#queue.size === 0 || !this.#online) return;
    const upTo = this.#seq;
    this.#pinging = true;
    this.#stall.begin();
    const era = this.#era;
    const { clock, link } = this.#options;
    const askedAt = clock.monotonic();
    void link.ping().then(() => {
      if (era !== this.#era) return;
      this.#pinging = false;
      this.#stall.end();
      this.#adapt(clock.monotonic() - askedAt);
      this.#confirm(upTo);
      if (this.#queue.size > 0) this.#plan();
    });
  }

  /** Whoever comes next waits for as long as the server took for all that it had. */
  #adapt(tookMs: number): void {
    const { leastWindow, mostWindow } = this.#limits;
    if (tookMs > SLOW_MS) this.#window = Math.max(leastWindow, this.#window / 2);
    else if (tookMs < FAST_MS && this.busy) this.#window = Math.min(mostWindow, this.#window * 2);
  }

  #confirm(upTo: number): void {
    this.#checkpoints++;
    this.#readTo = upTo;
    for (const [key, { seq }] of this.#forgotten) if (seq <= upTo) this.#forgotten.delete(key);
    for (const entry of this.#queue.takeThrough(upTo)) {
      // Only what lies in the server's own tables can be forgotten there.
      if (this.#holdMs > 0 && entry.kind === 'spooled')
        this.#held.push({ ...entry, at: this.#options.clock.monotonic() });
      else entry.confirmed?.();
    }
    while (this.#held.size > this.#limits.maxStanzas) this.#held.shift()?.confirmed?.();
    this.#press();
    if (!this.busy) this.#options.onReady();
    this.#planRelease();
  }

  #planRelease(): void {
    const { first } = this.#held;
    if (this.#cancelRelease !== undefined || first === undefined) return;
    const { clock } = this.#options;
    this.#cancelRelease = clock.after(first.at + this.#holdMs - clock.monotonic(), () => {
      this.#cancelRelease = undefined;
      if (!this.#online) return;
      const before = clock.monotonic() - this.#holdMs;
      for (const entry of this.#held.takeOlderThan(before)) entry.confirmed?.();
      this.#planRelease();
    });
  }

  #bound(): void {
    while (this.#queue.size > this.#limits.maxStanzas || this.#queue.units > this.#limits.maxUnits) {
      const gone = this.#queue.first;
      // What is kept elsewhere until it is confirmed is bounded there.
      if (gone === undefined || gone.confirmed !== undefined) return;
      this.#queue.shift();
      if (gone.written && this.#online) {
        this.#unkeptTo = gone.seq;
        if (gone.kind === 'room') this.#forgotten.set(keyOf(gone), gone);
        continue;
      }
      this.#lost++;
      if (gone.kind === 'room') this.#options.onLost(gone.to, gone.xml);
    }
  }

  #press(): void {
    const share = Math.max(this.#queue.size / this.#limits.maxStanzas, this.#queue.units / this.#limits.maxUnits);
    const isStalled = this.#stall.isOn && this.busy;
    const pressed = this.#online && (isStalled || share > (this.#pressed ? 0.25 : 0.5));
    if (pressed === this.#pressed) return;
    this.#pressed = pressed;
    this.#options.onPressure(pressed);
  }

  /** A second copy says when it was first written (XEP-0203), unless it carries a stamp already. */
  #stamped({ xml, at }: Spooled): string {
    if (xml.includes("xmlns='urn:xmpp:delay'") || !xml.endsWith('</message>')) return xml;
    const { clock, domain } = this.#options;
    const stamp = new Date(clock.now() - (clock.monotonic() - at)).toISOString();
    return `${xml.slice(0, -'</message>'.length)}<delay xmlns='urn:xmpp:delay' from='${domain}' stamp='${stamp}'/></message>`;
  }
}

/** Whom and, up to the room's nick, whence. */
function keyOf({ to, xml }: Spooled): string {
  const from = / from='([^'/]*)/.exec(xml)?.[1] ?? '';
  return `${to} ${from}`;
}
