// The rooms that are open here, and the names they were joined by: what the account is a member of otherwise is none of our business, and
// takes no memory.

import { type ConversationId, conversationId } from '../../src/model/ids.ts';
import { isRoomId } from './names.ts';
import type { Me } from './me.ts';
import type { MatrixRoom } from './room.ts';

const KEY = 'room:';

export class Rooms {
  readonly #me: Me;
  /** Also those that were open in an earlier life, and have not been opened again yet. */
  readonly #conversations = new Map<string, ConversationId>();
  readonly #ids = new Map<ConversationId, string>();
  readonly #open = new Map<string, MatrixRoom>();
  readonly #opening = new Map<string, Promise<void>>();
  readonly #joining = new Set<Promise<unknown>>();
  /** Opened since the last sync, and since the one before. */
  readonly #telling = new Map<string, MatrixRoom>();
  readonly #told = new Set<string>();
  /** Rooms that are not open here and were looked at once. */
  readonly #encrypted = new Map<string, boolean>();

  constructor(me: Me) {
    this.#me = me;
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async load(): Promise<void> {
    for (const [key, conversation] of await this.#me.state.list(KEY)) {
      this.#note(key.slice(KEY.length), conversationId(conversation));
    }
  }

  /** The room's id on Matrix; undefined for a room that is not joined here. */
  idOf(conversation: ConversationId): string | undefined {
    return this.#ids.get(conversation);
  }
  conversationOf(roomId: string): ConversationId | undefined {
    return this.#conversations.get(roomId);
  }
  at(roomId: string): MatrixRoom | undefined {
    return this.#open.get(roomId);
  }
  named(conversation: ConversationId): MatrixRoom | undefined {
    const roomId = this.idOf(conversation);
    return roomId === undefined ? undefined : this.at(roomId);
  }
  all(): Iterable<MatrixRoom> {
    return this.#open.values();
  }

  /** What is heard of the room meanwhile waits. */
  async whileOpening<T>(roomId: string, open: () => Promise<T>): Promise<T> {
    const opened = open();
    const quiet = opened.then(nothing, nothing);
    this.#opening.set(roomId, quiet);
    try {
      return await opened;
    } finally {
      if (this.#opening.get(roomId) === quiet) this.#opening.delete(roomId);
    }
  }
  /** Until then nobody knows which room it is. */
  async whileJoining<T>(join: Promise<T>): Promise<T> {
    const quiet = join.then(nothing, nothing);
    this.#joining.add(quiet);
    try {
      return await join;
    } finally {
      this.#joining.delete(quiet);
    }
  }
  /** Resolves when it is known whether the room is open here. `isNew`: its name may be that of a join under way. */
  async settled(roomId: string, isNew: boolean): Promise<void> {
    if (isNew && !this.#conversations.has(roomId)) await Promise.all(this.#joining);
    await this.#opening.get(roomId);
  }

  /** @throws BridgeError by rejection where it can't be stored. */
  async opened(room: MatrixRoom): Promise<void> {
    if (this.#conversations.get(room.roomId) !== room.id) await this.#me.state.put(KEY + room.roomId, room.id);
    this.#note(room.roomId, room.id);
    this.#open.set(room.roomId, room);
    this.#telling.set(room.roomId, room);
    this.#encrypted.delete(room.roomId);
  }

  async closed(roomId: string): Promise<void> {
    const conversation = this.#conversations.get(roomId);
    this.#conversations.delete(roomId);
    this.#open.delete(roomId);
    if (conversation === undefined) return;
    this.#ids.delete(conversation);
    await this.#me.state.delete(KEY + roomId);
  }

  /** A sync that was asked for after the room was opened has come: it is behind all that its history told. */
  turned(): void {
    for (const roomId of this.#told) this.#open.get(roomId)?.settled();
    this.#told.clear();
    for (const roomId of this.#telling.keys()) this.#told.add(roomId);
    this.#telling.clear();
  }

  /** @throws BridgeError by rejection. */
  async isEncrypted(roomId: string): Promise<boolean> {
    const open = this.#open.get(roomId);
    if (open !== undefined) return open.isEncrypted;
    const known = this.#encrypted.get(roomId);
    if (known !== undefined) return known;
    const found = await this.#me.api.find('rooms', roomId, 'state', 'm.room.encryption');
    this.#encrypted.set(roomId, found !== undefined);
    return found !== undefined;
  }
  nowEncrypted(roomId: string): void {
    if (!this.#open.has(roomId)) this.#encrypted.set(roomId, true);
  }

  #note(roomId: string, conversation: ConversationId): void {
    if (!isRoomId(roomId)) return;
    this.#conversations.set(roomId, conversation);
    this.#ids.set(conversation, roomId);
  }
}

const nothing = (): void => {};
