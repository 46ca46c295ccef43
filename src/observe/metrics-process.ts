// The process's own metrics: CPU, memory, descriptors, and how well the main loop keeps up.

import { readdir, readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { Metrics, Put } from './metrics.ts';

/** More often would cost an idle process more than all else that it does. */
const SAMPLE_MS = 100;

/** Watches the loop from the first time it is asked: who has no monitoring does not pay for it. */
export function addProcess(metrics: Metrics, version: string): void {
  const observeDelay = metrics.observer('viaduct_loop_delay_seconds', {});
  let watching = false;
  metrics.addSource(async (put) => {
    if (!watching) watchLoop(observeDelay);
    watching = true;
    put('viaduct_info', { version, node: process.version }, 1);
    const { user, system } = process.cpuUsage();
    put('process_cpu_seconds_total', {}, (user + system) / 1e6);
    const { rss, heapUsed } = process.memoryUsage();
    put('process_resident_memory_bytes', {}, rss);
    put('nodejs_heap_used_bytes', {}, heapUsed);
    put('process_start_time_seconds', {}, performance.timeOrigin / 1e3);
    put('viaduct_loop_busy_seconds_total', {}, performance.eventLoopUtilization().active / 1e3);
    await putDescriptors(put);
  });
}

/**
 * What is due at some moment waits as long as this timer does. Not `monitorEventLoopDelay`: its figures can't be added up over
 * time, and begin anew for whoever asks next.
 */
function watchLoop(observe: (seconds: number) => void): void {
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    observe(Math.max(0, now - before - SAMPLE_MS) / 1e3);
    before = now;
  }, SAMPLE_MS);
  timer.unref();
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
