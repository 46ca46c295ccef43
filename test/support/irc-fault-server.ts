// An IRC server that misbehaves, for hostile input only: it lets clients in and then does what the test says, byte by byte. What good
// servers do is tested on good servers.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface FaultServerOptions {
  /** Sent in answer to CAP LS; undefined: CAP is not answered. */
  readonly caps?: string;
  /** What becomes of SASL: the numeric of the answer. Only PLAIN. */
  readonly sasl?: { readonly account: string; readonly password: string };
  /** Bytes in place of the welcome. */
  readonly insteadOfWelcome?: string | Buffer;
  /** Certificate and key in PEM; without them it is not encrypted. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

type Answer = (line: string, victim: Victim) => string | Buffer | undefined;

/** One connected client. */
export class Victim {
  nick = 'nobody';
  readonly lines: string[] = [];
  readonly socket: Socket;
  constructor(socket: Socket) {
    this.socket = socket;
  }
  send(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }
}

export class IrcFaultServer {
  readonly #server: Server;
  readonly #options: FaultServerOptions;
  readonly victims: Victim[] = [];
  /** Asked first for every line after the login; `undefined` lets the usual answer go out. */
  answer: Answer = () => undefined;

  static async listen(options: FaultServerOptions = {}): Promise<IrcFaultServer> {
    const server = new IrcFaultServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  constructor(options: FaultServerOptions) {
    this.#options = options;
    const accept = (socket: Socket): void => this.#accept(socket);
    const { tls } = options;
    this.#server = tls === undefined ? createServer({ noDelay: true }, accept) : createTlsServer(tls, accept);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  victim(nick: string): Victim {
    const found = this.victims.findLast((victim) => victim.nick === nick);
    if (found === undefined) throw new Error(`${nick} is not connected`);
    return found;
  }
  close(): void {
    for (const { socket } of this.victims) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    const victim = new Victim(socket);
    this.victims.push(victim);
    let rest = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#line(victim, line);
    });
  }

  #line(victim: Victim, line: string): void {
    victim.lines.push(line);
    const [command = '', first = ''] = line.replace(/^@\S+ /, '').split(' ');
    if (command === 'NICK') victim.nick = first;
    const special = this.answer(line, victim);
    const bytes = special ?? this.#usual(command, first, victim);
    if (bytes !== '') victim.send(bytes);
  }

  #usual(command: string, first: string, victim: Victim): string | Buffer {
    const { caps, insteadOfWelcome } = this.#options;
    switch (command) {
      case 'CAP':
        return this.#cap(first, victim);
      case 'USER':
        return caps === undefined ? (insteadOfWelcome ?? this.#welcome(victim)) : '';
      case 'AUTHENTICATE':
        return this.#authenticate(first, victim);
      case 'JOIN':
        return `:${victim.nick}!u@h JOIN ${first}\r\n:s 353 ${victim.nick} = ${first} :${victim.nick} tybalt\r\n:s 366 ${victim.nick} ${first} :End\r\n`;
      case 'MODE':
        return `:s 324 ${victim.nick} ${first} +nt\r\n`;
      case 'PING':
        return `:s PONG s ${first}\r\n`;
      case 'QUIT':
        victim.socket.end('ERROR :bye\r\n');
        return '';
      default:
        return '';
    }
  }

  #cap(first: string, victim: Victim): string | Buffer {
    const { caps, insteadOfWelcome } = this.#options;
    if (caps === undefined) return '';
    if (first === 'LS') return `:s CAP * LS :${caps}\r\n`;
    if (first === 'REQ') return `:s CAP * ACK :${victim.lines.at(-1)?.split(' :')[1] ?? ''}\r\n`;
    return first === 'END' ? (insteadOfWelcome ?? this.#welcome(victim)) : '';
  }

  #authenticate(first: string, victim: Victim): string {
    if (first === 'PLAIN') return 'AUTHENTICATE +\r\n';
    const { sasl } = this.#options;
    const expected = Buffer.from(`${sasl?.account}\0${sasl?.account}\0${sasl?.password}`).toString('base64');
    return first === expected
      ? `:s 900 ${victim.nick} n!u@h ${sasl?.account} :You are now logged in\r\n:s 903 ${victim.nick} :SASL authentication successful\r\n`
      : `:s 904 ${victim.nick} :SASL authentication failed\r\n`;
  }

  #welcome({ nick }: Victim): string {
    return `:s 001 ${nick} :Welcome ${nick}!u@h\r\n:s 005 ${nick} PREFIX=(ov)@+ CHANTYPES=# :are supported\r\n:s 422 ${nick} :No MOTD\r\n`;
  }
}
