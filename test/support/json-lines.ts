// One JSON value a line over a socket: reading and writing, with a limit.

import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

const MAX_LINE_CHARS = 4_000_000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads objects, whatever else comes closes the socket. */
export function readJsonLines(socket: Socket, onObject: (value: JsonObject) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  socket.on('data', (bytes: Buffer) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS) socket.destroy(new Error('a line is too long'));
    for (const line of lines) {
      const value = parse(line);
      if (value === undefined) {
        socket.destroy(new Error(`not a JSON object: ${line.slice(0, 200)}`));
        return;
      }
      onObject(value);
    }
  });
}

export function writeJsonLine(socket: Socket, value: JsonObject): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}

function parse(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** A field that has to be a text. @throws Error where it is not. */
export function textField(value: JsonObject, name: string): string {
  const text = value[name];
  if (typeof text !== 'string') throw new Error(`"${name}" must be a text`);
  return text;
}
export function optionalText(value: JsonObject, name: string): string | undefined {
  return value[name] === undefined ? undefined : textField(value, name);
}
export function numberField(value: JsonObject, name: string, otherwise: number): number {
  const number = value[name];
  return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
}
