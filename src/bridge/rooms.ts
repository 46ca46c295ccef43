// The rooms that one user is in.

import type { AccountKey, ConversationId } from '../model/ids.ts';
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

  /** Rooms whose link will not come back. */
  forgetLost(account: AccountKey): void {
    for (const room of this.of(account)) if (room.state === 'lost') this.#rooms.delete(room.id);
  }
}
