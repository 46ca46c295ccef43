// What to do about a command that a durable network did not take: try again and when, tell the one who asked, or give it to the operator.

import type { BridgeError, ErrorCode } from '../model/errors.ts';

export interface OutboxLimits {
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** While the network is away, slow or full. */
  readonly awayMs: number;
  readonly awayAttempts: number;
  /** After defects. */
  readonly defectMs: number;
  readonly defectAttempts: number;
  /** In memory, one of each lane; the others wait in the store. */
  readonly mostHeld: number;
}
export const OUTBOX_LIMITS: OutboxLimits = {
  retryFirstMs: 1_000,
  retryMaxMs: 300_000,
  awayMs: 24 * 3_600_000,
  awayAttempts: 1_000,
  defectMs: 3_600_000,
  defectAttempts: 5,
  mostHeld: 20_000,
};

export type Verdict =
  | { readonly do: 'retry'; readonly afterMs: number }
  | { readonly do: 'refuse' }
  | { readonly do: 'bury' };

type Class = 'away' | 'defect' | 'refused';
/** All that is not here was refused, and trying again would not help. */
const CLASSES: Partial<Record<ErrorCode, Class>> = {
  'network-down': 'away',
  timeout: 'away',
  'rate-limited': 'away',
  'host-unknown': 'away',
  internal: 'defect',
};

export interface Tries {
  /** Failed ones so far, the last included. */
  readonly attempts: number;
  /** Since it was accepted. */
  readonly ageMs: number;
}

export function verdictOn(
  error: BridgeError,
  { attempts, ageMs }: Tries,
  limits: OutboxLimits,
  random: () => number = Math.random,
): Verdict {
  const kind = CLASSES[error.code] ?? 'refused';
  if (kind === 'refused') return { do: 'refuse' };
  const [mostMs, most] =
    kind === 'away' ? [limits.awayMs, limits.awayAttempts] : [limits.defectMs, limits.defectAttempts];
  if (ageMs >= mostMs || attempts >= most) return { do: 'bury' };
  // Full jitter: what failed together does not come back together.
  const step = Math.min(limits.retryMaxMs, limits.retryFirstMs * 2 ** Math.min(attempts - 1, 30));
  return { do: 'retry', afterMs: Math.max(error.details.retryAfterMs ?? 0, Math.round(step * random())) };
}
