// One connection to an XMPP server as an external component: socket, stream header and handshake by @xmpp/component, everything that
// comes in read by our own parser, and one reason for its end (XEP-0114). Used once.

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { component, type Entity } from '@xmpp/component';
import type { Clock } from '../model/ports.ts';
import type { Text } from '../model/words.ts';
import { LinkError, NOT_A_COMPONENT_PORT, STREAMS_NS, socketError, streamError } from './link-error.ts';
import { STREAM_NS, type StreamError, type StreamLimits, StreamParser, type TooMuch } from './stream-parser.ts';
import { type Attributes, type Element, escapeXml } from './xml.ts';

const FOOTER = '</stream:stream>';
/** For the last words to get out and the peer to close, once we have given up on it. */
const PARTING_MS = 2_000;

export interface ConnectionOptions {
  readonly domain: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** From the first packet to the accepted handshake. */
  readonly connectMs: number;
  readonly parser: Partial<StreamLimits>;
}

/** Nothing is called after `onClosed`, nor after `close` has been called but stanzas. */
export interface ConnectionEvents {
  onOnline(): void;
  /** Only while online. Must not throw. */
  onStanza(stanza: Element): void;
  /** One beyond the parser's limits: its start tag. Only while online. Must not throw. */
  onRefused(stanza: Element, why: Text): void;
  /** Any bytes. */
  onHeard(): void;
  onClosed(error: LinkError): void;
}

type Phase = 'opening' | 'handshake' | 'online' | 'closing' | 'closed';

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #entity: Entity;
  readonly #parser: StreamParser;
  #phase: Phase = 'opening';
  #socket: Socket | undefined;
  #cancelTimer: () => void = () => undefined;
  /** The library's own listener for the peer's header. */
  #headerSeen: (header: { readonly attrs: Attributes }) => void = () => undefined;
  #closed: () => void = () => undefined;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#parser = new StreamParser(
      {
        onHeader: (attrs) => this.#onHeader(attrs),
        onStanza: (element) => this.#onElement(element),
        onRefused: (element, why) => this.#onRefused(element, why),
        onEnd: () => this.#onEnd(),
        onError: (error) => this.#onParseError(error),
      },
      options.parser,
    );
    this.#entity = this.#createEntity();
  }

  open(): void {
    const { clock, connectMs, domain } = this.#options;
    this.#cancelTimer = clock.after(connectMs, () => {
      this.fail(new LinkError('unreachable', `no handshake within ${connectMs} ms: ${NOT_A_COMPONENT_PORT}`));
    });
    const connected = this.#entity.connect(this.#service());
    this.#adopt(this.#entity.socket);
    connected
      .then(() => (this.#phase === 'opening' ? this.#entity.open({ domain }) : undefined))
      .catch((thrown: unknown) => this.#onSocketError(thrown));
  }

  /** `written` is called when the kernel has the text; never when the connection ends before that. */
  write(text: string, written: () => void): void {
    if (this.#phase !== 'online') return;
    this.#socket?.write(text, 'utf8', (error) => {
      if (!error) written();
    });
  }

  /** Bytes that the kernel has not taken yet. */
  get unsent(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Ends it for a reason; `condition` is told to the peer as a stream error. */
  fail(error: LinkError, condition?: string): void {
    if (this.#phase === 'closed' || this.#phase === 'closing') {
      this.#finish();
      return;
    }
    const opened = this.#phase !== 'opening' || this.#socket?.connecting === false;
    this.#phase = 'closed';
    this.#parser.close();
    this.#cancelTimer();
    if (error.kind === 'dead' || !opened) this.#socket?.destroy();
    else this.#part(condition === undefined ? FOOTER : errorText(condition) + FOOTER);
    this.#events.onClosed(error);
  }

  /** Ends the stream in good order and resolves when the peer has ended it too, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve;
      this.#cancelTimer();
      if (this.#phase !== 'online' || this.#socket === undefined) {
        this.#phase = 'closed';
        this.#parser.close();
        this.#socket?.destroy();
        resolve();
        return;
      }
      this.#phase = 'closing';
      this.#cancelTimer = this.#options.clock.after(timeoutMs, () => this.#finish());
      this.#socket.write(FOOTER);
    });
  }

  #createEntity(): Entity {
    const { domain, secret, host, port } = this.#options;
    const entity = component({ service: this.#service(), domain, password: secret });
    entity.reconnect.stop();
    // Its waits would only add timers and rejections beside ours.
    entity.timeout = 0;
    entity.on('error', (error) => this.#onSocketError(error));
    entity.Parser = this.#parserForEntity();
    entity._onData = (bytes) => this.#onBytes(bytes);
    entity.socketParameters = () => ({ host, port });
    entity.authenticate = (id) => this.#authenticate(id);
    const headerElement = entity.headerElement.bind(entity);
    entity.headerElement = () => {
      const header = headerElement();
      // COMP-1: XEP-0114 has no version.
      header.attrs['version'] = undefined;
      return header;
    };
    return entity;
  }

  #service(): string {
    return `xmpp://${this.#options.host}:${this.#options.port}`;
  }

  /** All that the library may hear is the header; what it would do with the rest is in our hands. */
  #parserForEntity(): Entity['Parser'] {
    const listen = (listener: (header: unknown) => void): void => {
      this.#headerSeen = listener;
    };
    return class {
      on(event: string, listener: (header: unknown) => void): void {
        if (event === 'start') listen(listener);
      }
      removeListener(): void {}
      write(): void {}
    };
  }

  #adopt(socket: Socket | null): void {
    if (socket === null) return;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    // The library takes its own listener away at the end; an error after that would end the process.
    socket.on('error', (error) => this.#onSocketError(error));
    socket.on('close', () => this.#onSocketClosed());
  }

  #onBytes(bytes: Buffer): void {
    if (this.#phase === 'closed') return;
    this.#events.onHeard();
    this.#parser.write(bytes);
  }

  #onHeader(attrs: Attributes): void {
    if (this.#phase !== 'opening') return;
    this.#phase = 'handshake';
    this.#headerSeen({ attrs });
  }

  async #authenticate(id: string | undefined): Promise<void> {
    if (id === undefined) {
      this.fail(new LinkError('protocol', `a stream without id: ${NOT_A_COMPONENT_PORT}`));
      return;
    }
    // COMP-2: of the UTF-8 bytes; the library takes Latin-1.
    const digest = createHash('sha1').update(`${id}${this.#options.secret}`, 'utf8').digest('hex');
    await this.#entity.write(`<handshake>${digest}</handshake>`);
  }

  #onElement(element: Element): void {
    if (element.ns === STREAM_NS && element.name === 'error') {
      this.fail(streamError(element));
    } else if (this.#phase === 'online' || this.#phase === 'closing') {
      this.#events.onStanza(element);
    } else if (element.name === 'handshake' && element.ns === '') {
      this.#cancelTimer();
      this.#phase = 'online';
      this.#events.onOnline();
    } else {
      this.fail(new LinkError('protocol', `<${element.name}/> instead of a handshake`), 'not-authorized');
    }
  }

  #onRefused(element: Element, error: TooMuch): void {
    if (this.#phase === 'online' || this.#phase === 'closing') this.#events.onRefused(element, error.why);
    else this.#onParseError(error);
  }

  #onEnd(): void {
    if (this.#phase === 'handshake') this.fail(new LinkError('unreachable', 'the server ended the stream unasked'));
    else this.fail(new LinkError('shutdown', 'the server ended the stream'));
  }

  #onParseError(error: StreamError): void {
    const { condition } = error;
    const hint = this.#phase === 'opening' ? `; ${NOT_A_COMPONENT_PORT}` : '';
    const text = `the server sent what can't be read: ${condition}, ${error.message}${hint}`;
    this.fail(new LinkError('protocol', text, { cause: error, condition }), condition);
  }

  #onSocketError(thrown: unknown): void {
    const { host, port } = this.#options;
    this.fail(
      socketError(thrown, this.#phase === 'online' ? 'the connection broke' : `no connection to ${host}:${port}`),
    );
  }

  #onSocketClosed(): void {
    if (this.#phase === 'online') this.fail(new LinkError('shutdown', 'the server closed the connection'));
    else this.fail(new LinkError('unreachable', `the server closed the connection unasked: ${NOT_A_COMPONENT_PORT}`));
  }

  /** Last words, then the end of the socket even if the peer keeps it open. */
  #part(text: string): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    const cancel = this.#options.clock.after(PARTING_MS, () => socket.destroy());
    socket.once('close', cancel);
    socket.end(text);
  }

  #finish(): void {
    this.#phase = 'closed';
    this.#parser.close();
    this.#cancelTimer();
    this.#socket?.destroySoon();
    if (this.#socket !== undefined && !this.#socket.destroyed) {
      const socket = this.#socket;
      socket.once(
        'close',
        this.#options.clock.after(PARTING_MS, () => socket.destroy()),
      );
    }
    this.#closed();
  }
}

const errorText = (condition: string): string =>
  `<stream:error><${escapeXml(condition)} xmlns='${STREAMS_NS}'/></stream:error>`;
