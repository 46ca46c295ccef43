// The echo server (echo-server.ts) as a process of the tests: started, killed, restarted from its journal, driven, and read as a judge.

import { fileURLToPath } from 'node:url';
import { ControlClient } from './control-client.ts';
import type { NetworkRecord } from './echo-server-records.ts';
import { readJournal } from './journal.ts';
import type { JsonObject } from './json-lines.ts';
import { freePort, type OwnedProcess, privateFolder, startServer } from './processes.ts';
import type { OwnedServer } from './servers.ts';

const PROGRAM = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

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
  let orders: ControlClient<NetworkRecord> | undefined;
  const start = async (): Promise<OwnedProcess> => {
    const started = await startServer(plan, (server) => server.untilLog(/^ready$/m, 20_000));
    orders = await ControlClient.connect('the echo server', controlPort, onRecord);
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
    journal: () => readJournal<NetworkRecord>(journal),
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
