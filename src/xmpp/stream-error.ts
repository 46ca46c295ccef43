// Why a stream can't be read on, and how much of it is too much (RFC 6120, 4.9.3).

import { inEnglish, type Words, words } from '../model/words.ts';

/** Stream error conditions that the parser itself finds (RFC 6120, 4.9.3). */
export type ParseCondition =
  | 'not-well-formed'
  | 'restricted-xml'
  | 'bad-namespace-prefix'
  | 'invalid-namespace'
  | 'bad-format'
  | 'unsupported-encoding'
  | 'policy-violation'
  | 'internal-server-error';

/** Why the stream can't be read on. */
export class StreamError extends Error {
  readonly condition: ParseCondition;
  constructor(condition: ParseCondition, text: string) {
    super(text);
    this.name = 'StreamError';
    this.condition = condition;
  }
}

/** Where it is one stanza's fault, `why` is for whoever sent it. */
export class TooMuch extends StreamError {
  readonly why: Words;
  constructor(why: Words) {
    super('policy-violation', inEnglish(why));
    this.why = why;
  }
}

/**
 * A stanza beyond the first three is refused and the stream goes on: people can have their server write such things to us. What is beyond
 * the last three no server would pass on, and ends the stream.
 */
export interface StreamLimits {
  /** Elements inside each other within one stanza, itself counted. */
  readonly depth: number;
  /** Of one stanza, as it stands on the wire. */
  readonly stanzaBytes: number;
  /** Of one element, namespace declarations counted. */
  readonly attributes: number;
  readonly endDepth: number;
  readonly endBytes: number;
  readonly endAttributes: number;
}
export const STREAM_LIMITS: StreamLimits = {
  depth: 64,
  stanzaBytes: 512 * 1024,
  attributes: 256,
  endDepth: 100_000,
  endBytes: 16 * 1024 * 1024,
  endAttributes: 100_000,
};

export const tooLong = (bytes: number): TooMuch => new TooMuch(words`more than ${bytes} bytes in one stanza`);
export const tooDeep = (elements: number): TooMuch =>
  new TooMuch(words`more than ${elements} elements inside each other`);
export const tooManyAttributes = (attributes: number): TooMuch =>
  new TooMuch(words`more than ${attributes} attributes`);
