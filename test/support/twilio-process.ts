// The fake Twilio (twilio-server.ts) as a process of the tests, in the words of phones and texts.

import { type DrivenProcess, startDriven } from './driven-process.ts';
import type { JsonObject } from './json-lines.ts';
import { until } from './processes.ts';
import type { MessageRecord, PostedRecord, Step, TwilioRecord } from './twilio-server-records.ts';

const PROGRAM = new URL('./twilio-server.ts', import.meta.url);
export const ACCOUNT_SID = `AC${'1f'.repeat(16)}`;
export const AUTH_TOKEN = 'twelve secret thousands';

export interface TwilioPlan {
  /** Numbers of the account. */
  readonly numbers: readonly string[];
  /** Where texts to all of them are posted. */
  readonly smsUrl: string;
  readonly onRecord?: (record: TwilioRecord) => void;
}

type Timed<R> = R & { readonly at: number };

export interface TwilioProcess extends DrivenProcess<TwilioRecord> {
  /** Of the API, instead of `https://api.twilio.com`. */
  readonly url: string;
  /** What was sent to that phone, in the order of the journal. */
  sentTo(phone: string): readonly Timed<MessageRecord>[];
  posts(sid: string): readonly Timed<PostedRecord>[];
  /** A phone texts one of the numbers. @returns the message's id. */
  text(from: string, to: string, body: string): Promise<string>;
  /** What becomes of the next message. */
  script(steps: readonly Partial<Step>[], more?: JsonObject): Promise<void>;
  fault(name: string, more?: JsonObject): Promise<void>;
  /** Asks the journal again and again until there is something. @throws Error at the deadline. */
  until<T>(what: string, find: (journal: readonly TwilioRecord[]) => T | undefined): Promise<T>;
  untilSent(phone: string, body: string): Promise<Timed<MessageRecord>>;
}

/** Starts it with one account, `ACCOUNT_SID` and `AUTH_TOKEN`. */
export async function startTwilio({ numbers, smsUrl, onRecord }: TwilioPlan): Promise<TwilioProcess> {
  const driven = await startDriven({ name: 'the fake Twilio', program: PROGRAM, onRecord });
  await driven.order('account', { sid: ACCOUNT_SID, token: AUTH_TOKEN });
  for (const number of numbers) await driven.order('number', { account: ACCOUNT_SID, number, smsUrl });
  return Object.assign(driven, { url: `http://127.0.0.1:${driven.port}` }, reading(driven), driving(driven));
}

type Reading = Pick<TwilioProcess, 'sentTo' | 'posts' | 'until' | 'untilSent'>;

function reading(twilio: Pick<TwilioProcess, 'journal'>): Reading {
  const sentTo = (phone: string): readonly Timed<MessageRecord>[] =>
    twilio
      .journal()
      .filter(
        (one) => one.t === 'message' && one.direction === 'outbound-api' && one.to === phone,
      ) as Timed<MessageRecord>[];
  const first: TwilioProcess['until'] = async (what, find) => {
    let found = find(twilio.journal());
    await until(what, () => (found ??= find(twilio.journal())) !== undefined, { deadlineMs: 30_000 });
    if (found === undefined) throw new Error(what);
    return found;
  };
  return {
    sentTo,
    posts: (sid) => twilio.journal().filter((one) => one.t === 'posted' && one.sid === sid) as Timed<PostedRecord>[],
    until: first,
    untilSent: (phone, body) =>
      first(`a text to ${phone}: ${body}`, () => sentTo(phone).find((message) => message.body === body)),
  };
}

function driving(twilio: Pick<TwilioProcess, 'order'>): Pick<TwilioProcess, 'text' | 'script' | 'fault'> {
  return {
    text: async (from, to, body) => String((await twilio.order('text', { from, to, body }))['sid']),
    script: async (steps, more = {}) => void (await twilio.order('script', { ...more, steps })),
    fault: async (name, more = {}) => void (await twilio.order('fault', { ...more, fault: name })),
  };
}
