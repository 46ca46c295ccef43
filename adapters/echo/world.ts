// The echo network itself: its people, its rooms, and who is connected.

import {
  type Body,
  type Message,
  ONLINE,
  type Participant,
  type Profile,
  type Rank,
} from '../../src/model/conversation.ts';
import {
  type ConversationId,
  conversationId,
  type MessageId,
  messageId,
  type ParticipantId,
  participantId,
} from '../../src/model/ids.ts';
import type { Clock } from '../../src/model/ports.ts';
import { avatarOf } from './pictures.ts';
import { ContactBook } from './contacts.ts';
import { EchoRoom, type Seat } from './room.ts';

/** How long the scripted people take to answer. */
export const ANSWER_MS = 20;

export const ECHO = participantId('echo');
export const TYBALT = participantId('tybalt');
export const BENVOLIO = participantId('benvolio');
/** Names that are in use on the network, and by nobody whom one can talk to. */
const TAKEN_NICKS: ReadonlySet<string> = new Set(['taken', ECHO, TYBALT, BENVOLIO]);

const MOTTO = 'Keeps the peace';
const FIRST_ROOMS = ['#garden', '#verona', '#secret', '#quiet'];
const RANKS: Readonly<Record<string, Rank>> = { [TYBALT]: 'moderator', [ECHO]: 'voiced' };

export class World {
  readonly #clock: Clock;
  readonly #people: number;
  readonly #rooms = new Map<ConversationId, EchoRoom>();
  readonly #seats = new Map<ParticipantId, Seat>();
  readonly #nicks = new Map<ParticipantId, string>();
  readonly #profiles = new Map<ParticipantId, Profile>();
  readonly #blocked = new Map<ParticipantId, Set<ParticipantId>>();
  /** Who sees whose presence. */
  readonly contacts = new ContactBook();
  readonly #pending = new Set<() => void>();
  /** The one of whom most is known. */
  readonly #benvolio: Profile;
  /** No id comes twice, not even after a restart. */
  readonly #idPrefix: string;
  #messages = 0;

  constructor(clock: Clock, people: number) {
    this.#clock = clock;
    this.#people = people;
    this.#idPrefix = clock.now().toString(36);
    const avatar = avatarOf(BENVOLIO);
    this.#benvolio = {
      name: 'Benvolio Montague',
      note: MOTTO,
      idleSince: new Date(clock.now()),
      software: 'Echo 1',
      ...(avatar !== undefined && { avatar }),
    };
    for (const name of FIRST_ROOMS) this.room(conversationId(name));
    this.room(conversationId('#secret')).password = 'sesame';
    this.room(conversationId('#secret')).traits = { topicOpen: true, passwordProtected: true };
    this.room(conversationId('#garden')).topic = { text: 'No brawling', by: TYBALT, at: new Date(clock.now()) };
  }

  get rooms(): Iterable<EchoRoom> {
    return this.#rooms.values();
  }

  /** Rooms are made when somebody first wants one, with the scripted people in them. */
  room(id: ConversationId): EchoRoom {
    let room = this.#rooms.get(id);
    if (room === undefined) {
      room = new EchoRoom(id);
      for (const name of this.#crowd()) room.enter(this.person(name, RANKS[name] ?? 'member'));
      this.#rooms.set(id, room);
    }
    return room;
  }
  hasRoom(id: ConversationId): boolean {
    return this.#rooms.has(id);
  }
  dropRoom(id: ConversationId): void {
    this.#rooms.delete(id);
  }

  isScripted(id: ParticipantId): boolean {
    return !this.#seats.has(id) && !this.#nicks.has(id);
  }

  person(id: ParticipantId, rank: Rank = 'member', presence = this.contacts.presence(id) ?? ONLINE): Participant {
    const nick = this.#nicks.get(id) ?? id;
    const avatar = avatarOf(id);
    return { id, nick, rank, presence, address: `${nick}!${id}@echo.invalid`, ...(avatar !== undefined && { avatar }) };
  }

  seat(id: ParticipantId): Seat | undefined {
    return this.#seats.get(id);
  }
  sit(seat: Seat, nick: string): void {
    this.#seats.set(seat.id, seat);
    this.#nicks.set(seat.id, nick);
  }
  rise(seat: Seat): void {
    if (this.#seats.get(seat.id) !== seat) return;
    this.#seats.delete(seat.id);
    this.#nicks.delete(seat.id);
  }

  isNickFree(nick: string, for_: ParticipantId): boolean {
    if (TAKEN_NICKS.has(nick.toLowerCase())) return false;
    for (const [id, taken] of this.#nicks) if (id !== for_ && taken.toLowerCase() === nick.toLowerCase()) return false;
    return true;
  }
  setNick(id: ParticipantId, nick: string): void {
    this.#nicks.set(id, nick);
  }

  profile(id: ParticipantId): Profile {
    const known = this.#profiles.get(id);
    if (known !== undefined) return known;
    const nick = this.#nicks.get(id) ?? id;
    const profile = { nick, uris: [`echo:person/${encodeURIComponent(id)}`] };
    return id === BENVOLIO ? { ...profile, ...this.#benvolio } : profile;
  }
  setProfile(id: ParticipantId, profile: Profile): void {
    this.#profiles.set(id, profile);
  }

  block(by: ParticipantId, who: ParticipantId, on: boolean): void {
    const blocked = this.#blocked.get(by) ?? new Set();
    this.#blocked.set(by, blocked);
    if (on) blocked.add(who);
    else blocked.delete(who);
  }
  hasBlocked(by: ParticipantId, who: ParticipantId): boolean {
    return this.#blocked.get(by)?.has(who) === true;
  }

  /** Everybody who has this person as a contact, and is connected. */
  watchersOf(id: ParticipantId): readonly Seat[] {
    return [...this.#seats.values()].filter((seat) => this.contacts.has(seat.id, id));
  }

  message(from: Participant, body: Body): Message {
    return { id: this.nextId(), from, own: false, body };
  }
  nextId(): MessageId {
    this.#messages++;
    return messageId(`${this.#idPrefix}-${this.#messages}`);
  }

  /** Shows a direct message to the one it is for, if she is connected. */
  whisper(from: Participant, to: ParticipantId, body: Body): Message {
    const message = this.message(from, body);
    if (!this.hasBlocked(to, from.id)) {
      this.#seats.get(to)?.emit({ kind: 'said', conversation: conversationId(from.id), message });
    }
    return message;
  }

  later(task: () => void, delayMs = ANSWER_MS): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#pending.delete(cancel);
      task();
    });
    this.#pending.add(cancel);
  }
  now(): Date {
    return new Date(this.#clock.now());
  }

  stop(): void {
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
  }

  *#crowd(): Generator<ParticipantId> {
    const known = [ECHO, TYBALT, BENVOLIO];
    for (let i = 0; i < this.#people; i++) yield known[i] ?? participantId(`montague${i}`);
  }
}
