// The rooms of one user over the loss of a link and the restart of the process: which are kept for it, and how they come back.

import { type Conversation, type Message, ONLINE } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { AccountKey, ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { Origin } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { ask } from './asking.ts';
import { Awaited } from './awaited.ts';
import type { BridgeContext } from './context.ts';
import type { KeptJoin } from './ports.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { SessionKeeper } from './session-keeper.ts';

/** Somebody waits to be let in. */
const HISTORY_WITHIN_MS = 5_000;
const COMES_BACK_MS = 15_000;

export interface JoinsOwner {
  readonly user: UserId;
  readonly rooms: Rooms;
  run(task: () => void): void;
  keeper(key: AccountKey): SessionKeeper;
  staysJoined(room: Room): boolean;
}

export class Joins {
  /** Of a durable network: what was said while her clients are coming back. */
  readonly awaited: Awaited;
  readonly #context: BridgeContext;
  readonly #owner: JoinsOwner;
  /** The last time that clients of a room were told that it was lost. */
  readonly #owed = new Map<ConversationId, number>();

  constructor(context: BridgeContext, owner: JoinsOwner) {
    this.awaited = new Awaited(context, owner.user);
    this.#context = context;
    this.#owner = owner;
  }

  /** Notes who is in the room now. */
  keep(room: Room): void {
    const { returning } = this.#context;
    const { user } = this.#owner;
    this.awaited.changed(room);
    const resources = union(room.present(), returning.untold(user, room.id));
    const { self } = room;
    const stays = room.state === 'open' && this.#owner.staysJoined(room);
    if (self === undefined || (resources.length === 0 && !stays)) {
      returning.keep(user, room.id, undefined);
      return;
    }
    const nick = this.#owner.keeper(room.account).wantedNick;
    const { id, lastJoin: { password } = {} } = room;
    returning.keep(user, id, {
      user,
      room: id,
      self: { id: self.id, nick: self.nick },
      ...(nick !== undefined && { nick }),
      ...(password !== undefined && { password }),
      resources,
    });
  }

  /** A room of the last life: its clients are told, and it waits for the session. */
  bringBack(join: KeptJoin): void {
    const { accounts, clock, network, returning, presenter } = this.#context;
    const { user, rooms } = this.#owner;
    const { room: id, self, password } = join;
    const key = network.accountOf(id);
    const isGuest = accounts.get(user, key) === undefined;
    const wanted = join.nick ?? (isGuest ? self.nick : undefined);
    if (wanted !== undefined) this.#owner.keeper(key).wantNick(wanted);
    const to = returning.untold(user, id);
    const { nick } = self;
    rooms
      .open(id)
      .wasOpen(
        { kind: 'join', conversation: id, nick, ...(password !== undefined && { password }) },
        clock.monotonic(),
      );
    if (to.length === 0) return;
    this.awaited.expect(id);
    const event: AnyEvent = { kind: 'closed', conversation: id, why: 'lost', text: words`The gateway was restarted.` };
    const confirmed = this.#forgetLater(id);
    presenter.present({ user, event, conversation: asItWas(join), to, confirmed });
  }

  /**
   * Her clients are out of a room that was lost. Until they know for certain, they count as in it after a restart.
   * @returns undefined for what is something else.
   */
  tellLost(
    event: AnyEvent,
    conversation: Conversation | undefined,
    to: readonly ResourceId[],
    origin?: Origin,
  ): true | undefined {
    if (event.kind !== 'closed' || event.why !== 'lost' || conversation === undefined || origin !== undefined) return;
    const { returning, presenter } = this.#context;
    const { user } = this.#owner;
    const { id, self } = conversation;
    const nick = conversation.participants.get(self)?.nick;
    if (nick === undefined) return;
    returning.owe({ user, room: id, self: { id: self, nick }, resources: to });
    presenter.present({ user, event, conversation, to, confirmed: this.#forgetLater(id) });
    return true;
  }

  /** Most come back at once, and it stays as it is written: the store may not take another change just then. */
  #forgetLater(id: ConversationId): () => void {
    const { clock, returning } = this.#context;
    const { user, rooms } = this.#owner;
    const turn = (this.#owed.get(id) ?? 0) + 1;
    this.#owed.set(id, turn);
    const forget = (): void => {
      if (this.#owed.get(id) !== turn) return;
      this.#owed.delete(id);
      returning.told(user, id);
      const room = rooms.get(id);
      if (room === undefined) returning.keep(user, id, undefined);
      else this.keep(room);
    };
    return () => void clock.after(COMES_BACK_MS, () => this.#owner.run(forget));
  }

  /** The session is there: the rooms that were lost, one after the other. */
  restore(key: AccountKey): void {
    const { roomPacer } = this.#context;
    const { user, rooms } = this.#owner;
    for (const room of rooms.of(key)) {
      if (room.state !== 'lost') continue;
      roomPacer.run(user, () =>
        this.#owner.run(() => {
          if (rooms.get(room.id) !== room || room.state !== 'lost') return;
          room.restore();
          this.#abandonLater(room);
        }),
      );
    }
  }

  /** See `RoomDoors`. */
  history(room: Room, most: number, heard: (told: readonly Message[] | undefined) => void): boolean {
    const { network, clock, archive } = this.#context;
    const isTold = network.capabilities.answers.includes('history');
    if (!isTold && !this.tellsArchive(room)) return false;
    let isOver = false;
    const once = (told?: readonly Message[]): void => {
      if (isOver) return;
      isOver = true;
      stopTimer();
      this.#owner.run(() => heard(told));
    };
    const stopTimer = clock.after(HISTORY_WITHIN_MS, () => once());
    const { id, account } = room;
    if (archive !== undefined && !isTold) {
      archive.recent(this.#owner.user, id, most).then(once, () => once());
      return true;
    }
    ask(this.#context, this.#owner.keeper(account), {
      query: { kind: 'history', account, conversation: id, limit: most },
      resolve: (answer) =>
        void answer.then(
          ({ messages }) => once(messages),
          () => once(),
        ),
      reject: () => once(),
    });
    return true;
  }

  /** See `RoomDoors`. */
  tellsArchive({ id }: Room): boolean {
    return this.#context.archive?.remembers(this.#owner.user, id) === true;
  }

  /** She may have another mind about what is kept for her. */
  reviewArchive({ id, memory }: Room): void {
    memory.review(this.#context.archive?.has(this.#owner.user, id) === true);
  }

  /** Rooms that were lost are worth a session for a while. */
  hasLost(key: AccountKey): boolean {
    const { clock, timing } = this.#context;
    const since = clock.monotonic() - timing.restoreForMs;
    return this.#owner.rooms.of(key).some((room) => room.state === 'lost' && room.lostAt > since);
  }

  /** Clients of hers are in rooms, or were until the link was lost. */
  areWorthASession(key: AccountKey): boolean {
    return this.hasLost(key) || this.#owner.rooms.of(key).some((room) => room.present().length > 0);
  }

  /** Nobody is to stay in a room for clients that do not come back; a durable network's rooms are left by people alone. */
  #abandonLater(room: Room): void {
    const { clock, timing, network } = this.#context;
    if (network.delivery === 'durable') return;
    clock.after(timing.returnGraceMs, () =>
      this.#owner.run(() => {
        if (this.#owner.rooms.get(room.id) === room && !this.#owner.staysJoined(room)) room.abandon();
      }),
    );
  }
}

/** As the clients knew it, as far as that is needed to take leave. */
function asItWas({ room, self }: KeptJoin): Conversation {
  const who = { ...self, rank: 'none', presence: ONLINE } as const;
  return { id: room, kind: 'group', name: room, self: self.id, participants: new Map([[self.id, who]]) };
}

function union(some: readonly ResourceId[], others: readonly ResourceId[]): readonly ResourceId[] {
  return others.length === 0 ? some : [...new Set([...some, ...others])];
}
