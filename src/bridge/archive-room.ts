// What is said in one room, gathered for the archive until it is written: each line once, however many users of ours were shown it.
//
// Who is in the room has a stay there. An entry is for everybody who has one at that moment, unless it says that it is `only` for some, or
// `not` for some: what she wrote herself a user knows by another id than everybody else, where the network names no messages.

import { type ArchivedEvent, isArchived } from '../model/archive.ts';
import type { NewArchiveEntry } from '../model/archive-kept.ts';
import { ONLINE, type Participant } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import { toTaggedJson } from './tagged-json.ts';

/** What stands in the store under an entry. Stays are named by when they began. */
export interface KeptEntry {
  readonly event: ArchivedEvent;
  readonly name?: string;
  readonly only?: readonly number[];
  readonly not?: readonly number[];
}

/** Behind the id of an entry that only one user has. */
const OWN = '\n';
export const ownEntryId = (id: string, user: UserId): string => `${id}${OWN}${user}`;
export const shownId = (entryId: string): string => entryId.split(OWN, 1)[0] ?? '';

export interface RoomGathererDoors {
  /** Milliseconds since the epoch. */
  now(): number;
  idOf(event: ArchivedEvent): string;
  /** She was in the room and is so no more. */
  left(user: UserId): void;
  /** There is something to be written. */
  gathered(): void;
}

interface Gathered {
  readonly entryId: string;
  readonly at: number;
  /** By the clock alone. */
  readonly gatheredAt: number;
  readonly event: ArchivedEvent;
  readonly name: string | undefined;
  /** Never changed in place. */
  readonly present: readonly Stay[];
  readonly seen: Stay[];
  isTaken: boolean;
}

/** The time of one user in the room. */
export class Stay {
  readonly user: UserId;
  readonly room: ConversationId;
  /** Milliseconds since the epoch; no other stay in the room began then. */
  readonly from: number;
  to: number | undefined;
  readonly #gatherer: RoomGatherer;

  constructor(gatherer: RoomGatherer, user: UserId, from: number) {
    this.#gatherer = gatherer;
    this.user = user;
    this.room = gatherer.id;
    this.from = from;
  }

  /** She was shown it; the same object for everybody who was. */
  note(event: AnyEvent): void {
    if (isArchived(event) && this.to === undefined) this.#gatherer.note(event, this);
  }
  /** She did it herself, through us. `name`: her own id for it. */
  noteOwn(event: AnyEvent, name: string | undefined): void {
    if (isArchived(event) && this.to === undefined) this.#gatherer.noteOwn(event, this, name);
  }
  end(): void {
    if (this.to === undefined) this.#gatherer.leave(this);
  }
}

export class RoomGatherer {
  readonly id: ConversationId;
  readonly #doors: RoomGathererDoors;
  #present: readonly Stay[] = [];
  #gathered: Gathered[] = [];
  #last: Gathered | undefined;
  /** By id; for those who are shown it a little later also what was taken last. */
  readonly #known = new Map<string, Gathered>();
  /** Stays that have begun or ended. */
  #changed: Stay[] = [];
  #lastAt = 0;

  constructor(id: ConversationId, doors: RoomGathererDoors) {
    this.id = id;
    this.#doors = doors;
  }

  /** Nobody is in it, and all is taken. */
  get isIdle(): boolean {
    return this.#present.length === 0 && !this.hasMore;
  }
  get hasMore(): boolean {
    return this.#gathered.length > 0 || this.#changed.length > 0;
  }

  enter(user: UserId): Stay {
    // Behind all that was said before she came, and no other stay began then.
    const stay = new Stay(this, user, (this.#lastAt = this.#now() + 1));
    this.#present = [...this.#present, stay];
    this.#change(stay);
    return stay;
  }

  leave(stay: Stay): void {
    stay.to = this.#now();
    // What is said from here on is not for her.
    this.#lastAt = stay.to + 1;
    this.#doors.left(stay.user);
    this.#present = this.#present.filter((one) => one !== stay);
    this.#change(stay);
  }

  note(event: ArchivedEvent, stay: Stay): void {
    const last = this.#last;
    if (last?.event === event && isOpenTo(last, stay)) {
      last.seen.push(stay);
      return;
    }
    const id = this.#doors.idOf(event);
    const known = this.#known.get(id);
    if (known === undefined) {
      this.#last = this.#add(id, event, stay);
      this.#known.set(id, this.#last);
    } else if (isOpenTo(known, stay)) {
      known.seen.push(stay);
    } else {
      this.#add(ownEntryId(id, stay.user), event, stay);
    }
  }

  noteOwn(event: ArchivedEvent, stay: Stay, name: string | undefined): void {
    this.#add(ownEntryId(this.#doors.idOf(event), stay.user), event, stay, name);
  }

  /** What was gathered up to that time, to be written in this order: stays first. */
  take(upTo: number): { readonly entries: readonly NewArchiveEntry[]; readonly stays: readonly Stay[] } {
    const stays = this.#changed;
    this.#changed = [];
    const end = this.#gathered.findIndex(({ gatheredAt }) => gatheredAt > upTo);
    const taken = end === -1 ? this.#gathered : this.#gathered.slice(0, end);
    this.#gathered = end === -1 ? [] : this.#gathered.slice(end);
    this.#known.clear();
    for (const one of taken) {
      one.isTaken = true;
      this.#known.set(one.entryId, one);
    }
    for (const one of this.#gathered) this.#known.set(one.entryId, one);
    return { entries: taken.map(entryOf), stays };
  }

  #add(entryId: string, event: ArchivedEvent, stay: Stay, name?: string): Gathered {
    // Behind the one before: there are clients that put what they read by its time.
    const at = (this.#lastAt = Math.max(this.#doors.now(), this.#lastAt + 1));
    const gatheredAt = this.#doors.now();
    const one = { entryId, at, gatheredAt, event, name, present: this.#present, seen: [stay], isTaken: false };
    this.#gathered.push(one);
    this.#doors.gathered();
    return one;
  }

  #change(stay: Stay): void {
    this.#changed.push(stay);
    this.#doors.gathered();
  }

  /** It never goes back. */
  #now(): number {
    return Math.max(this.#doors.now(), this.#lastAt);
  }
}

const isOpenTo = ({ isTaken, at }: Gathered, stay: Stay): boolean => !isTaken && stay.from <= at;

function entryOf({ entryId, at, event, name, present, seen }: Gathered): NewArchiveEntry {
  const kept: KeptEntry = { event: withoutExtras(event), ...(name !== undefined && { name }), ...whom(present, seen) };
  // Dates alone need tags, and most lines have none: this is done for every line that is said.
  return { id: entryId, at, value: hasTime(event) ? toTaggedJson(kept) : JSON.stringify(kept) };
}

function hasTime(event: ArchivedEvent): boolean {
  if (event.kind === 'said' || event.kind === 'edited') return event.message.at !== undefined;
  return event.kind === 'topicSet' && event.topic.at !== undefined;
}

function whom(present: readonly Stay[], seen: readonly Stay[]): Pick<KeptEntry, 'only' | 'not'> {
  if (seen.length >= present.length) return {};
  const had = new Set(seen);
  const hadNot = present.filter((stay) => !had.has(stay));
  const named = (stays: readonly Stay[]): number[] => stays.map(({ from }) => from);
  return hadNot.length <= seen.length ? { not: named(hadNot) } : { only: named(seen) };
}

/** Where somebody writes from, and whether she was away then, is nobody's concern later. */
function withoutExtras(event: ArchivedEvent): ArchivedEvent {
  switch (event.kind) {
    case 'said':
    case 'edited':
      return { ...event, message: { ...event.message, from: nameOf(event.message.from) } };
    case 'retracted':
    case 'topicSet':
      return event.by === undefined ? event : { ...event, by: nameOf(event.by) };
    case 'reacted':
      return { ...event, by: nameOf(event.by) };
    default:
      return event satisfies never;
  }
}
const nameOf = ({ id, nick, identity }: Participant): Participant => ({
  id,
  nick,
  rank: 'none',
  presence: ONLINE,
  ...(identity !== undefined && { identity }),
});
