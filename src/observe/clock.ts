// Time, as the model's `Clock` sees it.

/** setTimeout runs anything longer at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export class SystemClock {
  now(): number {
    return Date.now();
  }
  monotonic(): number {
    return performance.now();
  }
  after(delayMs: number, task: () => void): () => void {
    let timer: NodeJS.Timeout;
    const arm = (restMs: number): void => {
      const stepMs = Math.min(restMs, LONGEST_TIMEOUT_MS);
      timer = setTimeout(() => (restMs > stepMs ? arm(restMs - stepMs) : task()), stepMs);
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  }
}
