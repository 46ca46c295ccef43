// Floods from IRC servers: read in turns, in order and to the last line, while short lines of others do not wait.

import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type LineSocket, openSocket } from '../../adapters/irc/socket.ts';
import { type Reader, Turns } from '../../adapters/irc/turns.ts';
import { until } from '../support/processes.ts';

/** A clock that goes on by what was read. */
class ReadingClock {
  readonly #msALine: number;
  #nowMs = 0;
  constructor(msALine: number) {
    this.#msALine = msALine;
  }
  readonly now = (): number => this.#nowMs;
  readonly pass = (lines: number): void => void (this.#nowMs += lines * this.#msALine);
}

/** Lines that are there already. */
class Pile implements Reader {
  readonly #read: string[];
  readonly #lines: string[];
  readonly #pass: (lines: number) => void;
  constructor(name: string, count: number, read: string[], pass: (lines: number) => void = () => undefined) {
    this.#lines = Array.from({ length: count }, (_, i) => `${name}${i}`);
    this.#read = read;
    this.#pass = pass;
  }
  get hasMore(): boolean {
    return this.#lines.length > 0;
  }
  read(most: number): number {
    const lines = this.#lines.splice(0, most);
    this.#read.push(...lines);
    this.#pass(lines.length);
    return lines.length;
  }
}

test.each([
  { what: 'cheap', msALine: 0.01, most: 450 },
  { what: 'dear', msALine: 0.5, most: 40 },
])(
  'a flood of $what lines is read over many turns, and a line of somebody else in the same one it came in',
  async (given) => {
    const clock = new ReadingClock(given.msALine);
    const turns = new Turns(clock.now);
    const read: string[] = [];
    turns.take(new Pile('flood', 2_000, read, clock.pass));
    expect(read.length).toBeLessThan(given.most);
    turns.take(new Pile('short', 1, read));
    expect(read.at(-1)).toBe('short0');
    let most = 0;
    for (let before = read.length; before < 2_001; before = read.length) {
      await turn();
      most = Math.max(most, read.length - before);
    }
    expect(most).toBeLessThan(given.most);
    expect(read.filter((line) => line !== 'short0')).toEqual(Array.from({ length: 2_000 }, (_, i) => `flood${i}`));
  },
);

test('ten floods at once take turns: none is far ahead of another', async () => {
  const clock = new ReadingClock(0.02);
  const turns = new Turns(clock.now);
  const piles = Array.from({ length: 10 }, (_, i) => ({ name: `${i}:`, read: [] as string[] }));
  for (const { name, read } of piles) turns.take(new Pile(name, 2_000, read, clock.pass));
  const counts = (): number[] => piles.map(({ read }) => read.length);
  while (Math.min(...counts()) < 2_000) {
    await turn();
    if (Math.max(...counts()) < 2_000) expect(Math.max(...counts()) - Math.min(...counts())).toBeLessThan(300);
  }
  for (const { name, read } of piles) expect(read).toEqual(Array.from({ length: 2_000 }, (_, i) => `${name}${i}`));
});

test('whoever is dropped is read no more until it is taken again', async () => {
  const clock = new ReadingClock(0.02);
  const turns = new Turns(clock.now);
  const read: string[] = [];
  const pile = new Pile('line', 5_000, read, clock.pass);
  turns.take(pile);
  turns.drop(pile);
  const before = read.length;
  for (let i = 0; i < 5; i++) await turn();
  expect(read.length).toBe(before);
  turns.take(pile);
  while (read.length < 5_000) await turn();
});

const servers: Server[] = [];
const sockets: LineSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done()))));
});

/** A connection to a server that does `serve`. @returns what came, ending in `closed` where it is over. */
async function heard(
  serve: (socket: Socket) => void,
): Promise<{ readonly lines: string[]; readonly socket: LineSocket }> {
  const server = createServer((peer) => serve(peer.on('error', () => {})));
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const target = { host: '127.0.0.1', port, tls: false, verify: false };
  const socket = await openSocket(target, new Turns(), AbortSignal.timeout(5_000));
  sockets.push(socket);
  const lines: string[] = [];
  socket.listen({ line: (text) => void lines.push(text), closed: () => void lines.push('closed') });
  return { lines, socket };
}

const flood = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `:p${i}!p${i}@${i % 3 === 0 ? 'hôst' : 'host'} QUIT :west east`);

test('every line of a flood that ends in the end of the connection, in order, and the end last', async () => {
  const wanted = flood(20_000);
  const { lines } = await heard((socket) => socket.end(wanted.map((line) => `${line}\r\n`).join('')));
  await until('the end', () => lines.at(-1) === 'closed');
  expect(lines).toEqual([...wanted, 'closed']);
});

test('paused in the middle of a flood, nothing more is heard until it goes on, and then everything', async () => {
  const wanted = flood(20_000);
  const { lines, socket } = await heard((peer) => void peer.write(wanted.map((line) => `${line}\n`).join('')));
  while (lines.length === 0) await turn();
  socket.pause();
  const before = lines.length;
  for (let i = 0; i < 20; i++) await turn();
  expect(lines.length).toBe(before);
  expect(before).toBeLessThan(20_000);
  socket.resume();
  await until('all lines', () => lines.length === 20_000);
  expect(lines).toEqual(wanted);
});

test('what is destroyed is heard no more', async () => {
  const { lines, socket } = await heard((peer) => void peer.write(`${flood(20_000).join('\n')}\n`));
  while (lines.length === 0) await turn();
  socket.destroy();
  const before = lines.length;
  expect(before).toBeLessThan(20_000);
  await until('the end', () => lines.at(-1) === 'closed');
  expect(lines.length).toBe(before + 1);
});
