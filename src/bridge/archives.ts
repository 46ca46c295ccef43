// Which archive a gateway's rooms have: the network's own, ours where the operator wants one, or none.

import type { Archive } from '../model/archive.ts';
import { BridgeError } from '../model/errors.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type { Bridge, Clock, Log, MessageIds } from '../model/ports.ts';
import { words } from '../model/words.ts';
import type { Accounts } from './accounts.ts';
import { clearArchive } from './archive-sweep.ts';
import type { DoorCounts } from './door-counts.ts';
import { type ArchiveLimits, KeptArchive } from './kept-archive.ts';
import type { ArchiveRecords } from './ports.ts';
import { ToldArchive } from './told-archive.ts';

/** What the operator allows, and where it is kept. */
export interface ArchiveKeeping {
  readonly records: ArchiveRecords;
  /** Nothing is kept where one of them is 0. */
  readonly limits: ArchiveLimits;
}

export interface ArchiveParts {
  readonly network: Network;
  readonly accounts: Accounts;
  readonly ids: MessageIds;
  readonly counts: DoorCounts;
  readonly clock: Clock;
  readonly log: Log;
  readonly bridge: Pick<Bridge, 'ask'>;
}

/** Ours, for a network that has rooms and keeps no archive itself. */
export function keptArchiveOf(
  { network, accounts, ids, counts, clock, log }: Omit<ArchiveParts, 'bridge'>,
  keeping: ArchiveKeeping | undefined,
): KeptArchive | undefined {
  if (keeping === undefined || network.roomService === undefined || hasItsOwn(network)) return undefined;
  const { records, limits } = keeping;
  if (limits.days === 0 || limits.messages === 0) return undefined;
  const isWanted = (user: UserId, room: ConversationId): boolean =>
    network.placeOf(room)?.kind === 'group' &&
    accounts.preference(user, network.accountOf(room), 'archive', room) !== false;
  return new KeptArchive({ records, limits, ids, counts, clock, log, isWanted });
}

/** What was kept while the operator wanted it goes where she wants it no more. @throws BridgeError by rejection. */
export async function startArchive(kept: KeptArchive | undefined, keeping: ArchiveKeeping | undefined): Promise<void> {
  if (kept !== undefined) await kept.start();
  else if (keeping !== undefined) await clearArchive(keeping.records);
}

export function archiveOf(parts: ArchiveParts, kept: KeptArchive | undefined): Archive {
  return kept ?? (hasItsOwn(parts.network) ? new ToldArchive(parts) : NONE);
}

const hasItsOwn = ({ capabilities }: Network): boolean => capabilities.answers.includes('history');

const none = (): Promise<never> => Promise.reject(new BridgeError('unsupported', words`Nothing is kept here.`));
const NONE: Archive = {
  has: () => false,
  page: none,
  find: none,
  keepsOf: () => false,
  rooms: () => Promise.resolve([]),
  forget: () => Promise.resolve(),
};
