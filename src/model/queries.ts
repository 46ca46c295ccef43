// What can be asked of a network without changing it; each query has one answer.

import type { Contact, GroupTraits, Message, Participant, Profile, Rank } from './conversation.ts';
import type { Field } from './form.ts';
import type { AccountKey, ConversationId, MessageId, ParticipantId } from './ids.ts';

export interface DirectoryEntry {
  readonly conversation: ConversationId;
  readonly name: string;
  readonly people?: number;
  readonly topic?: string;
  /** The account is in it; see `Capabilities.ownRooms`. */
  readonly isOwn?: true;
}

/** A picture of at most 40,000 bytes, with the hash that its avatar tells. */
export interface Picture {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface QueryTable {
  profile: { ask: { readonly conversation: ConversationId; readonly who?: ParticipantId }; answer: Profile };
  /** Of a person, or of a room where nobody is named. @throws BridgeError `not-found` where there is none. */
  avatar: { ask: { readonly conversation: ConversationId; readonly who?: ParticipantId }; answer: Picture };
  search: {
    ask: { readonly text: string; readonly limit: number };
    answer: readonly { readonly conversation: ConversationId; readonly profile: Profile }[];
  };
  /** The network's list of contacts as it is now; where it is not `complete`, others may be on it too. */
  contacts: { ask: object; answer: { readonly contacts: readonly Contact[]; readonly complete: boolean } };
  /**
   * Rooms that the account is in, where the network tells them, and public ones. `after` is the `next` of the page before; `before` the
   * `previous` of the page behind, or empty for the last page: `not-implemented` where the network does not tell the whole list.
   */
  directory: {
    ask: { readonly after?: string; readonly before?: string; readonly limit: number };
    answer: {
      readonly entries: readonly DirectoryEntry[];
      readonly next?: string;
      readonly previous?: string;
      readonly total?: number;
    };
  };
  history: {
    ask: {
      readonly conversation: ConversationId;
      readonly before?: MessageId;
      readonly after?: MessageId;
      readonly limit: number;
    };
    answer: { readonly messages: readonly Message[]; readonly complete: boolean };
  };
  members: { ask: { readonly conversation: ConversationId; readonly rank: Rank }; answer: readonly Participant[] };
  /** What is configurable in a room, with its present values as the defaults. */
  settings: { ask: { readonly conversation: ConversationId }; answer: readonly Field[] };
  /** What is known of a group before it is joined. */
  preview: {
    ask: { readonly conversation: ConversationId };
    answer: { readonly name: string; readonly people?: number; readonly topic?: string; readonly traits?: GroupTraits };
  };
}
export type QueryKind = keyof QueryTable;
export type QueryOf<Kind extends QueryKind> = {
  [K in Kind]: { readonly kind: K; readonly account: AccountKey } & QueryTable[K]['ask'];
}[Kind];
export type AnyQuery = QueryOf<QueryKind>;
export type AnswerTo<Kind extends QueryKind> = QueryTable[Kind]['answer'];

const kinds: { readonly [K in QueryKind]: true } = {
  profile: true,
  avatar: true,
  search: true,
  contacts: true,
  directory: true,
  history: true,
  members: true,
  settings: true,
  preview: true,
};
export const QUERY_KINDS = Object.keys(kinds) as readonly QueryKind[];
