// Direct chats (client-server API, 11.20: `m.direct`): which room is the conversation with whom, found before one is made, and made once.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { closed } from './errors.ts';
import { type Fields, fields, list, text, texts } from './fields.ts';
import { CREATIONS } from './filters.ts';
import type { Me } from './me.ts';
import type { Rooms } from './rooms.ts';

/** Who is there beside the user: `crowd` makes it a room like others. */
type Standing = 'together' | 'invited' | 'alone' | 'crowd' | 'gone';

export interface Direct {
  readonly person: string;
  /** Undefined until it was looked at, and again when somebody came or went. */
  standing?: Standing | undefined;
}

const KEY = 'direct:';
const MARK = 'org.viaduct.direct';
/** After a room was asked for and no answer came: how long it is looked for, and how often. */
const MAKING_MS = 10_000;
const LOOK_MS = 1_000;
const UNKNOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['timeout', 'network-down']);

export class Directs {
  readonly #me: Me;
  readonly #rooms: Rooms;
  readonly #byRoom = new Map<string, Direct>();
  readonly #invites = new Map<string, string>();
  readonly #making = new Map<string, Promise<string>>();

  constructor(me: Me, rooms: Rooms) {
    this.#me = me;
    this.#rooms = rooms;
  }

  /** @throws BridgeError by rejection. */
  async load(): Promise<void> {
    this.take((await this.#me.api.find(...this.#path)) ?? {});
  }

  /** The content of `m.direct`, as it is now. @returns who is new in it. */
  take(content: Fields): readonly string[] {
    const now = new Map<string, string>();
    for (const [person, rooms] of Object.entries(content)) for (const room of texts(rooms)) now.set(room, person);
    for (const [room, { person }] of this.#byRoom) if (now.get(room) !== person) this.#byRoom.delete(room);
    const fresh = new Set<string>();
    for (const [room, person] of now) {
      if (this.#byRoom.has(room)) continue;
      this.#byRoom.set(room, { person });
      fresh.add(person);
    }
    return [...fresh];
  }

  /** With whom there is a direct chat, or was one. */
  get people(): readonly string[] {
    return [...new Set([...this.#byRoom.values()].map(({ person }) => person))];
  }
  /** Whether they still have one, encrypted or not. @throws BridgeError by rejection. */
  async isOpenWith(person: string): Promise<boolean> {
    for (const [roomId, direct] of this.#byRoom) {
      if (direct.person !== person) continue;
      const standing = await this.#standing(roomId, direct);
      if (standing === 'together' || standing === 'invited') return true;
    }
    return false;
  }

  has(roomId: string): boolean {
    return this.#byRoom.has(roomId);
  }
  isKnown(person: string): boolean {
    for (const direct of this.#byRoom.values()) if (direct.person === person) return true;
    return false;
  }

  /** Somebody came or went. */
  changed(roomId: string): void {
    const direct = this.#byRoom.get(roomId);
    if (direct !== undefined) direct.standing = undefined;
  }

  /** Whose conversation the room is; undefined where it is that of more than two. @throws BridgeError by rejection. */
  async personIn(roomId: string): Promise<Participant | undefined> {
    const direct = this.#byRoom.get(roomId);
    if (direct === undefined) return undefined;
    const standing = await this.#standing(roomId, direct);
    return standing === 'crowd' || standing === 'gone' ? undefined : this.#me.stranger(direct.person);
  }

  /** The room, if there is one already. @throws BridgeError by rejection. */
  async find(person: string): Promise<string | undefined> {
    const found: Partial<Record<Standing, string>> = {};
    for (const [roomId, direct] of this.#byRoom) {
      if (direct.person !== person) continue;
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
    const roomId = this.#invites.get(person);
    if (roomId === undefined) throw new BridgeError('not-found', 'There is no invitation to a chat with this person.');
    const join = { method: 'POST', path: ['join', roomId], body: {}, asking: 'join' } as const;
    await this.#me.api.request({ ...join, query: { via: this.#me.names.via(roomId) }, ...(signal && { signal }) });
    this.#invites.delete(person);
    await this.#note(person, roomId);
    return roomId;
  }

  /** @throws BridgeError by rejection. */
  async decline(person: string): Promise<void> {
    const roomId = this.#invites.get(person);
    if (roomId === undefined) return;
    this.#invites.delete(person);
    await this.#me.api.post(['rooms', roomId, 'leave'], {});
  }

  get #path(): readonly string[] {
    return ['user', this.#me.userId, 'account_data', 'm.direct'];
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
    if (found !== undefined) return found;
    if (person === this.#me.userId) throw new BridgeError('not-found', 'That is your own Matrix id.');
    await this.#mustExist(person);
    return await this.#make(person);
  }

  /** Homeservers let one invite somebody who does not exist. */
  async #mustExist(person: string): Promise<void> {
    const found = await this.#me.api.find('profile', person).catch(() => ({}));
    if (found === undefined) throw new BridgeError('not-found', `There is nobody called ${person} on Matrix.`);
  }

  /** There is no transaction id for making a room: it bears a mark instead, which is noted before. */
  async #make(person: string): Promise<string> {
    const { state, host } = this.#me;
    const before = await state.get(KEY + person);
    const mark = before ?? `${host.clock.now().toString(36)}-${person}`;
    if (before === undefined) await state.put(KEY + person, mark);
    const roomId = (before === undefined ? undefined : await this.#made(mark)) ?? (await this.#create(person, mark));
    await this.#note(person, roomId);
    await state.delete(KEY + person);
    return roomId;
  }

  /** The homeserver may still be about to make it, though nobody waits for its answer any more. */
  async #made(mark: string): Promise<string | undefined> {
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
      if (!isUnknown) await this.#me.state.delete(KEY + person);
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

  async #note(person: string, roomId: string): Promise<void> {
    this.#byRoom.set(roomId, { person });
    // As it is there now: other clients write it too.
    const content = (await this.#me.api.find(...this.#path)) ?? {};
    const rooms = texts(content[person]);
    if (rooms.includes(roomId)) return;
    await this.#me.api.put(this.#path, { ...content, [person]: [...rooms, roomId] });
  }
}
