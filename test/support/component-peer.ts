// One component's connection as the tests' server sees it: what to send, what to wait for, and all that was said.

import type { Socket } from 'node:net';
import { mismatch } from './matcher.ts';
import { elementsOf, StreamReader, textOf, type XmlNode } from './xml-tree.ts';

export const STREAMS_NS = 'urn:ietf:params:xml:ns:xmpp-streams';
const STREAM_NS = 'http://etherx.jabber.org/streams';
const PING_NS = 'urn:xmpp:ping';
const TRANSCRIPT_LINES = 200;
const TRANSCRIPT_WIDTH = 600;

/** A pattern for the matcher, or a test of its own. */
export type Expected = string | ((stanza: XmlNode) => boolean);

export interface PeerOptions {
  /** Of the stream. */
  readonly id: string;
  readonly serverDomain: string;
  readonly answerPings: boolean;
  onHeader(attrs: Readonly<Record<string, string>>): void;
  onHandshake(digest: string): void;
  onClosed(): void;
}

interface Waiter {
  readonly fits: (stanza: XmlNode) => boolean;
  resolve(stanza: XmlNode): void;
}

export class ComponentPeer {
  readonly #socket: Socket;
  readonly #options: PeerOptions;
  readonly #all: XmlNode[] = [];
  #unread: XmlNode[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #lines: string[] = [];
  #online = false;
  readonly #closedWaiters: (() => void)[] = [];
  #closed = false;
  #ended = false;
  /** What the component asked to be; set by its header. */
  domain: string | undefined;
  /** The handshake is left to the test. */
  scripted = false;
  /** Bytes that came, header and handshake included. */
  bytesReceived = 0;

  constructor(socket: Socket, options: PeerOptions) {
    this.#socket = socket;
    this.#options = options;
    const reader = new StreamReader({
      onHeader: (attrs) => {
        this.#note('<', '(stream header)');
        this.domain = attrs['to'];
        if (!this.scripted) options.onHeader(attrs);
      },
      onElement: (node, raw) => this.#onElement(node, raw),
      onEnd: () => this.#onEnd(),
      onError: (error) => {
        this.#note('<', `NOT XML: ${error.message}`);
        this.streamError('not-well-formed');
      },
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.bytesReceived += bytes.length;
      reader.write(bytes);
    });
    socket.on('error', (error) => this.#note('!', error.message));
    socket.on('close', () => {
      this.#note('!', 'closed');
      this.#closed = true;
      options.onClosed();
      for (const resolve of this.#closedWaiters) resolve();
    });
  }

  /** What comes from now on, as it comes. */
  onText(listen: (text: string) => void): void {
    this.#socket.on('data', (bytes) => listen(bytes.toString()));
  }

  /** Text as it is: stanzas, or anything else. */
  send(xml: string): void {
    this.sendBytes(Buffer.from(xml));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#note('>', Buffer.from(bytes.subarray(0, 2_000)).toString());
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** The next unread stanza that fits; others stay unread. */
  receives(expected: Expected, withinMs = 5_000): Promise<XmlNode> {
    const why: string[] = [];
    const fits = (stanza: XmlNode): boolean => {
      if (typeof expected !== 'string') return expected(stanza);
      const reason = mismatch(expected, stanza);
      if (reason !== undefined) why.push(reason);
      return reason === undefined;
    };
    const index = this.#unread.findIndex(fits);
    const [found] = index === -1 ? [] : this.#unread.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    return deadline(
      withinMs,
      (resolve) => enlist(this.#waiters, { fits, resolve }),
      () => `not received within ${withinMs} ms: ${String(expected)}\n  ${why.join('\n  ')}\n${this.transcript()}`,
    );
  }

  /** The very next unread stanza, which must fit. */
  async receivesNext(expected: string, withinMs = 5_000): Promise<XmlNode> {
    const stanza = await this.receives(() => true, withinMs);
    const reason = mismatch(expected, stanza);
    if (reason !== undefined) throw new Error(`${reason}\nexpected next: ${expected}\n${this.transcript()}`);
    return stanza;
  }

  async receivesInAnyOrder(...expected: readonly Expected[]): Promise<XmlNode[]> {
    return Promise.all(expected.map((one) => this.receives(one)));
  }

  /** Sends a ping to the gateway and waits for the answer: all that it does at once has arrived then. */
  async barrier(from = 'barrier@localhost/tests', to = this.domain ?? ''): Promise<void> {
    const id = `barrier-${this.#all.length}-${this.#lines.length}`;
    this.send(`<iq type='get' id='${id}' from='${from}' to='${to}'><ping xmlns='${PING_NS}'/></iq>`);
    await this.receives(`<iq id='${id}' to='${from}'/>`);
  }

  /** Every stanza that came, in order. */
  all(): readonly XmlNode[] {
    return this.#all;
  }

  /** What no `receives` has taken. */
  unread(): readonly XmlNode[] {
    return this.#unread;
  }

  /** Forgets what is unread and returns it. */
  takeUnread(): readonly XmlNode[] {
    const taken = this.#unread;
    this.#unread = [];
    return taken;
  }

  /** The component said `</stream:stream>`. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the connection is closed on both sides. */
  closed(withinMs = 5_000): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return deadline(
      withinMs,
      (resolve: () => void) => enlist(this.#closedWaiters, resolve),
      () => `not closed within ${withinMs} ms\n${this.transcript()}`,
    );
  }

  header(attrs: { readonly id?: string; readonly from?: string } = {}): void {
    const { id = this.#options.id, from = this.domain ?? '' } = attrs;
    this.send(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='${STREAM_NS}' from='${from}' id='${id}'>`,
    );
  }

  accept(): void {
    this.#online = true;
    this.send('<handshake/>');
  }

  streamError(condition: string, text?: string): void {
    const more = text === undefined ? '' : `<text xmlns='${STREAMS_NS}'>${text}</text>`;
    this.send(`<stream:error><${condition} xmlns='${STREAMS_NS}'/>${more}</stream:error></stream:stream>`);
    this.#socket.end();
  }

  /** `</stream:stream>`, the socket left open. */
  endStream(): void {
    this.send('</stream:stream>');
  }

  /** FIN. */
  end(): void {
    this.#socket.end();
  }

  /** RST. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** The last lines of what was said. */
  transcript(): string {
    return [`--- ${this.domain ?? 'unnamed'}: > to the gateway, < from it`, ...this.#lines].join('\n');
  }

  #onElement(node: XmlNode, raw: string): void {
    this.#note('<', raw);
    if (!this.#online && node.name === 'handshake' && !this.scripted) {
      this.#options.onHandshake(textOf(node));
      return;
    }
    this.#all.push(node);
    if (this.#online && !this.#judge(node)) return;
    const index = this.#waiters.findIndex(({ fits }) => fits(node));
    const [waiter] = index === -1 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) this.#unread.push(node);
    else waiter.resolve(node);
  }

  /** What real servers do with a stanza before anything else; false where it ends there. */
  #judge(node: XmlNode): boolean {
    const { from = '', to, type, id = '' } = node.attrs;
    if (domainOf(from) !== this.domain && node.ns !== STREAM_NS) {
      this.streamError('invalid-from', `from ${from}`);
      return true;
    }
    const pinged = node.name === 'iq' && type === 'get' && elementsOf(node)[0]?.ns === PING_NS;
    if (!pinged || !this.#options.answerPings) return true;
    if (to === this.#options.serverDomain) {
      this.send(`<iq type='result' id='${id}' from='${to}' to='${from}'/>`);
      return false;
    }
    return true;
  }

  #onEnd(): void {
    this.#note('<', '</stream:stream>');
    this.#ended = true;
    if (!this.scripted) {
      this.endStream();
      this.#socket.end();
    }
  }

  #note(mark: string, text: string): void {
    this.#lines.push(
      `${mark} ${text.length > TRANSCRIPT_WIDTH ? `${text.slice(0, TRANSCRIPT_WIDTH)}... (${text.length})` : text}`,
    );
    if (this.#lines.length > TRANSCRIPT_LINES) this.#lines.shift();
  }
}

function domainOf(jid: string): string {
  const bare = jid.split('/', 1)[0] ?? '';
  return bare.slice(bare.indexOf('@') + 1);
}

/** A promise that rejects after `withinMs` with what `why` says then; `start` returns what to do in that case. */
export function deadline<T>(
  withinMs: number,
  start: (resolve: (value: T) => void) => () => void,
  why: () => string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget();
      reject(new Error(why()));
    }, withinMs);
    const forget = start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** Keeps an item in a list until the returned function is called. */
export function enlist<T>(list: T[], item: T): () => void {
  list.push(item);
  return () => {
    const index = list.indexOf(item);
    if (index !== -1) list.splice(index, 1);
  };
}
