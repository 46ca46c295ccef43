// Why a stream can't be read on (RFC 6120, 4.9.3).

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
