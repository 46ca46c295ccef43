// Messages on their way: who sends when, which are still missing, and how long each took.

export interface Rhythm {
  /** As many as possible, so many unfinished at a time. */
  readonly window?: number;
  /** So many a second, whatever the gateway does. */
  readonly perSecond?: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export class Flight {
  readonly #count: number;
  readonly #copies: number;
  readonly #send: (n: number) => void;
  readonly #sentAt: Float64Array;
  readonly #missing: Uint16Array;
  readonly #latencies: readonly Float64Array[];
  readonly #arrivals: number[];
  #total = 0;
  #seenTotal = 0;
  #sent = 0;
  #finished = 0;
  #window = 0;
  #resolve: () => void = () => {};
  #lastProgressAt = 0;

  /**
   * `copies`: how many arrivals at each of `ends` finish a message; latencies are kept apart by end. `send` gives message `n`,
   * counted from 0, to a socket.
   */
  constructor(count: number, copies: number, ends: number, send: (n: number) => void) {
    this.#count = count;
    this.#copies = copies * ends;
    this.#send = send;
    this.#sentAt = new Float64Array(count);
    this.#missing = new Uint16Array(count).fill(copies * ends);
    this.#latencies = Array.from({ length: ends }, () => new Float64Array(count * copies));
    this.#arrivals = Array.from({ length: ends }, () => 0);
  }

  /** Resolves when every copy of every message has arrived. */
  run(rhythm: Rhythm): Promise<void> {
    this.#lastProgressAt = performance.now();
    const finished = new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
    if (rhythm.perSecond === undefined) {
      this.#window = rhythm.window ?? 1;
      this.#fill();
    } else this.#pace(rhythm.perSecond);
    return finished;
  }

  /** A copy of message `n` is at the far end, and is right. */
  arrived(n: number, end = 0): void {
    const at = this.#arrivals[end] ?? 0;
    this.#arrivals[end] = at + 1;
    const latencies = this.#latencies[end];
    if (latencies) latencies[at] = performance.now() - (this.#sentAt[n] ?? 0);
    this.#total++;
    const missing = (this.#missing[n] ?? 0) - 1;
    this.#missing[n] = missing;
    if (missing !== 0) return;
    this.#finished++;
    if (this.#finished === this.#count) return this.#resolve();
    if (this.#window > 0 && this.#sent - this.#finished <= this.#window / 2) this.#fill();
  }

  /** What to say when nothing has moved for so long. */
  stalled(patienceMs: number): string | undefined {
    const now = performance.now();
    if (this.#total !== this.#seenTotal) {
      this.#seenTotal = this.#total;
      this.#lastProgressAt = now;
    }
    if (now - this.#lastProgressAt < patienceMs) return undefined;
    const first = this.#missing.findIndex((copies) => copies > 0);
    return `${this.#count * this.#copies - this.#total} of ${this.#count * this.#copies} never arrived; the first is of message ${first}`;
  }

  latency(end = 0): Latency {
    const sorted = (this.#latencies[end] ?? new Float64Array()).slice(0, this.#arrivals[end]).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  #fill(): void {
    const until = Math.min(this.#count, this.#finished + this.#window);
    while (this.#sent < until) this.#next();
  }

  #next(): void {
    const n = this.#sent++;
    this.#sentAt[n] = performance.now();
    this.#send(n);
  }

  #pace(perSecond: number): void {
    const start = performance.now();
    const timer = setInterval(
      () => {
        const due = Math.min(this.#count, Math.ceil(((performance.now() - start) * perSecond) / 1000));
        while (this.#sent < due) this.#next();
        if (this.#sent === this.#count) clearInterval(timer);
        // Twice as often as there is something to send: waking up is counted where the whole is.
      },
      Math.max(1, 500 / perSecond),
    );
  }
}
