// The connection to one IRC server: TCP or TLS, whole lines in (RFC 2812 2.3), one write per turn out.

import { isAscii } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { BridgeError } from '../../src/model/errors.ts';
import { words } from '../../src/model/words.ts';
import { decodeBytes, encodeBytes, isOdd } from './bytes.ts';
import { oneLine } from './line.ts';
import type { Reader, Turns } from './turns.ts';

/** Longest line that is read, without its end; the rest of a longer one is dropped. */
export const MAX_LINE_BYTES = 16_384;

export interface SocketTarget {
  readonly host: string;
  /** Where the name was resolved already. */
  readonly addresses?: readonly string[];
  readonly port: number;
  readonly tls: boolean;
  /** Check the certificate against the trusted authorities and the name. */
  readonly verify: boolean;
  /** SHA-256 of the one certificate to accept instead, hex with or without colons. */
  readonly fingerprint?: string;
}

export interface SocketListener {
  line(text: string): void;
  /** Once, when the connection is over. */
  closed(error: Error | undefined): void;
}

/**
 * Resolves with an open connection, TLS and certificate checks done.
 * @throws Error of the system or of TLS as it came; BridgeError `bad-credentials` for a wrong fingerprint.
 */
export async function openSocket(target: SocketTarget, turns: Turns, signal: AbortSignal): Promise<LineSocket> {
  signal.throwIfAborted();
  const socket = startSocket(target);
  const ready = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
  const abort = (): void => {
    socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(ready, resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed while connecting')));
    });
  } finally {
    signal.removeEventListener('abort', abort);
    socket.removeAllListeners();
  }
  if (socket instanceof TLSSocket && target.fingerprint !== undefined) checkFingerprint(socket, target);
  return new LineSocket(socket, turns);
}

function startSocket(target: SocketTarget): Socket {
  const { addresses } = target;
  const where = {
    host: target.host.replace(/^\[(.*)\]$/, '$1'),
    port: target.port,
    autoSelectFamily: true,
    ...(addresses === undefined ? {} : { lookup: known(addresses) }),
  };
  if (!target.tls) return connectTcp(where);
  const pinned = target.fingerprint !== undefined;
  return connectTls({
    ...where,
    ...(isIP(where.host) === 0 ? { servername: target.host } : {}),
    rejectUnauthorized: target.verify && !pinned,
    minVersion: 'TLSv1.2',
  });
}

/** The look-up of a name whose addresses are settled. */
function known(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, done) => {
    if (options.all === true) done(null, all);
    else done(null, all[0]?.address ?? '', all[0]?.family ?? 0);
  };
}

function checkFingerprint(socket: TLSSocket, target: SocketTarget): void {
  const plain = (text: string): string => text.replaceAll(':', '').toLowerCase();
  const certificate = socket.getPeerX509Certificate();
  const found = certificate instanceof X509Certificate ? certificate.fingerprint256 : '';
  if (plain(found) === plain(target.fingerprint ?? '')) return;
  socket.destroy();
  throw new BridgeError('bad-credentials', words`The certificate of ${target.host} is not the expected one: ${found}.`);
}

/** Bytes that came, as far as they are not read. */
interface Chunk {
  readonly bytes: Buffer;
  /** Told once for all of it, so that most lines need no look at their bytes and no object for them. */
  readonly ascii: boolean;
  from: number;
}

export class LineSocket implements Reader {
  readonly #socket: Socket;
  readonly #turns: Turns;
  #listener: SocketListener | undefined;
  #lines: string[] = [];
  #written: (() => void)[] = [];
  #head: Buffer[] = [];
  #headBytes = 0;
  /** What came while there was more to read than one turn allows. */
  #behind: Chunk[] = [];
  #isOver = false;
  #error: Error | undefined;
  /** Something was read since it was last set to false. */
  hasRead = true;
  #isPaused = false;

  constructor(socket: Socket, turns: Turns) {
    this.#socket = socket;
    this.#turns = turns;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => this.#close());
    // Nothing is read before somebody listens.
    socket.pause();
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    if (!this.#isPaused) this.#socket.resume();
    if (this.#socket.destroyed) queueMicrotask(() => this.#close());
  }

  /** Sends a line behind all others of this turn; `written` is called when the system has taken it, never if it has not. */
  write(line: string, written?: () => void): void {
    if (this.#lines.length === 0) queueMicrotask(() => this.#flush());
    this.#lines.push(oneLine(line));
    if (written !== undefined) this.#written.push(written);
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }
  pause(): void {
    this.#isPaused = true;
    this.#turns.drop(this);
    this.#socket.pause();
  }
  resume(): void {
    this.#isPaused = false;
    if (this.#behind.length > 0) this.#turns.take(this);
    else this.#socket.resume();
  }
  /** Sends what is queued, then the end of the stream. */
  end(): void {
    this.#flush();
    this.#socket.end();
  }
  destroy(error?: Error): void {
    this.#error ??= error;
    this.#behind = [];
    this.#turns.drop(this);
    this.#socket.destroy();
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\r\n')}\r\n`;
    const written = this.#written;
    this.#lines = [];
    this.#written = [];
    if (this.#socket.destroyed || !this.#socket.writable) return;
    const done = (error?: Error | null): void => {
      if (!error) for (const call of written) call();
    };
    if (isOdd(text)) this.#socket.write(encodeBytes(text), done);
    else this.#socket.write(text, 'utf8', done);
  }

  #receive(bytes: Buffer): void {
    this.hasRead = true;
    this.#behind.push({ bytes, ascii: isAscii(bytes), from: 0 });
    if (!this.#isPaused) this.#turns.take(this);
    // Whoever sends faster than is read waits, and not in our memory.
    if (this.#behind.length > 0) this.#socket.pause();
  }

  get hasMore(): boolean {
    return this.#behind.length > 0 && !this.#isPaused;
  }

  read(most: number): number {
    let count = 0;
    for (let [chunk] = this.#behind; chunk !== undefined; [chunk] = this.#behind) {
      while (count < most && this.#next(chunk)) count++;
      // Also where a line has put an end to everything, or asked for a pause.
      if (this.#behind[0] !== chunk || this.#isPaused || chunk.bytes.indexOf(0x0a, chunk.from) >= 0) return count;
      if (chunk.from < chunk.bytes.length) this.#keep(chunk.bytes.subarray(chunk.from));
      this.#behind.shift();
    }
    if (this.#isOver) this.#close();
    else if (this.#socket.isPaused()) this.#socket.resume();
    return count;
  }

  /** One line of it. @returns false where it has no whole one any more. */
  #next(chunk: Chunk): boolean {
    const { bytes, from, ascii } = chunk;
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) return false;
    chunk.from = end + 1;
    this.hasRead = true;
    if (this.#headBytes > 0) this.#line(decodeBytes(lineOf(this.#joined(bytes.subarray(from, end)))));
    else if (ascii && end - from <= MAX_LINE_BYTES)
      this.#line(bytes.toString('latin1', from, beforeReturns(bytes, from, end)));
    else this.#line(decodeBytes(lineOf(bytes.subarray(from, end))));
    return true;
  }

  #joined(tail: Buffer): Buffer {
    this.#keep(tail);
    const whole = Buffer.concat(this.#head);
    this.#head = [];
    this.#headBytes = 0;
    return whole;
  }

  // A copy, because a small rest of a chunk would keep the whole chunk in memory.
  #keep(part: Buffer): void {
    const room = MAX_LINE_BYTES - this.#headBytes;
    if (room <= 0) return;
    const kept = Buffer.from(part.subarray(0, room));
    this.#head.push(kept);
    this.#headBytes += kept.length;
  }

  #line(text: string): void {
    if (text !== '') this.#listener?.line(text);
  }

  #close(): void {
    this.#isOver = true;
    // What was said last is heard first.
    if (this.#behind.length > 0) return;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.closed(this.#error);
  }
}

function beforeReturns(bytes: Buffer, from: number, end: number): number {
  let at = end;
  while (at > from && bytes[at - 1] === 0x0d) at--;
  return at;
}

function lineOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, beforeReturns(bytes, 0, Math.min(bytes.length, MAX_LINE_BYTES)));
}
