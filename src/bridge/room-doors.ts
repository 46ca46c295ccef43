// What a room asks of the one who owns it, and what its end means to those who were not in it yet.

import type { CommandOf } from '../model/commands.ts';
import type { Conversation } from '../model/conversation.ts';
import { BridgeError, type ErrorCode } from '../model/errors.ts';
import type { EventOf } from '../model/events.ts';
import type { AccountKey, ResourceId } from '../model/ids.ts';
import type { Origin } from '../model/ports.ts';
import type { Room } from './room.ts';

/** What rooms ask of the one who owns them. */
export interface RoomDoors {
  present(
    event: EventOf<'opened' | 'closed'>,
    conversation: Conversation | undefined,
    to: readonly ResourceId[],
    origin?: Origin,
  ): void;
  /** Tells the one who asked how it went. */
  settle(command: CommandOf<'join' | 'leave'>, origin: Origin, error: BridgeError | undefined): void;
  /** `heard` is called once. `isStale`: a command that still waits somewhere need not be sent any more; `begun`: it is being sent now. */
  send(
    command: CommandOf<'join' | 'leave'>,
    heard: (error: BridgeError | undefined) => void,
    during: { isStale(): boolean; begun?(): void },
  ): void;
  /** After the join's time, in the mailbox. @returns what stops it. */
  afterJoinTimeout(task: () => void): () => void;
  /** The user's room stays joined when her last client has left it. */
  staysJoined(account: AccountKey): boolean;
  /** Something about it may have to be kept. */
  changed(room: Room): void;
  /** Nothing is left of the room. */
  closed(room: Room): void;
}

const CODE_OF_CLOSE = {
  left: 'not-joined',
  ejected: 'forbidden',
  banned: 'banned',
  gone: 'gone',
  lost: 'network-down',
} as const satisfies Record<EventOf<'closed'>['why'], ErrorCode>;

export function errorOfClose({ why, text }: EventOf<'closed'>): BridgeError {
  return new BridgeError(CODE_OF_CLOSE[why], text ?? 'The room was closed before you were in it.');
}
