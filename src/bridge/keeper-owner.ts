// What the keeper of a session asks of the user's actor.

import type { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import type { AccountKey, UserId } from '../model/ids.ts';
import type { Session } from '../model/network.ts';

/** Everything is called inside her mailbox. */
export interface KeeperOwner {
  readonly user: UserId;
  readonly run: (task: () => void) => void;
  /** The session is to be there even if nothing goes on in it, and to come back when it is lost. */
  isWanted(key: AccountKey): boolean;
  /** It was there before, and rooms with it: what waits for it goes on waiting when it can't be opened at once. */
  isReturning(key: AccountKey): boolean;
  /** Rooms are open or opening in it. */
  isInUse(key: AccountKey): boolean;
  onEvent(key: AccountKey, event: AnyEvent): void;
  onUp(key: AccountKey, session: Session): void;
  /** Lost. What was not sent yet is given back by `takeBack`. */
  onDown(key: AccountKey, error: BridgeError): void;
  /** It will not come back by itself. */
  onOffline(key: AccountKey): void;
}
