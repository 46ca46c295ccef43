// Invitations of people who are users of this gateway themselves: who was told of which, and how the network knows them.

import type { ConversationId, UserId } from './ids.ts';

export interface Invited {
  readonly user: UserId;
  readonly room: ConversationId;
  /** Id of whoever invites, as the network has it; where it has none, the name. */
  readonly by: string;
}

/** In memory, bounded. Synchronous. */
export interface Invitations {
  /** She was told of the same minutes ago, or has declined it within a day: she is not told again. */
  isKnown(invited: Invited): boolean;
  told(invited: Invited): void;
  /** It came to nothing: the next one counts. */
  untold(invited: Invited): void;
  /** Whom the network would invite, as the `invite` command takes it; undefined where she has no session on the server of that room. */
  personOf(user: UserId, room: ConversationId): string | undefined;
}
