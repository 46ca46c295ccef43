// What stands in the journal of the fake Twilio (journal.ts), and what follows from it: accounts, numbers, messages, who said STOP.

export type Direction = 'inbound' | 'outbound-api' | 'outbound-reply';
export const STATUSES = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'undelivered',
  'failed',
  'canceled',
  'received',
] as const;
export type Status = (typeof STATUSES)[number];

/** What becomes of a message, told to its status callback. */
export interface Step {
  readonly status: Status;
  /** After the step before it. */
  readonly afterMs: number;
  readonly code?: number;
  /** How often the callback is made. Default 1; 0: nobody is told. */
  readonly copies?: number;
}

export interface MessageRecord {
  readonly t: 'message';
  readonly sid: string;
  readonly account: string;
  readonly direction: Direction;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly callback?: string;
  readonly steps: readonly Step[];
}

export interface PostedRecord {
  readonly t: 'posted';
  readonly what: 'text' | 'status';
  readonly sid: string;
  readonly status: Status;
  readonly url: string;
  /** The same for every attempt at one post. */
  readonly token: string;
  readonly attempt: number;
  /** HTTP status, or what failed. */
  readonly answer: number | 'connect' | 'read';
}

/** `at`: milliseconds since the epoch. */
export type TwilioRecord = { readonly at: number } & (
  | { readonly t: 'account'; readonly sid: string; readonly token: string; readonly key?: readonly [string, string] }
  | {
      readonly t: 'number';
      readonly account: string;
      readonly sid: string;
      readonly number: string;
      readonly smsUrl: string;
      readonly fallbackUrl: string;
    }
  | MessageRecord
  | {
      readonly t: 'status';
      readonly sid: string;
      readonly status: Status;
      readonly code?: number;
      /** How many of its steps are done. */
      readonly done?: number;
    }
  | { readonly t: 'redacted' | 'deleted'; readonly sid: string }
  | { readonly t: 'stop' | 'start'; readonly number: string; readonly phone: string }
  | PostedRecord
  /** All attempts at a webhook failed. */
  | { readonly t: 'lost'; readonly what: 'text' | 'status'; readonly sid: string; readonly status: Status }
  /** A request to the API; `answer` 0: none was given. */
  | {
      readonly t: 'asked';
      readonly method: string;
      readonly path: string;
      readonly answer: number;
      readonly code?: number;
    }
);
/** Before it is given a time. */
export type Untimed<R> = R extends unknown ? Omit<R, 'at'> : never;

export interface Account {
  readonly sid: string;
  readonly token: string;
  readonly key?: readonly [sid: string, secret: string];
}
export interface OwnNumber {
  readonly sid: string;
  readonly account: string;
  readonly number: string;
  readonly smsUrl: string;
  readonly fallbackUrl: string;
  readonly since: number;
}
export interface Message extends Omit<MessageRecord, 't'> {
  readonly at: number;
  body: string;
  status: Status;
  code: number | undefined;
  sentAt: number | undefined;
  updatedAt: number;
  done: number;
  /** Of an incoming text: its webhook was answered, or given up. */
  told: boolean;
}

const RANK: Readonly<Record<Status, number>> = {
  accepted: 0,
  scheduled: 1,
  queued: 2,
  sending: 3,
  sent: 4,
  delivered: 5,
  undelivered: 5,
  failed: 5,
  canceled: 5,
  read: 6,
  received: 7,
};

export class TwilioWorld {
  readonly accounts = new Map<string, Account>();
  readonly numbers = new Map<string, OwnNumber>();
  readonly messages = new Map<string, Message>();
  readonly #stopped = new Set<string>();

  hasStopped(number: string, phone: string): boolean {
    return this.#stopped.has(`${number} ${phone}`);
  }

  apply(record: TwilioRecord): void {
    switch (record.t) {
      case 'account':
        this.accounts.set(record.sid, record);
        return;
      case 'number':
        this.numbers.set(record.number, { ...record, since: record.at });
        return;
      case 'message':
        this.messages.set(record.sid, messageOf(record));
        return;
      case 'status':
        this.#status(record);
        return;
      case 'redacted':
        this.#change(record.sid, (message) => (message.body = ''));
        return;
      case 'deleted':
        this.messages.delete(record.sid);
        return;
      case 'stop':
        this.#stopped.add(`${record.number} ${record.phone}`);
        return;
      case 'start':
        this.#stopped.delete(`${record.number} ${record.phone}`);
        return;
      case 'posted':
        if (typeof record.answer !== 'number' || record.answer >= 300) return;
        if (record.what === 'text') this.#change(record.sid, (message) => (message.told = true));
        return;
      case 'lost':
        if (record.what === 'text') this.#change(record.sid, (message) => (message.told = true));
        return;
      case 'asked':
        return;
      default:
        record satisfies never;
    }
  }

  #change(sid: string, change: (message: Message) => unknown): void {
    const message = this.messages.get(sid);
    if (message !== undefined) change(message);
  }

  #status({ sid, status, code, done, at }: Extract<TwilioRecord, { t: 'status' }>): void {
    const message = this.messages.get(sid);
    if (message === undefined) return;
    message.done = done ?? message.done;
    // What is told out of order does not take the message back.
    if (RANK[status] <= RANK[message.status]) return;
    message.status = status;
    message.code = code;
    message.updatedAt = at;
    if (RANK[status] >= RANK.sent) message.sentAt ??= at;
  }
}

function messageOf(record: MessageRecord & { readonly at: number }): Message {
  const isText = record.direction === 'inbound';
  return {
    ...record,
    status: isText ? 'received' : 'accepted',
    code: undefined,
    sentAt: isText ? record.at : undefined,
    updatedAt: record.at,
    done: 0,
    told: !isText,
  };
}
