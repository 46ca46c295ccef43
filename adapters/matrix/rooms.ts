// The rooms that are open here, and the names they were joined by: what the account is a member of otherwise is none of our business, and
// takes no memory.

import { type ConversationId, conversationId } from '../../src/model/ids.ts';
import { texts } from './fields.ts';
import { isRoomId } from './names.ts';
import type { Me } from './me.ts';
import type { MatrixRoom } from './room.ts';

const KEY = 'room:';
/** Of a room whose opening is younger than the token of the sync that is stored: the messages that were shown with it. */
const TOLD = 'told:';

export class Rooms {
  readonly #me: Me;
  /** Also those that were open in an earlier life, and have not been opened again yet. */
  readonly #conversations = new Map<string, ConversationId>();
  readonly #ids = new Map<ConversationId, string>();
  readonly #open = new Map<string, MatrixRoom>();
  readonly #opening = new Map<string, Promise<void>>();
  readonly #joining = new Set<Promise<unknown>>();
  /** Ids of messages that came with the snapshot, by room: the sync may still bring them. */
  readonly #told = new Map<string, ReadonlySet<string>>();
  /** Opened since the last sync, and since the one before. */
  readonly #telling = new Set<string>();
  readonly #passing = new Set<string>();
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
    for (const [key, ids] of await this.#me.state.list(TOLD)) {
      const roomId = key.slice(TOLD.length);
      this.#told.set(roomId, new Set(texts(JSON.parse(ids))));
      this.#passing.add(roomId);
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
  get ids(): Iterable<string> {
    return this.#conversations.keys();
  }
  /** What is said in it may have been said before she came. */
  isFresh(roomId: string): boolean {
    return this.#told.has(roomId);
  }
  isTold(roomId: string, eventId: string): boolean {
    return this.#told.get(roomId)?.has(eventId) === true;
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

  /** `told`: the messages that are shown with it. @throws BridgeError by rejection where it can't be stored. */
  async opened(room: MatrixRoom, told: readonly string[]): Promise<void> {
    const { roomId, id } = room;
    const { state } = this.#me;
    const all = new Set([...(this.#told.get(roomId) ?? []), ...told]);
    await state.put(TOLD + roomId, JSON.stringify([...all]));
    if (this.#conversations.get(roomId) !== id) await state.put(KEY + roomId, id);
    this.#note(roomId, id);
    this.#open.set(roomId, room);
    this.#told.set(roomId, all);
    this.#telling.add(roomId);
    this.#encrypted.delete(roomId);
  }

  /** @throws BridgeError by rejection where the store still has it. */
  async closed(roomId: string): Promise<void> {
    const conversation = this.#conversations.get(roomId);
    this.#conversations.delete(roomId);
    this.#open.delete(roomId);
    if (conversation === undefined) return;
    this.#ids.delete(conversation);
    await this.#me.state.delete(KEY + roomId);
    await this.#passed(roomId);
  }

  /** Whether the sync that is being taken is behind the opening of a room, so that its token is to be stored. */
  get isPassing(): boolean {
    return this.#passing.size > 0;
  }
  /** A sync was taken, and its token stored if that had to be: it is behind all that was opened before it was asked for. */
  async turned(): Promise<void> {
    const passed = [...this.#passing].filter((roomId) => !this.#telling.has(roomId));
    this.#passing.clear();
    for (const roomId of this.#telling) this.#passing.add(roomId);
    this.#telling.clear();
    for (const roomId of passed) await this.#passed(roomId);
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

  async #passed(roomId: string): Promise<void> {
    this.#open.get(roomId)?.settled();
    if (this.#told.delete(roomId)) await this.#me.state.delete(TOLD + roomId);
  }

  #note(roomId: string, conversation: ConversationId): void {
    if (!isRoomId(roomId)) return;
    this.#conversations.set(roomId, conversation);
    this.#ids.set(conversation, roomId);
  }
}

const nothing = (): void => {};
