// The process's own metrics: CPU, memory, descriptors, and how well the main loop keeps up.

import { readdir, readFile } from 'node:fs/promises';
import { type ELDHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Put, Source } from './metrics.ts';

/** Node's default of 10 ms costs an idle process more than all else that it does. */
const SAMPLE_MS = 50;
const QUANTILES = [0.5, 0.99, 1];

/** Watches the loop from the first time it is asked: who has no monitoring does not pay for it. */
export function processSource(version: string): Source {
  let delays: ELDHistogram | undefined;
  return async (put) => {
    put('viaduct_info', { version, node: process.version }, 1);
    const { user, system } = process.cpuUsage();
    put('process_cpu_seconds_total', {}, (user + system) / 1e6);
    const { rss, heapUsed } = process.memoryUsage();
    put('process_resident_memory_bytes', {}, rss);
    put('nodejs_heap_used_bytes', {}, heapUsed);
    put('process_start_time_seconds', {}, performance.timeOrigin / 1e3);
    put('viaduct_loop_busy_seconds_total', {}, performance.eventLoopUtilization().active / 1e3);
    if (delays === undefined) {
      delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
      delays.enable();
    }
    putDelays(delays, put);
    await putDescriptors(put);
  };
}

function putDelays(delays: ELDHistogram, put: Put): void {
  if (delays.count === 0) return;
  for (const quantile of QUANTILES) {
    // What is recorded is the time between two samples.
    const lateMs = Math.max(0, delays.percentile(quantile * 100) / 1e6 - SAMPLE_MS);
    put('viaduct_loop_delay_seconds', { quantile: String(quantile) }, lateMs / 1e3);
  }
  delays.reset();
}

/** Only where there is a /proc. */
async function putDescriptors(put: Put): Promise<void> {
  const [open, limits] = await Promise.all([
    readdir('/proc/self/fd').catch(() => undefined),
    readFile('/proc/self/limits', 'utf8').catch(() => ''),
  ]);
  if (open !== undefined) put('process_open_fds', {}, open.length);
  const most = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (most !== undefined) put('process_max_fds', {}, Number(most));
}
