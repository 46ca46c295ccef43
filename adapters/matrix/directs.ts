// Direct chats: which room is the conversation with whom, found before one is made, and made once.

import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { words } from '../../src/model/words.ts';
import { DirectInvites } from './direct-invites.ts';
import { type Direct, DirectList, MARK, type Standing } from './direct-list.ts';
import { type HeardDirect, meantForHer, membersOf } from './direct-members.ts';
import { closed } from './errors.ts';
import { type Fields, fields, list, type RoomEvent, text } from './fields.ts';
import { CREATIONS } from './filters.ts';
import type { Me } from './me.ts';
import type { Rooms } from './rooms.ts';

/** Of a room that is being made: its mark, by person. */
const MAKING = 'direct:';
/** After a room was asked for and no answer came: how long it is looked for, and how often. */
const MAKING_MS = 10_000;
const LOOK_MS = 1_000;
const UNKNOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['timeout', 'network-down']);

export class Directs {
  readonly #me: Me;
  readonly #rooms: Rooms;
  readonly #list: DirectList;
  readonly invites: DirectInvites;
  readonly #making = new Map<string, Promise<string>>();

  constructor(me: Me, rooms: Rooms) {
    this.#me = me;
    this.#rooms = rooms;
    this.#list = new DirectList(me);
    this.invites = new DirectInvites(me, this.#list);
  }

  /** Also what was begun in an earlier life. @throws BridgeError by rejection. */
  async load(): Promise<void> {
    await this.#list.load();
    await this.invites.load();
    const { state } = this.#me;
    for (const [key, mark] of await state.list(MAKING)) {
      const roomId = await this.#marked(mark);
      if (roomId !== undefined) this.#list.add(roomId, key.slice(MAKING.length));
    }
  }

  /** The content of `m.direct`, as it is now. @returns who is new in it. */
  take(content: Fields): readonly string[] {
    return this.#list.take(content);
  }
  /** A room that may have become a direct chat just now. @returns whose, where it has. */
  learn(roomId: string, events: readonly RoomEvent[]): string | undefined {
    return this.#list.learn(roomId, events);
  }

  get people(): readonly string[] {
    return this.#list.people;
  }
  /** Whether they still have one, encrypted or not. @throws BridgeError by rejection. */
  async isOpenWith(person: string): Promise<boolean> {
    for (const [roomId, direct] of this.#list.of(person)) {
      const standing = await this.#standing(roomId, direct);
      if (standing === 'together' || standing === 'invited') return true;
    }
    return false;
  }

  get rooms(): Iterable<string> {
    return this.#list.rooms;
  }
  /** With whom the room is a direct chat, or was one. */
  personOf(roomId: string): string | undefined {
    return this.#list.get(roomId)?.person;
  }
  isKnown(person: string): boolean {
    return this.#list.isKnown(person);
  }

  /** Somebody came or went. */
  changed(roomId: string): void {
    this.#list.changed(roomId);
  }

  /**
   * What of these events, in order, was said in a direct chat; undefined where the room is none. `isSame`: nobody came or went. `at`: the
   * token of the sync that has brought them, where the user is still there. @throws BridgeError by rejection.
   */
  async heard(
    roomId: string,
    events: readonly RoomEvent[],
    { isSame, at }: { readonly isSame: boolean; readonly at: string | undefined },
  ): Promise<HeardDirect | undefined> {
    const direct = this.#list.get(roomId);
    if (direct === undefined) return undefined;
    const { person, isCrowd } = direct;
    if (isSame && isCrowd !== undefined) return { events: isCrowd ? [] : events, isStill: !isCrowd };
    const members = await membersOf(this.#me, roomId, { person, at });
    if (members === undefined) return undefined;
    const { others, standing } = members;
    direct.isCrowd = standing === 'crowd';
    const hers = meantForHer(events, { person, others, userId: this.#me.userId });
    return { events: hers, isStill: !direct.isCrowd };
  }

  /** The room, if there is one already. @throws BridgeError by rejection. */
  async find(person: string): Promise<string | undefined> {
    const found: Partial<Record<Standing, string>> = {};
    for (const [roomId, direct] of this.#list.of(person)) {
      const standing = await this.#standing(roomId, direct);
      if (standing !== 'together' && standing !== 'invited') continue;
      // What is said here must not stand in the clear where she believes it is not.
      if (await this.#rooms.isEncrypted(roomId)) continue;
      found[standing] ??= roomId;
    }
    return found.together ?? found.invited;
  }

  /** The room, made where there is none. @throws BridgeError by rejection. */
  async roomWith(person: string): Promise<string> {
    const making = this.#making.get(person);
    if (making !== undefined) return await making;
    const found = this.#findOrMake(person);
    this.#making.set(person, found);
    try {
      return await found;
    } finally {
      this.#making.delete(person);
    }
  }

  /** To whoever has asked for a direct chat. @throws BridgeError by rejection, `not-found` where there is no invitation. */
  async answer(person: string, allow: boolean): Promise<void> {
    if (!allow) return await this.invites.decline(person);
    const taken = await orNothing(this.invites.accept(person));
    // She may have said so before, here or with another client.
    if (taken === undefined && !(await this.isOpenWith(person)))
      throw new BridgeError('not-found', words`There is no invitation to a chat with this person.`);
  }

  async #standing(roomId: string, direct: Direct): Promise<Standing> {
    if (direct.standing !== undefined) return direct.standing;
    const members = await membersOf(this.#me, roomId, direct);
    direct.standing = members?.isIn === true ? members.standing : 'gone';
    return direct.standing;
  }

  async #findOrMake(person: string): Promise<string> {
    await orNothing(this.invites.accept(person));
    const found = await this.find(person);
    if (found !== undefined) {
      // The homeserver could not put it on its list when it was made.
      if (this.#list.get(found)?.isListed === false) await this.#made(person, found);
      return found;
    }
    if (person === this.#me.userId) throw new BridgeError('not-found', words`That is your own Matrix id.`);
    await this.#mustExist(person);
    return await this.#make(person);
  }

  /** Homeservers let one invite somebody who does not exist. */
  async #mustExist(person: string): Promise<void> {
    const found = await this.#me.api.find('profile', person).catch(() => ({}));
    if (found === undefined) throw new BridgeError('not-found', words`There is nobody called ${person} on Matrix.`);
  }

  /** There is no transaction id for making a room: it bears a mark instead, which is noted before. */
  async #make(person: string): Promise<string> {
    const { state, host } = this.#me;
    const before = await state.get(MAKING + person);
    const mark = before ?? `${host.clock.now().toString(36)}-${person}`;
    if (before === undefined) await state.put(MAKING + person, mark);
    const found = before === undefined ? undefined : await this.#lookFor(mark);
    const roomId = found ?? (await this.#create(person, mark));
    await this.#made(person, roomId);
    return roomId;
  }

  async #made(person: string, roomId: string): Promise<void> {
    await this.#list.write(roomId, person);
    await this.#me.state.delete(MAKING + person);
  }

  /** The homeserver may still be about to make it, though nobody waits for its answer any more. */
  async #lookFor(mark: string): Promise<string | undefined> {
    const { clock } = this.#me.host;
    const until = clock.monotonic() + MAKING_MS;
    for (;;) {
      const found = await this.#marked(mark);
      if (found !== undefined || clock.monotonic() >= until) return found;
      if (this.#me.hasEnded) throw closed();
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    }
  }

  /** @throws BridgeError by rejection. */
  async #create(person: string, mark: string): Promise<string> {
    const plan = { preset: 'trusted_private_chat', is_direct: true, invite: [person] };
    try {
      const made = await this.#me.api.post(['createRoom'], { ...plan, creation_content: { [MARK]: mark } });
      return text(made['room_id']);
    } catch (error) {
      const isUnknown = !(error instanceof BridgeError) || UNKNOWN.has(error.code);
      // A refusal leaves nothing to look for.
      if (!isUnknown) await this.#me.state.delete(MAKING + person);
      throw error;
    }
  }

  async #marked(mark: string): Promise<string | undefined> {
    const query = { filter: CREATIONS, timeout: '0', set_presence: this.#me.presence };
    const answer = await this.#me.api.request({ method: 'GET', path: ['sync'], query });
    for (const [roomId, room] of Object.entries(fields(fields(answer['rooms'])['join']))) {
      const state = list(fields(fields(room)['state'])['events']);
      if (state.some(({ content }) => text(fields(content)[MARK]) === mark)) return roomId;
    }
    return undefined;
  }
}

/** Undefined for what is not there. @throws BridgeError by rejection for all else. */
async function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'not-found') return undefined;
    throw error;
  }
}
