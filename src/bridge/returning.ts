// Who was in which room with which clients: kept as it changes, and brought back after a restart of the process, a few a second. Each client
// is told once that it is out of its rooms, at the moment when coming back is of use (MUC-60).

import type { ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { Clock } from '../model/ports.ts';
import { Pacer } from './pacing.ts';
import type { JoinBook, KeptJoin } from './ports.ts';

export interface ReturningOptions {
  /** Undefined: nothing is kept. */
  readonly book: JoinBook | undefined;
  readonly clock: Clock;
  readonly perSecond: number;
  readonly serverOf: (room: ConversationId) => string;
}

export class Returning {
  readonly #book: JoinBook | undefined;
  readonly #pacer: Pacer;
  readonly #serverOf: (room: ConversationId) => string;
  /** What is left of the last life of the process. */
  readonly #pending = new Map<UserId, Map<ConversationId, KeptJoin>>();
  /** What stands in the book, so that nothing is written twice. */
  readonly #written = new Map<string, string>();
  #begun = false;
  #frozen = false;

  constructor({ book, clock, perSecond, serverOf }: ReturningOptions) {
    this.#book = book;
    this.#pacer = new Pacer(clock, perSecond);
    this.#serverOf = serverOf;
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async load(): Promise<void> {
    for (const join of (await this.#book?.list()) ?? []) {
      const rooms = this.#pending.get(join.user);
      if (rooms === undefined) this.#pending.set(join.user, new Map([[join.room, join]]));
      else rooms.set(join.room, join);
      this.#written.set(`${join.user} ${join.room}`, textOf(join));
    }
  }

  /** The XMPP server is there for the first time: `bring` gets each user's rooms of one server when their turn comes. */
  begin(bring: (user: UserId, joins: readonly KeptJoin[]) => void): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const [user, rooms] of this.#pending) {
      for (const [server, joins] of Map.groupBy(rooms.values(), ({ room }) => this.#serverOf(room))) {
        this.#pacer.run(server, () => bring(user, joins));
      }
    }
  }

  /** The client has come, or gone, by itself: it need not be told. */
  heard(user: UserId, resource: ResourceId, room?: ConversationId): void {
    if (this.#pending.size === 0) return;
    for (const [id, join] of this.#pending.get(user) ?? []) {
      if (room !== undefined && room !== id) continue;
      this.#leave(join, (one) => one !== resource);
    }
  }

  /** Clients that were in the room in the last life, and have not been told for certain. */
  untold(user: UserId, room: ConversationId): readonly ResourceId[] {
    return this.#pending.get(user)?.get(room)?.resources ?? [];
  }

  /** These are to be told too that they are out: should the process end before they are, the next one does it. */
  owe(join: KeptJoin): void {
    const { user, room } = join;
    const rooms = this.#pending.get(user) ?? new Map<ConversationId, KeptJoin>();
    const before = rooms.get(room)?.resources ?? [];
    rooms.set(room, { ...join, resources: [...new Set([...before, ...join.resources])] });
    this.#pending.set(user, rooms);
  }

  /** They know. */
  told(user: UserId, room: ConversationId): void {
    const join = this.#pending.get(user)?.get(room);
    if (join !== undefined) this.#leave(join, () => false);
  }

  /** How it is now; undefined: nobody is in it. */
  keep(user: UserId, room: ConversationId, join: KeptJoin | undefined): void {
    if (this.#book === undefined || this.#frozen) return;
    const key = `${user} ${room}`;
    const text = join === undefined ? undefined : textOf(join);
    if (this.#written.get(key) === text) return;
    if (text === undefined) this.#written.delete(key);
    else this.#written.set(key, text);
    this.#book.set(user, room, join);
  }

  /** The process ends: what comes of that is not to be kept. */
  stop(): void {
    this.#frozen = true;
    this.#pacer.stop();
  }

  #leave(join: KeptJoin, stays: (resource: ResourceId) => boolean): void {
    const { user, room } = join;
    const rooms = this.#pending.get(user);
    const resources = join.resources.filter(stays);
    if (resources.length > 0) rooms?.set(room, { ...join, resources });
    else rooms?.delete(room);
    if (rooms?.size === 0) this.#pending.delete(user);
  }
}

const textOf = ({ self, nick, password, resources }: KeptJoin): string =>
  JSON.stringify([self, nick, password, resources]);
