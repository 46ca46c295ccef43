// A gateway under measurement: how it is started, and how it writes addresses.

import type { OwnedProcess } from '../support/processes.ts';

export interface Ports {
  /** Component port of the harness's XMPP server. */
  readonly component: number;
  readonly irc: number;
}

export interface Subject {
  readonly name: string;
  /** Why it can't run here, or undefined. */
  unavailable(): string | undefined;
  /** Domain of its component. */
  readonly domain: string;
  /** Localparts. */
  channel(name: string): string;
  person(nick: string): string;
  /** Starts it, ready for these users (bare JIDs); the caller waits for the handshake. */
  start(ports: Ports, users: readonly string[]): Promise<RunningSubject>;
}

export interface RunningSubject {
  readonly process: OwnedProcess;
  /** With all that it writes. */
  readonly folder?: string;
  /** Resolves when it says that it can be used. */
  readonly ready: Promise<unknown>;
  stop(): Promise<void>;
}
