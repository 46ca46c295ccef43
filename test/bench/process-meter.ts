// CPU time and memory of a process and its children, as the operating system counts them.

import { readFileSync, readdirSync, statSync } from 'node:fs';

/** CPU time of all threads so far, in microseconds. Exact to the scheduler's nanoseconds, not to its ticks. */
export function cpuMicros(pid: number): number {
  let nanos = 0;
  for (const member of tree(pid)) {
    for (const task of tasks(member)) {
      nanos += Number(read(`/proc/${member}/task/${task}/schedstat`).split(' ')[0] ?? 0);
    }
  }
  return nanos / 1000;
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  let kib = 0;
  for (const member of tree(pid)) kib += Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${member}/status`))?.[1] ?? 0);
  return kib * 1024;
}

/** Bytes that the process has given to a disk so far. */
export function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(read(`/proc/${pid}/io`))?.[1] ?? 0);
}

/** Each file in the folder with what changes when it is written to. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = `${parentPath}/${name}`;
      const { size, mtimeNs } = statSync(path, { bigint: true });
      return [path, `${size} ${mtimeNs}`];
    }),
  );
}

function tree(pid: number): number[] {
  const pids = [pid];
  for (const member of pids) {
    for (const task of tasks(member)) {
      const children = read(`/proc/${member}/task/${task}/children`).trim();
      if (children !== '') pids.push(...children.split(' ').map(Number));
    }
  }
  return pids;
}

// A process or thread may end between listing and reading: its share is then nothing.
function tasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
