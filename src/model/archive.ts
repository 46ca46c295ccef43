// What was said in rooms, to be read again (XEP-0313): what the XMPP side asks for, and what it is given.

import type { AnyEvent, EventOf } from './events.ts';
import type { ConversationId, UserId } from './ids.ts';

const kinds = { said: true, edited: true, retracted: true, reacted: true, topicSet: true } as const;
export type ArchivedKind = keyof typeof kinds;
export type ArchivedEvent = EventOf<ArchivedKind>;

/** Of everything that happens in a room, what is said there. */
export const isArchived = (event: AnyEvent): event is ArchivedEvent => event.kind in kinds;

export interface Archived {
  /** Its id in the archive: the one that the user was shown with it (XEP-0359). */
  readonly id: string;
  readonly at: Date;
  readonly event: ArchivedEvent;
  /** The user's own id for it, where it is hers. */
  readonly name?: string;
}

export interface ArchiveQuery {
  /** Both inclusive. */
  readonly from?: Date;
  readonly to?: Date;
  /** Ids of the archive, both exclusive. */
  readonly after?: string;
  readonly before?: string;
  /** Only these are wanted. */
  readonly matches?: (archived: Archived) => boolean;
  readonly limit: number;
  /** The last `limit` of them instead of the first; oldest first all the same. */
  readonly last?: boolean;
}

export interface ArchivePage {
  readonly items: readonly Archived[];
  /** There is no more in the direction that was asked for. */
  readonly complete: boolean;
}

/** The archive of all rooms of one gateway, each user's own view of it. */
export interface Archive {
  /** Whether there is one for this user. */
  has(user: UserId, room: ConversationId): boolean;
  /**
   * @throws BridgeError by rejection: `forbidden` for a room that she has not been in, `not-found` for an id that is not there, and what the
   * store or the network says.
   */
  page(user: UserId, room: ConversationId, query: ArchiveQuery): Promise<ArchivePage>;
  /** Those with these ids, in the order of the archive. @throws BridgeError by rejection, as `page`. */
  find(user: UserId, room: ConversationId, ids: readonly string[]): Promise<readonly Archived[]>;
  /** Whether the gateway itself keeps something for her. */
  keepsOf(user: UserId): boolean;
  /** Of which rooms. @throws BridgeError by rejection. */
  rooms(user: UserId): Promise<readonly ConversationId[]>;
  /** That goes, and with it what she alone could read. @throws BridgeError by rejection. */
  forget(user: UserId): Promise<void>;
}
