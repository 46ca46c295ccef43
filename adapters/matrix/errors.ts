// What homeservers refuse, in the model's terms: the errcodes of the client-server API, and what HTTP and the network say without one.

import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { joined, type Text, words } from '../../src/model/words.ts';

/** What was asked: the same errcode may mean something else when a room is joined or somebody signs in. */
export type Asking = 'join' | 'login' | 'other';

interface Row {
  readonly code: ErrorCode;
  /** Where it is another one on a join. */
  readonly join?: ErrorCode;
  readonly login?: ErrorCode;
  readonly text: Text;
}

/** Client-server API, 5.2, and the errcodes of its endpoints. */
const ERRCODES: Readonly<Record<string, Row>> = {
  M_FORBIDDEN: {
    code: 'forbidden',
    join: 'members-only',
    login: 'bad-credentials',
    text: words`Matrix does not allow this.`,
  },
  M_NOT_FOUND: { code: 'not-found', text: words`There is nothing of that name on Matrix.` },
  M_UNRECOGNIZED: { code: 'unsupported', join: 'not-found', text: words`The homeserver doesn't know this request.` },
  M_LIMIT_EXCEEDED: { code: 'rate-limited', text: words`The homeserver wants this to go more slowly.` },
  M_UNKNOWN_TOKEN: { code: 'bad-credentials', text: words`The sign-in has ended on Matrix; sign in again.` },
  M_MISSING_TOKEN: { code: 'bad-credentials', text: words`The homeserver wants a sign-in.` },
  M_USER_DEACTIVATED: { code: 'bad-credentials', text: words`This Matrix account was deactivated.` },
  M_USER_LOCKED: { code: 'bad-credentials', text: words`This Matrix account is locked.` },
  M_USER_SUSPENDED: { code: 'bad-credentials', text: words`This Matrix account is suspended.` },
  M_GUEST_ACCESS_FORBIDDEN: { code: 'forbidden', join: 'members-only', text: words`This is not for guests.` },
  M_INCOMPATIBLE_ROOM_VERSION: { code: 'unsupported', text: words`The homeserver doesn't know rooms of this version.` },
  M_UNSUPPORTED_ROOM_VERSION: { code: 'unsupported', text: words`The homeserver doesn't know rooms of this version.` },
  M_TOO_LARGE: { code: 'too-long', text: words`This is too long for Matrix.` },
  M_BAD_JSON: { code: 'internal', text: words`The homeserver did not understand the request.` },
  M_NOT_JSON: { code: 'internal', text: words`The homeserver did not understand the request.` },
  M_INVALID_PARAM: { code: 'internal', text: words`The homeserver did not understand the request.` },
  M_MISSING_PARAM: { code: 'internal', text: words`The homeserver did not understand the request.` },
  M_RESOURCE_LIMIT_EXCEEDED: { code: 'quota', text: words`The homeserver has reached a limit; ask its operator.` },
  M_UNABLE_TO_AUTHORISE_JOIN: { code: 'members-only', text: words`No server could let you into this room.` },
  M_UNABLE_TO_GRANT_JOIN: { code: 'members-only', text: words`No server could let you into this room.` },
  M_EXCLUSIVE: { code: 'conflict', text: words`This name is reserved on Matrix.` },
  M_USER_IN_USE: { code: 'conflict', text: words`This name is taken on Matrix.` },
  M_ROOM_IN_USE: { code: 'conflict', text: words`This room name is taken on Matrix.` },
  M_BAD_STATE: { code: 'conflict', text: words`That is not possible as things are now on Matrix.` },
  M_CONSENT_NOT_GIVEN: { code: 'bad-credentials', text: words`The homeserver wants you to agree to its terms first.` },
  M_UNKNOWN: { code: 'internal', join: 'timeout', text: words`The homeserver could not do this.` },
};

export interface Refusal {
  readonly status: number;
  readonly errcode: string;
  /** The homeserver's own words. */
  readonly error: string;
  readonly retryAfterMs: number | undefined;
  /** Of M_CONSENT_NOT_GIVEN. */
  readonly consentUri: string;
}

/** Total: there is an answer to every errcode and every status. */
export function refusalOf(refusal: Refusal, asking: Asking = 'other'): BridgeError {
  const { errcode, error, retryAfterMs, consentUri, status } = refusal;
  const details = {
    ...(errcode !== '' && { networkCode: errcode }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  // A gateway between us and the room's own servers has given up.
  if (status === 502 || status === 504)
    return new BridgeError('timeout', words`A server of Matrix does not answer.`, details);
  // A room that no server knows, or whose name Synapse takes for none.
  const isNowhere = errcode === 'M_UNKNOWN' && (status === 404 || (status === 400 && asking === 'join'));
  const row = isNowhere ? ERRCODES['M_NOT_FOUND'] : ERRCODES[errcode];
  if (row === undefined) return new BridgeError(byStatus(status, asking), byStatusText(status, error), details);
  if (errcode === 'M_UNKNOWN' && asking !== 'join')
    return new BridgeError(byStatus(status, asking), worded(row.text, error), details);
  // There is no errcode for it; Synapse says M_FORBIDDEN or M_BAD_STATE.
  if (asking === 'join' && /\bbanned\b/i.test(error)) {
    return new BridgeError('banned', words`You are banned from this room.`, details);
  }
  if (asking === 'login' && row.login !== undefined) {
    return new BridgeError(row.login, words`The Matrix id or the password is wrong.`, {
      ...details,
      field: 'password',
    });
  }
  const code = asking === 'join' ? (row.join ?? row.code) : row.code;
  const text = consentUri === '' ? worded(row.text, error) : joined([row.text, consentUri], ' ');
  return new BridgeError(code, text, details);
}

function byStatus(status: number, asking: Asking): ErrorCode {
  if (status === 401) return 'bad-credentials';
  if (status === 403) return asking === 'join' ? 'members-only' : 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 413) return 'too-large';
  if (status === 429) return 'rate-limited';
  return status >= 500 ? 'network-down' : 'internal';
}
function byStatusText(status: number, error: string): Text {
  return worded(status >= 500 ? words`The homeserver is out of order.` : words`The homeserver refused this.`, error);
}

function worded(text: Text, error: string): Text {
  const said = error.trim().slice(0, 300);
  return said === '' ? text : words`${text} It says: ${said}`;
}

/** Codes of Node's resolver and sockets. */
export function unreachable(host: string, cause: unknown): BridgeError {
  const codes = codesIn(cause);
  if (codes.has('ENOTFOUND'))
    return new BridgeError('host-unknown', words`There is no server named ${host}.`, { cause });
  if (codes.has('UND_ERR_HEADERS_TIMEOUT') || codes.has('UND_ERR_CONNECT_TIMEOUT') || codes.has('ETIMEDOUT')) {
    return new BridgeError('timeout', words`${host} does not answer.`, { cause });
  }
  return new BridgeError('network-down', words`${host} can't be reached.`, { cause });
}

function codesIn(thrown: unknown): ReadonlySet<string> {
  const codes = new Set<string>();
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') codes.add(at.code);
    if (at instanceof AggregateError) for (const one of at.errors) for (const code of codesIn(one)) codes.add(code);
  }
  return codes;
}

export const closed = (): BridgeError => new BridgeError('network-down', words`The connection to Matrix is closed.`);
export const givenUp = (): BridgeError => new BridgeError('timeout', words`Signing in was given up.`);
export const notJoined = (): BridgeError => new BridgeError('not-joined', words`You are not in this room.`);
export const noSuchMessage = (): BridgeError =>
  new BridgeError('not-found', words`There is no such message on Matrix.`);
export const isEncrypted = (): BridgeError =>
  new BridgeError(
    'unsupported',
    words`This room is encrypted: what is said in it can not be read or written from here.`,
  );
