// The connection over which a fake service that is a process of its own gets its orders, and says what happens in it.

import { connect, type Socket } from 'node:net';
import { type JsonObject, readJsonLines, writeJsonLine } from './json-lines.ts';

const ANSWER_MS = 5_000;

interface Waiting {
  resolve(ok: JsonObject): void;
  reject(error: Error): void;
}

export class ControlClient<R> {
  readonly #name: string;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #n = 0;

  /** `name` is for errors; `onRecord` hears everything that comes to stand in the journal from now on. */
  static async connect<R>(
    name: string,
    port: number,
    onRecord: ((record: R) => void) | undefined,
  ): Promise<ControlClient<R>> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const made = new ControlClient<R>(name, socket, onRecord);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    if (onRecord !== undefined) await made.give('watch', {});
    return made;
  }

  private constructor(name: string, socket: Socket, onRecord: ((record: R) => void) | undefined) {
    this.#name = name;
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const one of this.#waiting.values()) one.reject(new Error(`${name} is gone`));
      this.#waiting.clear();
    });
    readJsonLines(socket, (value) => {
      if (value['record'] === undefined) this.#answered(value);
      else onRecord?.(value['record'] as R);
    });
  }

  /** @throws Error by rejection where it refuses, is gone or does not answer. */
  give(order: string, more: JsonObject): Promise<JsonObject> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    if (this.#socket.destroyed) return Promise.reject(new Error(`${this.#name} is gone`));
    const n = ++this.#n;
    this.#waiting.set(n, { resolve, reject });
    writeJsonLine(this.#socket, { ...more, do: order, n });
    const timer = setTimeout(() => {
      this.#waiting.delete(n);
      reject(new Error(`${this.#name} did not answer "${order}"`));
    }, ANSWER_MS);
    return promise.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#socket.destroy();
  }

  #answered(value: JsonObject): void {
    const waiting = this.#waiting.get(Number(value['n']));
    this.#waiting.delete(Number(value['n']));
    if (value['ok'] === undefined) waiting?.reject(new Error(String(value['error'])));
    else waiting?.resolve(value['ok'] as JsonObject);
  }
}
