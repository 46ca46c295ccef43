// Direct chats: which room is the conversation with whom, found before one is made, and made once.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { words } from '../../src/model/words.ts';
import { type Direct, DirectList, MARK, type Standing } from './direct-list.ts';
import { closed } from './errors.ts';
import { type Fields, fields, list, type RoomEvent, text } from './fields.ts';
import { CREATIONS } from './filters.ts';
import type { Me } from './me.ts';
import type { Rooms } from './rooms.ts';

/** Of a room that is being made: its mark, by person. */
const MAKING = 'direct:';
/** Of an invitation that is being taken: the person, by room. */
const TAKING = 'taking:';
/** After a room was asked for and no answer came: how long it is looked for, and how often. */
const MAKING_MS = 10_000;
const LOOK_MS = 1_000;
const UNKNOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['timeout', 'network-down']);

export class Directs {
  readonly #me: Me;
  readonly #rooms: Rooms;
  readonly #list: DirectList;
  readonly #invites = new Map<string, string>();
  readonly #making = new Map<string, Promise<string>>();

  constructor(me: Me, rooms: Rooms) {
    this.#me = me;
    this.#rooms = rooms;
    this.#list = new DirectList(me);
  }

  /** Also what was begun in an earlier life. @throws BridgeError by rejection. */
  async load(): Promise<void> {
    await this.#list.load();
    const { state } = this.#me;
    for (const [key, person] of await state.list(TAKING)) {
      const roomId = key.slice(TAKING.length);
      if ((await this.#look(roomId, person)) === 'gone') await state.delete(key);
      else await this.#taken(roomId, person);
    }
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

  has(roomId: string): boolean {
    return this.#list.get(roomId) !== undefined;
  }
  isKnown(person: string): boolean {
    return this.#list.isKnown(person);
  }

  /** Somebody came or went. */
  changed(roomId: string): void {
    this.#list.changed(roomId);
  }

  /** Whose conversation the room is; undefined where it is that of more than two. @throws BridgeError by rejection. */
  async personIn(roomId: string): Promise<Participant | undefined> {
    const direct = this.#list.get(roomId);
    if (direct === undefined) return undefined;
    const standing = await this.#standing(roomId, direct);
    return standing === 'crowd' || standing === 'gone' ? undefined : this.#me.stranger(direct.person);
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

  invited(person: string, roomId: string): void {
    this.#invites.set(person, roomId);
  }

  /** Takes an invitation to a direct chat. @throws BridgeError by rejection, `not-found` where there is none. */
  async accept(person: string, signal?: AbortSignal): Promise<string> {
    const { api, names, state } = this.#me;
    const roomId = this.#invites.get(person);
    if (roomId === undefined)
      throw new BridgeError('not-found', words`There is no invitation to a chat with this person.`);
    // Noted before: the inviter may speak before the answer is here, and nothing else would tell that she means the user.
    await state.put(TAKING + roomId, person);
    this.#list.add(roomId, person);
    const join = { method: 'POST', path: ['join', roomId], body: {}, asking: 'join' } as const;
    await api.request({ ...join, query: { via: names.via(roomId) }, ...(signal && { signal }) });
    this.#invites.delete(person);
    this.#list.changed(roomId);
    await this.#taken(roomId, person);
    return roomId;
  }
  async #taken(roomId: string, person: string): Promise<void> {
    try {
      await this.#list.write(roomId, person);
      await this.#me.state.delete(TAKING + roomId);
    } catch (error) {
      if (this.#me.hasEnded || !(error instanceof BridgeError)) throw error;
      this.#me.host.log.warn('a direct chat could not be put on the list of the homeserver', { error });
    }
  }

  /** @throws BridgeError by rejection. */
  async decline(person: string): Promise<void> {
    const roomId = this.#invites.get(person);
    if (roomId === undefined) return;
    this.#invites.delete(person);
    await this.#me.api.post(['rooms', roomId, 'leave'], {});
  }

  async #standing(roomId: string, direct: Direct): Promise<Standing> {
    direct.standing ??= await this.#look(roomId, direct.person);
    return direct.standing;
  }

  async #look(roomId: string, person: string): Promise<Standing> {
    const { api, people, userId } = this.#me;
    const path = ['rooms', roomId, 'members'];
    let members: readonly Fields[];
    try {
      members = list((await api.request({ method: 'GET', path, query: { not_membership: 'leave' } }))['chunk']);
    } catch (error) {
      if (error instanceof BridgeError && (error.code === 'forbidden' || error.code === 'not-found')) return 'gone';
      throw error;
    }
    const there = new Map(members.map((member) => [text(member['state_key']), fields(member['content'])] as const));
    const of = (who: string): string => text(there.get(who)?.['membership']);
    if (of(userId) !== 'join') return 'gone';
    const others = [...there.keys()].filter((who) => who !== userId && ['join', 'invite'].includes(of(who)));
    const [only, another] = others;
    if (only === undefined) return 'alone';
    if (another !== undefined || only !== person) return 'crowd';
    people.person(person, text(there.get(person)?.['displayname']), 'none');
    return of(person) === 'join' ? 'together' : 'invited';
  }

  async #findOrMake(person: string): Promise<string> {
    if (this.#invites.has(person)) return await this.accept(person);
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
