// How storage failures are told: people hear that it is not their doing, the cause goes to the log.

import { BridgeError } from '../model/errors.ts';
import { words } from '../model/words.ts';

const RETRY_AFTER_MS = 5_000;

/** A change or a read that did not happen, or whose outcome nobody knows. */
export function notStored(cause: unknown): BridgeError {
  if (cause instanceof BridgeError) return cause;
  return new BridgeError(
    'internal',
    words`The gateway cannot reach its storage at the moment. Please try again later.`,
    {
      cause,
      retryAfterMs: RETRY_AFTER_MS,
    },
  );
}

/** The store can't be opened; `text` is for the operator and says what to do. */
export function notOpened(text: string, cause?: unknown): BridgeError {
  return new BridgeError('internal', text, cause === undefined ? {} : { cause });
}
