// The middle of the echo server: writes each record down, lets it happen, and tells everybody whom it concerns.

import { randomBytes } from 'node:crypto';
import { Faults } from './echo-server-faults.ts';
import type { AccountEvent, NetworkRecord, Rank, TextKind, Untimed } from './echo-server-records.ts';
import { EchoWorld } from './echo-server-world.ts';
import { Journal } from './journal.ts';
import type { JsonObject } from './json-lines.ts';

/** A connected account. */
export interface Seat {
  readonly name: string;
  /** There are new events for it. */
  deliver(): void;
  /** Something that passes: told now or never. */
  notice(value: JsonObject): void;
  drop(): void;
}

export interface Person {
  readonly id: string;
  readonly nick: string;
  readonly rank: Rank;
}

export interface Utterance {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly kind: TextKind;
  readonly txn?: string;
}

export class Hub {
  readonly world = new EchoWorld();
  readonly faults = new Faults();
  readonly seats = new Map<string, Seat>();
  readonly watchers = new Set<(record: NetworkRecord) => void>();
  readonly #journal: Journal<NetworkRecord>;
  /** Message ids of two lives of the server must differ. */
  readonly #life = randomBytes(3).toString('hex');
  #stopped = false;

  constructor(journalPath: string) {
    const { journal, records } = Journal.open<NetworkRecord>(journalPath);
    this.#journal = journal;
    for (const record of records) this.world.apply(record);
  }

  record(untimed: Untimed<NetworkRecord>): NetworkRecord {
    const record = { ...untimed, at: Date.now() } as NetworkRecord;
    if (this.#stopped) return record;
    this.#journal.append(record);
    this.world.apply(record);
    for (const watch of this.watchers) watch(record);
    return record;
  }

  person(id: string, room?: string): Person {
    const rank = room === undefined ? 'member' : (this.world.room(room).people.get(id) ?? 'member');
    return { id, nick: this.world.nick(id), rank };
  }

  enter(room: string, who: string): void {
    const { people } = this.world.room(room);
    if (people.has(who)) return;
    this.record({ t: 'enter', room, who, rank: people.size === 0 ? 'owner' : 'member' });
    this.#notice(room, { now: 'joined', in: room, who: this.person(who, room) }, who);
  }

  exit(
    room: string,
    who: string,
    how: { readonly why: 'left' | 'ejected'; readonly by?: string; readonly text?: string },
  ): void {
    const found = this.world.room(room);
    if (!found.people.has(who)) return;
    const was = this.person(who, room);
    this.record({ t: 'exit', room, who, ...how });
    this.#notice(room, { now: 'left', in: room, who: was, ...how });
    if (how.why === 'ejected') this.seats.get(who)?.notice({ now: 'closed', in: room, ...how });
  }

  setRank(room: string, who: string, rank: Rank): void {
    const before = this.person(who, room);
    this.record({ t: 'rank', room, who, rank });
    this.#notice(room, { now: 'changed', in: room, before, person: this.person(who, room) });
  }

  setNick(who: string, nick: string): void {
    const rooms = this.world.roomsOf(who).map(({ id }) => ({ id, before: this.person(who, id) }));
    this.record({ t: 'nick', who, nick });
    for (const { id, before } of rooms) {
      this.#notice(id, { now: 'changed', in: id, before, person: this.person(who, id) });
    }
  }

  setTopic(room: string, text: string, by: string): void {
    this.record({ t: 'topic', room, text, by });
    this.#notice(room, { now: 'topic', in: room, text, by });
  }

  /** @returns the message's id and time, once it stands in the journal. */
  say({ from, to, text, kind, txn }: Utterance): { readonly id: string; readonly at: number } {
    const hearers = to.startsWith('#') ? [...this.world.room(to).people.keys()] : [to];
    const told: (readonly [string, number])[] = [];
    for (const name of hearers) {
      const account = this.world.accounts.get(name);
      if (account !== undefined && name !== from) told.push([name, account.last + 1]);
    }
    const id = `${this.#life}-${this.world.messages + 1}`;
    const sender = { id: from, nick: this.world.nick(from) };
    const { at } = this.record({
      t: 'message',
      id,
      to,
      from: sender,
      text: text.toWellFormed(),
      kind,
      for: told,
      ...(txn !== undefined && { txn }),
    });
    for (const [name] of told) this.seats.get(name)?.deliver();
    return { id, at };
  }

  /** Something else that an account has to be told. */
  event(name: string, event: AccountEvent): void {
    const account = this.world.accounts.get(name);
    if (account === undefined) return;
    this.record({ t: 'event', account: name, n: account.last + 1, event });
    this.seats.get(name)?.deliver();
  }

  stop(): void {
    this.#stopped = true;
    for (const seat of this.seats.values()) seat.drop();
    this.#journal.close();
  }

  #notice(room: string, value: JsonObject, except?: string): void {
    for (const who of this.world.room(room).people.keys()) {
      if (who !== except) this.seats.get(who)?.notice(value);
    }
  }
}
