// What the echo server knows: its people, rooms, messages and what each account has still to be told. Changed by records alone, so that
// a journal read back makes the same world again.

import type { AccountEvent, MessageRecord, NetworkRecord, Rank } from './echo-server-records.ts';

export interface EchoMessage extends MessageRecord {
  readonly at: number;
}

export interface EchoRoom {
  readonly id: string;
  readonly people: Map<string, Rank>;
  readonly banned: Set<string>;
  readonly messages: EchoMessage[];
  topic: { readonly text: string; readonly by: string } | undefined;
  password: string | undefined;
  membersOnly: boolean;
}

export interface PendingEvent {
  readonly n: number;
  readonly at: number;
  readonly event: AccountEvent;
}

export interface EchoAccount {
  readonly name: string;
  readonly password: string;
  /** Oldest first; nothing that was acknowledged. */
  pending: PendingEvent[];
  /** Number of its last event. */
  last: number;
  /** Client transaction ids of messages, and what came of them. */
  readonly transactions: Map<string, { readonly id: string; readonly at: number }>;
}

const KEPT_MESSAGES = 2_000;

export class EchoWorld {
  readonly accounts = new Map<string, EchoAccount>();
  readonly rooms = new Map<string, EchoRoom>();
  readonly #nicks = new Map<string, string>();
  messages = 0;

  nick(id: string): string {
    return this.#nicks.get(id) ?? id;
  }
  /** The one who is called so. */
  called(nick: string): string | undefined {
    for (const [id, one] of this.#nicks) if (one === nick) return id;
    if (this.#nicks.has(nick)) return undefined;
    const isKnown = this.accounts.has(nick) || this.roomsOf(nick).length > 0;
    return isKnown ? nick : undefined;
  }

  room(id: string): EchoRoom {
    let room = this.rooms.get(id);
    if (room === undefined) {
      room = {
        id,
        people: new Map(),
        banned: new Set(),
        messages: [],
        topic: undefined,
        password: undefined,
        membersOnly: false,
      };
      this.rooms.set(id, room);
    }
    return room;
  }
  roomsOf(who: string): readonly EchoRoom[] {
    return [...this.rooms.values()].filter(({ people }) => people.has(who));
  }

  apply(record: NetworkRecord): void {
    switch (record.t) {
      case 'account':
        this.accounts.set(record.name, { ...record, pending: [], last: 0, transactions: new Map() });
        return;
      case 'nick':
        this.#nicks.set(record.who, record.nick);
        return;
      case 'enter':
        this.room(record.room).people.set(record.who, record.rank);
        return;
      case 'exit':
        this.room(record.room).people.delete(record.who);
        return;
      case 'rank':
        this.room(record.room).people.set(record.who, record.rank);
        return;
      case 'topic':
        this.room(record.room).topic = record;
        return;
      case 'locked':
        this.room(record.room).password = record.password;
        this.room(record.room).membersOnly = record.membersOnly === true;
        return;
      case 'banned':
        this.room(record.room).banned.add(record.who);
        return;
      case 'message':
        this.#message(record);
        return;
      case 'event':
        this.#owe(record.account, { n: record.n, at: record.at, event: record.event });
        return;
      case 'ack':
        this.#acknowledged(record.account, record.upTo);
        return;
      default:
        record satisfies never;
    }
  }

  #message(record: EchoMessage): void {
    this.messages += 1;
    if (record.to.startsWith('#')) {
      const { messages } = this.room(record.to);
      messages.push(record);
      if (messages.length > KEPT_MESSAGES) messages.shift();
    }
    if (record.txn !== undefined) this.accounts.get(record.from.id)?.transactions.set(record.txn, record);
    const { id, from, text, kind, at } = record;
    for (const [account, n] of record.for) {
      const where = record.to.startsWith('#') ? record.to : from.id;
      this.#owe(account, { n, at, event: { what: 'said', in: where, message: id, from, text, kind } });
    }
  }

  #owe(account: string, event: PendingEvent): void {
    const found = this.accounts.get(account);
    if (found === undefined) return;
    found.pending.push(event);
    found.last = event.n;
  }

  #acknowledged(account: string, upTo: number): void {
    const found = this.accounts.get(account);
    if (found !== undefined) found.pending = found.pending.filter(({ n }) => n > upTo);
  }
}
