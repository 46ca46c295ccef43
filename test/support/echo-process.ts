// The echo server (echo-server.ts) as a process of the tests: started, killed, restarted from its journal, driven, and read as a judge.

import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type NetworkRecord, readRecords } from './echo-server-records.ts';
import { type JsonObject, readJsonLines, writeJsonLine } from './json-lines.ts';
import { freePort, type OwnedProcess, privateFolder, startServer } from './processes.ts';
import type { OwnedServer } from './servers.ts';

const PROGRAM = fileURLToPath(new URL('./echo-server.ts', import.meta.url));
const ANSWER_MS = 5_000;

export interface EchoProcess extends OwnedServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Everything that ever happened on the network; also after a kill. */
  journal(): readonly NetworkRecord[];
  /** @throws Error by rejection while the server is down, or where it refuses. */
  order(name: string, more?: JsonObject): Promise<JsonObject>;
}

/** `onRecord` hears everything from now on, as it happens. */
export async function startEchoServer(onRecord?: (record: NetworkRecord) => void): Promise<EchoProcess> {
  const folder = privateFolder('echo');
  const [port, controlPort] = [await freePort(), await freePort()];
  const journal = `${folder.path}/journal.jsonl`;
  const plan = {
    program: process.execPath,
    args: [PROGRAM, '--port', String(port), '--control', String(controlPort), '--journal', journal],
    env: { NODE_OPTIONS: undefined },
  };
  let orders: Orders | undefined;
  const start = async (): Promise<OwnedProcess> => {
    const started = await startServer(plan, (server) => server.untilLog(/^ready$/m, 20_000));
    orders = await Orders.connect(controlPort, onRecord);
    return started;
  };
  let server = await start();
  const end = async (stop: () => Promise<unknown>): Promise<void> => {
    orders?.close();
    orders = undefined;
    await stop();
  };
  return {
    host: '127.0.0.1',
    port,
    get pid() {
      return server.pid;
    },
    logs: () => server.logs(),
    signal: (name) => server.signal(name),
    journal: () => readRecords(journal),
    order: (name, more = {}) =>
      orders === undefined ? Promise.reject(new Error('the echo server is down')) : orders.give(name, more),
    async stop() {
      await end(() => server.stop());
      folder.remove();
    },
    kill: () => end(() => server.kill()),
    async restart() {
      await end(() => server.stop());
      server = await start();
    },
  };
}

class Orders {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve(ok: JsonObject): void; reject(error: Error): void }>();
  #n = 0;

  static async connect(port: number, onRecord?: (record: NetworkRecord) => void): Promise<Orders> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const made = new Orders(socket, onRecord);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    if (onRecord !== undefined) await made.give('watch', {});
    return made;
  }

  private constructor(socket: Socket, onRecord: ((record: NetworkRecord) => void) | undefined) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const one of this.#waiting.values()) one.reject(new Error('the echo server is gone'));
      this.#waiting.clear();
    });
    readJsonLines(socket, (value) => {
      if (value['record'] !== undefined) {
        onRecord?.(value['record'] as NetworkRecord);
        return;
      }
      const waiting = this.#waiting.get(Number(value['n']));
      this.#waiting.delete(Number(value['n']));
      if (value['ok'] === undefined) waiting?.reject(new Error(String(value['error'])));
      else waiting?.resolve(value['ok'] as JsonObject);
    });
  }

  give(name: string, more: JsonObject): Promise<JsonObject> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    if (this.#socket.destroyed) return Promise.reject(new Error('the echo server is gone'));
    const n = ++this.#n;
    this.#waiting.set(n, { resolve, reject });
    writeJsonLine(this.#socket, { ...more, do: name, n });
    const timer = setTimeout(() => {
      this.#waiting.delete(n);
      reject(new Error(`the echo server did not answer "${name}"`));
    }, ANSWER_MS);
    return promise.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#socket.destroy();
  }
}
