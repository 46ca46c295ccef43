// What a room asks of the one who owns it, and what its end means to those who were not in it yet.

import type { CommandOf } from '../model/commands.ts';
import { type Conversation, type Message, ONLINE, type Participant } from '../model/conversation.ts';
import { BridgeError, type ErrorCode } from '../model/errors.ts';
import type { EventOf } from '../model/events.ts';
import { type ConversationId, participantId, type ResourceId } from '../model/ids.ts';
import type { Origin } from '../model/ports.ts';
import { words } from '../model/words.ts';
import type { Stay } from './archive-room.ts';
import type { Timing } from './context.ts';
import type { Room } from './room.ts';
import type { Waiting } from './waiting.ts';

/** What rooms ask of the one who owns them. */
export interface RoomDoors {
  readonly limits: Pick<Timing, 'roomsMost' | 'listedMost'>;
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
  /** The one who asked is to come in by a join of its own, when all that the last one brought about is over. */
  again(waiting: Waiting): void;
  /** After the time that joins and leaves have, in the mailbox. @returns what stops it. */
  afterTimeout(task: () => void): () => void;
  /**
   * Asks the network for the last things that were said; `heard` is called once, in the mailbox, without any where it does not tell.
   * @returns false where it can't be asked: then nothing is heard.
   */
  history(room: Room, most: number, heard: (told: readonly Message[] | undefined) => void): boolean;
  /** What the network does not tell by itself with the snapshot, `history` tells out of our archive. */
  tellsArchive(room: Room): boolean;
  /** She is in it; undefined where nothing of it is to be kept for her. */
  enterArchive(room: Room): Stay | undefined;
  /** The user's room stays joined when her last client has left it. */
  staysJoined(room: Room): boolean;
  /** Something about it may have to be kept. */
  changed(room: Room): void;
  /** Nothing is left of the room. */
  closed(room: Room): void;
}

export const NOBODY: readonly ResourceId[] = [];

/** A client goes. */
export interface Leaving {
  readonly resource: ResourceId;
  readonly text?: string | undefined;
  /** What it hears; left out: nothing, it is gone. */
  readonly told?: EventOf<'closed'>;
  readonly origin?: Origin | undefined;
}

/** What made a room change; each input brings what its effects need. */
export interface Cause {
  readonly asked?: Waiting;
  readonly join?: CommandOf<'join'>;
  readonly leaving?: Leaving;
  readonly event?: EventOf<'opened' | 'closed'>;
  readonly error?: BridgeError;
}

/** What she is or was called there, or has asked to be. */
export function selfIn(
  conversation: Conversation | undefined,
  lastJoin: CommandOf<'join'> | undefined,
): Participant | undefined {
  const self = conversation?.participants.get(conversation.self);
  const { nick } = lastJoin ?? {};
  if (self !== undefined || nick === undefined) return self;
  return { id: participantId(nick), nick, rank: 'none', presence: ONLINE };
}

/** It has asked for it. */
export function leavingAs(origin: Origin, conversation: ConversationId, text: string | undefined): Leaving {
  const told = { kind: 'closed', conversation, why: 'left', ...(text !== undefined && { text }) } as const;
  return { resource: origin.resource, text, told, origin };
}

/** It leaves all that it is in, and may not know that this room is part of that. */
export function signingOff(room: Room, resource: ResourceId): Leaving {
  const text = words`You have signed off.`;
  const told = { kind: 'closed', conversation: room.id, why: 'ejected', text } as const;
  return { resource, told, origin: room.asked(resource) };
}

const CODE_OF_CLOSE = {
  left: 'not-joined',
  ejected: 'forbidden',
  banned: 'banned',
  excluded: 'members-only',
  gone: 'gone',
  lost: 'network-down',
  shutdown: 'network-down',
} as const satisfies Record<EventOf<'closed'>['why'], ErrorCode>;

export function errorOfClose({ why, text }: EventOf<'closed'>): BridgeError {
  return new BridgeError(CODE_OF_CLOSE[why], text ?? words`The room was closed before you were in it.`);
}
