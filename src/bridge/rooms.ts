// The rooms that one user is in.

import type { CommandOf } from '../model/commands.ts';
import { BridgeError } from '../model/errors.ts';
import type { AccountKey, ConversationId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type { Origin } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { Room } from './room.ts';
import type { Leaving, RoomDoors } from './room-doors.ts';

export class Rooms {
  readonly #rooms = new Map<ConversationId, Room>();
  readonly #doors: RoomDoors;
  readonly #network: Pick<Network, 'accountOf' | 'delivery'>;

  constructor(
    doors: Omit<RoomDoors, 'closed'>,
    network: Pick<Network, 'accountOf' | 'delivery'>,
    onClosed: (room: Room) => void,
  ) {
    this.#network = network;
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
    if (room === undefined) this.#rooms.set(id, (room = new Room(id, this.#network.accountOf(id), this.#doors)));
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

  /** 19.6: the leave of somebody who is not in it is nobody's concern, unless the network alone keeps her there. */
  leave(id: ConversationId, leaving: Leaving): void {
    const room = this.#rooms.get(id);
    if (room?.has(leaving.resource) === true || (room?.state === 'open' && this.#isPassing(room))) room.leave(leaving);
  }

  /** `now`: monotonic. */
  linkLost(account: AccountKey, error: BridgeError, now: number): void {
    for (const room of this.of(account)) {
      const event = { kind: 'closed', conversation: room.id, why: 'lost', text: error.text } as const;
      if (room.state === 'open' && this.#isPassing(room)) room.closed(event);
      else room.linkLost(event, error, now);
    }
  }

  /** The session is over, or will not come back. */
  offline(account: AccountKey): void {
    for (const room of this.of(account)) {
      if (room.state === 'lost') this.#rooms.delete(room.id);
      else if (room.state === 'open') room.closed({ kind: 'closed', conversation: room.id, why: 'lost' });
    }
  }

  /** She did not ask for it, and need not be there again when a link comes back: what a durable network tells is another matter. */
  #isPassing(room: Room): boolean {
    return room.lastJoin === undefined && this.#network.delivery !== 'durable';
  }
}
