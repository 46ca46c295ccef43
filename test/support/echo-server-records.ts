// What stands in the echo server's journal (journal.ts). It is also what a judge reads: every message that the network ever took stands in
// it once.

export type Rank = 'owner' | 'moderator' | 'member';
export type TextKind = 'text' | 'action' | 'notice';

/** What an account has to be told, in order, until it acknowledges it. */
export type AccountEvent =
  | {
      readonly what: 'said';
      /** The room, or the other one of a direct conversation. */
      readonly in: string;
      readonly message: string;
      readonly from: { readonly id: string; readonly nick: string };
      readonly text: string;
      readonly kind: TextKind;
    }
  | { readonly what: 'delivered'; readonly in: string; readonly message: string; readonly by: string }
  | {
      readonly what: 'failed';
      readonly in: string;
      readonly message: string;
      readonly code: string;
      readonly text: string;
    };

export interface MessageRecord {
  readonly t: 'message';
  readonly id: string;
  /** A room, or a person. */
  readonly to: string;
  readonly from: { readonly id: string; readonly nick: string };
  readonly text: string;
  readonly kind: TextKind;
  /** Of the account that sent it through a gateway. */
  readonly txn?: string;
  /** The accounts that it is an event for, and its number with each of them. */
  readonly for: readonly (readonly [account: string, n: number])[];
}

/** `at`: milliseconds since the epoch. */
export type NetworkRecord = { readonly at: number } & (
  | { readonly t: 'account'; readonly name: string; readonly password: string }
  | { readonly t: 'nick'; readonly who: string; readonly nick: string }
  | { readonly t: 'enter'; readonly room: string; readonly who: string; readonly rank: Rank }
  | {
      readonly t: 'exit';
      readonly room: string;
      readonly who: string;
      readonly why: 'left' | 'ejected';
      readonly by?: string;
      readonly text?: string;
    }
  | { readonly t: 'rank'; readonly room: string; readonly who: string; readonly rank: Rank }
  | { readonly t: 'topic'; readonly room: string; readonly text: string; readonly by: string }
  | { readonly t: 'locked'; readonly room: string; readonly password?: string; readonly membersOnly?: boolean }
  | { readonly t: 'banned'; readonly room: string; readonly who: string }
  | MessageRecord
  | { readonly t: 'event'; readonly account: string; readonly n: number; readonly event: AccountEvent }
  | { readonly t: 'ack'; readonly account: string; readonly upTo: number }
);
/** Before it is given a time. */
export type Untimed<R> = R extends unknown ? Omit<R, 'at'> : never;
