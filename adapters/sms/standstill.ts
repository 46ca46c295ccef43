// Whether the process, or the whole machine, stood still: whoever called meanwhile may have given up.

import type { Clock } from '../../src/model/ports.ts';

const LOOK_MS = 5_000;
/** Of a busy process, not of one that stood still. */
const LATE_MS = 4_000;

/** `stoodStill` is called after each time. @returns what ends it. */
export function watchStandstill(clock: Clock, stoodStill: () => void): () => void {
  let callOff = (): void => {};
  const look = (): void => {
    const [monotonic, now] = [clock.monotonic(), clock.now()];
    callOff = clock.after(LOOK_MS, () => {
      // A machine that sleeps may stop the one and not the other.
      const tookMs = Math.max(clock.monotonic() - monotonic, clock.now() - now);
      if (tookMs > LOOK_MS + LATE_MS) stoodStill();
      look();
    });
  };
  look();
  return () => callOff();
}
