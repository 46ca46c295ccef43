// The echo server's journal: one JSON record a line, appended before anything is acknowledged and read back after a kill. It is also what
// a judge reads: every message that the network ever took stands in it once.

import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

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

export class Journal {
  readonly #handle: number;

  private constructor(handle: number) {
    this.#handle = handle;
  }

  /** Opens the file and reads what is in it; half a line at its end, left by a kill, was never acknowledged and goes. */
  static open(path: string): { readonly journal: Journal; readonly records: readonly NetworkRecord[] } {
    const records = existsSync(path) ? readRecords(path, true) : [];
    return { journal: new Journal(openSync(path, 'a')), records };
  }

  /** On the disk's side of the system call when it returns: a killed process has not lost it. */
  append(record: NetworkRecord): void {
    writeSync(this.#handle, `${JSON.stringify(record)}\n`);
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/** All whole records of a journal, also while its server runs. */
export function readRecords(path: string, repair = false): readonly NetworkRecord[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (repair && whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as NetworkRecord);
}
