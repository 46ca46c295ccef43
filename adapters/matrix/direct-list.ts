// Which rooms are direct chats, and with whom (client-server API, 11.20: `m.direct`). The homeserver's list is written last of all, by whoever
// made or took the chat; so that nothing of what is said until then is missed, the rooms themselves tell it too.

import { type Fields, fields, type RoomEvent, text, texts } from './fields.ts';
import type { Me } from './me.ts';

/** Who is there beside the user: `crowd` makes it a room like others. */
export type Standing = 'together' | 'invited' | 'alone' | 'crowd' | 'gone';

export interface Direct {
  readonly person: string;
  /** Whether the homeserver's list was seen with it: only then is it no direct chat any more when that lacks it. */
  readonly isListed: boolean;
  /** As it is now. Undefined until it was looked at, and again when somebody came or went. */
  standing?: Standing | undefined;
  /** Whether there are more than two, as far as the sync has told. Undefined in the same way. */
  isCrowd?: boolean | undefined;
}

/** In the creation of a room that was made here: `<when>-<Matrix id>`. */
export const MARK = 'org.viaduct.direct';

export class DirectList {
  readonly #me: Me;
  readonly #byRoom = new Map<string, Direct>();
  /** The list is read, changed and written by one at a time. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(me: Me) {
    this.#me = me;
  }

  /** @throws BridgeError by rejection. */
  async load(): Promise<void> {
    this.take(await this.#read());
  }

  /** The content of `m.direct`, as it is now. @returns who is new in it. */
  take(content: Fields): readonly string[] {
    const now = new Map<string, string>();
    for (const [person, rooms] of Object.entries(content)) for (const room of texts(rooms)) now.set(room, person);
    for (const [room, { person, isListed }] of this.#byRoom) {
      if (isListed && now.get(room) !== person) this.#byRoom.delete(room);
    }
    const fresh = new Set<string>();
    for (const [room, person] of now) {
      const known = this.#byRoom.get(room);
      if (known?.isListed === true) continue;
      if (known === undefined) fresh.add(person);
      const { standing, isCrowd } = known?.person === person ? known : {};
      this.#byRoom.set(room, { person, isListed: true, standing, isCrowd });
    }
    return [...fresh];
  }

  /** A room that may have become one just now, by what it says of itself. @returns with whom. */
  learn(roomId: string, events: readonly RoomEvent[]): string | undefined {
    if (this.#byRoom.has(roomId)) return undefined;
    const person = personOf(events, this.#me.userId);
    if (person !== undefined) this.add(roomId, person);
    return person;
  }
  add(roomId: string, person: string): void {
    if (this.#byRoom.get(roomId)?.person !== person) this.#byRoom.set(roomId, { person, isListed: false });
  }
  /** It has not become one after all. */
  drop(roomId: string): void {
    if (this.#byRoom.get(roomId)?.isListed === false) this.#byRoom.delete(roomId);
  }

  get(roomId: string): Direct | undefined {
    return this.#byRoom.get(roomId);
  }
  of(person: string): readonly (readonly [string, Direct])[] {
    return [...this.#byRoom].filter(([, direct]) => direct.person === person);
  }
  get rooms(): Iterable<string> {
    return this.#byRoom.keys();
  }
  /** With whom there is a direct chat, or was one. */
  get people(): readonly string[] {
    return [...new Set([...this.#byRoom.values()].map(({ person }) => person))];
  }
  isKnown(person: string): boolean {
    for (const direct of this.#byRoom.values()) if (direct.person === person) return true;
    return false;
  }

  /** Somebody came or went: whoever is looking just now looks at what was. */
  changed(roomId: string): void {
    const direct = this.#byRoom.get(roomId);
    if (direct !== undefined) this.#byRoom.set(roomId, { ...direct, standing: undefined, isCrowd: undefined });
  }

  /** Puts the room on the homeserver's list. @throws BridgeError by rejection. */
  async write(roomId: string, person: string): Promise<void> {
    this.add(roomId, person);
    const written = this.#writing.then(async () => {
      // As it is there now: other clients write it too.
      const content = await this.#read();
      const rooms = texts(content[person]);
      if (!rooms.includes(roomId)) await this.#me.api.put(this.#path, { ...content, [person]: [...rooms, roomId] });
    });
    this.#writing = written.catch(() => undefined);
    await written;
  }

  async #read(): Promise<Fields> {
    return (await this.#me.api.find(...this.#path)) ?? {};
  }
  get #path(): readonly string[] {
    return ['user', this.#me.userId, 'account_data', 'm.direct'];
  }
}

/** Whose direct chat a room is by its creation or by an invitation with `is_direct` (client-server API, `m.room.member`). */
function personOf(events: readonly RoomEvent[], userId: string): string | undefined {
  const creation = events.find(({ type }) => type === 'm.room.create');
  const mark = text(fields(creation?.content)[MARK]);
  if (creation?.sender === userId && mark !== '') return mark.slice(mark.indexOf('-') + 1);
  for (const { type, stateKey, content, before, sender, senderBefore } of events) {
    if (type !== 'm.room.member' || stateKey === undefined) continue;
    const isHers = stateKey === userId;
    if (content['is_direct'] === true && content['membership'] === 'invite' && sender === userId) return stateKey;
    if (before['is_direct'] !== true || before['membership'] !== 'invite') continue;
    const inviter = senderBefore || text(creation?.sender);
    if (isHers && inviter !== '' && inviter !== userId) return inviter;
    if (!isHers && inviter === userId) return stateKey;
  }
  return undefined;
}
