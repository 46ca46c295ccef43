// One HTTP listener: paths and who answers them, with limits on size and time. One of the three places that catch: what a handler
// throws becomes a 500 with an incident id.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HttpRequest, HttpResponse } from '../model/network.ts';
import type { Clock, Log } from '../model/ports.ts';
import { newIncidentId } from '../observe/incident.ts';
import { BodyTooLarge, readBody } from './body.ts';

export type Handle = (request: HttpRequest) => Promise<HttpResponse>;

export interface ListenerPorts {
  readonly log: Log;
  readonly clock: Clock;
  /** Under which the world reaches it, without a slash at the end; left out: as it was asked. */
  readonly url?: string;
}
export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

const MAX_BODY_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HANDLER_TIMEOUT_MS = 25_000;
const KEEP_ALIVE_MS = 5_000;
const CLOSING_GRACE_MS = 1_000;
const MAX_CONNECTIONS = 500;

export class HttpListener {
  readonly #ports: ListenerPorts;
  readonly #server: Server;
  readonly #exact = new Map<string, Handle>();
  readonly #below = new Map<string, Handle>();

  constructor(ports: ListenerPorts) {
    this.#ports = ports;
    this.#server = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Whether anything is served. */
  get used(): boolean {
    return this.#exact.size + this.#below.size > 0;
  }

  /** Answers GET and HEAD of exactly this path. @throws Error where the path is taken. */
  page(path: string, handle: Handle): void {
    claim(this.#exact, path, async (request) => {
      const reads = request.method === 'GET' || request.method === 'HEAD';
      return reads
        ? await handle(request)
        : { status: 405, headers: { allow: 'GET, HEAD' }, body: 'only GET and HEAD\n' };
    });
  }

  /** Answers every method at this path and below it; the longest path that fits wins. @throws Error where the path is taken. */
  mount(path: string, handle: Handle): string | undefined {
    claim(this.#below, path, handle);
    return this.#ports.url === undefined ? undefined : this.#ports.url + path;
  }

  /** @returns where it listens: the port was perhaps 0. @throws the system's error, such as EADDRINUSE. */
  async listen(address: BoundAddress): Promise<BoundAddress> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(address.port, address.host, resolve);
    await promise;
    this.#server.off('error', reject);
    this.#server.on('error', (error) => this.#ports.log.warn('http listener failed', { error }));
    const bound = this.#server.address();
    return typeof bound === 'object' && bound !== null ? { host: address.host, port: bound.port } : address;
  }

  /** Lets what is under way come to its end for a moment, then cuts it. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeIdleConnections();
    const callOff = this.#ports.clock.after(CLOSING_GRACE_MS, () => this.#server.closeAllConnections());
    await promise;
    callOff();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      write(response, await this.#answer(request));
    } catch (error) {
      if (error instanceof BodyTooLarge) {
        // The rest of the body is not read, so the connection is of no more use.
        write(response, { status: 413, headers: { connection: 'close' }, body: `more than ${MAX_BODY_BYTES} bytes\n` });
        return;
      }
      if (request.destroyed && !request.complete) return;
      const incident = newIncidentId();
      this.#ports.log.error('http request failed', { incident, method: request.method, path: pathOf(request), error });
      write(response, { status: 500, body: `internal error, incident ${incident}\n` });
    }
  }

  async #answer(request: IncomingMessage): Promise<HttpResponse> {
    const handle = this.#handlerOf(pathOf(request));
    if (handle === undefined) return { status: 404, body: 'nothing here\n' };
    const body = await readBody(request, MAX_BODY_BYTES);
    return await this.#inTime(handle(this.#seen(request, body)));
  }

  #handlerOf(path: string): Handle | undefined {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact;
    for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
      const handle = this.#below.get(prefix);
      if (handle !== undefined) return handle;
    }
    return undefined;
  }

  #seen(request: IncomingMessage, body: Uint8Array): HttpRequest {
    const path = request.url ?? '/';
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(request.headers))
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
    const base = this.#ports.url ?? `http://${request.headers.host ?? 'localhost'}`;
    return { method: request.method ?? 'GET', path, url: base + path, headers, body };
  }

  async #inTime(answer: Promise<HttpResponse>): Promise<HttpResponse> {
    const { promise, resolve } = Promise.withResolvers<HttpResponse>();
    const callOff = this.#ports.clock.after(HANDLER_TIMEOUT_MS, () =>
      resolve({ status: 504, body: 'took too long\n' }),
    );
    try {
      return await Promise.race([answer, promise]);
    } finally {
      callOff();
    }
  }
}

function claim(table: Map<string, Handle>, path: string, handle: Handle): void {
  if (!/^(\/[\w.~-]+)+$/.test(path)) throw new Error(`not a path to serve: ${path}`);
  if (table.has(path)) throw new Error(`the path ${path} is taken`);
  table.set(path, handle);
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function write(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
