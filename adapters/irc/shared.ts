// What all sessions on one server share: people as one immutable object each, and recent lines with the event made of them, so that a
// line that a hundred sessions receive is read once and all of them emit the same object.

import type { Participant } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import type { ConversationId, ParticipantId } from '../../src/model/ids.ts';
import type { DirectoryEntry } from '../../src/model/queries.ts';
import { Identities } from './identities.ts';
import type { Names } from './names.ts';
import { OwnPeople } from './own-people.ts';

// A socket is read up to about two megabytes at a time before the next one has its turn.
const RECENT_LINES = 8192;
/** Sessions are apart by what is in the sockets, hardly more; what is older is another line of the same words. */
export const SHARED_FOR_MS = 10_000;
const KNOWN_IDS = 20_000;

/**
 * One line of one channel. Positions grow; a session takes only entries behind the last that it took, and none that it made, so equal
 * lines stay apart.
 */
export interface SharedLine {
  readonly line: string;
  /** What stands for the session's room that made it. */
  readonly maker: object;
  /** By the monotonic clock. */
  readonly atMs: number;
  readonly channel: SharedChannel;
  readonly event: AnyEvent;
  readonly position: number;
  /** The next equal line. */
  next: SharedLine | undefined;
}

export class SharedChannel {
  readonly id: ConversationId;
  /** Sessions in it. */
  users = 0;
  readonly #people = new Map<ParticipantId, Participant>();
  readonly identities: Identities;
  readonly #listed = new Map<string, Participant>();

  constructor(id: ConversationId, own: OwnPeople) {
    this.id = id;
    this.identities = new Identities(
      (person) => this.#people.has(person),
      (person) => own.identityOf(person),
    );
  }

  /** The one object for what is equal. */
  intern(person: Participant): Participant {
    const known = this.#people.get(person.id);
    if (known !== undefined && isSame(known, person)) return known;
    this.#people.set(person.id, person);
    return person;
  }

  /** By an entry of a NAMES reply, as it was written. */
  listed(entry: string): Participant | undefined {
    const person = this.#listed.get(entry);
    if (person === undefined || !this.identities.isOf(person)) return undefined;
    return entry.includes('!') ? person : (this.known(person) ?? person);
  }
  /** The same with all that another session may have heard of her. */
  known({ id, nick, rank }: Pick<Participant, 'id' | 'nick' | 'rank'>): Participant | undefined {
    const person = this.#people.get(id);
    return person?.nick === nick && person.rank === rank && this.identities.isOf(person) ? person : undefined;
  }
  list(entry: string, person: Participant): void {
    if (this.#listed.size > 2 * this.#people.size + 100) this.#listed.clear();
    this.#listed.set(entry, person);
  }

  /** Nobody is in it any more; recent lines may still name it. */
  clear(): void {
    this.#people.clear();
    this.#listed.clear();
    this.identities.clear();
  }

  forget(person: Participant): void {
    this.identities.leave(person);
    if (this.#people.get(person.id) === person) this.#people.delete(person.id);
  }
}

export function isSame(a: Participant, b: Participant): boolean {
  return (
    a.id === b.id &&
    a.nick === b.nick &&
    a.rank === b.rank &&
    a.address === b.address &&
    a.identity === b.identity &&
    a.presence.show === b.presence.show &&
    a.presence.status === b.presence.status
  );
}

export interface ListedRooms {
  readonly atMs: number;
  readonly entries: readonly DirectoryEntry[];
}

export class SharedServer {
  /** As it stands in ids. */
  readonly name: string;
  readonly own = new OwnPeople();
  readonly #names: Names;
  readonly #channels = new Map<ConversationId, SharedChannel>();
  readonly #ids = new Map<string, ParticipantId>();
  readonly #lines = new Map<string, SharedLine>();
  readonly #recent: (SharedLine | undefined)[] = [];
  #position = 0;
  /** Sessions on it. */
  users = 0;
  rooms: ListedRooms | undefined;

  constructor(name: string, names: Names) {
    this.name = name;
    this.#names = names;
  }

  conversation(name: string): ConversationId {
    return this.#names.conversation(name, this.name);
  }

  person(nick: string): ParticipantId {
    const known = this.#ids.get(nick);
    if (known !== undefined) return known;
    if (this.#ids.size >= KNOWN_IDS) this.#ids.clear();
    const id = this.#names.participant(nick, this.name);
    this.#ids.set(nick, id);
    return id;
  }

  enter(id: ConversationId): SharedChannel {
    const channel = this.#channels.get(id) ?? new SharedChannel(id, this.own);
    this.#channels.set(id, channel);
    channel.users++;
    return channel;
  }
  exit(channel: SharedChannel): void {
    channel.users--;
    if (channel.users > 0) return;
    this.#channels.delete(channel.id);
    channel.clear();
    this.#keep((line) => line.channel !== channel);
  }

  /** Position of the newest line. */
  get position(): number {
    return this.#position;
  }

  /** The oldest of the equal recent lines. */
  recall(line: string): SharedLine | undefined {
    return this.#lines.get(line);
  }

  note(made: Omit<SharedLine, 'position' | 'next'>): void {
    const position = ++this.#position;
    const entry: SharedLine = { ...made, position, next: undefined };
    this.#drop(this.#recent[position % RECENT_LINES]);
    this.#add(entry);
  }

  /** Called every now and then, so that what nobody needs any more is given back when nothing is said. `nowMs`: by the monotonic clock. */
  forgetOld(nowMs: number): void {
    this.#keep(({ atMs }) => nowMs - atMs < SHARED_FOR_MS);
  }

  #keep(isKept: (entry: SharedLine) => boolean): void {
    const entries = this.#recent.filter((entry) => entry !== undefined);
    const kept = entries.filter(isKept);
    if (kept.length === entries.length) return;
    this.#lines.clear();
    this.#recent.fill(undefined);
    for (const entry of kept.sort((a, b) => a.position - b.position)) {
      entry.next = undefined;
      this.#add(entry);
    }
  }

  #add(entry: SharedLine): void {
    const { line, position } = entry;
    this.#recent[position % RECENT_LINES] = entry;
    let last = this.#lines.get(line);
    if (last === undefined) this.#lines.set(line, entry);
    else {
      while (last.next !== undefined) last = last.next;
      last.next = entry;
    }
  }

  // The oldest of all is also the oldest of its equals.
  #drop(oldest: SharedLine | undefined): void {
    if (oldest === undefined) return;
    if (oldest.next === undefined) this.#lines.delete(oldest.line);
    else this.#lines.set(oldest.line, oldest.next);
  }
}
