// A fake service with a journal as a process of the tests: started, killed, restarted from its journal, driven, and read as a judge. Its other
// half is driven-server.ts.

import { fileURLToPath } from 'node:url';
import { ControlClient } from './control-client.ts';
import { readJournal } from './journal.ts';
import type { JsonObject } from './json-lines.ts';
import { type OwnedServer, ownServer } from './owned-server.ts';
import { freePort, type OwnedProcess, privateFolder, startServer } from './processes.ts';

export interface DrivenProcess<R> extends OwnedServer {
  /** Where it serves on the loopback address. */
  readonly port: number;
  /** Everything that ever happened; also after a kill. */
  journal(): readonly R[];
  /** @throws Error by rejection while it is down, or where it refuses. */
  order(name: string, more?: JsonObject): Promise<JsonObject>;
}

export interface DrivenPlan<R> {
  /** For errors. */
  readonly name: string;
  /** Its file. */
  readonly program: URL;
  /** Hears everything from now on, as it happens. */
  readonly onRecord?: ((record: R) => void) | undefined;
}

export async function startDriven<R>({ name, program, onRecord }: DrivenPlan<R>): Promise<DrivenProcess<R>> {
  const folder = privateFolder('driven');
  const [port, controlPort] = [await freePort(), await freePort()];
  const file = `${folder.path}/journal.jsonl`;
  const plan = {
    program: process.execPath,
    args: [fileURLToPath(program), '--port', String(port), '--control', String(controlPort), '--journal', file],
    env: { NODE_OPTIONS: undefined },
  };
  let orders: ControlClient<R> | undefined;
  const start = async (): Promise<OwnedProcess> => {
    const started = await startServer(plan, (server) => server.untilLog(/^ready$/m, 20_000));
    orders = await ControlClient.connect(name, controlPort, onRecord);
    return started;
  };
  const ending = (): void => {
    orders?.close();
    orders = undefined;
  };
  return Object.assign(await ownServer({ folder, start, ending }), {
    port,
    journal: () => readJournal<R>(file),
    order: (order: string, more: JsonObject = {}) =>
      orders === undefined ? Promise.reject(new Error(`${name} is down`)) : orders.give(order, more),
  });
}
