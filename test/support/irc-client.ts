// A plain IRC client for tests: raw lines out, raw lines in, nothing clever; what went over the wire is kept for the report of a failure.

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface IrcClientOptions {
  readonly host?: string;
  readonly port: number;
  readonly nick: string;
  readonly tls?: boolean;
  readonly password?: string;
  readonly caps?: readonly string[];
  /** Told of every line that comes in. */
  readonly onLine?: (line: string, client: IrcClient) => void;
}

interface Waiter {
  readonly pattern: RegExp | string;
  resolve(line: string): void;
}

const DEADLINE_MS = 5000;

export class IrcClient {
  readonly nick: string;
  readonly #socket: Socket;
  readonly #onLine: IrcClientOptions['onLine'];
  readonly #transcript: string[] = [];
  /** Lines that no `until` has taken yet. */
  #unread: string[] = [];
  #waiters: Waiter[] = [];
  #rest = '';
  #isClosed = false;

  /** Resolves when the server has welcomed it. */
  static async connect(options: IrcClientOptions): Promise<IrcClient> {
    const client = new IrcClient(options);
    if (options.password !== undefined) client.send(`PASS ${options.password}`);
    if (options.caps !== undefined) client.send(`CAP REQ :${options.caps.join(' ')}`);
    client.send(`NICK ${options.nick}`);
    client.send(`USER ${options.nick} 0 * :${options.nick}`);
    if (options.caps !== undefined) {
      await client.until(/ CAP \S+ ACK /);
      client.send('CAP END');
    }
    await client.until(/ (376|422) /);
    return client;
  }

  constructor({ host = '127.0.0.1', port, nick, tls = false, onLine }: IrcClientOptions) {
    this.nick = nick;
    this.#onLine = onLine;
    this.#socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#transcript.push(`! ${error.message}`));
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#line('(closed)');
    });
  }

  /** A line in UTF-8, or the bytes as they are. */
  send(line: string | Buffer): void {
    this.#transcript.push(`> ${line.toString()}`);
    this.#socket.write(typeof line === 'string' ? `${line}\r\n` : Buffer.concat([line, Buffer.from('\r\n')]));
  }

  /** Joins and waits for the end of the names. */
  async join(channel: string, key = ''): Promise<void> {
    this.send(`JOIN ${channel} ${key}`.trim());
    await this.until(new RegExp(` 366 \\S+ ${escape(channel)} `, 'i'));
  }

  /** The first unread line that matches, now or later; it and those before it are read then. @throws Error at the deadline. */
  async until(pattern: RegExp | string, deadlineMs = DEADLINE_MS): Promise<string> {
    const at = this.#unread.findIndex((line) => matches(pattern, line));
    if (at >= 0) {
      const [line = ''] = this.#unread.slice(at, at + 1);
      this.#unread = this.#unread.slice(at + 1);
      return line;
    }
    this.#unread = [];
    return await new Promise<string>((resolve, reject) => {
      const waiter: Waiter = {
        pattern,
        resolve: (line) => {
          clearTimeout(timer);
          resolve(line);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new Error(`${this.nick} saw nothing like ${String(pattern)} in ${deadlineMs} ms\n${this.transcript}`));
      }, deadlineMs);
      this.#waiters.push(waiter);
    });
  }

  /** A round trip: everything that was sent to this client before has been read when it resolves. */
  async flush(): Promise<void> {
    const token = `flush${Math.random().toString(36).slice(2)}`;
    this.send(`PING ${token}`);
    await this.until(token);
  }

  get transcript(): string {
    return this.#transcript.slice(-200).join('\n');
  }
  /** Lines that came in since the connection was made. */
  get received(): readonly string[] {
    return this.#transcript.filter((line) => line.startsWith('< ')).map((line) => line.slice(2));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.send('QUIT :bye');
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), 1000);
    await new Promise<void>((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once('close', () => resolve());
    });
    clearTimeout(timer);
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(Buffer.from(line.replace(/\r$/, ''), 'latin1').toString('utf8'));
  }

  #line(line: string): void {
    this.#transcript.push(`< ${line}`);
    this.#onLine?.(line, this);
    if (line.startsWith('PING')) this.send(line.replace('PING', 'PONG'));
    const waiter = this.#waiters.find(({ pattern }) => matches(pattern, line));
    if (waiter === undefined) {
      if (this.#waiters.length === 0) this.#unread.push(line);
      return;
    }
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    waiter.resolve(line);
  }
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const matches = (pattern: RegExp | string, line: string): boolean =>
  typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
