// A user's own presence on its way to the networks: what her clients make of her together, told to each of her sessions when it has
// changed, and only where she wants that.

import { ONLINE, type Presence } from '../model/conversation.ts';
import type { AccountKey, ResourceId, UserId } from '../model/ids.ts';
import { Clients, isSamePresence, OFFLINE } from './clients.ts';
import type { BridgeContext } from './context.ts';
import type { Rooms } from './rooms.ts';
import type { Submission } from './submission.ts';

export class Appearance {
  readonly #context: BridgeContext;
  readonly #user: UserId;
  readonly #rooms: Rooms;
  readonly #submit: (submission: Submission) => void;
  readonly #clients = new Clients();
  /** As clients show themselves in rooms. */
  readonly #inRooms = new Clients();
  /** What the last session of each account has been told. */
  readonly #told = new Map<AccountKey, Presence>();
  #wasTold = false;

  constructor(context: BridgeContext, user: UserId, rooms: Rooms, submit: (submission: Submission) => void) {
    this.#context = context;
    this.#user = user;
    this.#rooms = rooms;
    this.#submit = submit;
  }

  /** How many of her clients are online at the gateway. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Her clients have been heard of, and none is left. */
  get isAway(): boolean {
    return this.#wasTold && this.#clients.size === 0;
  }

  hear(resource: ResourceId, presence: Presence, priority: number): 'came' | 'left' | 'stayed' {
    const before = this.#clients.size;
    this.#wasTold = true;
    if (presence.show === 'offline') this.#clients.delete(resource);
    else this.#clients.set(resource, presence, priority);
    this.review();
    const change = this.#clients.size - before;
    if (change === 0) return 'stayed';
    return change > 0 ? 'came' : 'left';
  }

  /** What is said in a room counts where nothing is said to the gateway, whatever the priority: it is no question of who is reached. */
  hearInRoom(resource: ResourceId, presence: Presence): 'stayed' {
    this.#inRooms.set(resource, presence, 0);
    this.review();
    return 'stayed';
  }

  gone(resource: ResourceId): void {
    this.#clients.delete(resource);
    this.review();
  }

  /** A session has opened: for the network she is there. */
  up(key: AccountKey): void {
    this.#told.set(key, ONLINE);
    this.#tell(key, this.#now());
  }

  /** She may have come into a room, or gone. */
  review(): void {
    if (this.#told.size === 0) return;
    const now = this.#now();
    for (const key of this.#told.keys()) this.#tell(key, now);
  }

  /** Who is in rooms is there as well, and so is she of whom nobody has said anything. */
  #now(): Presence {
    if (this.#clients.size > 0) return this.#clients.together();
    const present = new Set(this.#rooms.all().flatMap((room) => room.present()));
    this.#inRooms.keep(present);
    if (present.size > 0 && present.size === this.#inRooms.size) return this.#inRooms.together();
    return present.size > 0 || !this.#wasTold ? ONLINE : OFFLINE;
  }

  #tell(key: AccountKey, presence: Presence): void {
    const told = this.#told.get(key);
    if (told === undefined || isSamePresence(told, presence)) return;
    if (!this.#context.accounts.mirrorsPresence(this.#user, key)) return;
    this.#told.set(key, presence);
    // Where there is no session it goes nowhere, and the next one is told anew.
    this.#submit({ command: { kind: 'appear', account: key, presence } });
  }
}
