// Why the fake Twilio refuses something: its error object, what it checks of a new message, and the magic numbers of its test credentials.

import { STATUSES, type TwilioWorld } from './twilio-server-records.ts';

export class Refused extends Error {
  readonly status: number;
  readonly code: number;
  constructor(code: number, text: string, status = 400) {
    super(text);
    this.code = code;
    this.status = status;
  }

  get body(): object {
    const { code, message, status } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}

/** What an order makes it say where no words are given. */
export const WORDS: Readonly<Record<number, string>> = {
  20003: 'The credentials are wrong',
  20404: 'The requested resource was not found',
  20429: 'There were too many requests',
  20500: 'An internal error happened',
  21211: "The 'To' number is not a valid phone number",
  21212: "The 'From' number is not a valid phone number",
  21408: 'This account may not send messages to this region',
  21602: 'A message needs a body',
  21603: 'A message needs a sender',
  21604: 'A message needs a recipient',
  21606: "The 'From' number can't send messages",
  21609: "The 'StatusCallback' URL is not valid",
  21610: 'The recipient has unsubscribed from this sender',
  21611: "The queue of the 'From' number is full",
  21612: "There is no way from this 'From' number to this 'To' number",
  21614: "The 'To' number is not a mobile number",
  21617: 'The body is longer than 1600 characters',
  21659: "The 'From' number does not belong to this account",
  30001: 'The queue is full',
  30003: 'The phone of the recipient is not reachable',
  30004: 'The message was blocked',
  30005: 'The number of the recipient is unknown',
  30006: 'The number is a landline, or its carrier is not reachable',
  30007: 'The carrier has filtered the message',
  30008: 'The carrier gave no reason',
};

export const refusal = (code: number, status?: number): Refused =>
  new Refused(code, WORDS[code] ?? `Error ${code}`, status);

const MAGIC_FROM: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};
const MAGIC_TO: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
/** Takes everything, and belongs to everybody. */
const MAGIC_SENDER = '+15005550006';

const E164 = /^\+[1-9]\d{6,14}$/;
const MOST_CHARACTERS = 1600;

export interface NewMessage {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly callback: string | undefined;
}

/** @throws Refused */
export function newMessage(world: TwilioWorld, account: string, form: URLSearchParams): NewMessage {
  const [to, from, body] = [form.get('To') ?? '', form.get('From') ?? '', form.get('Body') ?? ''];
  if (to === '') throw refusal(21604);
  if (from === '') throw refusal(21603);
  if (body === '') throw refusal(21602);
  if (Array.from(body).length > MOST_CHARACTERS) throw refusal(21617);
  const magic = MAGIC_FROM[from] ?? MAGIC_TO[to];
  if (magic !== undefined) throw refusal(magic);
  if (!E164.test(to)) throw refusal(21211);
  if (!E164.test(from)) throw refusal(21212);
  if (from !== MAGIC_SENDER && world.numbers.get(from)?.account !== account) throw refusal(21659);
  if (world.hasStopped(from, to)) throw refusal(21610);
  return { account, from, to, body, callback: callbackOf(form.get('StatusCallback')) };
}

function callbackOf(url: string | null): string | undefined {
  if (url === null || url === '') return undefined;
  const parsed = URL.parse(url);
  // A host name with an underscore is none.
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.hostname.includes('_')) throw refusal(21609);
  return url;
}

export function isStatus(value: unknown): value is (typeof STATUSES)[number] {
  return STATUSES.some((one) => one === value);
}
