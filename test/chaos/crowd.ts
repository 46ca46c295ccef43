// Everybody in a run: users with XMPP clients, people on the networks, and what each says where, again and again.

import { until } from '../support/processes.ts';
import { lacking, type Speaker, USERS } from './realm.ts';
import type { Stage } from './stage.ts';
import { tokenText } from './tokens.ts';
import { XmppUser } from './xmpp-user.ts';

/** Half of all clients know XEP-0410. */
const SELF_PINGING = new Set<string>(['romeo', 'mercutio']);

export class Crowd {
  readonly users: readonly XmppUser[];
  readonly #stage: Stage;
  readonly #speakers: readonly Speaker[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #isHushed = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    const { ledger, realms } = stage;
    const now = (): number => stage.now();
    const rooms = realms.flatMap(({ room }) => (room === undefined ? [] : [room]));
    this.users = USERS.map(
      (name) => new XmppUser({ name, port: stage.xmpp.c2sPort, rooms, ledger, now, selfPings: SELF_PINGING.has(name) }),
    );
    this.#speakers = realms.flatMap((realm) => realm.speakers(this.users));
  }

  /** Resolves when everybody is where they belong. @throws Error with what is missing. */
  async gather(): Promise<void> {
    const { realms } = this.#stage;
    for (const realm of realms) await realm.gather();
    for (const user of this.users) {
      await user.start();
      for (const realm of realms) await realm.signUp(user);
    }
    for (const user of this.users) user.joinRooms();
    let missing: readonly string[] = [];
    await until(
      'everybody in their places',
      async () => {
        missing = await this.missing();
        return missing.length === 0;
      },
      { deadlineMs: 30_000, everyMs: 300 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}:\n${missing.join('\n')}`, { cause: error });
    });
  }

  /** `perSecond`: of each speaker. */
  talk(perSecond: number): void {
    for (const speaker of this.#speakers) {
      const next = (): void => {
        if (this.#isHushed) return;
        const timer = setTimeout(
          () => {
            this.#timers.delete(timer);
            void say(speaker).finally(next);
          },
          ((0.5 + Math.random()) * 1_000) / perSecond,
        );
        this.#timers.add(timer);
      };
      next();
    }
  }

  hush(): void {
    this.#isHushed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Everybody says one more thing. @returns who could not. */
  async lastRound(): Promise<readonly string[]> {
    const mute: string[] = [];
    for (const speaker of this.#speakers) {
      if (!(await say(speaker))) mute.push(`${speaker.token.sender} can't speak at ${speaker.token.network}`);
    }
    return mute;
  }

  /** What is not as it should be when nothing is wrong, a line each: asked of clients, rooms and networks, not of the gateway. */
  async missing(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const realm of this.#stage.realms) {
      const { room, roomPeople } = realm;
      for (const user of this.users) {
        if (!user.online) lines.push(`${user.name} is not connected`);
        else if (room !== undefined) lines.push(...(await missingFor(user, room.place, [...USERS, ...roomPeople])));
      }
      lines.push(...(await realm.missing()));
    }
    return lines;
  }

  stop(): void {
    this.hush();
    for (const user of this.users) user.stop();
  }
}

/** Each token once: what seems not to have been said may have been. */
async function say(one: Speaker): Promise<boolean> {
  one.n += 1;
  return await one.say(tokenText({ ...one.token, n: one.n }));
}

async function missingFor(user: XmppUser, place: string, expected: readonly string[]): Promise<readonly string[]> {
  const people = user.people(place);
  if (people === undefined) return [`${user.name} is not in ${place}`];
  if ((await user.isIn(place)) !== true) return [`${user.name} gets no answer from ${place} that she is in it`];
  return lacking(people, expected, `${user.name} in ${place}`);
}
