// What the fake services that are processes of their own have in common: their arguments, and the connection over which they are driven
// (driven-process.ts is the other end). One JSON object a line; each order has an "n" and is answered {"n","ok"} or {"n","error"}; after
// "watch" every record of the journal comes as {"record":...}.

import type { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { type JsonObject, readJsonLines, textField, writeJsonLine } from './json-lines.ts';

interface Watched {
  /** Each is called with every record that comes to stand in the journal. */
  readonly watchers: Set<(record: never) => void>;
}
/** By name; what one returns is its answer. @throws Error where it refuses. */
export type Orders<H> = Readonly<Record<string, (hub: H, value: JsonObject) => JsonObject | void>>;

/** @throws Error where an argument is missing. */
export function drivenArguments(): { readonly port: number; readonly controlPort: number; readonly journal: string } {
  const text = { type: 'string' } as const;
  const { port, control, journal } = parseArgs({ options: { port: text, control: text, journal: text } }).values;
  if (port === undefined || control === undefined || journal === undefined) {
    throw new Error('--port, --control and --journal are needed');
  }
  return { port: Number(port), controlPort: Number(control), journal };
}

/** Serves one control connection. */
export function serveControl<H extends Watched>(hub: H, socket: Socket, orders: Orders<H>): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  const watch = (record: unknown): void => writeJsonLine(socket, { record });
  socket.on('close', () => hub.watchers.delete(watch));
  const obey = (value: JsonObject): JsonObject | void => {
    const name = textField(value, 'do');
    if (name === 'watch') return void hub.watchers.add(watch);
    const order = Object.hasOwn(orders, name) ? orders[name] : undefined;
    if (order === undefined) throw new Error(`there is no order "${name}"`);
    return order(hub, value);
  };
  readJsonLines(socket, (value) => {
    const n = value['n'];
    try {
      writeJsonLine(socket, { n, ok: obey(value) ?? {} });
    } catch (error) {
      writeJsonLine(socket, { n, error: error instanceof Error ? error.message : String(error) });
    }
  });
}
