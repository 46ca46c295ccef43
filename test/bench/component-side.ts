// The XMPP server's side of XEP-0114, as cheap as can be: stanzas are cut out of the bytes by searching, never parsed into trees.
// All text is handled as bytes (latin1 strings whose characters are bytes).

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Verdict } from './wrong.ts';

export const SERVER = 'localhost';
export const SECRET = 'bench-secret';
const ERROR = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

export class ComponentSide {
  readonly #server: Server;
  readonly #verdict: Verdict;
  #socket: Socket | undefined;
  #id = '';
  #rest = '';
  #out = '';
  #flushing = false;
  #onReady: () => void = () => {};
  /** Resolves when the gateway has shaken hands. */
  readonly ready: Promise<void>;
  onStanza: (name: string, head: string, stanza: string) => void = () => {};
  /** Results and errors of what the harness asked. */
  onAnswer: (head: string, stanza: string) => void = () => {};
  stanzas = 0;
  /** Bytes of the largest one. */
  largest = 0;
  /** Asked for by the gateway. */
  pings = 0;
  /** What it says it is (XEP-0092); left out, it does not say. */
  software: string | undefined;
  bytes = 0;
  /** Time that it takes over each stanza, as a server does that has work with it. */
  stanzaMicros = 0;
  #busyUntilMs = 0;
  #isWaiting = false;

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  /** Sent with everything else of this turn, in one write. */
  send(stanza: string): void {
    this.#out += stanza;
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#socket?.write(this.#out, 'latin1');
      this.#out = '';
    });
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    this.#id = randomBytes(8).toString('hex');
    this.#rest = '';
    socket.on('error', () => {});
    let open = false;
    socket.on('data', (data) => {
      this.bytes += data.length;
      this.#rest += data.toString('latin1');
      if (!open) open = this.#shakeHands(socket);
      if (open) this.#cut();
    });
  }

  #shakeHands(socket: Socket): boolean {
    const header = /<stream:stream[^>]*>/.exec(this.#rest);
    if (header) {
      this.#rest = this.#rest.slice(header.index + header[0].length);
      const from = attribute(header[0], 'to') ?? '';
      socket.write(
        `<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='${from}' id='${this.#id}'>`,
      );
    }
    const handshake = /<handshake[^>]*>([0-9a-f]*)<\/handshake>/.exec(this.#rest);
    if (!handshake) return false;
    if (
      handshake[1] !==
      createHash('sha1')
        .update(this.#id + SECRET)
        .digest('hex')
    )
      this.#verdict.fail('wrong handshake');
    this.#rest = this.#rest.slice(handshake.index + handshake[0].length);
    socket.write('<handshake/>');
    this.#onReady();
    return true;
  }

  #cut(): void {
    const text = this.#rest;
    let at = 0;
    while (!this.#isBusy()) {
      const start = text.indexOf('<', at);
      const headEnd = start < 0 ? -1 : text.indexOf('>', start);
      if (headEnd < 0) break;
      const name = nameAt(text, start + 1);
      if (name === '') {
        this.#verdict.fail(`unexpected on the stream: ${text.slice(start, start + 200)}`);
        return;
      }
      let end = headEnd + 1;
      if (text.charCodeAt(headEnd - 1) !== 0x2f) {
        const closing = `</${name}>`;
        const close = text.indexOf(closing, end);
        if (close < 0) break;
        end = close + closing.length;
      }
      this.stanzas++;
      if (end - start > this.largest) this.largest = end - start;
      this.#take(name, text.slice(start, headEnd + 1), text.slice(start, end));
      at = end;
    }
    this.#rest = at === 0 ? text : text.slice(at);
  }

  #isBusy(): boolean {
    if (this.stanzaMicros === 0) return false;
    const nowMs = performance.now();
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs + this.stanzaMicros / 1e3);
    const aheadMs = this.#busyUntilMs - nowMs;
    if (aheadMs < 1 || this.#isWaiting) return this.#isWaiting;
    this.#isWaiting = true;
    this.#socket?.pause();
    setTimeout(() => {
      this.#isWaiting = false;
      this.#socket?.resume();
      this.#cut();
    }, aheadMs);
    return true;
  }

  #take(name: string, head: string, stanza: string): void {
    if (name !== 'iq') return this.onStanza(name, head, stanza);
    const type = attribute(head, 'type');
    if (type !== 'get' && type !== 'set') return this.onAnswer(head, stanza);
    const [from, to, id] = [attribute(head, 'from'), attribute(head, 'to'), attribute(head, 'id')];
    const answer = this.#answer(stanza);
    this.send(
      `<iq from='${to}' to='${from}' id='${id}' type='${answer === undefined ? 'error' : 'result'}'>${answer ?? ERROR}</iq>`,
    );
  }

  #answer(stanza: string): string | undefined {
    if (stanza.includes('urn:xmpp:ping')) {
      this.pings++;
      return '';
    }
    if (this.software === undefined || !stanza.includes('jabber:iq:version')) return undefined;
    return `<query xmlns='jabber:iq:version'><name>${this.software}</name></query>`;
  }
}

function nameAt(text: string, at: number): string {
  if (text.startsWith('message', at)) return 'message';
  if (text.startsWith('presence', at)) return 'presence';
  return text.startsWith('iq', at) ? 'iq' : '';
}

/** Value of an attribute in a start tag, as it is written there. */
export function attribute(head: string, name: string): string | undefined {
  const found = head.indexOf(` ${name}=`);
  if (found < 0) return undefined;
  const quote = found + name.length + 2;
  return head.slice(quote + 1, head.indexOf(head.charAt(quote), quote + 1));
}

/** What stands between two markers, or undefined. */
export function between(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start + open.length);
  return end < 0 ? undefined : text.slice(start + open.length, end);
}
