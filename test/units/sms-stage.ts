// The SMS network with everything around it made up: answers of Twilio to requests, the world that calls, a store that keeps each id once, and
// time that passes when a test says so.

import { createHmac } from 'node:crypto';
import { SmsNetwork } from '../../adapters/sms/network.ts';
import { readSettings } from '../../adapters/sms/settings.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import type { Answers } from '../../src/model/form.ts';
import { accountKey, conversationId, userId } from '../../src/model/ids.ts';
import type { Account, Attempt, Host, HttpRequest, HttpResponse, Receipt } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { inEnglish } from '../../src/model/words.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';

export const SID = `AC${'0f'.repeat(16)}`;
const TOKEN = 'two households';
export const OURS = '+15550100001';
export const OTHER = '+15550100002';
export const PHONE = '+15550200001';
const KEY = accountKey('');
const URL_BASE = 'https://gateway.example.org/sms.example.org';

/** A request as the official client makes it. */
export interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly username?: string;
  readonly password?: string;
}
export interface Answered {
  readonly statusCode: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function romeo(settings: Answers = { number: OURS, country: 'US' }): Account {
  return { user: userId('romeo@example.org'), key: KEY, settings, guest: false };
}

export class SmsStage {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
  readonly log = new LogRecorder();
  readonly asked: Asked[] = [];
  readonly events: AnyEvent[] = [];
  readonly states = new Map<string, Map<string, string>>();
  accounts: Account[] = [romeo()];
  isStoreBroken = false;
  answer: (asked: Asked) => Answered | Promise<Answered> = () => page([]);
  readonly network: SmsNetwork;
  readonly #seen = new Set<string>();
  readonly #mounted = new Map<string, (request: HttpRequest) => Promise<HttpResponse>>();

  constructor(settings: Answers = {}) {
    const all = { accountSid: SID, authToken: TOKEN, numbers: [OURS, OTHER], ...settings };
    const request = async (asked: Asked): Promise<Answered> => {
      this.asked.push(asked);
      return await this.answer(asked);
    };
    this.network = new SmsNetwork(readSettings(all), { request } as never);
  }

  async start(): Promise<this> {
    // Loaded when they are first used, which may take any number of turns.
    await Promise.all([
      import('twilio/lib/rest/Twilio.js'),
      import('twilio/lib/base/RequestClient.js'),
      import('twilio/lib/webhooks/webhooks.js'),
    ]);
    await this.network.start(this.host());
    return this;
  }

  host(): Host {
    const none = (): never => {
      throw new Error('no use for that');
    };
    return {
      mount: (path, handle) => {
        this.#mounted.set(path, handle);
        return `${URL_BASE}/${path}`;
      },
      publish: none,
      fetch: none,
      publicAddresses: none,
      accounts: () => this.accounts,
      state: (account) => this.#state(account?.user ?? ''),
      keep: async (account, kept, state = {}) => {
        await this.#works();
        for (const [key, value] of Object.entries(state)) await this.#state(account.user).put(key, value);
        for (const { id, event } of kept) if (!this.#seen.has(id)) this.events.push(event);
        for (const { id } of kept) this.#seen.add(id);
      },
      pressure: { paused: false, onChange: () => () => {} },
      log: this.log,
      clock: this.clock,
    };
  }

  /** What was kept is all that there is in a new process. */
  async restarted(): Promise<SmsStage> {
    const next = new SmsStage();
    for (const [user, state] of this.states) next.states.set(user, new Map(state));
    for (const id of this.#seen) next.#seen.add(id);
    next.accounts = this.accounts;
    return await next.start();
  }

  async session() {
    const session = await this.network.openSession(romeo(), () => {}, new AbortController().signal);
    await this.settled();
    return session;
  }

  say(
    session: Awaited<ReturnType<SmsStage['session']>>,
    text: string,
    to: string = PHONE,
    attempt?: Attempt,
  ): Promise<Receipt> {
    const command = { kind: 'say', conversation: conversationId(to), body: { kind: 'text', text } } as const;
    return session.send(command, attempt);
  }

  /** A post of Twilio's; what is not given is as it should be. */
  post(path: 'message' | 'status', fields: Readonly<Record<string, string>>, more: Partial<HttpRequest> = {}) {
    const all = { AccountSid: SID, ...fields };
    const url = `${URL_BASE}/twilio/${path}`;
    const names = Object.keys(all).toSorted((a, b) => (a < b ? -1 : 1));
    const text = names.reduce((sum, name) => sum + name + (all as Record<string, string>)[name], url);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': createHmac('sha1', TOKEN).update(text).digest('base64'),
    };
    const body = Buffer.from(new URLSearchParams(all).toString());
    const request = { method: 'POST', path: new URL(url).pathname, url, headers, body, ...more };
    return this.#mounted.get(`twilio/${path}`)?.(request) ?? Promise.reject(new Error('nothing is mounted'));
  }
  text(sid: string, body: string, more: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    return this.post('message', { MessageSid: sid, From: PHONE, To: OURS, Body: body, ...more });
  }
  status(sid: string, status: string, more: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    return this.post('status', { MessageSid: sid, MessageStatus: status, From: OURS, To: PHONE, ...more });
  }

  /** What was begun has come to its end, as far as no time must pass for it. */
  async settled(): Promise<void> {
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
  }
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settled();
  }

  /** What a person would read of it all. */
  get told(): readonly string[] {
    return this.events.map((event) => {
      switch (event.kind) {
        case 'said':
          return `${event.conversation}: ${event.message.body.text}`;
        case 'failed':
          return `failed ${event.target}: ${event.error.message}`;
        case 'delivered':
        case 'displayed':
          return `${event.kind} ${event.upTo}`;
        case 'told':
          return inEnglish(event.text);
        default:
          return event.kind;
      }
    });
  }

  #state(user: string): KeyValue {
    const values = this.states.get(user) ?? new Map<string, string>();
    this.states.set(user, values);
    return {
      get: async (key) => (await this.#works(), values.get(key)),
      put: async (key, value) => void (await this.#works(), values.set(key, value)),
      delete: async (key) => void (await this.#works(), values.delete(key)),
      list: async (prefix) => (await this.#works(), [...values].filter(([key]) => key.startsWith(prefix))),
    };
  }

  async #works(): Promise<void> {
    await Promise.resolve();
    if (this.isStoreBroken) throw new BridgeError('internal', 'The store is broken.');
  }
}

export function created(sid: string): Answered {
  return { statusCode: 201, body: JSON.stringify({ ...row({ sid }), status: 'queued' }) };
}
export function refused(statusCode: number, code: number, message = 'No.'): Answered {
  return { statusCode, body: JSON.stringify({ code, message, status: statusCode, more_info: '' }) };
}
export function page(rows: readonly object[], next: string | null = null): Answered {
  return { statusCode: 200, body: JSON.stringify({ messages: rows, next_page_uri: next, page: 0, page_size: 100 }) };
}

export interface Row {
  readonly sid: string;
  readonly from?: string;
  readonly to?: string;
  readonly body?: string;
  readonly direction?: string;
  readonly status?: string;
  readonly error_code?: number | null;
  readonly num_media?: string;
  readonly at?: number;
}
export function row({ sid, at = Date.UTC(2026, 0, 1, 12), ...more }: Row): object {
  const date = new Date(at).toUTCString().replace('GMT', '+0000');
  return {
    sid,
    account_sid: SID,
    from: OURS,
    to: PHONE,
    body: 'hello',
    direction: 'outbound-api',
    status: 'delivered',
    error_code: null,
    num_media: '0',
    num_segments: '1',
    date_created: date,
    date_sent: date,
    date_updated: date,
    ...more,
  };
}
