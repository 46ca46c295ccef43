// What the bridge asks of the store: accounts and joins as they are kept. gateway.ts fits the store's repositories to it.

import type { Answers } from '../model/form.ts';
import type { AccountKey, ConversationId, ParticipantId, ResourceId, UserId } from '../model/ids.ts';

/** Settings hold the secrets in the clear; the repository seals them. */
export interface AccountRecord {
  readonly user: UserId;
  readonly key: AccountKey;
  /** As the user knows it: `juliet on libera`. */
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
