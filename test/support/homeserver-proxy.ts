// Stands before a homeserver: what it is told to hold gets no answer though the homeserver performs it, what it is told to refuse never
// gets there.

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class HomeserverProxy {
  /** Of `METHOD /path`. */
  holds: RegExp | undefined;
  refuses: RegExp | undefined;
  /** How many were refused. */
  refused = 0;
  readonly #server: Server;

  private constructor(port: number) {
    this.#server = createServer((from, to) => {
      const { url: path = '/', method, headers } = from;
      const asked = `${method} ${path}`;
      if (this.refuses?.test(asked) === true) {
        this.refused += 1;
        from.resume();
        to.writeHead(502).end('bad gateway');
        return;
      }
      const isHeld = this.holds?.test(asked) === true;
      const passed = request({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
        if (isHeld) return void answer.resume();
        to.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(to);
      });
      passed.on('error', () => to.destroy());
      from.pipe(passed);
    });
  }

  /** Before what listens on this port of the loopback. */
  static async open(port: number): Promise<HomeserverProxy> {
    const proxy = new HomeserverProxy(port);
    const { promise, resolve } = Promise.withResolvers<void>();
    proxy.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
