// Twilio's numbers in the model's terms: those of its documentation one by one, the others by what they are about.

import { expect, test } from 'vitest';
import { failure, failureOf, isAccountTrouble, KNOWN_NUMBERS, refusal } from '../../adapters/sms/errors.ts';
import type { ErrorCode } from '../../src/model/errors.ts';

const classes: Readonly<Partial<Record<ErrorCode, readonly number[]>>> = {
  internal: [20003, 20005, 30002, 21212, 21606, 21659, 21660, 21661, 63007],
  'rate-limited': [20429, 30001, 21611, 30022, 30023, 30027, 63018],
  'not-found': [21211, 21614, 21635, 30005, 30006, 63003, 63024],
  unsupported: [21408, 21612, 21608, 30011, 30034, 30035, 30032, 30024, 63016],
  'opted-out': [21610, 63033],
  malformed: [21602],
  'too-long': [21617, 21605],
  'too-large': [21620, 21623, 30019, 63005],
  unreachable: [30003, 30017, 30410, 30008],
  forbidden: [30004, 30007, 30450],
  timeout: [30036],
};
const rows = Object.entries(classes).flatMap(([code, numbers]) => numbers.map((number) => [number, code] as const));

test.each(rows)('%i is %s, in words and with its number', (number, code) => {
  const error = refusal(number);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(new RegExp(`^[A-Z].* .*\\. \\(Twilio ${number}\\)$`));
  expect(error.details.networkCode).toBe(String(number));
});

test('no row is left out here, and none there', () => {
  expect(new Set(KNOWN_NUMBERS)).toEqual(new Set(rows.map(([number]) => number)));
});

test('a number that nobody knows is classed by what it is about, with the words that came with it', () => {
  expect(refusal(30999)).toMatchObject({ code: 'unreachable', message: 'It could not be delivered. (Twilio 30999)' });
  expect(refusal(21999, 'The moon is full')).toMatchObject({
    code: 'forbidden',
    message: 'Twilio refused it: The moon is full (Twilio 21999)',
  });
});

test('why a text failed later, with and without a number', () => {
  expect(failure(30006, 'undelivered').message).toBe("The number can't receive texts. (Twilio 30006)");
  expect(failure(0, 'canceled').code).toBe('expired');
  expect(failure(0, 'undelivered').code).toBe('unreachable');
});

test('only an answer is a refusal: of anything else nobody knows whether it was performed', () => {
  const answer = (status: number, code?: number): unknown => Object.assign(new Error('no'), { status, code });
  expect(failureOf(answer(400, 21211)).code).toBe('not-found');
  expect(failureOf(answer(429))).toMatchObject({ code: 'rate-limited', details: { retryAfterMs: 1_000 } });
  expect(isAccountTrouble(failureOf(answer(401)))).toBe(true);
  expect(isAccountTrouble(failureOf(answer(401, 20003)))).toBe(true);
  expect(failureOf(answer(404)).code).toBe('internal');
  expect(failureOf(answer(500, 20500)).code).toBe('network-down');
  expect(failureOf(answer(503)).code).toBe('network-down');
  expect(failureOf(new SyntaxError('Unexpected token')).code).toBe('network-down');
  expect(failureOf(undefined).code).toBe('network-down');
});

test('what the client throws holds the token, and goes no further', () => {
  const thrown = Object.assign(new Error('connect ECONNREFUSED'), {
    isAxiosError: true,
    code: 'ECONNREFUSED',
    config: { headers: { Authorization: 'Basic c2VjcmV0' } },
  });
  const error = failureOf(thrown);
  expect(error).toMatchObject({ code: 'network-down', details: { cause: { message: 'ECONNREFUSED' } } });
  expect(JSON.stringify([error, error.cause, error.details.cause])).not.toContain('c2VjcmV0');
});
