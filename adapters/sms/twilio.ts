// Twilio's official client behind the few calls that are needed, loaded when the first of them is made.

import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type Client from 'twilio/lib/rest/Twilio.js';
import type { Clock } from '../../src/model/ports.ts';
import { failureOf, refusal } from './errors.ts';
import type { SmsSettings } from './settings.ts';

/** A text in the account's list. */
export interface Listed {
  readonly sid: string;
  readonly isInbound: boolean;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly files: number;
  readonly status: string;
  readonly errorCode: number;
  /** Milliseconds since the epoch, to the second. */
  readonly createdAt: number;
}

export interface Wanted {
  readonly from?: string;
  readonly to?: string;
  /** To the day, as the network has it; left out: those that wait to be sent are listed too. */
  readonly since?: Date;
}

/** Every method rejects with a BridgeError; `network-down`: nobody knows whether it was performed. */
export interface TextService {
  /** @returns the message's id. */
  send(text: { readonly from: string; readonly to: string; readonly body: string }): Promise<string>;
  /** Newest first, page by page as they are read. */
  list(wanted: Wanted): AsyncIterable<Listed>;
  /** When the provider took or got the text, milliseconds since the epoch, to the second. */
  createdAt(sid: string): Promise<number>;
  /** What their clock says when ours says that, as far as their answers have told. Milliseconds since the epoch. */
  atTheirs(ours: number): number;
}

const TIMEOUT_MS = 15_000;
const PAGE = 100;
const NUMBERS_PAGE = 1_000;
const RETRY_AFTER_MAX_S = 3_600;

/** What the client calls to reach the world. */
export type HttpClient = Pick<RequestClient, 'request'>;

export interface TwilioOptions extends Pick<SmsSettings, 'accountSid' | 'authTokens' | 'apiUrl'> {
  readonly statusCallback: string;
  /** Left out where times do not matter. */
  readonly clock?: Clock;
  /** Instead of the real one. */
  readonly http?: HttpClient;
}

export class Twilio implements TextService {
  readonly #options: TwilioOptions;
  #loading: Promise<Client> | undefined;
  /** How far their clock is ahead of ours. */
  #aheadMs = 0;

  constructor(options: TwilioOptions) {
    this.#options = options;
  }

  async send(text: { readonly from: string; readonly to: string; readonly body: string }): Promise<string> {
    const client = await this.#client();
    const { statusCallback } = this.#options;
    return await mapped(async () => (await client.messages.create({ ...text, statusCallback })).sid);
  }

  async *list({ from, to, since }: Wanted): AsyncIterable<Listed> {
    const client = await this.#client();
    const filter = {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(since !== undefined && { dateSentAfter: since }),
      pageSize: PAGE,
    };
    let page = await mapped(() => client.messages.page(filter));
    for (;;) {
      for (const one of page.instances) yield listed(one);
      const { nextPageUrl } = page;
      if (nextPageUrl === undefined) return;
      page = await mapped(() => client.messages.getPage(nextPageUrl));
    }
  }

  async createdAt(sid: string): Promise<number> {
    const client = await this.#client();
    const { dateCreated } = await mapped(() => client.messages(sid).fetch());
    return dateCreated.getTime();
  }

  atTheirs(ours: number): number {
    return ours + this.#aheadMs;
  }

  /** All of the account, in full. @throws BridgeError by rejection. */
  async numbers(): Promise<readonly string[]> {
    const client = await this.#client();
    const owned = await mapped(() => client.incomingPhoneNumbers.list({ pageSize: NUMBERS_PAGE }));
    return owned.map(({ phoneNumber }) => phoneNumber);
  }

  #client(): Promise<Client> {
    return (this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    }));
  }

  async #load(): Promise<Client> {
    const { accountSid, authTokens, apiUrl, http } = this.#options;
    const [{ default: Client }, { default: Requests }] = await Promise.all([
      import('twilio/lib/rest/Twilio.js'),
      import('twilio/lib/base/RequestClient.js'),
    ]);
    const answered = (headers: unknown): void => this.#answered(headers);
    class Directed extends Requests {
      override async request<T>(options: Parameters<RequestClient['request']>[0]) {
        const uri = directed(options.uri, apiUrl);
        const response = await (http ?? { request: super.request.bind(this) }).request<T>({ ...options, uri } as never);
        answered(response.headers);
        // What the client throws of an answer has no headers.
        if (response.statusCode === 429) throw refusal(20429, '', retryAfterMs(response.headers));
        return response;
      }
    }
    const httpClient = new Directed({ timeout: TIMEOUT_MS, keepAlive: true });
    return new Client(accountSid, authTokens[0], { httpClient, accountSid, env: {} });
  }

  #answered(headers: unknown): void {
    const { clock } = this.#options;
    const date = Date.parse(headerOf(headers, 'date'));
    if (clock !== undefined && Number.isFinite(date)) this.#aheadMs = date - clock.now();
  }
}

/** The client has no setting for it. */
export function directed(uri: string, apiUrl: string | undefined): string {
  if (apiUrl === undefined) return uri;
  const { pathname, search } = new URL(uri);
  return apiUrl + pathname + search;
}

/** Undefined where none is given, or none that makes sense. */
export function retryAfterMs(headers: unknown): number | undefined {
  const seconds = Number(headerOf(headers, 'retry-after'));
  return seconds > 0 ? Math.min(seconds, RETRY_AFTER_MAX_S) * 1_000 : undefined;
}

function headerOf(headers: unknown, name: string): string {
  const value: unknown = typeof headers === 'object' && headers !== null ? Reflect.get(headers, name) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

async function mapped<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw failureOf(thrown);
  }
}

interface Instance {
  readonly sid: string;
  readonly direction: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly body: string | null;
  readonly numMedia: string;
  readonly status: string;
  readonly errorCode: number | null;
  readonly dateCreated: Date;
}

function listed({ sid, direction, from, to, body, numMedia, status, errorCode, dateCreated }: Instance): Listed {
  return {
    sid,
    isInbound: direction === 'inbound',
    from: from ?? '',
    to: to ?? '',
    body: body ?? '',
    files: Number(numMedia) || 0,
    status,
    errorCode: errorCode ?? 0,
    createdAt: dateCreated.getTime(),
  };
}
