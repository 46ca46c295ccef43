// Events of an echo server on their way in: what was not kept is never acknowledged, whatever comes behind it or twice.

import { expect, test } from 'vitest';
import { Inflow } from '../../adapters/echo/remote-inflow.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { accountKey } from '../../src/model/ids.ts';
import { LogRecorder } from '../support/log-recorder.ts';

function stage() {
  const acknowledged: number[] = [];
  const kept: string[] = [];
  const state = { full: false };
  const inflow = new Inflow({
    keep: (batch) => {
      if (state.full) return Promise.reject(new Error('full'));
      kept.push(...batch.map(({ id }) => id));
      return Promise.resolve();
    },
    emit: () => {},
    acknowledge: (upTo) => acknowledged.push(upTo),
    log: new LogRecorder(),
  });
  const take = async (...numbers: readonly number[]): Promise<void> => {
    for (const n of numbers) inflow.take({ n, id: String(n), event: EVENT });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { acknowledged, kept, state, take };
}
const EVENT: AnyEvent = { kind: 'told', account: accountKey('a'), text: 'x' };

test('once one was not kept, nothing behind it counts before it has come again, in order', async () => {
  const { acknowledged, kept, state, take } = stage();
  await take(1, 2);
  state.full = true;
  await take(3, 4);
  state.full = false;
  // A late second copy of the one that failed; then news, before the others have come again.
  await take(3);
  await take(6);
  expect(kept).toEqual(['1', '2', '3']);
  expect(acknowledged).toEqual([1, 2, 3]);
  await take(4, 5, 6);
  expect(kept).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(acknowledged.at(-1)).toBe(6);
});

test('a second copy of what was acknowledged holds nothing up', async () => {
  const { kept, state, take } = stage();
  await take(1, 2);
  state.full = true;
  await take(1, 3);
  await take(2);
  state.full = false;
  await take(3, 4);
  expect(kept).toEqual(['1', '2', '3', '4']);
});
