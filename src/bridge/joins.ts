// The rooms of one user over the loss of a link and the restart of the process: which are kept for it, and how they come back.

import type { Conversation } from '../model/conversation.ts';
import { ONLINE } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { AccountKey, ResourceId, UserId } from '../model/ids.ts';
import { Awaited } from './awaited.ts';
import type { BridgeContext } from './context.ts';
import type { KeptJoin } from './ports.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface JoinsOwner {
  readonly user: UserId;
  readonly rooms: Rooms;
  run(task: () => void): void;
  /** What she wants to be called. */
  nickOf(key: AccountKey): string | undefined;
  staysJoined(key: AccountKey): boolean;
}

export class Joins {
  /** Of a durable network: what was said while her clients are coming back. */
  readonly awaited: Awaited;
  readonly #context: BridgeContext;
  readonly #owner: JoinsOwner;

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
    const stays = room.state === 'open' && this.#owner.staysJoined(room.account);
    if (self === undefined || (resources.length === 0 && !stays)) {
      returning.keep(user, room.id, undefined);
      return;
    }
    const nick = this.#owner.nickOf(room.account);
    const { password } = room;
    const { id } = room;
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
    const { clock, returning, presenter } = this.#context;
    const { user, rooms } = this.#owner;
    const { room: id, self, password } = join;
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
    const event: AnyEvent = { kind: 'closed', conversation: id, why: 'lost', text: 'The gateway was restarted.' };
    const confirmed = (): void => {
      returning.told(user, id);
      this.#owner.run(() => {
        const room = rooms.get(id);
        if (room === undefined) returning.keep(user, id, undefined);
        else this.keep(room);
      });
    };
    presenter.present({ user, event, conversation: asItWas(join), to, confirmed });
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
        if (this.#owner.rooms.get(room.id) === room && !this.#owner.staysJoined(room.account)) room.abandon();
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
