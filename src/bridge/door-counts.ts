// What goes through the doors of one bridge, counted as plain numbers; whoever wants to know reads them.

import { type AnyCommand, COMMAND_KINDS } from '../model/commands.ts';
import type { BridgeError } from '../model/errors.ts';
import { EVENT_KINDS } from '../model/events.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { AccountState, Delivery, Origin, Presenter } from '../model/ports.ts';
import type { RoomState } from './room-states.ts';

type Counts<Key extends string> = Record<Key, number>;

const zeros = <Key extends string>(keys: readonly Key[]): Counts<Key> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Counts<Key>;

/** Since the bridge was made. */
export class DoorCounts {
  /** Commands that a network has taken. */
  readonly performed = zeros(COMMAND_KINDS);
  /** Of these, those that it neither confirmed nor refused in time. */
  unconfirmed = 0;
  /** Once for each user whom an event was shown to. */
  readonly presented = zeros(EVENT_KINDS);
  /** Sessions that were lost, and those of them that came back. */
  lost = 0;
  restored = 0;
  /** Messages that are in no archive, since the store took none for too long. */
  unarchived = 0;
  readonly #down = new WeakSet<object>();

  /** `keeper` stands for all sessions of one account. */
  sessionLost(keeper: object): void {
    this.lost++;
    this.#down.add(keeper);
  }

  sessionUp(keeper: object): void {
    if (this.#down.delete(keeper)) this.restored++;
  }
}

/** As it is now. */
export interface Census {
  /** Users of whom anything is in memory but their accounts. */
  users: number;
  readonly accounts: number;
  /** Offline ones left out: they are accounts only. */
  readonly sessions: Counts<Exclude<AccountState['state'], 'offline'>>;
  readonly rooms: Counts<Exclude<RoomState, 'closed'>>;
}

export function emptyCensus(): Census {
  return {
    users: 0,
    accounts: 0,
    sessions: zeros(['connecting', 'online', 'waiting', 'failed']),
    rooms: zeros(['opening', 'open', 'closing', 'lost']),
  };
}

/** Counts what it passes on. */
export class CountingPresenter implements Presenter {
  readonly #presenter: Presenter;
  readonly #counts: DoorCounts;

  constructor(presenter: Presenter, counts: DoorCounts) {
    this.#presenter = presenter;
    this.#counts = counts;
  }

  present(delivery: Delivery): void {
    this.#counts.presented[delivery.event.kind]++;
    this.#presenter.present(delivery);
  }

  refuse(user: UserId, command: AnyCommand, origin: Origin, error: BridgeError): void {
    this.#presenter.refuse(user, command, origin, error);
  }

  roomFound(user: UserId, room: ConversationId): void {
    this.#presenter.roomFound(user, room);
  }

  accountState(user: UserId, state: AccountState): void {
    this.#presenter.accountState(user, state);
  }
}
