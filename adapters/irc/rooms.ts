// The channels that one session is in, and how a change in one of them is reported: once for all sessions where they see the same.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import type { IrcLine } from './line.ts';
import { traitsOf } from './modes.ts';
import type { Room } from './room.ts';
import type { SharedLine } from './shared.ts';
import type { Wire } from './wire.ts';

export const DONE: Receipt = { ids: [], outcome: 'accepted' };
export type Handlers = Readonly<Record<string, (line: IrcLine, raw: string) => void>>;

export class Rooms {
  readonly #wire: Wire;
  readonly #rooms = new Map<string, Room>();
  readonly #byId = new Map<ConversationId, Room>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name) ?? this.#rooms.get(this.#wire.fold(name));
  }
  byId(id: ConversationId): Room | undefined {
    return this.#byId.get(id);
  }
  all(): Iterable<Room> {
    return this.#rooms.values();
  }
  /** @throws BridgeError `not-joined`. */
  joined(id: ConversationId): Room {
    const room = this.#byId.get(id);
    if (room === undefined) throw new BridgeError('not-joined', words`You are not in the channel.`);
    return room;
  }

  /** The room of a line that other sessions have seen too, if this one is in it. */
  sharing(entry: SharedLine): Room | undefined {
    const room = this.#byId.get(entry.channel.id);
    return room?.shared === entry.channel ? room : undefined;
  }

  /** Takes the place of a room of that name. */
  add(room: Room): void {
    this.remove(this.get(room.name));
    this.#rooms.set(this.#wire.fold(room.name), room);
    this.#byId.set(room.id, room);
  }
  remove(room: Room | undefined): void {
    if (room === undefined) return;
    this.#rooms.delete(this.#wire.fold(room.name));
    this.#byId.delete(room.id);
    room.release();
  }

  /** The connection is gone; the rooms go with it. */
  clear(): void {
    for (const room of this.#rooms.values()) room.release();
    this.#rooms.clear();
    this.#byId.clear();
  }

  /** Emits what another session has made of the line. */
  adopt(room: Room, shared: SharedLine): void {
    room.pass(shared.position);
    room.report(shared.event);
  }
  /** Emits, and offers the event to the other sessions that get the line. */
  tell(room: Room, raw: string, event: AnyEvent): void {
    room.share(raw, event);
    room.report(event);
  }

  /** After MODE or RPL_CHANNELMODEIS. */
  setModes(room: Room, modes: string): void {
    const before = room.traits;
    room.modes = modes;
    room.refreshTraits();
    const now = traitsOf(modes, 'member');
    const changed = (['membersOnly', 'moderated', 'hidden', 'passwordProtected'] as const).some(
      (trait) => (before[trait] ?? false) !== (now[trait] ?? false),
    );
    if (changed && room.isOpen) this.#wire.emit({ kind: 'configured', conversation: room.id });
  }

  /** Brings what is known of somebody up to date, in every channel she is in. */
  change(nick: string, raw: string, change: Partial<Participant>): void {
    for (const room of this.#rooms.values()) {
      const before = room.member(nick);
      if (before !== undefined) this.changeIn(room, before, raw, change);
    }
  }

  changeIn(
    room: Room,
    before: Participant,
    raw: string,
    change: Partial<Participant>,
    signs = room.signsOf(before),
  ): void {
    const shared = room.shares(raw);
    const made = shared?.event.kind === 'changed' && shared.event.before === before ? shared.event.now : undefined;
    const now = room.replace(before, change, signs, made);
    if (now === before) return;
    if (now.id === room.self) room.refreshTraits();
    if (shared !== undefined && now === made) this.adopt(room, shared);
    else this.tell(room, raw, { kind: 'changed', conversation: room.id, before, now });
  }
}
