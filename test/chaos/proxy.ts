// A TCP proxy between the gateway and a server: passes bytes on, sees which tokens went by, and behaves badly when it is told to.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Passing {
  /** Undefined until `text` has told; the caller's own note about the connection. */
  label: string | undefined;
}

export interface ProxyEvents {
  /** Bytes were passed on. Latin-1, so that nothing is lost at the edges. */
  onPassed(way: 'toServer' | 'toGateway', text: string, connection: Passing): void;
  /** `waitedMs`: how long the oldest byte from the gateway has been waiting to be passed on; 0 where none is. */
  onEnd(connection: Passing, waitedMs: number): void;
}

/** Bytes a second that a slow reader takes, and how many bytes a piece has at most. */
export interface Manners {
  readonly bytesPerSecond?: number;
  readonly pieceBytes?: number;
}

const MAX_QUEUED_BYTES = 32_768;

export class FaultProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #events: ProxyEvents;
  readonly #connections = new Set<Connection>();
  #manners: Manners = {};

  constructor(port: number, targetPort: number, events: ProxyEvents) {
    this.port = port;
    this.#targetPort = targetPort;
    this.#events = events;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (gateway) => this.#accept(gateway));
  }

  listen(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  /** Of connections that are there and that come. */
  set manners(manners: Manners) {
    this.#manners = manners;
    for (const connection of this.#connections) connection.manners = manners;
  }

  /** The connections that are there stay, and nothing goes through them any more. @returns what ends that. */
  stall(): { resume(): void; cut(): void } {
    const stalled = [...this.#connections];
    for (const connection of stalled) connection.stall(true);
    return {
      resume: () => {
        for (const connection of stalled) connection.stall(false);
      },
      cut: () => {
        for (const connection of stalled) connection.destroy();
      },
    };
  }

  /** Ends every connection at once. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(gateway: Socket): void {
    const server = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const connection = new Connection(gateway, server, this.#events, () => this.#connections.delete(connection));
    connection.manners = this.#manners;
    this.#connections.add(connection);
    gateway.resume();
  }
}

class Connection implements Passing {
  label: string | undefined;
  manners: Manners = {};
  readonly #sockets: readonly Socket[];
  readonly #onEnd: () => void;
  #stall: PromiseWithResolvers<void> | undefined;
  #ended = false;
  #waitingSince: number | undefined;

  constructor(gateway: Socket, server: Socket, events: ProxyEvents, onEnd: () => void) {
    this.#sockets = [gateway, server];
    this.#onEnd = () => {
      events.onEnd(this, this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince);
      onEnd();
    };
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on('error', () => this.destroy());
      socket.on('close', () => this.destroy());
    }
    void this.#pump(gateway, server, (text) => events.onPassed('toServer', text, this));
    void this.#pump(server, gateway, (text) => events.onPassed('toGateway', text, this));
  }

  stall(on: boolean): void {
    if (on) this.#stall ??= Promise.withResolvers<void>();
    else {
      this.#stall?.resolve();
      this.#stall = undefined;
    }
  }

  destroy(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.stall(false);
    for (const socket of this.#sockets) socket.destroy();
    this.#onEnd();
  }

  async #pump(from: Socket, to: Socket, onPassed: (text: string) => void): Promise<void> {
    from.setMaxListeners(0);
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        if (from === this.#sockets[0]) this.#waitingSince = performance.now();
        for (const piece of this.#pieces(chunk as Buffer)) await this.#pass(piece, to, onPassed);
        if (from === this.#sockets[0]) this.#waitingSince = undefined;
      }
      await this.#stall?.promise;
      to.end();
    } catch {
      this.destroy();
    }
  }

  *#pieces(chunk: Buffer): Generator<Buffer> {
    for (let at = 0; at < chunk.length; ) {
      const { pieceBytes } = this.manners;
      const size = pieceBytes === undefined ? chunk.length : 1 + Math.floor(Math.random() * pieceBytes);
      yield chunk.subarray(at, at + size);
      at += size;
    }
  }

  async #pass(piece: Buffer, to: Socket, onPassed: (text: string) => void): Promise<void> {
    await this.#stall?.promise;
    const { bytesPerSecond, pieceBytes } = this.manners;
    if (bytesPerSecond !== undefined) await delay((piece.length / bytesPerSecond) * 1_000);
    else if (pieceBytes !== undefined) await new Promise((resolve) => setImmediate(resolve));
    if (this.#ended) return;
    const isFlowing = to.write(piece);
    onPassed(piece.toString('latin1'));
    if (!isFlowing && to.writableLength > MAX_QUEUED_BYTES) await new Promise((resolve) => to.once('drain', resolve));
  }
}
