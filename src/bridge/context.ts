// What all users of one gateway share inside the bridge, and the times that it keeps to.

import type { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type { Clock, Log, Presenter } from '../model/ports.ts';
import type { Accounts } from './accounts.ts';
import type { DoorCounts } from './door-counts.ts';
import type { InvitationMemory } from './invitations.ts';
import type { Keeping } from './keeping.ts';
import type { KeptArchive } from './kept-archive.ts';
import type { MessageIndex } from './message-index.ts';
import type { Pacer } from './pacing.ts';
import type { Returning } from './returning.ts';

export interface Timing {
  /** For each account key, which is to say: for each server of the network. */
  readonly connectsPerSecond: number;
  readonly connectTimeoutMs: number;
  readonly joinTimeoutMs: number;
  /** How long and how many commands wait while a lost session is being restored. */
  readonly holdMs: number;
  readonly holdMost: number;
  /** How long a session that nobody needs stays; and after a direct message, where nobody has seen her leave. */
  readonly graceMs: number;
  readonly directGraceMs: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** Commands that wait for room in the window of one lane. */
  readonly laneMost: number;
  /** How long a join waits for the session that is being restored. */
  readonly joinHoldMs: number;
  /** How many rooms of one user are restored in a second, */
  readonly roomsPerSecond: number;
  /** how long that is tried for, */
  readonly restoreForMs: number;
  /** and how long her clients have to come back into a room that was. */
  readonly returnGraceMs: number;
  /** Rooms of one user. */
  readonly roomsMost: number;
  /** People of a room that is shown as a whole; of a bigger one, those who matter (listing.ts). */
  readonly listedMost: number;
}

export const DEFAULT_TIMING: Timing = {
  connectsPerSecond: 5,
  connectTimeoutMs: 60_000,
  joinTimeoutMs: 60_000,
  holdMs: 20_000,
  holdMost: 64,
  graceMs: 30_000,
  directGraceMs: 120_000,
  retryFirstMs: 2_000,
  retryMaxMs: 300_000,
  laneMost: 1_000,
  joinHoldMs: 600_000,
  roomsPerSecond: 1,
  restoreForMs: 3_600_000,
  returnGraceMs: 300_000,
  roomsMost: 1_000,
  listedMost: 5_000,
};

export interface BridgeContext {
  readonly network: Network;
  readonly presenter: Presenter;
  readonly accounts: Accounts;
  readonly ids: MessageIndex;
  readonly pacer: Pacer;
  /** By user: rooms that are restored. */
  readonly roomPacer: Pacer;
  readonly returning: Returning;
  readonly counts: DoorCounts;
  readonly invited: InvitationMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: Timing;
  /** Why somebody is not served at all. */
  readonly refusalOf?: (user: UserId) => BridgeError | undefined;
  /** Of a durable network. */
  readonly keeping?: Keeping;
  /** Of a network that keeps none itself, where the operator wants one. */
  readonly archive?: KeptArchive;
}
