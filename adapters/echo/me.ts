// What the commands of one session work on.

import type { CommandKind, CommandOf } from '../../src/model/commands.ts';
import type { Participant, Presence } from '../../src/model/conversation.ts';
import type { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId, MessageId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { notJoined } from './errors.ts';
import type { EchoRoom, Seat } from './room.ts';
import type { World } from './world.ts';

/** The user in her session. */
export interface Me extends Seat {
  readonly world: World;
  readonly rooms: Set<EchoRoom>;
  nick: string;
  presence: Presence;
  /** The network cuts the connection. */
  drop(how: { readonly final: boolean; readonly error?: BridgeError }): void;
}

export type Perform<K extends CommandKind> = (me: Me, command: CommandOf<K>) => Receipt | Promise<Receipt>;
export type PerformSome<Kinds extends CommandKind> = { readonly [K in Kinds]: Perform<K> };

/** Taken, and no message came of it. */
export const DONE: Receipt = { ids: [], outcome: 'accepted' };
export const received = (id: MessageId): Receipt => ({ ids: [id], outcome: 'accepted' });

/** @throws BridgeError `not-joined`. */
export function myRoom(me: Me, id: ConversationId): EchoRoom {
  for (const room of me.rooms) if (room.id === id) return room;
  throw notJoined();
}

export function asParticipant(me: Me, room?: EchoRoom): Participant {
  return room?.participants.get(me.id) ?? me.world.person(me.id, 'none', me.presence);
}
