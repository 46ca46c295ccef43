// Requests to one homeserver in the name of one account, through the SDK: timed by our clock, waiting where the server wants it slower, and
// failing in the model's terms.

import type { IRequestOpts, Method } from 'matrix-js-sdk';
import { BridgeError } from '../../src/model/errors.ts';
import type { Clock } from '../../src/model/ports.ts';
import { words } from '../../src/model/words.ts';
import { type Asking, closed, givenUp, refusalOf, unreachable } from './errors.ts';
import { type Fields, fields, number, text } from './fields.ts';
import type { Http, Sdk } from './sdk.ts';

export interface ApiOptions {
  readonly sdk: Sdk;
  readonly baseUrl: string;
  readonly accessToken: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Its parts, not escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Fields;
  /** Of the client-server API; v3 where it is left out. */
  readonly version?: 'v1' | 'v3';
  /** Sent instead of a body, to the content repository. */
  readonly file?: File;
  /** The answer is one. */
  readonly wantsFile?: true;
  readonly asking?: Asking;
  /** Gives up then; left out: only with the session. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** What does not matter later is not repeated. */
  readonly once?: true;
}

export interface File {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** 24.2: that long a person may wait without a word. */
const MOST_WAIT_MS = 30_000;
const LEAST_WAIT_MS = 50;

export class Api {
  readonly #options: ApiOptions;
  readonly #http: Http;
  readonly #ended = new AbortController();

  constructor(options: ApiOptions) {
    const { sdk, baseUrl, accessToken } = options;
    this.#options = options;
    this.#http = sdk.http({ baseUrl, accessToken, fetchFn: options.fetch });
  }

  /** Whatever is under way fails. */
  end(): void {
    this.#ended.abort();
  }

  /** @throws BridgeError by rejection. `timeout` and `network-down`: it may have been performed. */
  async request(request: Request): Promise<Fields> {
    return fields(await this.#patiently(request));
  }

  /** For the few answers that are no object. @throws BridgeError by rejection. */
  array(...path: readonly string[]): Promise<unknown> {
    return this.#patiently({ method: 'GET', path });
  }

  /** A file of the content repository, or made of one. @throws BridgeError by rejection. */
  async file(request: Request): Promise<File> {
    const answer = await this.#patiently({ ...request, wantsFile: true });
    if (!(answer instanceof Blob)) throw new BridgeError('network-down', words`The homeserver does not answer.`);
    return { mediaType: answer.type, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }

  async #patiently(request: Request): Promise<unknown> {
    const { clock } = this.#options;
    const until = clock.monotonic() + MOST_WAIT_MS;
    for (;;) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (!(error instanceof BridgeError) || error.code !== 'rate-limited' || request.once === true) throw error;
        const wait = Math.max(LEAST_WAIT_MS, error.details.retryAfterMs ?? 1_000);
        if (clock.monotonic() + wait > until) throw error;
        await this.#pause(wait, request.signal);
      }
    }
  }

  get(...path: readonly string[]): Promise<Fields> {
    return this.request({ method: 'GET', path });
  }
  put(path: readonly string[], body: Fields): Promise<Fields> {
    return this.request({ method: 'PUT', path, body });
  }
  post(path: readonly string[], body: Fields): Promise<Fields> {
    return this.request({ method: 'POST', path, body });
  }
  /** Undefined where there is no such thing. @throws BridgeError by rejection for all else. */
  async find(...path: readonly string[]): Promise<Fields | undefined> {
    try {
      return await this.get(...path);
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async #once(request: Request): Promise<unknown> {
    const { method, path, query, asking, signal, timeoutMs } = request;
    if (this.#ended.signal.aborted) throw closed();
    const { clock } = this.#options;
    const abort = new AbortController();
    let isLate = false;
    const giveUp = (): void => abort.abort();
    const stopTimer = clock.after(timeoutMs ?? this.#options.timeoutMs, () => {
      isLate = true;
      giveUp();
    });
    this.#ended.signal.addEventListener('abort', giveUp, { once: true });
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    try {
      const escaped = `/${path.map(encodeURIComponent).join('/')}`;
      const opts = { abortSignal: abort.signal, ...shapeOf(request) } as IRequestOpts;
      return await this.#http.authedRequest<unknown>(method as Method, escaped, mutable(query), bodyOf(request), opts);
    } catch (thrown) {
      if (isLate) throw new BridgeError('timeout', words`The homeserver does not answer.`, { cause: thrown });
      if (this.#ended.signal.aborted) throw closed();
      if (signal?.aborted === true) throw givenUp();
      throw errorOf(this.#options, thrown, asking);
    } finally {
      stopTimer();
      this.#ended.signal.removeEventListener('abort', giveUp);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ended = this.#ended.signal;
    const stop = this.#options.clock.after(ms, resolve);
    const wake = (): void => resolve();
    ended.addEventListener('abort', wake, { once: true });
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
    stop();
    ended.removeEventListener('abort', wake);
    signal?.removeEventListener('abort', wake);
  }
}

function shapeOf({ version = 'v3', file, wantsFile }: Request): Partial<IRequestOpts> {
  if (file !== undefined) return { prefix: '/_matrix/media/v3', headers: { 'Content-Type': file.mediaType } };
  const prefix = `/_matrix/client/${version}`;
  return wantsFile === true ? { prefix, rawResponseBody: true } : { prefix };
}
function bodyOf({ body, file }: Request): File['bytes'] | Record<string, unknown> | undefined {
  return file === undefined ? sendable(body) : file.bytes;
}

/** What the SDK throws, as the model says it. */
export function errorOf(
  options: { readonly sdk: Sdk; readonly baseUrl: string },
  thrown: unknown,
  asking?: Asking,
): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const { sdk, baseUrl } = options;
  if (thrown instanceof sdk.MatrixError) {
    const data = fields(thrown.data);
    const { errcode = '', httpStatus = 0 } = thrown;
    const error = text(data['error']);
    return refusalOf(
      { status: httpStatus, errcode, error, retryAfterMs: waitIn(thrown, data), consentUri: text(data['consent_uri']) },
      asking,
    );
  }
  if (thrown instanceof sdk.HTTPError) {
    const retryAfterMs = waitIn(thrown, {});
    return refusalOf({ status: thrown.httpStatus ?? 0, errcode: '', error: '', retryAfterMs, consentUri: '' }, asking);
  }
  const host = new URL(baseUrl).host;
  // No JSON where there should be some: nothing that a homeserver says.
  if (thrown instanceof SyntaxError)
    return new BridgeError('network-down', words`${host} does not answer as a homeserver.`, { cause: thrown });
  return unreachable(host, thrown);
}

function waitIn(error: { getRetryAfterMs(): number | null }, data: Fields): number | undefined {
  try {
    return error.getRetryAfterMs() ?? number(data['retry_after_ms']);
  } catch {
    return number(data['retry_after_ms']);
  }
}

// The SDK's types want arrays and objects that it may change; it changes only the query, which is made anew.
function mutable(query: Request['query'] = {}): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
function sendable(body: Fields | undefined): Record<string, unknown> | undefined {
  return body === undefined ? undefined : { ...body };
}
