// The errors that people are told about: one code each, in the terms of the field; the XMPP side owns their rendering.

import { inEnglish, type Text } from './words.ts';

export const ERROR_CODES = [
  'not-registered',
  'bad-credentials',
  'forbidden',
  'banned',
  'members-only',
  'not-found',
  'host-unknown',
  'gone',
  'moved',
  'not-joined',
  'nick-taken',
  'nick-invalid',
  'full',
  'unsupported',
  'not-implemented',
  'malformed',
  'incomplete',
  'conflict',
  'too-large',
  'too-long',
  'opted-out',
  'unreachable',
  'rate-limited',
  'quota',
  'network-down',
  'timeout',
  'expired',
  'internal',
  'bad-password',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetails {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
  /** Name of the form field that is wrong. */
  readonly field?: string;
  /** Where it went, for `moved`. */
  readonly movedTo?: string;
  /** What the network itself called it: an IRC numeric, a Matrix errcode, a Twilio code. */
  readonly networkCode?: string;
}

/** What an adapter may throw. `text` is what the person reads: a sentence, without secrets; `message` is the same in English, for logs. */
export class BridgeError extends Error {
  readonly code: ErrorCode;
  readonly text: Text;
  readonly details: ErrorDetails;
  constructor(code: ErrorCode, text: Text, details: ErrorDetails = {}) {
    super(inEnglish(text), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BridgeError';
    this.code = code;
    this.text = text;
    this.details = details;
  }
}

/** What is wrong in the configuration, and in which field of it: for the operator alone, who reads English. */
export function wrongSetting(field: string | undefined, english: string, cause?: unknown): BridgeError {
  return new BridgeError('malformed', english, {
    ...(field !== undefined && { field }),
    ...(cause !== undefined && { cause }),
  });
}
