// The archive of rooms of a network that has none of its own (XEP-0313): what is said is gathered in memory and written every 250 ms, so that
// nobody who speaks or listens waits for the store. A line is written when it is between 250 and 500 ms old, unless somebody reads before.
//
// A kill takes what was said in the last half second, and from then on counts nobody as in a room: who was in one is so again when the room
// is open again. What the store does not take is tried again, and the oldest given up where there is too much of it. What is read was
// written before, so it is never lost.

import type { Archive, Archived, ArchivePage, ArchiveQuery } from '../model/archive.ts';
import type { ArchiveSpan, ArchiveView, NewArchiveEntry } from '../model/archive-kept.ts';
import type { Message } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import { type ConversationId, messageId, type UserId } from '../model/ids.ts';
import type { Clock, Log, MessageIds } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { EventIds } from './archive-ids.ts';
import { type ArchiveReader, readOne, readPage } from './archive-reading.ts';
import { RoomGatherer, type Stay } from './archive-room.ts';
import { forgetViews, sweepRooms } from './archive-sweep.ts';
import type { DoorCounts } from './door-counts.ts';
import type { ArchiveRecords } from './ports.ts';

/** The operator's; both at least 1. */
export interface ArchiveLimits {
  readonly days: number;
  /** Of each room. */
  readonly messages: number;
}

export interface KeptArchiveOptions {
  readonly records: ArchiveRecords;
  readonly limits: ArchiveLimits;
  /** Learns what her clients call the messages that they are shown again. */
  readonly ids: Pick<MessageIds, 'remember'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Pick<DoorCounts, 'unarchived'>;
  /** The user has not said that nothing is to be kept for her. */
  readonly isWanted: (user: UserId, room: ConversationId) => boolean;
}

const WRITE_EVERY_MS = 250;
const RETRY_MS = 2_000;
const MOST_UNWRITTEN = 20_000;
const SWEEP_FIRST_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;
/** Times in one room that are remembered for a user. */
const MOST_SPANS = 500;

export class KeptArchive implements Archive {
  readonly eventIds = new EventIds();
  readonly #options: KeptArchiveOptions;
  readonly #rooms = new Map<ConversationId, RoomGatherer>();
  #unwritten = new Map<ConversationId, NewArchiveEntry[]>();
  #unwrittenStays = new Set<Stay>();
  /** Everything that changes the store, one after the other. */
  #changing: Promise<unknown> = Promise.resolve();
  /** Users with a view, and the rooms that they were in before they are in them now. */
  readonly #users = new Map<UserId, Set<ConversationId>>();
  #flushing: Promise<void> | undefined;
  #isFailing = false;
  #stopTimer: (() => void) | undefined;
  #stopSweep = (): void => {};
  #isStopped = false;

  constructor(options: KeptArchiveOptions) {
    this.#options = options;
  }

  /** What a kill has left open is ended. @throws BridgeError by rejection where the store can't be read. */
  async start(): Promise<void> {
    const { records, clock } = this.#options;
    const views = await records.views();
    for (const { user, room } of views) this.#roomsOf(user).add(room);
    const open = views.filter(({ spans }) => spans.some(({ to }) => to === undefined));
    const ends = new Map<ConversationId, number>();
    for (const { room } of open) {
      const newest = ends.has(room) ? [] : await records.range(room, { limit: 1, backwards: true });
      ends.set(room, Math.max(clock.now(), newest[0]?.at ?? 0, ends.get(room) ?? 0));
    }
    const ended = ({ room, spans }: ArchiveView): readonly ArchiveSpan[] =>
      spans.map(({ from, to = ends.get(room) ?? from }) => ({ from, to }));
    await records.putViews(open.map((view) => ({ ...view, spans: ended(view) })));
    this.#sweepIn(SWEEP_FIRST_MS);
  }

  /** Writes what is left. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopSweep();
    this.#stopTimer?.();
    await this.#flush();
  }

  /** She is in the room from now on. Undefined: nothing is to be kept for her. */
  enter(user: UserId, room: ConversationId): Stay | undefined {
    if (this.#isStopped || !this.has(user, room)) return undefined;
    this.#roomsOf(user);
    return this.#gatherer(room).enter(user);
  }

  has(user: UserId, room: ConversationId): boolean {
    return this.#options.isWanted(user, room);
  }

  async page(user: UserId, room: ConversationId, query: ArchiveQuery): Promise<ArchivePage> {
    await this.#flush();
    return await readPage(await this.#reader(user, room), query);
  }

  async find(user: UserId, room: ConversationId, ids: readonly string[]): Promise<readonly Archived[]> {
    await this.#flush();
    const reader = await this.#reader(user, room);
    const found = await Promise.all(ids.map((id) => readOne(reader, id)));
    return found.filter((one) => one !== undefined).toSorted((a, b) => a.position - b.position);
  }

  /** Whether she was in the room before, so that there is something to be told when she comes. */
  remembers(user: UserId, room: ConversationId): boolean {
    return this.#users.get(user)?.has(room) === true && this.has(user, room);
  }

  keepsOf(user: UserId): boolean {
    return this.#users.has(user);
  }

  async rooms(user: UserId): Promise<readonly ConversationId[]> {
    await this.#flush();
    return (await this.#options.records.views(user)).map(({ room }) => room);
  }

  /**
   * The last messages as they stand now, for somebody who comes in; none where she has never been there.
   * @throws BridgeError by rejection.
   */
  async recent(user: UserId, room: ConversationId, most: number): Promise<readonly Message[]> {
    const { records, ids } = this.#options;
    await this.#flush();
    const spans = await records.spans(user, room);
    if (spans.length === 0) return [];
    const { items } = await readPage({ records, user, room, spans }, { limit: most, last: true });
    for (const { id, name } of items) if (name !== undefined) ids.remember(user, room, name, [messageId(id)]);
    return asMessages(items);
  }

  /** What is kept for her, in these rooms or in all, goes; what others were shown of the same stays theirs. @throws BridgeError by rejection. */
  async forget(user: UserId, isMeant: (room: ConversationId) => boolean = () => true): Promise<void> {
    await this.#flush();
    const { records } = this.#options;
    await this.#change(() => forgetViews(records, user, isMeant));
    this.#users.delete(user);
    for (const { room } of await records.views(user)) this.#roomsOf(user).add(room);
  }

  /** Of what is no longer to be kept for her nothing stays. */
  settingsChanged(user: UserId, isMeant: (room: ConversationId) => boolean): void {
    const isUnwanted = (room: ConversationId): boolean => isMeant(room) && !this.has(user, room);
    this.forget(user, isUnwanted).catch((error: unknown) =>
      this.#options.log.warn('what a user wants no archive of could not be removed', { error }),
    );
  }

  async #reader(user: UserId, room: ConversationId): Promise<ArchiveReader> {
    const { records } = this.#options;
    const spans = await records.spans(user, room);
    if (spans.length === 0) throw new BridgeError('forbidden', words`You have not been in this room.`);
    return { records, user, room, spans };
  }

  #gatherer(id: ConversationId): RoomGatherer {
    let gatherer = this.#rooms.get(id);
    if (gatherer === undefined) {
      const { clock } = this.#options;
      const doors = {
        now: () => clock.now(),
        idOf: this.eventIds.of.bind(this.eventIds),
        gathered: () => this.#writeIn(WRITE_EVERY_MS),
        left: (user: UserId) => void this.#roomsOf(user).add(id),
      };
      this.#rooms.set(id, (gatherer = new RoomGatherer(id, doors)));
    }
    return gatherer;
  }

  #roomsOf(user: UserId): Set<ConversationId> {
    const known = this.#users.get(user) ?? new Set();
    this.#users.set(user, known);
    return known;
  }

  #writeIn(delayMs: number): void {
    if (this.#isStopped) return;
    this.#stopTimer ??= this.#options.clock.after(delayMs, () => {
      this.#stopTimer = undefined;
      const upTo = this.#options.clock.now() - WRITE_EVERY_MS;
      void this.#change(() => this.#writeNow(upTo)).then(() => this.#goOn());
    });
  }

  #goOn(): void {
    if (this.#isFailing) this.#writeIn(RETRY_MS);
    else if ([...this.#rooms.values()].some((room) => room.hasMore)) this.#writeIn(WRITE_EVERY_MS);
  }

  /** All that there is by now, for whoever wants to read it. Those who want it at the same time share it. Never rejects. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#change(async () => {
      this.#flushing = undefined;
      await this.#writeNow(Infinity);
    });
    return this.#flushing;
  }

  /** What came up to then. Never rejects: what can't be written waits for the next time. */
  async #writeNow(upTo: number): Promise<void> {
    this.#gather(upTo);
    try {
      await this.#writeStays();
      for (const [room, entries] of this.#unwritten) {
        await this.#options.records.append(room, entries);
        this.#unwritten.delete(room);
      }
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.log.warn('the archive could not be written; trying again', { error });
      this.#isFailing = true;
      this.#giveUpOldest();
      this.#writeIn(RETRY_MS);
    }
  }

  #change<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(task);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  #gather(upTo: number): void {
    for (const [id, room] of this.#rooms) {
      const { entries, stays } = room.take(upTo);
      for (const stay of stays) this.#unwrittenStays.add(stay);
      if (entries.length > 0) this.#unwritten.set(id, [...(this.#unwritten.get(id) ?? []), ...entries]);
      if (room.isIdle) this.#rooms.delete(id);
    }
  }

  async #writeStays(): Promise<void> {
    const { records } = this.#options;
    const byView = Map.groupBy(this.#unwrittenStays, ({ user, room }) => `${user}/${room}`);
    const views = await Promise.all(
      [...byView.values()].flatMap((stays) => {
        const [first] = stays;
        if (first === undefined) return [];
        const { user, room } = first;
        return [records.spans(user, room).then((spans) => ({ user, room, spans: withStays(spans, stays) }))];
      }),
    );
    if (views.length > 0) await records.putViews(views);
    this.#unwrittenStays = new Set();
  }

  #giveUpOldest(): void {
    let excess = -MOST_UNWRITTEN;
    for (const entries of this.#unwritten.values()) excess += entries.length;
    if (excess <= 0) return;
    this.#options.counts.unarchived += excess;
    this.#options.log.error('the archive could not be written for too long; entries are given up', { entries: excess });
    for (const entries of this.#unwritten.values()) excess -= entries.splice(0, Math.max(0, excess)).length;
  }

  #sweepIn(delayMs: number): void {
    this.#stopSweep = this.#options.clock.after(delayMs, () => {
      const sweep = sweepRooms(
        this.#options,
        (one) => this.#change(one),
        () => this.#isStopped,
      );
      void sweep.then(() => (this.#isStopped ? undefined : this.#sweepIn(SWEEP_EVERY_MS)));
    });
  }
}

/** As they stand now: corrected, and without what was taken back. */
function asMessages(items: readonly Archived[]): readonly Message[] {
  const messages = new Map<string, Message>();
  for (const { event, at } of items) {
    if (event.kind === 'said') messages.set(event.message.id, { ...event.message, at });
    else if (event.kind === 'retracted') messages.delete(event.target);
    else if (event.kind === 'edited') {
      const old = messages.get(event.target);
      if (old !== undefined) messages.set(event.target, { ...old, body: event.message.body });
    }
  }
  return [...messages.values()];
}

function withStays(spans: readonly ArchiveSpan[], stays: readonly Stay[]): readonly ArchiveSpan[] {
  const all = new Map(spans.map((span) => [span.from, span]));
  for (const { from, to } of stays) all.set(from, to === undefined ? { from } : { from, to });
  return [...all.values()].toSorted((a, b) => a.from - b.from).slice(-MOST_SPANS);
}
