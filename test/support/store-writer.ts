// The writer of the kill test: a process of its own that writes to a store as fast as it can and prints a line for each write once
// it is acknowledged, and never before. Arguments: address of the store, name of the round.

import { openStore } from '../../src/store/open.ts';
import { valueOf } from './store-writes.ts';

const WRITERS = 12;
const [address = '', round = ''] = process.argv.slice(2);
const quiet = () => undefined;
const log = { debugging: false, debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };

const store = await openStore(address, { log });
// Writes to a pipe are synchronous: the line is with the judge's kernel before anything else happens here.
const acknowledge = (line: string): void => void process.stdout.write(`${line}\n`);

async function write(name: string, count: number): Promise<void> {
  const id = `${name}-${count}`;
  switch (count % 5) {
    case 0:
      await store.table('rows').put(id, valueOf(id));
      return acknowledge(`put ${id}`);
    case 1:
      return acknowledge(
        `append ${id} ${await store.log.append(`log ${round}`, { id, at: count, value: valueOf(id) })}`,
      );
    case 2:
      await store.queue.add(`queue ${round}`, { id, lane: name, due: 0, value: valueOf(id) });
      return acknowledge(`add ${id}`);
    case 3:
      await store.batch([
        { op: 'put', table: 'pairs', key: `${id} left`, value: valueOf(id) },
        { op: 'append', log: `pairs ${round}`, id, at: count, value: valueOf(id) },
        { op: 'done', queue: `queue ${round}`, id: `${name}-${count - 1}` },
        { op: 'put', table: 'pairs', key: `${id} right`, value: valueOf(id) },
      ]);
      return acknowledge(`batch ${id}`);
    default:
      await store.table('counters').put(name, String(count));
      return acknowledge(`counter ${name} ${count}`);
  }
}

async function writeOn(name: string): Promise<void> {
  for (let count = 0; ; count++) await write(name, count);
}

// The server's end is the writer's end too.
await Promise.all(Array.from({ length: WRITERS }, (_, index) => writeOn(`${round}-${index}`))).catch(() =>
  process.exit(0),
);
