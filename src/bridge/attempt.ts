// One try for a session, and what comes of it.

import type { Session } from '../model/network.ts';

export interface Attempt {
  readonly abort: AbortController;
  /** Of a session that was there before, or has been tried for: what waits goes on waiting when it fails. */
  readonly again: boolean;
  session: Session | undefined;
  leaveLine(): void;
  stopTimeout(): void;
}
