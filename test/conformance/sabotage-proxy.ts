// Stands between gateway and XMPP server and spoils, on purpose, what the gateway sends: a conformance test that does not notice proves
// nothing. Without a rule it only measures.

import { Buffer } from 'node:buffer';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { StreamReader, type XmlNode } from '../support/xml-tree.ts';

/** What goes on in place of a stanza, or of the handshake; '' drops it. */
export type Rule = (raw: string, stanza: XmlNode) => string;

export interface Spoiling {
  readonly stanza?: Rule;
  readonly header?: (raw: string) => string;
  /** From the second connection on, nothing goes through. */
  readonly onlyOnce?: boolean;
  /** The end of the stream is not passed on. */
  readonly neverEnds?: boolean;
  /** What the gateway reads of what the XMPP server says. */
  readonly fromServer?: (text: string) => string;
  /** Takes whatever the gateway sends, and says that it was read, however little the XMPP server reads. */
  readonly neverFull?: boolean;
}

const HEADER = /<stream:stream[^>]*>/;

export class SabotageProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #spoiling: Spoiling;
  readonly #port: number;
  #connections = 0;
  /** As the gateway's last stream began, after any spoiling. */
  header = '';
  /** Bytes of the largest stanza that the gateway has sent. */
  largest = 0;

  private constructor(port: number, spoiling: Spoiling) {
    this.#port = port;
    this.#spoiling = spoiling;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** In front of the XMPP server on that loopback port. */
  static async listen(port: number, spoiling: Spoiling): Promise<SabotageProxy> {
    const proxy = new SabotageProxy(port, spoiling);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(gateway: Socket): void {
    this.#connections++;
    const server = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    gateway.setNoDelay(true);
    for (const [socket, other] of [
      [gateway, server],
      [server, gateway],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroySoon();
      });
    }
    const { fromServer } = this.#spoiling;
    server.on('data', (bytes) => gateway.write(fromServer === undefined ? bytes : fromServer(bytes.toString())));
    server.on('end', () => gateway.end());
    gateway.on('end', () => server.end());
    const mute = this.#spoiling.onlyOnce === true && this.#connections > 1;
    if (!mute) this.#forward(gateway, server);
  }

  #forward(gateway: Socket, server: Socket): void {
    const { stanza: rule, header = (raw) => raw, neverEnds, neverFull } = this.#spoiling;
    let head = '';
    const reader = new StreamReader({
      onHeader: () => undefined,
      onElement: (node, raw) => {
        if (neverFull === true && isPing(node)) gateway.write(resultOf(node));
        const out = rule === undefined ? raw : rule(raw, node);
        this.largest = Math.max(this.largest, Buffer.byteLength(out));
        if (out !== '' && !server.destroyed) server.write(out);
      },
      onEnd: () => {
        if (neverEnds !== true) server.write('</stream:stream>');
      },
      // The server is to see what is wrong, and to say so.
      onError: () => server.write('<not-well-formed>'),
    });
    gateway.on('data', (bytes) => {
      if (!HEADER.test(head)) {
        head += bytes.toString('utf8');
        const found = HEADER.exec(head);
        if (found) {
          this.header = header(head.slice(0, found.index + found[0].length));
          server.write(this.header);
        }
      }
      reader.write(bytes);
      if (neverFull !== true && server.writableNeedDrain) gateway.pause();
    });
    server.on('drain', () => gateway.resume());
  }
}

const isPing = ({ name, children }: XmlNode): boolean =>
  name === 'iq' && children.some((child) => typeof child !== 'string' && child.name === 'ping');
const resultOf = ({ attrs: { id = '', from = '', to = '' } }: XmlNode): string =>
  `<iq type='result' id='${id}' from='${to}' to='${from}'/>`;
