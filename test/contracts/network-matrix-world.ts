// What the driver of Matrix needs beside it: the foreigners, and a host that keeps.

import { accountKey, type ConversationId, type UserId } from '../../src/model/ids.ts';
import type { Account, Emit, Host } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import type { MatrixEvent } from '../support/matrix-sync.ts';
import { type MatrixPerson, SQUARE } from '../support/matrix-person.ts';
import type { Foreigner } from './network-driver.ts';
import { plainHost } from './network-host.ts';

export const KEY = accountKey('');

export class MatrixForeigner implements Foreigner {
  readonly person: MatrixPerson;
  readonly #accepting = new Set<string>();
  readonly #directs = new Map<string, string>();
  nick: string;

  constructor(person: MatrixPerson) {
    this.person = person;
    this.nick = person.name;
  }

  async join(room: ConversationId): Promise<void> {
    await this.person.join(room);
  }
  leave(room: ConversationId): Promise<void> {
    return this.person.leave(room);
  }
  async rename(nick: string): Promise<void> {
    await this.person.setDisplayName(nick);
    this.nick = nick;
  }
  async say(room: ConversationId, text: string): Promise<void> {
    await this.person.say(room, text);
  }
  /** In the room in which they talk alone; there is none before somebody has asked for it. */
  async whisper(nick: string, text: string): Promise<void> {
    const room = await this.directWith(nick);
    await this.person.say(room, text);
  }
  async setPicture(room: ConversationId): Promise<void> {
    await this.person.setState(room, 'm.room.avatar', { url: await this.person.upload(SQUARE) });
  }
  setTopic(room: ConversationId, text: string): Promise<void> {
    return this.person.setTopic(room, text);
  }
  kick(room: ConversationId, nick: string): Promise<void> {
    return this.person.kick(room, this.idOf(nick));
  }
  promote(room: ConversationId, nick: string): Promise<void> {
    return this.person.setPower(room, this.idOf(nick), 100);
  }
  heard(nick: string, count: number): Promise<readonly string[]> {
    const from = this.idOf(nick);
    const texts = (): readonly string[] | undefined => {
      this.#acceptFrom(from);
      const found = this.person.sync.events.flatMap((event) => textOf(event, from));
      return found.length >= count ? found : undefined;
    };
    return this.person.sync.until(`${count} texts of ${nick}`, texts, 30_000);
  }
  sawLeave(room: ConversationId, nick: string): Promise<void> {
    return this.person.seesMember(room, this.idOf(nick), 'leave');
  }
  async sawNick(nick: string): Promise<void> {
    await this.person.heard(
      `sees ${nick}`,
      ({ type, content }) => type === 'm.room.member' && content['displayname'] === nick,
    );
  }

  /** A room for the two; the other is invited. */
  async directWith(nick: string): Promise<string> {
    const known = this.#directs.get(nick);
    if (known !== undefined) return known;
    const room = await this.person.createRoom({ direct: true, invite: [this.idOf(nick)] });
    this.#directs.set(nick, room);
    return room;
  }

  idOf(nick: string): string {
    return this.person.id.replace(/^@[^:]+/, `@${nick}`);
  }

  #acceptFrom(user: string): void {
    for (const room of this.person.sync.invitedBy(user)) {
      if (this.#accepting.has(room)) continue;
      this.#accepting.add(room);
      const joined = this.person.join(room).then(() => this.#directs.set(user.slice(1, user.indexOf(':')), room));
      joined.catch(() => this.#accepting.delete(room));
    }
  }
}

function textOf({ type, sender, content }: MatrixEvent, from: string): readonly string[] {
  const { body } = content;
  return type === 'm.room.message' && sender === from && typeof body === 'string' ? [body] : [];
}

/** An inbox and the adapters' state as the bridge has them, in memory: each id is delivered once, to the one it is for. */
export class KeepingHost {
  readonly host: Host;
  readonly #emits = new Map<UserId, Emit>();
  readonly #seen = new Set<string>();
  readonly #states = new Map<string, Map<string, string>>();

  constructor() {
    const keep: Host['keep'] = ({ user, key }, kept, state) => {
      for (const [name, value] of Object.entries(state ?? {})) this.#stateOf(user, key).set(name, value);
      for (const { id, event } of kept) {
        const once = `${user} ${id}`;
        if (!this.#seen.has(once)) this.#emits.get(user)?.(event);
        this.#seen.add(once);
      }
      return Promise.resolve();
    };
    this.host = {
      ...plainHost(keep),
      state: (account) => keyValue(this.#stateOf(account?.user ?? '', account?.key ?? '')),
    };
  }

  /** Whom to give what is kept for this account. */
  deliverTo(account: Account, emit: Emit): void {
    this.#emits.set(account.user, emit);
  }

  #stateOf(user: string, key: string): Map<string, string> {
    const name = `${user} ${key}`;
    const state = this.#states.get(name) ?? new Map<string, string>();
    this.#states.set(name, state);
    return state;
  }
}

function keyValue(values: Map<string, string>): KeyValue {
  return {
    get: (key) => Promise.resolve(values.get(key)),
    put: (key, value) => Promise.resolve(void values.set(key, value)),
    delete: (key) => Promise.resolve(void values.delete(key)),
    list: (prefix) => Promise.resolve([...values].filter(([key]) => key.startsWith(prefix))),
  };
}
