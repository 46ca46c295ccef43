// One room of the echo network: who is in it, what was said, and telling everybody.

import type {
  Avatar,
  Body,
  Conversation,
  GroupTraits,
  Message,
  Participant,
  Rank,
  Topic,
} from '../../src/model/conversation.ts';
import type { AnyEvent, EventOf } from '../../src/model/events.ts';
import type { ConversationId, MessageId, ParticipantId } from '../../src/model/ids.ts';
import { avatarOf } from './pictures.ts';

/** Somebody who is connected through a gateway, and not scripted. */
export interface Seat {
  /** The name she signed in with; stays when the nick changes. */
  readonly id: ParticipantId;
  emit(event: AnyEvent): void;
}

const KEPT_MESSAGES = 500;

export class EchoRoom {
  readonly id: ConversationId;
  readonly participants = new Map<ParticipantId, Participant>();
  readonly seats = new Map<ParticipantId, Seat>();
  readonly banned = new Set<ParticipantId>();
  /** Oldest first. */
  readonly messages: Message[] = [];
  topic: Topic | undefined;
  traits: GroupTraits = { topicOpen: true };
  password: string | undefined;
  /** Whose picture it has: see pictures.ts. */
  picture: string;

  constructor(id: ConversationId) {
    this.id = id;
    this.picture = id;
  }

  /** As one of its people sees it. The participants are the room's own: what changes is seen by all at once. */
  viewFor(seat: Seat): Conversation {
    return new RoomView(this, seat.id);
  }

  /** Tells everyone who is connected, but for one. */
  tell(event: AnyEvent, except?: Seat): void {
    for (const seat of this.seats.values()) if (seat !== except) seat.emit(event);
  }

  enter(who: Participant, seat?: Seat): void {
    this.participants.set(who.id, who);
    this.tell({ kind: 'joined', conversation: this.id, who });
    if (seat !== undefined) this.seats.set(who.id, seat);
  }

  /** The others are told; whoever goes is told by whoever knows why. */
  exit(id: ParticipantId, how: Pick<EventOf<'left'>, 'why' | 'by' | 'text'>): void {
    const who = this.participants.get(id);
    this.seats.delete(id);
    if (who === undefined) return;
    this.participants.delete(id);
    this.tell({ kind: 'left', conversation: this.id, who, ...how });
  }

  /** Puts somebody out, who is told that too. */
  eject(
    id: ParticipantId,
    how: { readonly why: 'ejected' | 'banned'; readonly by: string; readonly text?: string },
  ): void {
    const seat = this.seats.get(id);
    if (how.why === 'banned') this.banned.add(id);
    this.exit(id, how);
    seat?.emit({ kind: 'closed', conversation: this.id, ...how });
  }

  /** It is for members now: whoever is connected and has no standing goes. */
  exclude(): void {
    for (const [id, seat] of this.seats) {
      if (this.rankOf(id) !== 'member') continue;
      this.exit(id, { why: 'excluded' });
      seat.emit({ kind: 'closed', conversation: this.id, why: 'excluded' });
    }
  }

  change(now: Participant): void {
    const before = this.participants.get(now.id);
    if (before === undefined) return;
    this.participants.set(now.id, now);
    this.tell({ kind: 'changed', conversation: this.id, before, now });
  }

  rankOf(id: ParticipantId): Rank {
    return this.participants.get(id)?.rank ?? 'none';
  }

  setRank(id: ParticipantId, rank: Rank): void {
    const who = this.participants.get(id);
    if (who !== undefined) this.change({ ...who, rank });
  }

  setTopic(topic: Topic): void {
    this.topic = topic;
    this.tell({ kind: 'topicSet', conversation: this.id, topic });
  }

  /** Keeps the message and shows it to everyone but the one who sent it through us: she has the receipt. */
  say(message: Message, sender?: Seat): void {
    this.messages.push(message);
    if (this.messages.length > KEPT_MESSAGES) this.messages.shift();
    this.tell({ kind: 'said', conversation: this.id, message }, sender);
  }

  edit(id: MessageId, body: Body, sender?: Seat): boolean {
    const at = this.messages.findIndex((message) => message.id === id);
    const old = this.messages[at];
    if (old === undefined) return false;
    const message = { ...old, body };
    this.messages[at] = message;
    this.tell({ kind: 'edited', conversation: this.id, target: id, message }, sender);
    return true;
  }

  retract(id: MessageId, by: Participant, sender?: Seat, reason?: string): boolean {
    const at = this.messages.findIndex((message) => message.id === id);
    if (at === -1) return false;
    const [old] = this.messages.splice(at, 1);
    const moderated = old?.from.id === by.id ? {} : ({ moderated: true } as const);
    const event = { kind: 'retracted', conversation: this.id, target: id, by, ...moderated } as const;
    this.tell(reason === undefined ? event : { ...event, reason }, sender);
    return true;
  }
}

class RoomView implements Conversation {
  readonly kind = 'group';
  readonly self: ParticipantId;
  readonly #room: EchoRoom;

  constructor(room: EchoRoom, self: ParticipantId) {
    this.#room = room;
    this.self = self;
  }
  get id(): ConversationId {
    return this.#room.id;
  }
  get name(): string {
    return this.#room.id;
  }
  get avatar(): Avatar | undefined {
    return avatarOf(this.#room.picture);
  }
  get topic(): Topic | undefined {
    return this.#room.topic;
  }
  get traits(): GroupTraits {
    return this.#room.traits;
  }
  get participants(): ReadonlyMap<ParticipantId, Participant> {
    return this.#room.participants;
  }
}
