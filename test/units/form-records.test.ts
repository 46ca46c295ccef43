// Half-finished forms in the store: sealed, of a time, and not many.

import { expect, test } from 'vitest';
import { gatewayId, type ResourceId, userId } from '../../src/model/ids.ts';
import type { OpenForm } from '../../src/model/ports.ts';
import { FormRecords } from '../../src/store/form-records.ts';
import { openMemory } from '../../src/store/memory.ts';
import { KEY_BYTES, secretsWith } from '../../src/store/secrets.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ROMEO = userId('romeo@example.org');
const MINUTE = 60_000;

function stage() {
  const store = openMemory();
  const clock = new ManualClock();
  const log = new LogRecorder();
  const open = (key = 1): Promise<FormRecords> =>
    FormRecords.load({
      store,
      secrets: secretsWith([Buffer.alloc(KEY_BYTES, key)]),
      gateway: gatewayId('echo.example.org'),
      clock,
      log,
    });
  const rows = (): Promise<readonly (readonly [string, string])[]> => store.table('forms').list('');
  const form = (password: string, user = ROMEO): OpenForm => ({
    user,
    resource: `${user}/orchard` as ResourceId,
    purpose: 'jabber:iq:register',
    expires: clock.now() + 10 * MINUTE,
    steps: [{ password: [password] }],
  });
  return { clock, open, rows, form };
}

test('a form is there in the next life, and no secret lies in the store', async () => {
  const { open, rows, form } = stage();
  await (await open()).put('a', form('wherefore'));
  expect(JSON.stringify(await rows())).not.toContain('wherefore');
  expect((await open()).get('a')?.steps).toEqual([{ password: ['wherefore'] }]);
  expect((await open(2)).get('a')).toBeUndefined();
  expect(await rows()).toEqual([]);
});

test('when its time is over nothing of it is left, but that there was one is known for a while', async () => {
  const { open, rows, form, clock } = stage();
  const records = await open();
  await records.put('a', form('wherefore'));
  clock.advance(11 * MINUTE);
  await Promise.resolve();
  expect(await rows()).toEqual([]);
  expect(records.get('a')).toMatchObject({ steps: [] });
  clock.advance(11 * MINUTE);
  expect(records.get('a')).toBeUndefined();
  expect((await open()).get('a')).toBeUndefined();
});

test('what ran out while nobody was there is dropped', async () => {
  const { open, rows, form, clock } = stage();
  const records = await open();
  await records.put('a', form('wherefore'));
  records.stop();
  clock.advance(11 * MINUTE);
  expect((await open()).get('a')).toBeUndefined();
  expect(await rows()).toEqual([]);
});

test('of one person there are ten, the newest; others keep theirs', async () => {
  const { open, rows, form } = stage();
  const records = await open();
  await records.put('hers', form('x', userId('juliet@example.org')));
  for (let n = 0; n < 15; n++) await records.put(`f${n}`, form(String(n)));
  const kept = Array.from({ length: 15 }, (_, n) => records.get(`f${n}`) !== undefined);
  expect(kept.indexOf(true)).toBe(5);
  expect(records.get('hers')).toBeDefined();
  expect(await rows()).toHaveLength(11);
  await records.deleteAllOf(ROMEO);
  expect(await rows()).toHaveLength(1);
});

test('what is too long lives as long as the process', async () => {
  const { open, rows, form } = stage();
  const records = await open();
  await records.put('a', form('short'));
  await records.put('a', form('x'.repeat(40_000)));
  expect(records.get('a')).toBeDefined();
  expect(await rows()).toEqual([]);
});
