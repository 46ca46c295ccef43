// Somebody on Matrix who does not come through us, or another device of somebody who does: every call plain HTTP of our own.

import { randomUUID } from 'node:crypto';
import { type Json, list, MatrixError, matrixCall, object, text } from './matrix-http.ts';
import { eventIn, type MatrixEvent, MatrixSync } from './matrix-sync.ts';

const V3 = '_matrix/client/v3';
const PAGE = 200;
const MOST_PAGES = 50;
/** Nothing that comes between two looks may be left out. */
const FILTER = JSON.stringify({ room: { timeline: { limit: 1_000 } } });

/** A picture that can be made smaller and larger. */
export const SQUARE =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mPQqzWiKWIYtWDUglELRi0YtWDUglELRi0YtWDUglELhooFAHYwdC75A9uCAAAAAElFTkSuQmCC';

export interface RoomPlan {
  readonly name?: string;
  readonly topic?: string;
  /** Local part of an alias; the room is then open to everybody. */
  readonly alias?: string;
  readonly open?: boolean;
  readonly direct?: boolean;
  readonly invite?: readonly string[];
}

export interface MatrixLogin {
  readonly name: string;
  readonly password: string;
}

export class MatrixPerson {
  readonly url: string;
  /** `@name:server`. */
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly token: string;
  readonly device: string;
  readonly sync: MatrixSync;

  static async register(url: string, { name, password }: MatrixLogin): Promise<MatrixPerson> {
    const body = { username: name, password, auth: { type: 'm.login.dummy' } };
    const answer = await matrixCall(url, { method: 'POST', path: [V3, 'register'], body });
    return new MatrixPerson(url, { name, password }, answer);
  }

  static async login(url: string, { name, password }: MatrixLogin): Promise<MatrixPerson> {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password };
    return new MatrixPerson(
      url,
      { name, password },
      await matrixCall(url, { method: 'POST', path: [V3, 'login'], body }),
    );
  }

  /** Signed in with what the server answered. */
  constructor(url: string, { name, password }: MatrixLogin, answer: Json) {
    this.url = url;
    this.name = name;
    this.password = password;
    this.id = text(answer['user_id']);
    this.token = text(answer['access_token']);
    this.device = text(answer['device_id']);
    this.sync = new MatrixSync((since, timeout) => this.#ask(since, timeout));
  }

  /** @throws MatrixError. */
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: readonly string[], body?: Json): Promise<Json> {
    return matrixCall(this.url, { method, path, token: this.token, ...(body !== undefined && { body }) });
  }

  anotherDevice(): Promise<MatrixPerson> {
    return MatrixPerson.login(this.url, this);
  }
  /** Ids of the devices that are signed in. */
  async devices(): Promise<readonly string[]> {
    const answer = await this.call('GET', [V3, 'devices']);
    return list(answer['devices']).map((one) => text(object(one)['device_id']));
  }
  /** Every token of hers ends, her own too. */
  async logoutEverywhere(): Promise<void> {
    await this.call('POST', [V3, 'logout', 'all'], {});
  }
  async setDisplayName(displayname: string): Promise<void> {
    await this.call('PUT', [V3, 'profile', this.id, 'displayname'], { displayname });
  }
  async setPresence(presence: 'online' | 'unavailable' | 'offline', status?: string): Promise<void> {
    const body = { presence, ...(status !== undefined && { status_msg: status }) };
    await this.call('PUT', [V3, 'presence', this.id, 'status'], body);
  }

  /** @returns the id of the room. */
  async createRoom({ name, topic, alias, open, direct, invite }: RoomPlan = {}): Promise<string> {
    const answer = await this.call('POST', [V3, 'createRoom'], {
      preset: direct ? 'trusted_private_chat' : alias !== undefined || open ? 'public_chat' : 'private_chat',
      ...(name !== undefined && { name }),
      ...(topic !== undefined && { topic }),
      ...(alias !== undefined && { room_alias_name: alias }),
      ...(direct && { is_direct: true }),
      ...(invite !== undefined && { invite }),
    });
    const room = text(answer['room_id']);
    if (direct && invite?.[0] !== undefined) await this.#noteDirect(invite[0], room);
    return room;
  }

  /** An id or an alias. @returns the id. */
  async join(room: string): Promise<string> {
    return text((await this.call('POST', [V3, 'join', room], {}))['room_id']);
  }
  async leave(room: string): Promise<void> {
    await this.call('POST', [V3, 'rooms', room, 'leave'], {});
  }
  async invite(room: string, user: string): Promise<void> {
    await this.call('POST', [V3, 'rooms', room, 'invite'], { user_id: user });
  }
  async kick(room: string, user: string, reason?: string): Promise<void> {
    await this.call('POST', [V3, 'rooms', room, 'kick'], { user_id: user, ...(reason !== undefined && { reason }) });
  }
  async ban(room: string, user: string, reason?: string): Promise<void> {
    await this.call('POST', [V3, 'rooms', room, 'ban'], { user_id: user, ...(reason !== undefined && { reason }) });
  }
  async setState(room: string, type: string, content: Json, key = ''): Promise<void> {
    await this.call('PUT', [V3, 'rooms', room, 'state', type, key], content);
  }
  /** A picture in the content repository. @returns its address. */
  async upload(base64: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'image/png', connection: 'close' };
    const body = Buffer.from(base64, 'base64');
    const answer = await fetch(`${this.url}/_matrix/media/v3/upload`, { method: 'POST', headers, body });
    const address = text(object(await answer.json())['content_uri']);
    if (address === '') throw new Error(`the homeserver took no picture: ${answer.status}`);
    return address;
  }
  setName(room: string, name: string): Promise<void> {
    return this.setState(room, 'm.room.name', { name });
  }
  setTopic(room: string, topic: string): Promise<void> {
    return this.setState(room, 'm.room.topic', { topic });
  }
  /** 100 is an administrator, 50 a moderator. */
  async setPower(room: string, user: string, power: number): Promise<void> {
    const now = await this.call('GET', [V3, 'rooms', room, 'state', 'm.room.power_levels', '']);
    await this.setState(room, 'm.room.power_levels', { ...now, users: { ...object(now['users']), [user]: power } });
  }

  /** @returns the id of the event. */
  async send(room: string, type: string, content: Json): Promise<string> {
    const path = [V3, 'rooms', room, 'send', type, randomUUID()];
    return text((await this.call('PUT', path, content))['event_id']);
  }
  say(room: string, body: string, kind: 'm.text' | 'm.emote' | 'm.notice' = 'm.text'): Promise<string> {
    return this.send(room, 'm.room.message', { msgtype: kind, body });
  }
  edit(room: string, target: string, body: string): Promise<string> {
    return this.send(room, 'm.room.message', {
      msgtype: 'm.text',
      body: `* ${body}`,
      'm.new_content': { msgtype: 'm.text', body },
      'm.relates_to': { rel_type: 'm.replace', event_id: target },
    });
  }
  react(room: string, target: string, key: string): Promise<string> {
    return this.send(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } });
  }
  async redact(room: string, target: string, reason?: string): Promise<void> {
    const path = [V3, 'rooms', room, 'redact', target, randomUUID()];
    await this.call('PUT', path, reason === undefined ? {} : { reason });
  }
  async type(room: string, typing: boolean): Promise<void> {
    await this.call('PUT', [V3, 'rooms', room, 'typing', this.id], { typing, ...(typing && { timeout: 20_000 }) });
  }
  async read(room: string, event: string): Promise<void> {
    await this.call('POST', [V3, 'rooms', room, 'receipt', 'm.read', event], {});
  }

  /** Everything in the room as the server has it, oldest first: the judge of what was sent. */
  async history(room: string): Promise<readonly MatrixEvent[]> {
    const found: MatrixEvent[] = [];
    let from: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await matrixCall(this.url, {
        method: 'GET',
        path: [V3, 'rooms', room, 'messages'],
        query: { dir: 'b', limit: PAGE, from },
        token: this.token,
      });
      for (const raw of list(answer['chunk'])) found.push(eventIn(room, object(raw)));
      from = text(answer['end']);
      if (from === '') return found.toReversed();
    }
    throw new Error(`more than ${MOST_PAGES * PAGE} events in ${room}`);
  }

  /** The first event of a timeline that fits, past or future. */
  heard(what: string, fits: (event: MatrixEvent) => boolean, deadlineMs?: number): Promise<MatrixEvent> {
    return this.sync.until(`${this.id} ${what}`, () => this.sync.events.find(fits), deadlineMs);
  }
  /** The first text of that kind from somebody. */
  hears(from: string, body: string, kind = 'm.text', deadlineMs?: number): Promise<MatrixEvent> {
    const fits = ({ type, sender, content }: MatrixEvent): boolean =>
      type === 'm.room.message' && sender === from && content['body'] === body && content['msgtype'] === kind;
    return this.heard(`hears "${body}"`, fits, deadlineMs);
  }
  /** Resolves when that is somebody's part in the room: `join`, `leave`, `invite`, `ban`. */
  async seesMember(room: string, user: string, membership: string): Promise<void> {
    await this.sync.until(`${user} as "${membership}" of ${room}`, () => {
      const now = this.sync.state(room, 'm.room.member', user)?.['membership'];
      return now === membership ? true : undefined;
    });
  }
  /** Resolves with the room to which somebody invites her. */
  async isInvited(by: string, room?: string): Promise<string> {
    return this.sync.until(`an invitation by ${by}`, () =>
      this.sync.invitedBy(by).find((one) => room === undefined || one === room),
    );
  }

  async #noteDirect(user: string, room: string): Promise<void> {
    const path = [V3, 'user', this.id, 'account_data', 'm.direct'];
    const before = await this.call('GET', path).catch((error: unknown) => {
      if (error instanceof MatrixError && error.code === 'M_NOT_FOUND') return {} satisfies Json as Json;
      throw error;
    });
    await this.call('PUT', path, { ...before, [user]: [...list(before[user]), room] });
  }

  /** The server may be away for a while. */
  async #ask(since: string | undefined, timeout: number): Promise<Json | undefined> {
    try {
      const query = { since, timeout, filter: FILTER };
      return await matrixCall(this.url, { method: 'GET', path: [V3, 'sync'], query, token: this.token });
    } catch (error) {
      if (error instanceof MatrixError && error.status < 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return undefined;
    }
  }
}
