// The middle of the fake Twilio: writes each record down, lets it happen, takes messages through their states and posts what is to be told.

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Journal } from './journal.ts';
import { Faults } from './twilio-server-faults.ts';
import {
  type Message,
  type MessageRecord,
  type Step,
  type TwilioRecord,
  TwilioWorld,
  type Untimed,
} from './twilio-server-records.ts';
import { type NewMessage, WORDS } from './twilio-server-refusals.ts';
import { segmentsOf } from './twilio-server-segments.ts';
import { post } from './twilio-server-webhooks.ts';

export const API_VERSION = '2010-04-01';
const STOP = new Set('STOP STOPALL UNSUBSCRIBE CANCEL END QUIT'.split(' '));
const START = new Set('START YES UNSTOP'.split(' '));
const HELP = new Set('HELP INFO'.split(' '));
/** Where an order to bring posts into disorder finds no second one. */
const LONGEST_HOLD_MS = 2_000;

/** What is to become of the next messages. */
export interface Script {
  readonly to: string | undefined;
  readonly steps: readonly Step[];
  /** The first callback is answered before the request is. */
  readonly early: boolean;
  left: number;
}

export const newSid = (prefix: string): string => prefix + randomBytes(16).toString('hex');

export class Hub {
  readonly world = new TwilioWorld();
  readonly faults = new Faults();
  readonly watchers = new Set<(record: TwilioRecord) => void>();
  scripts: Script[] = [];
  listDelayMs = 2_000;
  /** Between the states of a message that has no script. */
  stepMs = 40;
  /** Posts that are not over yet. */
  busy = 0;
  readonly #journal: Journal<TwilioRecord>;
  readonly #held = new Set<() => void>();
  #stopped = false;

  constructor(journalPath: string) {
    const { journal, records } = Journal.open<TwilioRecord>(journalPath);
    this.#journal = journal;
    for (const record of records) this.world.apply(record);
  }

  /** Goes on with what a kill has interrupted. */
  resume(): void {
    for (const message of this.world.messages.values()) {
      if (message.direction === 'inbound' && !message.told) void this.#tellText(message);
      else if (message.done < message.steps.length) void this.run(message);
    }
  }

  record(untimed: Untimed<TwilioRecord>): void {
    const record = { ...untimed, at: Date.now() } as TwilioRecord;
    if (this.#stopped) return;
    this.#journal.append(record);
    this.world.apply(record);
    for (const watch of this.watchers) watch(record);
  }

  /** Takes a message of the API; `run` then lets its states happen. */
  take(wanted: NewMessage): { readonly message: Message; readonly early: boolean } {
    const script = this.scripts.find(({ to, left }) => left > 0 && (to === undefined || to === wanted.to));
    if (script !== undefined) script.left -= 1;
    const { callback, ...rest } = wanted;
    const steps = script?.steps ?? this.#usual();
    const message = this.#keep({
      t: 'message',
      sid: newSid('SM'),
      direction: 'outbound-api',
      ...rest,
      steps,
      ...(callback !== undefined && { callback }),
    });
    return { message, early: script?.early ?? false };
  }

  /** A phone texts one of the numbers. @returns the message's id. @throws Error where nobody has that number. */
  text(from: string, to: string, body: string): string {
    const own = this.world.numbers.get(to);
    if (own === undefined) throw new Error(`nobody has the number ${to}`);
    const message = this.#keep({
      t: 'message',
      sid: newSid('SM'),
      account: own.account,
      direction: 'inbound',
      from,
      to,
      body,
      steps: [],
    });
    this.#optOut(message);
    void this.#tellText(message);
    return message.sid;
  }

  /** Lets the rest of its states happen, one after the other. */
  async run(message: Message): Promise<void> {
    for (const [index, step] of message.steps.entries()) {
      if (index < message.done) continue;
      if (step.afterMs > 0) await pause(step.afterMs);
      await this.step(message, step, index + 1);
    }
  }

  async step(message: Message, step: Step, done?: number): Promise<void> {
    const { sid } = message;
    const { status, code, copies = 1 } = step;
    this.record({ t: 'status', sid, status, ...(code !== undefined && { code }), ...(done !== undefined && { done }) });
    const { callback } = message;
    if (callback === undefined) return;
    for (let copy = 0; copy < copies; copy += 1) await this.#post('status', message, step, callback);
  }

  stop(): void {
    this.#stopped = true;
    this.#journal.close();
  }

  #keep(record: MessageRecord): Message {
    this.record(record);
    const kept = this.world.messages.get(record.sid);
    if (kept === undefined) throw new Error('the server ends');
    return kept;
  }

  #usual(): readonly Step[] {
    const afterMs = this.stepMs;
    return [
      { status: 'queued', afterMs: 0 },
      { status: 'sent', afterMs },
      { status: 'delivered', afterMs },
    ];
  }

  /** The keywords are Twilio's own business: it answers them, and the text is posted nevertheless. */
  #optOut({ account, from: phone, to: number, body }: Message): void {
    const word = body.trim().toUpperCase();
    const answer = STOP.has(word)
      ? 'You will get no more texts from this number. Text START to get them again.'
      : START.has(word)
        ? 'You will get texts from this number again. Text STOP to end them.'
        : HELP.has(word)
          ? 'Text STOP to get no more texts from this number.'
          : undefined;
    if (answer === undefined) return;
    if (STOP.has(word)) this.record({ t: 'stop', number, phone });
    if (START.has(word)) this.record({ t: 'start', number, phone });
    const direction = 'outbound-reply';
    const steps: readonly Step[] = [{ status: 'delivered', afterMs: 0 }];
    void this.run(
      this.#keep({ t: 'message', sid: newSid('SM'), account, direction, from: number, to: phone, body: answer, steps }),
    );
  }

  async #tellText(message: Message): Promise<void> {
    const own = this.world.numbers.get(message.to);
    if (own === undefined) return;
    const step: Step = { status: 'received', afterMs: 0 };
    if (own.smsUrl !== '' && (await this.#post('text', message, step, own.smsUrl))) return;
    if (own.fallbackUrl !== '' && (await this.#post('text', message, step, own.fallbackUrl))) return;
    this.record({ t: 'lost', what: 'text', sid: message.sid, status: 'received' });
  }

  /** @returns whether it was answered with success, or is not to be told. */
  async #post(what: 'text' | 'status', message: Message, step: Step, url: string): Promise<boolean> {
    const fault = this.faults.ofWebhook(what, what === 'text' ? message.from : message.to);
    if (fault?.name === 'drop') {
      this.record({ t: 'lost', what, sid: message.sid, status: step.status });
      return true;
    }
    this.busy += 1;
    try {
      if (fault?.name === 'late') await pause(fault.ms);
      if (fault?.name === 'reorder') await this.#hold();
      if (fault?.name !== 'double') return await this.#once(what, message, step, url);
      const both = await Promise.all([this.#once(what, message, step, url), this.#once(what, message, step, url)]);
      return both.some(Boolean);
    } finally {
      this.busy -= 1;
      if (fault?.name !== 'reorder') for (const go of this.#held) go();
    }
  }

  /** Waits until another post is over. */
  async #hold(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.add(resolve);
    const timer = setTimeout(resolve, LONGEST_HOLD_MS);
    await promise;
    clearTimeout(timer);
    this.#held.delete(resolve);
  }

  async #once(what: 'text' | 'status', message: Message, step: Step, url: string): Promise<boolean> {
    const authToken = this.world.accounts.get(message.account)?.token ?? '';
    const { sid } = message;
    const { status } = step;
    const params = what === 'text' ? textParams(message) : statusParams(message, step);
    const ok = await post({ url, authToken, params }, (attempt, token, answer) =>
      this.record({ t: 'posted', what, sid, status, url, token, attempt, answer }),
    );
    if (!ok && what === 'status') this.record({ t: 'lost', what, sid, status });
    return ok;
  }
}

function textParams({ sid, account, from, to, body }: Message): Readonly<Record<string, string>> {
  return {
    ToCountry: 'US',
    ToState: '',
    SmsMessageSid: sid,
    NumMedia: '0',
    ToCity: '',
    FromZip: '',
    SmsSid: sid,
    FromState: '',
    SmsStatus: 'received',
    FromCity: '',
    Body: body,
    FromCountry: 'US',
    To: to,
    ToZip: '',
    NumSegments: String(segmentsOf(body)),
    MessageSid: sid,
    AccountSid: account,
    From: from,
    ApiVersion: API_VERSION,
  };
}

function statusParams({ sid, account, from, to }: Message, { status, code }: Step): Readonly<Record<string, string>> {
  return {
    SmsSid: sid,
    SmsStatus: status,
    MessageStatus: status,
    To: to,
    MessageSid: sid,
    AccountSid: account,
    From: from,
    ApiVersion: API_VERSION,
    ...(code !== undefined && { ErrorCode: String(code), ErrorMessage: WORDS[code] ?? `Error ${code}` }),
  };
}
