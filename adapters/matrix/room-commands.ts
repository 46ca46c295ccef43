// What the user does to rooms, to people in them and to herself: topics, ranks, putting out, inviting, her name and her presence.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Presence } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import { type Text, words } from '../../src/model/words.ts';
import { sayable } from './bodies-out.ts';
import type { Directs } from './directs.ts';
import { notJoined } from './errors.ts';
import { text } from './fields.ts';
import type { Me } from './me.ts';
import { localOf, personOf } from './names.ts';
import type { MatrixRoom } from './room.ts';
import type { Rooms } from './rooms.ts';

const MOST_NAME_CHARS = 255;

export function nickProblem(nick: string): Text | undefined {
  const { length } = sayable(nick).trim();
  return length > 0 && length <= MOST_NAME_CHARS ? undefined : words`This is no possible name on Matrix.`;
}

const SHOWN: Readonly<Record<Presence['show'], Me['presence']>> = {
  online: 'online',
  chat: 'online',
  away: 'unavailable',
  xa: 'unavailable',
  dnd: 'unavailable',
  offline: 'offline',
};

export class RoomCommands {
  readonly #me: Me;
  readonly #rooms: Rooms;
  readonly #directs: Directs;

  constructor(me: Me, rooms: Rooms, directs: Directs) {
    this.#me = me;
    this.#rooms = rooms;
    this.#directs = directs;
  }

  async setTopic({ conversation, text: topic }: CommandOf<'setTopic'>): Promise<void> {
    const roomId = this.#idOf(conversation);
    await this.#me.api.put(['rooms', roomId, 'state', 'm.room.topic', ''], { topic: sayable(topic) });
    const room = this.#rooms.at(roomId);
    if (room !== undefined) this.#me.emitAll(room.setTopic(sayable(topic), this.#me.userId, this.#me.host.clock.now()));
  }

  async setRank({ conversation, who, rank, reason }: CommandOf<'setRank'>): Promise<void> {
    const room = this.#open(conversation);
    if (rank === 'outcast') return await this.#put(room.roomId, 'ban', who, reason);
    if (rank === 'none' && !room.participants.has(who)) return await this.#put(room.roomId, 'unban', who, reason);
    const path = ['rooms', room.roomId, 'state', 'm.room.power_levels', ''];
    // As they are now, or another's change would be undone.
    room.levels.setLevels((await this.#me.api.find(...path)) ?? {});
    await this.#me.api.put(path, room.levels.with(who, room.levels.levelOf(rank)));
  }

  async eject({ conversation, who, ban, reason }: CommandOf<'eject'>): Promise<void> {
    await this.#put(this.#idOf(conversation), ban ? 'ban' : 'kick', who, reason);
  }

  async invite({ conversation, who, reason }: CommandOf<'invite'>): Promise<void> {
    const roomId = this.#idOf(conversation);
    const person = personOf(this.#me.names.parse(who).conversation);
    if (person === undefined) throw new BridgeError('malformed', words`Only people can be invited.`);
    await this.#put(roomId, 'invite', person, reason);
  }

  /** To somebody who wants a direct chat. */
  async answer({ conversation, allow }: CommandOf<'answer'>): Promise<void> {
    const person = personOf(conversation);
    if (person === undefined) throw new BridgeError('malformed', words`Only a person can be answered.`);
    await this.#directs.answer(person, allow);
  }

  async setNick({ nick, only }: CommandOf<'setNick'>): Promise<void> {
    const { api, userId } = this.#me;
    const isAsEverywhere = only !== undefined && nick === '';
    const named = isAsEverywhere ? text((await api.find('profile', userId))?.['displayname']) || localOf(userId) : nick;
    const problem = nickProblem(named);
    if (problem !== undefined) throw new BridgeError('nick-invalid', problem);
    const displayname = sayable(named).trim();
    if (only !== undefined) return await this.#callIn(this.#open(only), displayname);
    await api.put(['profile', userId, 'displayname'], { displayname });
    for (const room of this.#rooms.all()) this.#me.emitAll(room.rename(userId, displayname));
  }

  /** In one room alone (client-server API, `m.room.member`). */
  async #callIn(room: MatrixRoom, displayname: string): Promise<void> {
    const { api, userId } = this.#me;
    const path = ['rooms', room.roomId, 'state', 'm.room.member', userId];
    await api.put(path, { ...(await api.find(...path)), membership: 'join', displayname });
    this.#me.emitAll(room.rename(userId, displayname));
  }

  async appear({ presence }: CommandOf<'appear'>): Promise<void> {
    const me = this.#me;
    me.presence = SHOWN[presence.show];
    const { status } = presence;
    const body = { presence: me.presence, ...(status !== undefined && { status_msg: sayable(status) }) };
    await me.api.request({ method: 'PUT', path: ['presence', me.userId, 'status'], body, once: true });
  }

  async #put(roomId: string, how: 'ban' | 'unban' | 'kick' | 'invite', who: string, reason?: string): Promise<void> {
    const body = { user_id: who, ...(reason !== undefined && reason !== '' && { reason: sayable(reason) }) };
    await this.#me.api.post(['rooms', roomId, how], body);
  }

  #idOf(conversation: ConversationId): string {
    const roomId = this.#rooms.idOf(conversation);
    if (roomId === undefined) throw notJoined();
    return roomId;
  }
  #open(conversation: ConversationId): MatrixRoom {
    const room = this.#rooms.named(conversation);
    if (room === undefined) throw notJoined();
    return room;
  }
}
