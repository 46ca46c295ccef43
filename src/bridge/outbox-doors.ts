// What the outbox asks of the bridge.

import type { AnyCommand } from '../model/commands.ts';
import type { BridgeError } from '../model/errors.ts';
import type { Write } from '../model/stores.ts';
import type { Work } from './outbox-work.ts';

/** Nothing throws. */
export interface OutboxDoors {
  laneOf(command: AnyCommand): string;
  /** Each work once, and once more after each failed try. */
  perform(work: Work): void;
  /** Whether an error would reach the one who asked at once. */
  canRefuse(): boolean;
  /** To the one who asked, now. */
  refuse(work: Work, error: BridgeError): void;
  /** What keeps a failure that is told late, and `toldLate` once that is written. */
  failure(work: Work, error: BridgeError): readonly Write[];
  toldLate(): void;
}
