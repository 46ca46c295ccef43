// What a store holds of the archive of rooms.

import type { ConversationId, UserId } from './ids.ts';

/** A time in a room: first and last entry that belong to it, milliseconds since the epoch; without an end she is in it now. */
export interface ArchiveSpan {
  readonly from: number;
  readonly to?: number;
}
/** When a user was in a room. */
export interface ArchiveView {
  readonly user: UserId;
  readonly room: ConversationId;
  /** By `from`. */
  readonly spans: readonly ArchiveSpan[];
}
export interface NewArchiveEntry {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: string;
}
