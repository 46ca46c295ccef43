// What homeservers refuse, row by row: errcode and status, on a join, on signing in and otherwise.

import { expect, test } from 'vitest';
import { type Asking, refusalOf, unreachable } from '../../adapters/matrix/errors.ts';
import type { ErrorCode } from '../../src/model/errors.ts';

interface Row {
  readonly errcode: string;
  readonly status: number;
  readonly other: ErrorCode;
  readonly join?: ErrorCode;
  readonly login?: ErrorCode;
}

const ROWS: readonly Row[] = [
  { errcode: 'M_FORBIDDEN', status: 403, other: 'forbidden', join: 'members-only', login: 'bad-credentials' },
  { errcode: 'M_NOT_FOUND', status: 404, other: 'not-found' },
  { errcode: 'M_UNRECOGNIZED', status: 404, other: 'unsupported', join: 'not-found' },
  { errcode: 'M_LIMIT_EXCEEDED', status: 429, other: 'rate-limited' },
  { errcode: 'M_UNKNOWN_TOKEN', status: 401, other: 'bad-credentials' },
  { errcode: 'M_MISSING_TOKEN', status: 401, other: 'bad-credentials' },
  { errcode: 'M_USER_DEACTIVATED', status: 403, other: 'bad-credentials' },
  { errcode: 'M_USER_LOCKED', status: 401, other: 'bad-credentials' },
  { errcode: 'M_USER_SUSPENDED', status: 403, other: 'bad-credentials' },
  { errcode: 'M_GUEST_ACCESS_FORBIDDEN', status: 403, other: 'forbidden', join: 'members-only' },
  { errcode: 'M_INCOMPATIBLE_ROOM_VERSION', status: 400, other: 'unsupported' },
  { errcode: 'M_UNSUPPORTED_ROOM_VERSION', status: 400, other: 'unsupported' },
  { errcode: 'M_TOO_LARGE', status: 413, other: 'too-long' },
  { errcode: 'M_BAD_JSON', status: 400, other: 'internal' },
  { errcode: 'M_NOT_JSON', status: 400, other: 'internal' },
  { errcode: 'M_INVALID_PARAM', status: 400, other: 'internal' },
  { errcode: 'M_MISSING_PARAM', status: 400, other: 'internal' },
  { errcode: 'M_RESOURCE_LIMIT_EXCEEDED', status: 403, other: 'quota' },
  { errcode: 'M_UNABLE_TO_AUTHORISE_JOIN', status: 400, other: 'members-only' },
  { errcode: 'M_UNABLE_TO_GRANT_JOIN', status: 400, other: 'members-only' },
  { errcode: 'M_EXCLUSIVE', status: 400, other: 'conflict' },
  { errcode: 'M_USER_IN_USE', status: 400, other: 'conflict' },
  { errcode: 'M_ROOM_IN_USE', status: 400, other: 'conflict' },
  { errcode: 'M_BAD_STATE', status: 403, other: 'conflict' },
  { errcode: 'M_CONSENT_NOT_GIVEN', status: 403, other: 'bad-credentials' },
  { errcode: 'M_UNKNOWN', status: 500, other: 'network-down', join: 'timeout' },
  { errcode: 'M_UNKNOWN', status: 400, other: 'internal', join: 'not-found' },
  { errcode: 'M_UNKNOWN', status: 404, other: 'not-found' },
  { errcode: 'M_UNKNOWN', status: 502, other: 'timeout' },
  { errcode: 'M_NEW_IN_A_LATER_VERSION', status: 403, other: 'forbidden', join: 'members-only' },
  { errcode: '', status: 400, other: 'internal' },
  { errcode: '', status: 401, other: 'bad-credentials' },
  { errcode: '', status: 404, other: 'not-found' },
  { errcode: '', status: 413, other: 'too-large' },
  { errcode: '', status: 429, other: 'rate-limited' },
  { errcode: '', status: 500, other: 'network-down' },
  { errcode: '', status: 502, other: 'timeout' },
  { errcode: '', status: 504, other: 'timeout' },
];

const refused = ({ errcode, status }: Row, asking: Asking, error = ''): ReturnType<typeof refusalOf> =>
  refusalOf({ errcode, status, error, retryAfterMs: undefined, consentUri: '' }, asking);

test.each(ROWS)('$errcode with $status is $other', (row) => {
  expect(refused(row, 'other').code).toBe(row.other);
  expect(refused(row, 'join').code).toBe(row.join ?? row.other);
  expect(refused(row, 'login').code).toBe(row.login ?? row.other);
  for (const asking of ['other', 'join', 'login'] as const) {
    const { message, details } = refused(row, asking);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(details.networkCode).toBe(row.errcode === '' ? undefined : row.errcode);
  }
});

test.each(['M_FORBIDDEN', 'M_BAD_STATE'])('who is banned is told so: %s', (errcode) => {
  const error = '@romeo:example.org is banned from the room';
  expect(refusalOf({ errcode, status: 403, error, retryAfterMs: undefined, consentUri: '' }, 'join').code).toBe(
    'banned',
  );
});

test('a refused password names its field', () => {
  expect(refused({ errcode: 'M_FORBIDDEN', status: 403, other: 'forbidden' }, 'login').details.field).toBe('password');
});

test('the delay and the address of the terms come along', () => {
  const limit = { errcode: 'M_LIMIT_EXCEEDED', status: 429, error: '', retryAfterMs: 2_500, consentUri: '' };
  expect(refusalOf(limit).details.retryAfterMs).toBe(2_500);
  const consentUri = 'https://example.org/terms';
  const terms = { errcode: 'M_CONSENT_NOT_GIVEN', status: 403, error: '', retryAfterMs: undefined, consentUri };
  expect(refusalOf(terms).message).toContain(consentUri);
});

test('what the homeserver says is passed on, and not all of it', () => {
  const long = 'x'.repeat(10_000);
  expect(
    refused({ errcode: 'M_NOT_FOUND', status: 404, other: 'not-found' }, 'other', 'No such alias').message,
  ).toContain('No such alias');
  expect(refused({ errcode: '', status: 500, other: 'internal' }, 'other', long).message.length).toBeLessThan(400);
});

test.each([
  ['ENOTFOUND', 'host-unknown'],
  ['ECONNREFUSED', 'network-down'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
] as const)('%s below is %s', (code, expected) => {
  const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('deep'), { code }) });
  const { code: is, message } = unreachable('matrix.example.org', cause);
  expect(is).toBe(expected);
  expect(message).toContain('matrix.example.org');
});
