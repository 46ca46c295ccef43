// Operations as Redis performs them: names of keys, arguments of scripts, and what their replies mean.

import type { LogEntry, LogRange, QueueItem, Write } from '../model/stores.ts';
import { notStored } from './errors.ts';
import { fromOctets, toOctets } from './octets.ts';
import type { AsyncPerformers, Operation, Row } from './operations.ts';
import {
  CLAIM,
  EXTEND,
  FAIL,
  FIND,
  LIST,
  PEEK,
  RANGE,
  RELEASE,
  REMOVE,
  type Script,
  TRIM,
  WRITE,
} from './redis-scripts.ts';

export type Argument = Buffer | string;
/** The connection as the operations need it; replies hold Buffers, numbers, null and arrays of these. */
export interface Commands {
  command(name: string, args: readonly Argument[], access: 'reads' | 'writes'): Promise<unknown>;
  script(script: Script, keys: readonly Buffer[], args: readonly Argument[]): Promise<unknown>;
}

const LIST_PAGE = 500;
const TRIM_STEP = 1_000;
const OWN_TAG = /^\{[^{}]+\}/;

/**
 * Every key begins with it. The hash tag, which decides on the node of a cluster, is `{viaduct}` for all names but those that begin
 * with a tag of their own.
 */
const rootOf = (name: string): string => (OWN_TAG.test(name) ? 'viaduct:' : 'viaduct:{viaduct}:');
const keyOf = (kind: string, name: string): Buffer => toOctets(`${rootOf(name)}${kind}:${name}`);

export function redisPerformers(redis: Commands): AsyncPerformers {
  return {
    ...tablePerformers(redis),
    ...logPerformers(redis),
    ...queuePerformers(redis),
    ...holdPerformers(redis),
    async batch({ writes, fence }) {
      const reply = await write(redis, writes, fence);
      return reply.how;
    },
    async ping() {
      await redis.command('SET', [keyOf('ping', ''), String(Date.now())], 'writes');
    },
  };
}

function tablePerformers(redis: Commands): Pick<AsyncPerformers, 'get' | 'put' | 'delete' | 'list'> {
  return {
    async get({ table, key }) {
      const value = await redis.command('HGET', [keyOf('table', table), toOctets(key)], 'reads');
      return value === null ? undefined : textOf(value);
    },
    async put({ table, key, value }) {
      await write(redis, [{ op: 'put', table, key, value }]);
    },
    async delete({ table, key }) {
      await write(redis, [{ op: 'delete', table, key }]);
    },
    list: ({ table, prefix }) => listPages(redis, table, toOctets(prefix)),
  };
}

/** In pages, so that a long list never keeps Redis from everybody else. */
async function listPages(redis: Commands, table: string, prefix: Buffer): Promise<readonly Row[]> {
  const rows: Row[] = [];
  // No encoded text holds the byte 0xFF, so this sorts behind everything that begins with the prefix.
  const end = Buffer.concat([Buffer.from('('), prefix, Buffer.of(0xff)]);
  let from = Buffer.concat([Buffer.from('['), prefix]);
  for (;;) {
    const args = [rootOf(table), toOctets(table), from, end, String(LIST_PAGE)];
    const page = await redis.script(LIST, [keyOf('table', table)], args);
    const fields = fieldsOf(page);
    for (let at = 0; at < fields.length; at += 2) rows.push([textOf(fields[at]), textOf(fields[at + 1])]);
    const last = fields.at(-2);
    if (fields.length < LIST_PAGE * 2 || !(last instanceof Uint8Array)) return rows;
    from = Buffer.concat([Buffer.from('('), last]);
  }
}

function logPerformers(
  redis: Commands,
): Pick<AsyncPerformers, 'append' | 'range' | 'find' | 'count' | 'trim' | 'remove'> {
  const onLog = (script: Script, log: string, args: readonly Argument[]): Promise<unknown> =>
    redis.script(script, [keyOf('log', log)], [rootOf(log), toOctets(log), ...args]);
  return {
    async append({ log, entry }) {
      const { id, at, value } = entry;
      const reply = await write(redis, [{ op: 'append', log, id, at, value }]);
      return reply.positions[0];
    },
    async range({ log, range }) {
      const bounds = boundsOf(range);
      if (bounds === undefined) return [];
      const entries = entriesOf(await onLog(RANGE, log, bounds));
      return range.backwards ? entries.reverse() : entries;
    },
    find: async ({ log, id }) => entriesOf(await onLog(FIND, log, [toOctets(id)]))[0],
    count: async ({ log }) => Number(await redis.command('XLEN', [keyOf('log', log)], 'reads')),
    async trim({ log, before, keep }) {
      const limits = [before === undefined ? '' : String(before), keep === undefined ? '' : String(Math.max(0, keep))];
      for (let removed = 0; ; ) {
        const step = Number(await onLog(TRIM, log, [...limits, String(TRIM_STEP)]));
        removed += step;
        if (step < TRIM_STEP) return removed;
      }
    },
    async remove({ log, positions }) {
      for (let at = 0; at < positions.length; at += TRIM_STEP) {
        await onLog(REMOVE, log, positions.slice(at, at + TRIM_STEP).map(String));
      }
    },
  };
}

/** Arguments of the range script; undefined where nothing can match. */
function boundsOf(range: LogRange): readonly string[] | undefined {
  const first = Math.max(0, range.afterPosition ?? 0) + 1;
  const last = range.beforePosition === undefined ? undefined : range.beforePosition - 1;
  if (range.limit <= 0 || (last !== undefined && last < first)) return undefined;
  return [
    first === 1 ? '-' : String(first),
    last === undefined ? '+' : String(last),
    range.from === undefined ? '-inf' : String(range.from),
    range.to === undefined ? '+inf' : String(range.to),
    String(range.limit),
    range.backwards ? '1' : '0',
  ];
}

function queuePerformers(redis: Commands): Pick<AsyncPerformers, 'add' | 'claim' | 'done' | 'fail' | 'size' | 'peek'> {
  const onQueue = (script: Script, queue: string, args: readonly Argument[]): Promise<unknown> =>
    redis.script(script, [keyOf('queue', queue)], [rootOf(queue), toOctets(queue), ...args]);
  return {
    async add({ queue, item }) {
      const { id, lane, due, value } = item;
      const reply = await write(redis, [{ op: 'add', queue, id, lane, due, value }]);
      return reply.how === 'written';
    },
    async claim({ queue, now, leaseUntil, limit }) {
      if (limit <= 0) return [];
      return itemsOf(await onQueue(CLAIM, queue, [String(now), String(leaseUntil), String(limit)]));
    },
    async done({ queue, id }) {
      await write(redis, [{ op: 'done', queue, id }]);
    },
    async fail({ queue, id, due }) {
      await onQueue(FAIL, queue, [toOctets(id), String(due)]);
    },
    size: async ({ queue }) => Number(await redis.command('HLEN', [keyOf('queue', queue)], 'reads')),
    peek: async ({ queue, limit }) => (limit <= 0 ? [] : itemsOf(await onQueue(PEEK, queue, [String(limit)]))),
  };
}

function holdPerformers(redis: Commands): Pick<AsyncPerformers, 'hold' | 'holder' | 'extend' | 'release'> {
  const lifetime = (forMs: number): string => String(Math.max(1, Math.ceil(forMs)));
  return {
    async hold({ name, value, forMs }) {
      const args = [keyOf('hold', name), toOctets(value), 'PX', lifetime(forMs), 'NX'];
      return (await redis.command('SET', args, 'writes')) !== null;
    },
    async holder({ name }) {
      const value = await redis.command('GET', [keyOf('hold', name)], 'reads');
      return value === null ? undefined : textOf(value);
    },
    async extend({ name, value, forMs }) {
      return (await redis.script(EXTEND, [keyOf('hold', name)], [toOctets(value), lifetime(forMs)])) === 1;
    },
    async release({ name, value }) {
      await redis.script(RELEASE, [keyOf('hold', name)], [toOctets(value)]);
    },
  };
}

interface Written {
  readonly how: 'written' | 'seen' | 'fenced';
  readonly positions: readonly number[];
}

async function write(redis: Commands, writes: readonly Write[], fence?: Operation<'batch'>['fence']): Promise<Written> {
  const fenceKey = fence === undefined ? undefined : keyOf('fence', fence.name);
  const parts = writes.map(partOf);
  const keys = [...(fenceKey === undefined ? [] : [fenceKey]), ...parts.map(({ key }) => key)];
  if (keys.length === 0) return { how: 'written', positions: [] };
  const fencing = fence === undefined ? ['', ''] : [fenceKey ?? '', String(fence.epoch)];
  const [how, ...positions] = fieldsOf(
    await redis.script(WRITE, keys, [...fencing, ...parts.flatMap(({ args }) => args)]),
  );
  const word = textOf(how);
  if (word !== 'written' && word !== 'seen' && word !== 'fenced') throw notStored(new Error(`Redis answered ${word}`));
  return { how: word, positions: positions.map((position) => Number(textOf(position))) };
}

function partOf(write: Write): { readonly key: Buffer; readonly args: readonly Argument[] } {
  switch (write.op) {
    case 'put':
      return part('table', write.table, ['put', write.key, write.value]);
    case 'delete':
      return part('table', write.table, ['delete', write.key]);
    case 'append':
      return part('log', write.log, ['append', write.id, String(write.at), write.value]);
    case 'add':
      return part('queue', write.queue, ['add', write.id, write.lane, String(write.due), write.value]);
    case 'done':
      return part('queue', write.queue, ['done', write.id]);
    default:
      return write satisfies never;
  }
}

function part(kind: string, name: string, [op, ...args]: readonly [string, ...string[]]): ReturnType<typeof partOf> {
  return { key: keyOf(kind, name), args: [op, rootOf(name), toOctets(name), ...args.map(toOctets)] };
}

const fieldsOf = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : []);
const textOf = (value: unknown): string => (value instanceof Uint8Array ? fromOctets(value) : String(value));

function entriesOf(reply: unknown): LogEntry[] {
  return groups(fieldsOf(reply), 4).map(([position, id, at, value]) => ({
    position: Number(textOf(position)),
    id: textOf(id),
    at: Number(textOf(at)),
    value: textOf(value),
  }));
}

function itemsOf(reply: unknown): QueueItem[] {
  return groups(fieldsOf(reply), 5).map(([id, lane, due, attempts, value]) => ({
    id: textOf(id),
    lane: textOf(lane),
    due: Number(textOf(due)),
    attempts: Number(textOf(attempts)),
    value: textOf(value),
  }));
}

function groups(fields: readonly unknown[], size: number): readonly (readonly unknown[])[] {
  return Array.from({ length: Math.floor(fields.length / size) }, (_, index) =>
    fields.slice(index * size, (index + 1) * size),
  );
}
