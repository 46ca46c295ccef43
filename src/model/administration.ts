// What operators may do with the users of a gateway, and a user with all that is kept of her (XEP-0133).

import type { ConversationId, UserId } from './ids.ts';
import type { Text } from './words.ts';

/** The users of one gateway. Lists are sorted. */
export interface Administration {
  /** With an account. */
  registered(): readonly UserId[];
  /** Connected to the network, getting there, or in a room. */
  online(): readonly UserId[];
  /** Not served until that is taken back. */
  blocked(): readonly UserId[];
  isBlocked(user: UserId): boolean;
  /** Resolves when it is safe: it outlives the process. Blocking ends her sessions. @throws BridgeError by rejection. */
  setBlocked(user: UserId, blocked: boolean): Promise<void>;
  /** Her clients are put out of all rooms, with the text. Nothing keeps her from coming back. Never rejects. */
  endSessions(user: UserId, text: Text): Promise<void>;
  /** Rooms that she is in, or is getting into. */
  rooms(user: UserId): readonly ConversationId[];
  /** Ends her sessions and deletes all that is kept of her, but for a block. @throws BridgeError by rejection. */
  deleteAll(user: UserId): Promise<void>;
}
