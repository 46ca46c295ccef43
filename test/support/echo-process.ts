// The echo server (echo-server.ts) as a process of the tests.

import { type DrivenProcess, startDriven } from './driven-process.ts';
import type { NetworkRecord } from './echo-server-records.ts';

const PROGRAM = new URL('./echo-server.ts', import.meta.url);

export interface EchoProcess extends DrivenProcess<NetworkRecord> {
  readonly host: '127.0.0.1';
}

/** `onRecord` hears everything from now on, as it happens. */
export async function startEchoServer(onRecord?: (record: NetworkRecord) => void): Promise<EchoProcess> {
  const driven = await startDriven({ name: 'the echo server', program: PROGRAM, onRecord });
  return Object.assign(driven, { host: '127.0.0.1' } as const);
}
