// A person's XMPP client for plays: sends what it is told, as it is, over a plain stream of its own (RFC 6120), and keeps every stanza
// until it has been asked about.

import { connect, type Socket } from 'node:net';
import { matches, mismatch } from './matcher.ts';
import { elementsOf, StreamReader, textOf, type XmlNode } from './xml-tree.ts';

const DEADLINE_MS = 8_000;
const FRAMING = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'";

export interface XmppLogin {
  readonly port: number;
  readonly name: string;
  readonly password: string;
  readonly resource: string;
  /** Makes the account first (XEP-0077 with the server itself). */
  readonly register?: boolean;
}

interface Received {
  readonly node: XmlNode;
  readonly raw: string;
}

export class XmppClient {
  readonly #socket: Socket;
  #reader: StreamReader;
  readonly #unread: Received[] = [];
  readonly #transcript: string[] = [];
  readonly #name: string;
  #wake: (() => void) | undefined;
  #closed = false;
  #ids = 0;
  /** Full JID, as the server bound it. */
  jid = '';

  /** Resolves when it has a resource; it is not yet available. */
  static async connect(login: XmppLogin): Promise<XmppClient> {
    const client = new XmppClient(`${login.name}/${login.resource}`, login.port);
    await client.#open();
    if (login.register) {
      const account = `<username>${login.name}</username><password>${login.password}</password>`;
      await client.asks('set', '', `<query xmlns='jabber:iq:register'>${account}</query>`);
    }
    const secret = Buffer.from(`\0${login.name}\0${login.password}`).toString('base64');
    client.sends(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`);
    await client.receives("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    client.#reader = client.#newReader();
    await client.#open();
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${login.resource}</resource></bind>`;
    const bound = await client.asks('set', '', bind);
    client.jid = elementsOf(bound).flatMap(elementsOf).map(textOf).join('');
    return client;
  }

  private constructor(name: string, port: number) {
    this.#name = name;
    this.#reader = this.#newReader();
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.on('data', (bytes: Buffer) => this.#reader.write(bytes));
    this.#socket.on('error', (error) => this.#note('!', error.message));
    this.#socket.on('close', () => {
      this.#closed = true;
      this.#note('!', 'closed');
      this.#wake?.();
    });
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  /** Bare JID. */
  get bare(): string {
    return this.jid.split('/')[0] ?? '';
  }

  /** All that went over the wire since the resource was bound. */
  get transcript(): readonly string[] {
    return this.#transcript;
  }

  /** What nobody has asked about yet, as it was written. */
  get unread(): readonly string[] {
    return this.#unread.map(({ raw }) => raw);
  }

  /** Any number of stanzas, written as they are. */
  sends(xml: string): void {
    this.#note('>', xml);
    this.#socket.write(xml);
  }

  /** The next stanza must fit the pattern. @returns it. @throws Error when it does not, or at the deadline. */
  async receives(pattern: string, deadlineMs = DEADLINE_MS): Promise<XmlNode> {
    const next = await this.#next(() => this.#unread.shift(), pattern, deadlineMs);
    const why = mismatch(pattern, next.node);
    if (why !== undefined) throw new Error(`${this.#name}: ${why}\nexpected ${pattern}\nreceived ${next.raw}`);
    return next.node;
  }

  /** The next stanzas must fit the patterns, one each. */
  async receivesInAnyOrder(...patterns: readonly string[]): Promise<void> {
    const missing = [...patterns];
    while (missing.length > 0) {
      const next = await this.#next(() => this.#unread.shift(), missing.join('\n  or '), DEADLINE_MS);
      const at = missing.findIndex((pattern) => matches(pattern, next.node));
      if (at === -1) {
        const why = missing.map((pattern) => `${pattern}\n    ${mismatch(pattern, next.node)}`).join('\n  ');
        throw new Error(`${this.#name}: received ${next.raw}\nwhich fits none of\n  ${why}`);
      }
      missing.splice(at, 1);
    }
  }

  /** Takes the first stanza that fits out of the order of the rest. @returns it. */
  async finds(pattern: string, deadlineMs = DEADLINE_MS): Promise<XmlNode> {
    const take = (): Received | undefined => {
      const at = this.#unread.findIndex(({ node }) => matches(pattern, node));
      return at === -1 ? undefined : this.#unread.splice(at, 1)[0];
    };
    return (await this.#next(take, pattern, deadlineMs)).node;
  }

  /** Reads the stanzas that fit, at least one; what they are is not the point of the play. */
  async skips(what: string, fits: (node: XmlNode) => boolean, deadlineMs = DEADLINE_MS): Promise<void> {
    const isNext = (): boolean => this.#unread[0] !== undefined && fits(this.#unread[0].node);
    await this.#next(() => (isNext() ? this.#unread.shift() : undefined), what, deadlineMs);
    await this.settles();
    while (isNext()) this.#unread.shift();
  }

  /** Drops what has come and fits, if anything. */
  async forgets(fits: (node: XmlNode) => boolean): Promise<void> {
    await this.settles();
    const left = this.#unread.filter(({ node }) => !fits(node));
    this.#unread.splice(0, this.#unread.length, ...left);
  }

  /** A round trip through its own server: what the server had for it has been read then. */
  async settles(): Promise<void> {
    await this.asks('get', '', "<ping xmlns='urn:xmpp:ping'/>");
  }

  /** Sends a request and takes its answer out of the order of the rest. @returns the answer, an error too. */
  async asks(type: 'get' | 'set', to: string, payload: string): Promise<XmlNode> {
    this.#ids += 1;
    const id = `q${this.#ids}`;
    this.sends(`<iq type='${type}' id='${id}'${to === '' ? '' : ` to='${escapeAttribute(to)}'`}>${payload}</iq>`);
    const isAnswer = ({ node }: Received): boolean =>
      node.name === 'iq' && node.attrs['id'] === id && /^(result|error)$/.test(node.attrs['type'] ?? '');
    const take = (): Received | undefined => {
      const at = this.#unread.findIndex(isAnswer);
      return at === -1 ? undefined : this.#unread.splice(at, 1)[0];
    };
    return (await this.#next(take, `the answer to ${payload}`, DEADLINE_MS)).node;
  }

  /** Asks and holds the answer against a pattern. */
  async asksAndGets(type: 'get' | 'set', to: string, payload: string, pattern: string): Promise<XmlNode> {
    const answer = await this.asks(type, to, payload);
    const why = mismatch(pattern, answer);
    if (why !== undefined) throw new Error(`${this.#name}: ${why}\nasked ${payload}\nexpected ${pattern}`);
    return answer;
  }

  /** Becomes available; what the server says to that (her own presence) is not part of the play. */
  async appears(): Promise<void> {
    await this.asks('get', '', "<query xmlns='jabber:iq:roster'/>");
    this.sends('<presence/>');
    await this.settles();
    this.#unread.length = 0;
  }

  /** Leaves in good order. */
  async close(): Promise<void> {
    if (!this.#closed) this.#socket.write("<presence type='unavailable'/></stream:stream>");
    await this.#gone(2_000);
  }

  /** Drops the connection without a word. */
  async vanishes(): Promise<void> {
    this.#socket.destroy();
    await this.#gone(2_000);
  }

  async #gone(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(), deadlineMs);
    if (!this.#closed) await new Promise((resolve) => this.#socket.once('close', resolve));
    clearTimeout(timer);
  }

  async #open(): Promise<void> {
    this.#socket.write(`<?xml version='1.0'?><stream:stream to='localhost' ${FRAMING}>`);
    await this.receives("<features xmlns='http://etherx.jabber.org/streams'/>");
    this.#transcript.length = 0;
  }

  #newReader(): StreamReader {
    return new StreamReader({
      onHeader: () => undefined,
      onElement: (node, raw) => {
        this.#note('<', raw);
        if (!this.#isHousehold(node)) this.#unread.push({ node, raw });
        this.#wake?.();
      },
      onEnd: () => this.#socket.end(),
      onError: (error) => this.#note('!', `not XML: ${error.message}`),
    });
  }

  /** What her own server says of her own clients and of her roster is not part of any play. */
  #isHousehold({ name, attrs, children }: XmlNode): boolean {
    if (name === 'presence') return this.bare !== '' && attrs['from']?.startsWith(`${this.bare}/`) === true;
    if (name !== 'iq' || attrs['type'] !== 'set') return false;
    const isPush = children.some((child) => typeof child !== 'string' && child.ns === 'jabber:iq:roster');
    if (isPush) this.sends(`<iq type='result' id='${attrs['id']}'/>`);
    return isPush;
  }

  #note(mark: string, text: string): void {
    this.#transcript.push(`${this.#name} ${mark} ${text}`);
  }

  async #next(take: () => Received | undefined, what: string, deadlineMs: number): Promise<Received> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const taken = take();
      if (taken !== undefined) return taken;
      if (this.#closed) throw new Error(`${this.#name}: the stream was closed before it received ${what}`);
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`${this.#name}: in ${deadlineMs} ms received nothing like ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
