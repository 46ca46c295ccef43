// The XMPP server's end of an external component's stream, for tests: accepts, refuses, misbehaves on demand, and judges what arrives
// (XEP-0114). Shares no code with the gateway.

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { ComponentPeer, deadline, enlist } from './component-peer.ts';

export { ComponentPeer } from './component-peer.ts';

export interface ComponentServerOptions {
  /** Of every domain, or of each; domains that are not named are then unknown. */
  readonly secret: string | Readonly<Record<string, string>>;
  /** What the server itself is called; pings to it are answered. */
  readonly serverDomain?: string;
  /** A second stream of a domain: Prosody's two ways, and ejabberd's. */
  readonly conflict?: 'kick_new' | 'kick_old' | 'allow';
  /** Default true. */
  readonly answerPings?: boolean;
}

/** One attempt of a component to get in. */
export interface Attempt {
  readonly domain: string | undefined;
  readonly outcome: 'accepted' | 'host-unknown' | 'not-authorized' | 'conflict' | 'scripted';
}

/** Does with a new connection what it likes, in place of the handshake. */
export type Script = (peer: ComponentPeer) => void | Promise<void>;

export class ComponentServer {
  readonly #options: ComponentServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #accepted: ComponentPeer[] = [];
  readonly #waiting: { readonly domain: string | undefined; resolve(peer: ComponentPeer): void }[] = [];
  readonly #live = new Map<string, ComponentPeer>();
  readonly #peers: ComponentPeer[] = [];
  /** In the order of their outcome. */
  readonly attempts: Attempt[] = [];
  readonly #attemptWaiters: { readonly count: number; resolve(): void }[] = [];
  /** Takes new connections over while it is set. */
  script: Script | undefined;

  static async listen(options: ComponentServerOptions, port = 0): Promise<ComponentServer> {
    const made = new ComponentServer(options);
    await new Promise<void>((resolve, reject) => {
      made.#server.once('error', reject);
      made.#server.listen(port, '127.0.0.1', resolve);
    });
    return made;
  }

  private constructor(options: ComponentServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#onConnection(socket));
  }

  readonly host = '127.0.0.1';

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the component server is closed');
    return address.port;
  }

  /** The next component to get through the handshake that no test has taken yet. */
  accepted(domain?: string, withinMs = 5_000): Promise<ComponentPeer> {
    const index = this.#accepted.findIndex((peer) => domain === undefined || peer.domain === domain);
    const [ready] = index === -1 ? [] : this.#accepted.splice(index, 1);
    if (ready !== undefined) return Promise.resolve(ready);
    return deadline(
      withinMs,
      (resolve) => enlist(this.#waiting, { domain, resolve }),
      () => `no component ${domain ?? ''} within ${withinMs} ms\n${this.transcript()}`,
    );
  }

  /** Resolves when there have been so many attempts. */
  attempted(count: number, withinMs = 5_000): Promise<void> {
    if (this.attempts.length >= count) return Promise.resolve();
    return deadline(
      withinMs,
      (resolve: () => void) => enlist(this.#attemptWaiters, { count, resolve }),
      () => `${this.attempts.length} attempts instead of ${count} within ${withinMs} ms\n${this.transcript()}`,
    );
  }

  /** Everything on all connections, for failures. */
  transcript(): string {
    return this.#peers.map((peer) => peer.transcript()).join('\n');
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    const id = randomBytes(8).toString('hex');
    const peer = new ComponentPeer(socket, {
      id,
      serverDomain: this.#options.serverDomain ?? 'localhost',
      answerPings: this.#options.answerPings ?? true,
      onHeader: (attrs) => this.#onHeader(peer, attrs['to'], id),
      onHandshake: (digest) => this.#onHandshake(peer, digest, id),
      onClosed: () => {
        if (peer.domain !== undefined && this.#live.get(peer.domain) === peer) this.#live.delete(peer.domain);
      },
    });
    this.#peers.push(peer);
    if (this.script === undefined) return;
    this.#note({ domain: undefined, outcome: 'scripted' });
    peer.scripted = true;
    void this.script(peer);
  }

  #onHeader(peer: ComponentPeer, domain: string | undefined, id: string): void {
    peer.domain = domain;
    peer.header({ id, from: domain ?? '' });
    if (this.#secretOf(domain) !== undefined) return;
    this.#note({ domain, outcome: 'host-unknown' });
    peer.streamError('host-unknown');
  }

  #onHandshake(peer: ComponentPeer, digest: string, id: string): void {
    const { domain } = peer;
    const secret = this.#secretOf(domain);
    if (domain === undefined || secret === undefined) return;
    if (
      digest !==
      createHash('sha1')
        .update(Buffer.from(id + secret, 'utf8'))
        .digest('hex')
    ) {
      this.#note({ domain, outcome: 'not-authorized' });
      peer.streamError('not-authorized');
      return;
    }
    const other = this.#live.get(domain);
    const { conflict = 'kick_new' } = this.#options;
    if (other !== undefined && conflict === 'kick_new') {
      this.#note({ domain, outcome: 'conflict' });
      peer.streamError('conflict', 'Component already connected');
      return;
    }
    if (other !== undefined && conflict === 'kick_old') other.streamError('conflict', 'Replaced by a new connection');
    this.#live.set(domain, peer);
    peer.accept();
    this.#note({ domain, outcome: 'accepted' });
    const index = this.#waiting.findIndex((waiter) => waiter.domain === undefined || waiter.domain === domain);
    const [waiter] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (waiter === undefined) this.#accepted.push(peer);
    else waiter.resolve(peer);
  }

  #note(attempt: Attempt): void {
    this.attempts.push(attempt);
    for (const waiter of this.#attemptWaiters) if (this.attempts.length >= waiter.count) waiter.resolve();
  }

  #secretOf(domain: string | undefined): string | undefined {
    const { secret } = this.#options;
    if (typeof secret === 'string') return secret;
    return domain === undefined ? undefined : secret[domain];
  }
}
