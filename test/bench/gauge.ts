// Loaded into the gateway (`--import`): asked by SIGUSR2 it writes a line with the longest that its event loop stood still since it was last
// asked, the most CPU that one turn of it took, which is the same whatever else the machine does, and what its heap holds once everything that
// can be collected is.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const RESOLUTION_MS = 5;
/** The collection's own standing still is over by then. */
const AFTER_COLLECTING_MS = 60;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let asked = 0;

const TICK_MS = 2;
let longestMicros = 0;
let lastMicros = cpuMicros();
// Due in every turn that takes longer than it.
setInterval(() => {
  const micros = cpuMicros();
  longestMicros = Math.max(longestMicros, micros - lastMicros);
  lastMicros = micros;
}, TICK_MS).unref();

function cpuMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

process.on('SIGUSR2', () => {
  const stallMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  const turnCpuMs = longestMicros / 1e3;
  // What the first finds unused, weak maps let go of in the second.
  collect();
  collect();
  const { heapUsed } = process.memoryUsage();
  setTimeout(() => {
    delay.reset();
    longestMicros = 0;
    process.stderr.write(`gauge ${JSON.stringify({ asked: ++asked, stallMs, turnCpuMs, heapBytes: heapUsed })}\n`);
  }, AFTER_COLLECTING_MS);
});
