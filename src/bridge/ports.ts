// What the bridge asks of the store: accounts, joins and the archive as they are kept. gateway.ts fits the store's repositories to it.

import type { ArchiveSpan, ArchiveView, NewArchiveEntry } from '../model/archive-kept.ts';
import type { Answers } from '../model/form.ts';
import type { AccountKey, ConversationId, ParticipantId, ResourceId, UserId } from '../model/ids.ts';
import type { LogEntry, LogRange } from '../model/stores.ts';

/** Settings hold the secrets in the clear; the repository seals them. */
export interface AccountRecord {
  readonly user: UserId;
  readonly key: AccountKey;
  /** As the user knows it: `juliet (libera)`. */
  readonly title: string;
  readonly settings: Answers;
}

/** Accounts of one gateway. Each resolves when the change is safe. */
export interface AccountRecords {
  list(): Promise<readonly AccountRecord[]>;
  save(record: AccountRecord): Promise<void>;
  delete(user: UserId, key: AccountKey): Promise<void>;
}

/** A user in a room, for the time after a restart. */
export interface KeptJoin {
  readonly user: UserId;
  readonly room: ConversationId;
  /** As she is called there. */
  readonly self: { readonly id: ParticipantId; readonly nick: string };
  /** What she wants to be called on the network. */
  readonly nick?: string;
  readonly password?: string;
  /** The clients that are in it, those still joining included. */
  readonly resources: readonly ResourceId[];
}

/** Joins of one gateway. */
export interface JoinBook {
  list(): Promise<readonly KeptJoin[]>;
  /** Written behind. Undefined: nobody is in it. */
  set(user: UserId, room: ConversationId, join: KeptJoin | undefined): void;
}

/** The archive of one gateway's rooms. Every method rejects with a BridgeError where the store fails. */
export interface ArchiveRecords {
  /** Resolves when they are safe. Of entries whose id is there already nothing is written. */
  append(room: ConversationId, entries: readonly NewArchiveEntry[]): Promise<void>;
  spans(user: UserId, room: ConversationId): Promise<readonly ArchiveSpan[]>;
  /** Views without spans are removed. */
  putViews(views: readonly ArchiveView[]): Promise<void>;
  /** Of all users, or of one. */
  views(user?: UserId): Promise<readonly ArchiveView[]>;
  range(room: ConversationId, range: LogRange): Promise<readonly LogEntry[]>;
  entry(room: ConversationId, id: string): Promise<LogEntry | undefined>;
  remove(room: ConversationId, positions: readonly number[]): Promise<void>;
  /** Entries older than `before` and all but the last `keep` go. @returns how many. */
  trim(room: ConversationId, limits: { readonly before?: number; readonly keep?: number }): Promise<number>;
}
