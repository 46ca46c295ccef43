// The connection of one account to an echo server: one JSON object a line (test/support/echo-server.ts), requests and their answers, and a
// ping where nothing else would show that nobody is there any more.

import { connect, type Socket } from 'node:net';
import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import type { Clock } from '../../src/model/ports.ts';
import { words } from '../../src/model/words.ts';
import { closed, errorNamed } from './errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface WireEvents {
  /** Whatever is no answer. */
  onFields(fields: Fields): void;
  /** Once, unless `close` was called. */
  onLost(error: BridgeError): void;
}

interface Request {
  readonly answered: (answer: Fields) => void;
  readonly reject: (error: BridgeError) => void;
  readonly stopWaiting: () => void;
}

const ANSWER_MS = 10_000;
const PING_MS = 10_000;
const MAX_LINE_CHARS = 4_000_000;

export class Wire {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #events: WireEvents;
  readonly #waiting = new Map<string, Request>();
  #rest = '';
  #pings = 0;
  #stopPing: () => void = () => {};
  #isClosed = false;

  /** @throws BridgeError by rejection: `network-down`, or `timeout` when given up. */
  static open({ host, port }: ServerAddress, clock: Clock, signal: AbortSignal, events: WireEvents): Promise<Wire> {
    const { promise, resolve, reject } = Promise.withResolvers<Wire>();
    if (signal.aborted) return Promise.reject(givenUp());
    const socket = connect({ host, port });
    const giveUp = (): void => {
      socket.destroy();
      reject(givenUp());
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('error', (error) => reject(unreachable(error)));
    socket.once('connect', () => resolve(new Wire(socket, clock, events)));
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  private constructor(socket: Socket, clock: Clock, events: WireEvents) {
    this.#socket = socket.setNoDelay(true).setEncoding('utf8');
    this.#clock = clock;
    this.#events = events;
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', (error) => this.#lose(unreachable(error)));
    socket.on('close', () =>
      this.#lose(new BridgeError('network-down', words`The echo server closed the connection.`)),
    );
    this.#planPing();
  }

  /**
   * Written before it returns. `read` sees the answer before anything that came behind it is heard. @throws BridgeError by rejection: what the server said, `timeout` when it says nothing, `network-down`
   * when the connection ends: in both the command may have been performed.
   */
  request<T>(txn: string, fields: Fields, read: (answer: Fields) => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const stopWaiting = this.#clock.after(ANSWER_MS, () => {
      this.#waiting.delete(txn);
      reject(new BridgeError('timeout', words`The echo server did not answer.`));
    });
    this.#waiting.set(txn, { answered: (answer) => resolve(read(answer)), reject, stopWaiting });
    this.tell({ ...fields, txn });
    return promise;
  }

  tell(fields: Fields): void {
    if (!this.#isClosed) this.#socket.write(`${JSON.stringify(fields)}\n`);
  }

  pause(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Writes what is still to be written, and ends. */
  close(): void {
    this.#end(closed());
    this.#socket.end();
    this.#clock.after(1_000, () => this.#socket.destroy());
  }

  #planPing(): void {
    this.#stopPing();
    this.#stopPing = this.#clock.after(PING_MS, () => {
      this.#pings += 1;
      this.request(`ping-${this.#pings}`, { do: 'ping' }, () => undefined).then(
        () => this.#planPing(),
        () => this.#lose(new BridgeError('network-down', words`The echo server does not answer any more.`)),
      );
    });
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const fields = this.#isClosed ? undefined : fieldsIn(line);
      if (fields !== undefined) this.#take(fields);
    }
    if (this.#rest.length > MAX_LINE_CHARS) {
      this.#lose(new BridgeError('network-down', words`The echo server sent something that is too long.`));
    }
  }

  #take(fields: Fields): void {
    const re = fields['re'];
    if (typeof re !== 'string') {
      this.#events.onFields(fields);
      return;
    }
    const request = this.#waiting.get(re);
    if (request === undefined) return;
    this.#waiting.delete(re);
    request.stopWaiting();
    const answer = asFields(fields['ok']);
    if (answer === undefined) request.reject(refusal(asFields(fields['error'])));
    else request.answered(answer);
  }

  #lose(error: BridgeError): void {
    if (this.#isClosed) return;
    this.#end(error);
    this.#socket.destroy();
    this.#events.onLost(error);
  }

  #end(error: BridgeError): void {
    this.#isClosed = true;
    this.#stopPing();
    for (const { reject, stopWaiting } of this.#waiting.values()) {
      stopWaiting();
      reject(error);
    }
    this.#waiting.clear();
  }
}

function refusal(error: Fields | undefined): BridgeError {
  const named = errorNamed(text(error?.['code']), text(error?.['text']));
  const retryAfterMs = error?.['retryAfterMs'];
  const code: ErrorCode = named.code;
  return typeof retryAfterMs === 'number' ? new BridgeError(code, named.text, { retryAfterMs }) : named;
}

function unreachable(cause: Error): BridgeError {
  return new BridgeError('network-down', words`The echo server can't be reached.`, { cause });
}
function givenUp(): BridgeError {
  return new BridgeError('timeout', words`Signing in was given up.`);
}

function fieldsIn(line: string): Fields | undefined {
  try {
    return asFields(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
