// What waits to be written to one connection: gathered per turn into one write, bounded, and telling when it is too much (COMP-7).

import type { Clock } from '../model/ports.ts';

export interface WriterLimits {
  /** Above this much unsent, in UTF-16 units, the sources are asked to pause. */
  readonly pauseUnits: number;
  /** At this much or less they may go on. */
  readonly resumeUnits: number;
  /** More than this is never kept. */
  readonly maxUnits: number;
  /** Without the kernel taking anything. */
  readonly stallMs: number;
}

export interface WriterOptions {
  readonly clock: Clock;
  readonly limits: WriterLimits;
  write(text: string, written: () => void): void;
  /** Bytes of earlier writes that the kernel has not taken yet. */
  unsent(): number;
  onPressure(paused: boolean): void;
  /** Once: the peer does not read. The writer has stopped. */
  onStalled(why: string): void;
}

/** Of one write, so that a slow peer shows progress. */
const WRITE_UNITS = 256 * 1024;

export class LinkWriter {
  readonly #options: WriterOptions;
  #waiting: string[] = [];
  #waitingUnits = 0;
  #underwayUnits = 0;
  #scheduled = false;
  #paused = false;
  #stopped = false;
  #cancelStall: () => void = () => undefined;
  #drained: (() => void) | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  get paused(): boolean {
    return this.#paused;
  }

  push(xml: string): void {
    if (this.#stopped) return;
    const { maxUnits, pauseUnits } = this.#options.limits;
    const unsent = this.#waitingUnits + this.#underwayUnits + xml.length;
    if (unsent > maxUnits) {
      this.#stall(`${unsent} units unsent`);
      return;
    }
    this.#waiting.push(xml);
    this.#waitingUnits += xml.length;
    if (!this.#scheduled && this.#underwayUnits === 0) {
      this.#scheduled = true;
      setImmediate(this.#flush);
    }
    if (unsent > pauseUnits && !this.#paused) {
      this.#paused = true;
      this.#options.onPressure(true);
    }
  }

  /** Resolves when the kernel has everything, or the writer stops. */
  drain(): Promise<void> {
    if (this.#stopped || this.#waitingUnits + this.#underwayUnits === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Forgets what waits. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#waitingUnits = 0;
    this.#cancelStall();
    this.#drained?.();
    if (this.#paused) {
      this.#paused = false;
      this.#options.onPressure(false);
    }
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#stopped || this.#underwayUnits > 0 || this.#waiting.length === 0) return;
    const text = this.#take();
    this.#underwayUnits = text.length;
    this.#options.write(text, this.#written);
    if (this.#options.unsent() === 0) return;
    const { stallMs } = this.#options.limits;
    this.#cancelStall = this.#options.clock.after(stallMs, () => this.#stall(`nothing taken in ${stallMs} ms`));
  };

  readonly #written = (): void => {
    if (this.#stopped) return;
    this.#cancelStall();
    this.#underwayUnits = 0;
    if (this.#paused && this.#waitingUnits <= this.#options.limits.resumeUnits) {
      this.#paused = false;
      this.#options.onPressure(false);
    }
    if (this.#waiting.length > 0) this.#flush();
    else this.#drained?.();
  };

  #take(): string {
    if (this.#waitingUnits <= WRITE_UNITS) {
      const text = this.#waiting.join('');
      this.#waiting = [];
      this.#waitingUnits = 0;
      return text;
    }
    let count = 0;
    let units = 0;
    while (count < this.#waiting.length && units < WRITE_UNITS) units += this.#waiting[count++]?.length ?? 0;
    this.#waitingUnits -= units;
    return this.#waiting.splice(0, count).join('');
  }

  #stall(why: string): void {
    if (this.#stopped) return;
    this.stop();
    this.#options.onStalled(why);
  }
}
