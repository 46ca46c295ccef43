// Scenes for the contract of networks: each test has a room, a user and a foreigner of its own in a network that all share.

import type { AnyEvent } from '../../src/model/events.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { NetworkDriver, NetworkWorld, Scene } from './network-driver.ts';
import { Visitor } from './network-visitor.ts';

export class Scenes {
  readonly driver: NetworkDriver;
  readonly #visitors: Visitor[] = [];
  #world: NetworkWorld | undefined;
  #count = 0;

  constructor(driver: NetworkDriver) {
    this.driver = driver;
  }

  async start(): Promise<void> {
    this.#world = await this.driver.start();
  }
  async stop(): Promise<void> {
    await Promise.all(this.#visitors.map(({ session }) => session.close('shutdown')));
    await this.#world?.stop();
  }

  /** Else every conversation is with one other person. */
  get hasRooms(): boolean {
    return this.driver.create().capabilities.accepts.includes('join');
  }
  /** There is something like a connection, which can be lost. */
  get hasConnections(): boolean {
    return this.driver.create().capabilities.reports.includes('disconnected');
  }

  get world(): NetworkWorld {
    if (this.#world === undefined) throw new Error('the network is not started');
    return this.#world;
  }

  async visitor(nick: string): Promise<Visitor> {
    const visitor = await Visitor.open(this.world.network, this.world.account(nick));
    this.#visitors.push(visitor);
    return visitor;
  }

  async scene(joined = true): Promise<Scene> {
    const n = ++this.#count;
    const nick = `juliet${n}`;
    const other = await this.world.foreigner(`nurse${n}`);
    const room = await this.world.newRoom(`balcony${n}`, other);
    const me = await this.visitor(nick);
    if (joined && this.hasRooms) await me.join(room);
    return { me, nick, other, room };
  }
}

let barriers = 0;

/** Everything that happened in the room before has come by then. */
export async function barrier({ me, other, room }: Pick<Scene, 'me' | 'other' | 'room'>): Promise<void> {
  const text = `barrier ${++barriers}`;
  await other.say(room, text);
  await me.until('said', ({ message }) => message.body.text === text);
}

export function kindsOf(me: Visitor, room: ConversationId): readonly AnyEvent['kind'][] {
  return me.events.flatMap((event) => ('conversation' in event && event.conversation === room ? [event.kind] : []));
}

export function nicksIn(me: Visitor, room: ConversationId): readonly string[] {
  return [...me.opened(room).participants.values()].map((who) => who.nick);
}
