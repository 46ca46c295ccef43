// What was thrown, as the error that a person is told: an adapter's own, or a defect with an incident id that the log explains.

import { BridgeError, type ErrorCode } from '../model/errors.ts';
import type { Log } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { newIncidentId } from '../observe/incident.ts';

export function failureOf(thrown: unknown, log: Log, doing: string): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const incident = newIncidentId();
  log.error(`a defect while ${doing}`, { incident, error: thrown });
  return new BridgeError('internal', words`Something went wrong here. The operator finds it as incident ${incident}.`, {
    cause: thrown,
  });
}

export function notRegistered(title: string): BridgeError {
  return new BridgeError(
    'not-registered',
    words`Register with this gateway first: you have no account for ${title} here.`,
  );
}

/** Why rooms close for a moment. */
export function connectedAnew(): BridgeError {
  const text = words`Your account was changed: you are connected anew, and back in your rooms in a moment.`;
  return new BridgeError('network-down', text);
}

export function accountRemoved(): BridgeError {
  return new BridgeError('not-registered', words`Your account was removed.`);
}

/** Trying again by ourselves would not help, or would lock somebody's account. */
const LASTING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'not-registered',
  'bad-credentials',
  'bad-password',
  'forbidden',
  'banned',
  'members-only',
  'nick-invalid',
  'gone',
  'unsupported',
  'not-implemented',
  'malformed',
  'incomplete',
  'conflict',
  'opted-out',
  'expired',
]);

export function isLasting(error: BridgeError): boolean {
  return LASTING.has(error.code);
}

const UNWELCOME: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['banned', 'forbidden']);

/** Whether a failure counts when the session is wanted again. `isFresh`: whoever knocks at once is not heard. */
export function isFinal(
  error: BridgeError,
  of: { readonly isRegistered: boolean; readonly isFresh: boolean },
): boolean {
  // GW-7: no guessing on until the account's settings change.
  return (of.isRegistered && error.code === 'bad-credentials') || (of.isFresh && UNWELCOME.has(error.code));
}
