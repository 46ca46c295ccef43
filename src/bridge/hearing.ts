// What a network reports to one user, on its way to the presenter: to her clients in the room, to her rooms, or to herself.

import type { Conversation, Message, Participant } from '../model/conversation.ts';
import type { AnyEvent, EventKind, EventOf } from '../model/events.ts';
import type { AccountKey, ConversationId, ResourceId, UserId } from '../model/ids.ts';
import type { Delivery, Origin } from '../model/ports.ts';
import type { Awaited } from './awaited.ts';
import type { BridgeContext } from './context.ts';
import { invitedBy } from './invitations.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface HearingOwner {
  readonly user: UserId;
  readonly rooms: Rooms;
  readonly awaited: Awaited;
  /** Who asked for what the event tells, if it was the user. */
  originOf(event: AnyEvent, room: Room): Origin | undefined;
  /** Something was said to her directly. */
  spokenTo(key: AccountKey): void;
  /** She is called something else in the room. */
  renamed(room: Room): void;
}

/** To the user herself, whichever rooms she is in. */
const PERSONAL: ReadonlySet<EventKind> = new Set<EventKind>(['invited', 'asked', 'answered', 'appeared']);
const NOBODY: readonly ResourceId[] = [];

export class Hearing {
  readonly #context: BridgeContext;
  readonly #owner: HearingOwner;

  constructor(context: BridgeContext, owner: HearingOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  hear(event: AnyEvent): void {
    if (!('conversation' in event) || PERSONAL.has(event.kind)) {
      if (event.kind === 'invited') this.#hearInvited(event);
      else this.present(event, undefined, NOBODY);
      return;
    }
    const room = this.#owner.rooms.get(event.conversation);
    if (room === undefined) {
      this.#hearOutside(event);
    } else if (event.kind === 'opened') {
      this.#context.invited.ended(this.#owner.user, event.conversation);
      this.#told(event);
      room.opened(event, this.#context.clock.now());
    } else if (event.kind === 'closed') {
      this.#context.invited.ended(this.#owner.user, event.conversation);
      room.closed(event);
    } else if (room.state === 'open') {
      room.memory.note(event, this.#context.clock.now());
      if (room.joined.length === 0) return;
      this.#presentIn(room, event);
      if (event.kind === 'changed' && event.now.id === room.conversation?.self) this.#owner.renamed(room);
    }
  }

  /** MUC-33: whoever speaks from outside comes in for it, so that nobody speaks who is not there. */
  #presentIn(room: Room, event: AnyEvent): void {
    const { conversation, joined } = room;
    const passing = event.kind === 'said' ? outsider(event.message, conversation) : undefined;
    if (passing === undefined) {
      const origin = this.#owner.originOf(event, room);
      for (const one of room.listing.told(event, conversation))
        this.present(one, conversation, joined, one === event ? origin : undefined);
      return;
    }
    const of = { conversation: room.id, who: passing } as const;
    this.present({ kind: 'joined', ...of }, conversation, joined);
    this.present(event, conversation, joined);
    this.present({ kind: 'left', ...of, why: 'left' }, conversation, joined);
  }

  /** One event out of the inbox. Where nobody is there to be told, it is let go: a room's history is in its archive. */
  hearKept(event: AnyEvent, confirmed: () => void): void {
    const { user, rooms } = this.#owner;
    const { presenter, network, clock } = this.#context;
    if (event.kind === 'invited') {
      this.#hearInvited(event, confirmed);
      return;
    }
    const isPersonal = !('conversation' in event) || PERSONAL.has(event.kind);
    const room = isPersonal ? undefined : rooms.get(event.conversation);
    if (room !== undefined && room.state === 'open' && room.joined.length > 0 && event.kind !== 'closed') {
      room.memory.note(event, clock.now());
      this.#presentKept(room, event, confirmed);
      return;
    }
    // That she was not heard she is told wherever she is.
    if (isPersonal || event.kind === 'failed' || network.placeOf(event.conversation)?.kind !== 'group') {
      if (event.kind === 'said') this.#owner.spokenTo(network.accountOf(event.conversation));
      presenter.present({ user, event, conversation: undefined, to: NOBODY, confirmed });
      return;
    }
    if (event.kind !== 'closed' && this.#owner.awaited.keep(event.conversation, event, confirmed)) return;
    this.hear(event);
    confirmed();
  }

  /** MUC-70: the same is told once. */
  #hearInvited(event: EventOf<'invited'>, confirmed?: () => void): void {
    const { invited, presenter } = this.#context;
    const { user } = this.#owner;
    const invitation = invitedBy(user, event);
    if (invited.isKnown(invitation)) {
      confirmed?.();
      return;
    }
    invited.told(invitation);
    presenter.present({ user, event, conversation: undefined, to: NOBODY, ...(confirmed && { confirmed }) });
  }

  #presentKept(room: Room, event: AnyEvent, confirmed: () => void): void {
    const { conversation, joined } = room;
    const told = room.listing.told(event, conversation);
    for (const one of told) {
      if (one !== event) this.present(one, conversation, joined);
      else this.#context.presenter.present({ ...this.#delivery(event, conversation, joined), confirmed });
    }
    if (told.length === 0) confirmed();
  }

  present(event: AnyEvent, conversation: Conversation | undefined, to: readonly ResourceId[], origin?: Origin): void {
    if (event.kind === 'opened') this.#told(event);
    const delivery = this.#delivery(event, conversation, to);
    this.#context.presenter.present(origin === undefined ? delivery : { ...delivery, origin });
  }

  #delivery(event: AnyEvent, conversation: Conversation | undefined, to: readonly ResourceId[]): Delivery {
    const { user, rooms } = this.#owner;
    const showsPeople = event.kind === 'opened' || event.kind === 'configured';
    const listed = showsPeople ? rooms.get(event.conversation)?.listing.listed : undefined;
    return listed === undefined ? { user, event, conversation, to } : { user, event, conversation, to, listed };
  }

  #told({ conversation, history = [] }: EventOf<'opened'>): void {
    if (history.length === 0) return;
    this.#owner.awaited.told(
      conversation,
      history.map(({ id }) => id),
    );
  }

  /** Of a direct conversation, or of a room that nobody of hers is in here. */
  #hearOutside(event: Extract<AnyEvent, { readonly conversation: ConversationId }>): void {
    const { network } = this.#context;
    if (network.placeOf(event.conversation)?.kind === 'group') {
      if (event.kind !== 'opened') return;
      this.#context.invited.ended(this.#owner.user, event.conversation);
      this.#owner.rooms.open(event.conversation).opened(event, this.#context.clock.now());
      this.#context.presenter.roomFound(this.#owner.user, event.conversation);
      return;
    }
    if (event.kind === 'said') this.#owner.spokenTo(network.accountOf(event.conversation));
    this.present(event, undefined, NOBODY);
  }
}

/** Without a name it is the room, or the network, that speaks. */
function outsider({ from, own }: Message, conversation: Conversation | undefined): Participant | undefined {
  if (own || from.nick === '' || conversation === undefined || conversation.participants.has(from.id)) return undefined;
  return { ...from, rank: 'member' };
}
