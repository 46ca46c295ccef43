// One accepted command of a durable network: as it lies in the outbox, and what is known of its tries.

import { createHash, randomUUID } from 'node:crypto';
import { type AnyCommand, COMMAND_KINDS, type CommandKind } from '../model/commands.ts';
import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Receipt } from '../model/network.ts';
import type { Origin } from '../model/ports.ts';
import type { QueueItem } from '../model/stores.ts';
import { words } from '../model/words.ts';
import type { Submission } from './submission.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';

/** What is said, what is done about it, and what somebody waits for; all else a client asks for is answered while it waits, or passes. */
const KEPT: ReadonlySet<CommandKind> = new Set<CommandKind>(['say', 'edit', 'retract', 'react', 'setTopic', 'answer']);

export function isKeptCommand({ kind }: AnyCommand): boolean {
  return KEPT.has(kind);
}

/** How far it has come. */
export interface Progress {
  /** Of the pieces that the network has taken. */
  readonly receipts: readonly Receipt[];
  /** The piece behind them was on its way at that time, and nobody knows what became of it. Milliseconds since the epoch. */
  readonly notedAt?: number;
}
export const NO_PROGRESS: Progress = { receipts: [] };

export interface Work {
  readonly id: string;
  readonly lane: string;
  readonly user: UserId;
  readonly submission: Submission;
  /** As the network can take it. */
  readonly pieces: readonly AnyCommand[];
  /** When it was accepted, milliseconds since the epoch. */
  readonly at: number;
  /** Failed tries. */
  attempts: number;
  /** It was tried in this life of the process or may have been in another one. */
  tried: boolean;
  progress: Progress;
  /** Accepted by a process that is gone. */
  readonly inherited: boolean;
  /** Text of the item. */
  readonly value: string;
  /** Sent, and the answer is still to come. */
  busy: boolean;
  /** Whatever comes of it now, it has been answered. */
  over: boolean;
}

interface KeptWork {
  readonly user: UserId;
  readonly command: AnyCommand;
  readonly pieces: readonly AnyCommand[];
  readonly origin?: Pick<Origin, 'resource' | 'id' | 'alias' | 'lang' | 'addressed'>;
  readonly at: number;
}

export interface NewWork {
  readonly id: string;
  readonly value: string;
}

/**
 * The same id for the same words to the same place under the same name: a client that was cut off says it again (TXT-6).
 * @throws BridgeError `internal` for what can't be kept.
 */
export function newWork(
  user: UserId,
  { command, origin }: Submission,
  pieces: readonly AnyCommand[],
  at: number,
): NewWork {
  try {
    const { resource, id, alias, lang, addressed } = origin ?? {};
    const asked = toTaggedJson(command);
    const from = resource === undefined ? undefined : { resource, id, alias, lang, addressed };
    const value = toTaggedJson({ user, command, pieces, origin: from, at });
    if (id === undefined) return { id: randomUUID(), value };
    const hash = createHash('sha256')
      .update(JSON.stringify([user, id, asked]))
      .digest('base64url');
    return { id: hash.slice(0, 32), value };
  } catch (error) {
    throw new BridgeError('internal', words`This "${command.kind}" can't be kept.`, { cause: error });
  }
}

/** Undefined for what is none. `live`: as it was submitted, in this life of the process. */
export function workIn(item: QueueItem, live: Submission | undefined, progress: Progress): Work | undefined {
  const kept = keptIn(item.value);
  if (kept === undefined) return undefined;
  const { user, command, pieces, origin, at } = kept;
  const { id, lane, attempts, value } = item;
  const submission = live ?? (origin === undefined ? { command } : { command, origin });
  const inherited = live === undefined;
  const tried = inherited || attempts > 0;
  return {
    id,
    lane,
    user,
    submission,
    pieces,
    at,
    attempts,
    progress,
    inherited,
    tried,
    value,
    busy: false,
    over: false,
  };
}

function keptIn(value: string): KeptWork | undefined {
  try {
    const kept = fromTaggedJson(value) as Partial<KeptWork>;
    const { user, command, pieces, at } = kept;
    const isOne =
      typeof user === 'string' &&
      typeof at === 'number' &&
      Array.isArray(pieces) &&
      COMMAND_KINDS.some((kind) => kind === command?.kind);
    return isOne ? (kept as KeptWork) : undefined;
  } catch {
    return undefined;
  }
}
