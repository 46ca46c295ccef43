// The rooms that one user is in.

import type { CommandOf } from '../model/commands.ts';
import { BridgeError } from '../model/errors.ts';
import type { AccountKey, ConversationId } from '../model/ids.ts';
import type { Origin } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { Room } from './room.ts';
import type { RoomDoors } from './room-doors.ts';

export class Rooms {
  readonly #rooms = new Map<ConversationId, Room>();
  readonly #doors: RoomDoors;
  readonly #accountOf: (id: ConversationId) => AccountKey;

  constructor(
    doors: Omit<RoomDoors, 'closed'>,
    accountOf: (id: ConversationId) => AccountKey,
    onClosed: (room: Room) => void,
  ) {
    this.#accountOf = accountOf;
    this.#doors = {
      ...doors,
      closed: (room) => {
        this.#rooms.delete(room.id);
        onClosed(room);
      },
    };
  }

  get size(): number {
    return this.#rooms.size;
  }
  get(id: ConversationId): Room | undefined {
    return this.#rooms.get(id);
  }
  all(): readonly Room[] {
    return [...this.#rooms.values()];
  }
  of(account: AccountKey): readonly Room[] {
    return this.all().filter((room) => room.account === account);
  }

  /** The room, new and closed where there is none yet. */
  open(id: ConversationId): Room {
    let room = this.#rooms.get(id);
    if (room === undefined) this.#rooms.set(id, (room = new Room(id, this.#accountOf(id), this.#doors)));
    return room;
  }

  /** `at`: milliseconds since the epoch. */
  join(command: CommandOf<'join'>, origin: Origin, at: number): void {
    const { conversation } = command;
    const { roomsMost } = this.#doors.limits;
    if (this.#rooms.has(conversation) || this.#rooms.size < roomsMost) {
      this.open(conversation).join(command, origin, at);
      return;
    }
    const text = words`You are in ${roomsMost} rooms here, and can't be in more. Leave one first.`;
    this.#doors.settle(command, origin, new BridgeError('quota', text));
  }

  /** Rooms whose link will not come back. */
  forgetLost(account: AccountKey): void {
    for (const room of this.of(account)) if (room.state === 'lost') this.#rooms.delete(room.id);
  }
}
