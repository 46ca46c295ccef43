// Who was told of which invitation: the same is told once, and not again after she has declined it, until she has been in the room (MUC-70).

import type { AnyCommand } from '../model/commands.ts';
import type { Conversation } from '../model/conversation.ts';
import type { EventOf } from '../model/events.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { Invited, Invitations } from '../model/invitations.ts';
import type { Network } from '../model/network.ts';
import type { AccountState, Clock } from '../model/ports.ts';

const SAME_FOR_MS = 10 * 60_000;
const DECLINED_FOR_MS = 86_400_000;
/** Rooms, each with one who is invited; and people who invite her there. */
const MOST_ROOMS = 10_000;
const MOST_INVITING = 100;

export class InvitationMemory {
  readonly #clock: Clock;
  /** By user and room, the oldest first: by inviter, until when she is not told again, in monotonic milliseconds. */
  readonly #untilMs = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isKnown({ user, room, by }: Invited): boolean {
    const untilMs = this.#untilMs.get(keyOf(user, room))?.get(by);
    return untilMs !== undefined && this.#clock.monotonic() < untilMs;
  }

  told({ user, room, by }: Invited): void {
    const key = keyOf(user, room);
    const inviting = this.#untilMs.get(key) ?? new Map<string, number>();
    putLast(this.#untilMs, key, inviting, MOST_ROOMS);
    putLast(inviting, by, this.#clock.monotonic() + SAME_FOR_MS, MOST_INVITING);
  }

  untold({ user, room, by }: Invited): void {
    this.#untilMs.get(keyOf(user, room))?.delete(by);
  }

  /** She wants in, or is let in or out: what was before is over. */
  ended(user: UserId, room: ConversationId): void {
    if (this.#untilMs.size > 0) this.#untilMs.delete(keyOf(user, room));
  }

  /** What she asks for may answer an invitation. A decline answers all that she has been told of. */
  answered(user: UserId, command: AnyCommand): void {
    if (command.kind === 'join' || command.kind === 'leave' || command.kind === 'accept')
      this.ended(user, command.conversation);
    if (command.kind !== 'decline') return;
    const inviting = this.#untilMs.get(keyOf(user, command.conversation));
    const untilMs = this.#clock.monotonic() + DECLINED_FOR_MS;
    for (const by of inviting?.keys() ?? []) inviting?.set(by, untilMs);
  }
}

export function invitedBy(user: UserId, { conversation, inviter, by }: EventOf<'invited'>): Invited {
  return { user, room: conversation, by: inviter ?? by };
}

export interface InvitationParts {
  readonly memory: InvitationMemory;
  readonly network: Pick<Network, 'accountOf' | 'capabilities' | 'directOf'>;
  readonly sessions: {
    accountStates(user: UserId): readonly AccountState[];
    rooms(user: UserId): readonly ConversationId[];
    conversation(user: UserId, id: ConversationId): Conversation | undefined;
  };
}

export function invitationsOf({ memory, network, sessions }: InvitationParts): Invitations {
  return {
    isKnown: (invited) => memory.isKnown(invited),
    told: (invited) => memory.told(invited),
    untold: (invited) => memory.untold(invited),
    personOf(user, room) {
      const key = network.accountOf(room);
      const state = sessions.accountStates(user).find(({ account }) => account === key);
      if (state?.state !== 'online') return undefined;
      if (network.capabilities.uniqueNicks === true) return state.nick;
      for (const id of sessions.rooms(user)) {
        const known = network.accountOf(id) === key ? sessions.conversation(user, id) : undefined;
        if (known !== undefined) return network.directOf(known.self);
      }
      return undefined;
    },
  };
}

const keyOf = (user: UserId, room: ConversationId): string => `${user} ${room}`;

function putLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  const [oldest] = map.size < most ? [] : map.keys();
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
