// Random sequences of operations leave every backend with the same answers as the one in memory, whose code is the plainest.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry, Store, Write } from '../../src/model/stores.ts';
import { openStore } from '../../src/store/open.ts';
import { BACKENDS, onEveryBackend, silentLog } from './store-backends.ts';

type Step = (store: Store, names: Names) => Promise<unknown>;
interface Names {
  readonly table: string;
  readonly log: string;
  readonly queue: string;
  readonly fence: string;
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', '\udc80', '*');
const lane = fc.constantFrom('x', 'y', 'x:', '1');
const time = fc.integer({ min: 0, max: 12 });
const limit = fc.integer({ min: 0, max: 6 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
/** Without the properties that are undefined, as exact optional types want it. */
const present = <Value extends object>(value: Value): Partial<{ [K in keyof Value]: Exclude<Value[K], undefined> }> =>
  JSON.parse(JSON.stringify(value)) as Partial<{ [K in keyof Value]: Exclude<Value[K], undefined> }>;

const write = (kinds: Names): fc.Arbitrary<Write> =>
  fc.oneof(
    fc.record({ op: fc.constant('put' as const), table: fc.constant(kinds.table), key: id, value: text }),
    fc.record({ op: fc.constant('delete' as const), table: fc.constant(kinds.table), key: id }),
    fc.record({ op: fc.constant('append' as const), log: fc.constant(kinds.log), id, at: time, value: text }),
    fc.record({ op: fc.constant('add' as const), queue: fc.constant(kinds.queue), id, lane, due: time, value: text }),
    fc.record({ op: fc.constant('done' as const), queue: fc.constant(kinds.queue), id }),
  );
const NAMES: Names = { table: 'table', log: 'log', queue: 'queue', fence: 'fence' };
const renamed = (one: Write, names: Names): Write => {
  if ('table' in one) return { ...one, table: names.table };
  return 'log' in one ? { ...one, log: names.log } : { ...one, queue: names.queue };
};
// Positions may skip numbers where a batch was refused; their order is what matters.
const plain = (entries: readonly LogEntry[]) => entries.map(({ id: name, at, value }) => ({ name, at, value }));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(id, text).map(
    ([key, value]): Step =>
      (store, { table }) =>
        store.table(table).put(key, value),
  ),
  id.map(
    (key): Step =>
      (store, { table }) =>
        store.table(table).delete(key),
  ),
  id.map(
    (key): Step =>
      (store, { table }) =>
        store.table(table).get(key),
  ),
  fc.constantFrom('', 'a', '*').map(
    (prefix): Step =>
      (store, { table }) =>
        store.table(table).list(prefix),
  ),
  fc.tuple(id, time, text).map(
    ([name, at, value]): Step =>
      async (store, { log }) =>
        (await store.log.append(log, { id: name, at, value })) === undefined,
  ),
  fc.record({ from: optional(time), to: optional(time), limit, backwards: optional(fc.boolean()) }).map(
    (range): Step =>
      async (store, { log }) =>
        plain(await store.log.range(log, { limit: range.limit, ...present(range) })),
  ),
  fc.tuple(id, fc.boolean(), limit, fc.boolean()).map(
    ([name, after, most, backwards]): Step =>
      async (store, { log }) => {
        const position = (await store.log.find(log, name))?.position ?? 3;
        const bound = after ? { afterPosition: position } : { beforePosition: position };
        return plain(await store.log.range(log, { ...bound, limit: most, backwards })).length;
      },
  ),
  fc.record({ before: optional(time), keep: optional(limit) }).map(
    (limits): Step =>
      (store, { log }) =>
        store.log.trim(log, present(limits)),
  ),
  id.map(
    (name): Step =>
      async (store, { log }) =>
        store.log.remove(log, [(await store.log.find(log, name))?.position ?? 0]),
  ),
  fc.tuple(id, lane, time, text).map(
    ([name, on, due, value]): Step =>
      (store, { queue }) =>
        store.queue.add(queue, { id: name, lane: on, due, value }),
  ),
  fc.tuple(time, time, limit).map(
    ([now, forMs, most]): Step =>
      (store, { queue }) =>
        store.queue.claim(queue, now, now + forMs, most),
  ),
  id.map(
    (name): Step =>
      (store, { queue }) =>
        store.queue.done(queue, name),
  ),
  fc.tuple(id, time).map(
    ([name, due]): Step =>
      (store, { queue }) =>
        store.queue.fail(queue, name, due),
  ),
  fc.tuple(fc.array(write(NAMES), { maxLength: 4 }), optional(fc.integer({ min: 0, max: 3 }))).map(
    ([writes, epoch]): Step =>
      (store, names) =>
        store.batch(
          writes.map((one) => renamed(one, names)),
          epoch === undefined ? undefined : { name: names.fence, epoch },
        ),
  ),
);

const whole = async (store: Store, { table, log, queue }: Names): Promise<unknown> => [
  await store.table(table).list(''),
  plain(await store.log.range(log, { limit: 1_000 })),
  await store.log.count(log),
  await store.queue.peek(queue, 1_000),
  await store.queue.size(queue),
];

onEveryBackend(
  (given) => {
    test('answers as memory does', { timeout: 120_000 }, async () => {
      let run = 0;
      const same = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const model = await openStore('memory:', { log: silentLog });
        const suffix = ` ${++run}`;
        const names = { table: `t${suffix}`, log: `l${suffix}`, queue: `q${suffix}`, fence: `f${suffix}` };
        for (const [index, perform] of steps.entries()) {
          const [wanted, got] = [await perform(model, names), await perform(given.store, names)];
          expect(got, `step ${index}`).toEqual(wanted);
        }
        expect(await whole(given.store, names)).toEqual(await whole(model, names));
      });
      await fc.assert(same, { numRuns: 150 });
    });
  },
  BACKENDS.filter(({ keeps }) => keeps),
);
