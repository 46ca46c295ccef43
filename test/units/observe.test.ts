// The log and what may stand in it; the clock.

import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import type { Clock, Log } from '../../src/model/ports.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { newIncidentId } from '../../src/observe/incident.ts';
import { createLog, type LogLevel } from '../../src/observe/log.ts';
import { Secret } from '../../src/observe/secret.ts';

function logInto(lines: string[], level: LogLevel = 'info', secrets: readonly Secret[] = []): Log {
  return createLog({ level, secrets, destination: { write: (line: string) => void lines.push(line) } });
}

test('a line is one JSON object with level, time, text and fields', () => {
  const lines: string[] = [];
  logInto(lines)
    .child({ gateway: 'irc.example.org' })
    .info('ready', { links: 2, when: new Date(0), level: 'odd' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith('\n')).toBe(true);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    gateway: 'irc.example.org',
    links: 2,
    when: '1970-01-01T00:00:00.000Z',
    level_: 'odd',
    msg: 'ready',
  });
});

test('what is below the level is not written, and its fields are not looked at', () => {
  const lines: string[] = [];
  const log = logInto(lines, 'warn');
  const looked = vi.fn(() => 'x');
  log.debug('a', {
    get costly() {
      return looked();
    },
  });
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(log.debugging).toBe(false);
  expect(looked).not.toHaveBeenCalled();
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['warn', 'error']);
});

test('no secret gets through: by type, by name, inside an error, in a URL, or in the text itself', () => {
  const lines: string[] = [];
  const log = logInto(lines, 'info', [new Secret('kept "very" secret'), new Secret('short')]);
  const error = Object.assign(
    new Error('no answer from redis://ann:pa55word@127.0.0.1/1', { cause: { token: 'pa55word' } }),
    {
      command: { name: 'auth', args: ['pa55word'] },
      code: 'ECONNREFUSED',
    },
  );
  log.error('failed with kept "very" secret', {
    error,
    secret: new Secret('pa55word'),
    deep: { er: { password: 'pa55word', list: [{ authToken: 'pa55word' }], map: new Map([['secret', 'pa55word']]) } },
    bytes: Buffer.from('pa55word'),
    url: 'https://ann:pa55word@example.org/',
  });
  expect(lines[0]).not.toMatch(/pa55word|very/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'failed with [redacted]',
    error: {
      type: 'Error',
      code: 'ECONNREFUSED',
      message: 'no answer from redis://[redacted]@127.0.0.1/1',
      cause: { token: '[redacted]' },
    },
    secret: '[redacted]',
    bytes: '[8 bytes]',
  });
});

test('anything can be a field: cycles, huge things, functions, odd dates', () => {
  const lines: string[] = [];
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const error = new Error('x');
  error.cause = error;
  logInto(lines).info('odd', {
    cycle,
    error,
    list: Array.from({ length: 1000 }, (_, i) => i),
    text: 'x'.repeat(10_000),
    big: 10n,
    run: () => 1,
    date: new Date(Number.NaN),
    nothing: null,
  });
  const line = lines[0] ?? '';
  expect(line.length).toBeLessThan(20_000);
  expect(JSON.parse(line)).toMatchObject({ big: '10', run: '[function]', date: 'invalid date', nothing: null });
});

test('a Secret prints as [redacted] and only gives its value when asked', () => {
  const secret = new Secret('hushhush');
  expect(`${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret })}`).toBe(
    '[redacted] {"secret":"[redacted]"} { secret: [redacted] }',
  );
  expect(secret.reveal()).toBe('hushhush');
});

test('incident ids are short, unambiguous and different', () => {
  const ids = new Set(Array.from({ length: 1000 }, newIncidentId));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{8}$/);
});

test('the clock runs a task once, at its time, even weeks ahead, unless it was called off', () => {
  vi.useFakeTimers();
  try {
    const clock: Clock = new SystemClock();
    const weeks = 40 * 24 * 3600 * 1000;
    const [soon, late, never] = [vi.fn(), vi.fn(), vi.fn()];
    clock.after(10, soon);
    clock.after(weeks, late);
    clock.after(weeks, never)();
    vi.advanceTimersByTime(10);
    expect(soon).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(weeks - 11);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(weeks);
    expect([soon, late, never].map((task) => task.mock.calls.length)).toEqual([1, 1, 0]);
    expect(clock.monotonic()).toBeLessThanOrEqual(clock.monotonic());
  } finally {
    vi.useRealTimers();
  }
});
