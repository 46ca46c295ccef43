// What makes a play red: something awaited did not come, or what came was not as it has to be.

/** A stanza or line that was waited for, and did not come. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';
}

/** Other failures say nothing of the requirement: a connection refused, a mistake in the play. */
export const isUnmet = (error: unknown): boolean =>
  error instanceof Error && (error instanceof ExpectationFailed || error.name === 'AssertionError');
