// Direct chats that somebody on Matrix begins with the users while the run goes on: the first with each is one that her client is asked
// about, the others the gateway takes by itself. What is said in one that was taken is owed to her from its first word.

import type { MatrixPerson } from '../support/matrix-person.ts';
import { type Speaker, speaker, USERS } from './realm.ts';

/** After how many turns of its speaker each begins. */
const BEGINNINGS: Readonly<Record<string, number>> = { first: 2, second: 8, third: 14 };

interface Chat {
  readonly user: string;
  readonly room: string;
}

export class MatrixChats {
  readonly #by: MatrixPerson;
  readonly #idOf: (user: string) => string;
  /** By the place that texts in it name. */
  readonly #chats = new Map<string, Chat>();

  constructor(by: MatrixPerson, idOf: (user: string) => string) {
    this.#by = by;
    this.#idOf = idOf;
  }

  speakers(): readonly Speaker[] {
    const all = Object.entries(BEGINNINGS);
    return USERS.flatMap((user) =>
      all.map(([name, turns]) => {
        const place = `${user}${name}`;
        let left = turns;
        return speaker({ sender: this.#by.name, network: 'matrix', place }, (token) => {
          left -= 1;
          return left < 0 ? this.#say(user, place, token) : true;
        });
      }),
    );
  }

  /** Rooms that she was let into, by whom. @throws Error by rejection while the server is down. */
  async taken(): Promise<ReadonlyMap<string, string>> {
    const taken = new Map<string, string>();
    for (const { user, room } of this.#chats.values()) if (await this.#isIn(user, room)) taken.set(room, user);
    return taken;
  }

  /** Of those who have said yes once: chats that the gateway did not take, a line each. The answer itself may be lost with a connection. */
  async missing(): Promise<readonly string[]> {
    const taken = await this.taken();
    const answered = new Set(taken.values());
    return [...this.#chats.values()]
      .filter(({ user, room }) => answered.has(user) && !taken.has(room))
      .map(({ user }) => `${user} is not in a direct chat that ${this.#by.name} has begun`);
  }

  async #say(user: string, place: string, token: string): Promise<boolean> {
    try {
      const chat = this.#chats.get(place) ?? (await this.#begin(user));
      this.#chats.set(place, chat);
      await this.#by.say(chat.room, token);
      return true;
    } catch {
      return false;
    }
  }

  async #begin(user: string): Promise<Chat> {
    return { user, room: await this.#by.createRoom({ direct: true, invite: [this.#idOf(user)] }) };
  }

  async #isIn(user: string, room: string): Promise<boolean> {
    const { joined } = await this.#by.call('GET', ['_matrix/client/v3', 'rooms', room, 'joined_members']);
    return Object.hasOwn(Object(joined), this.#idOf(user));
  }
}
