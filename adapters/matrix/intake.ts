// One answer of `/sync`: what of it concerns the open rooms and the direct chats, in order, as events to be kept and events that pass.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import type { KeptEvent } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import type { Contacts } from './contacts.ts';
import type { Directs } from './directs.ts';
import { type Fields, fields, list, type RoomEvent, roomEvent, text } from './fields.ts';
import type { Hearing, Place } from './hearing.ts';
import type { History } from './history.ts';
import type { Invitations } from './invitations.ts';
import type { Me } from './me.ts';
import { directWith } from './names.ts';
import type { Passing } from './passing.ts';
import type { MatrixRoom } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface IntakeParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
  readonly contacts: Contacts;
  readonly hearing: Hearing;
  readonly history: History;
  readonly invitations: Invitations;
  readonly passing: Passing;
}

interface Heard extends Place {
  /** Undefined where nobody has opened it yet, and for direct chats. */
  readonly room: MatrixRoom | undefined;
  readonly isDirect: boolean;
}

const WORTH_TRYING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'timeout',
  'network-down',
  'rate-limited',
  'bad-credentials',
]);

export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** `since`: the token that it was asked with. @throws BridgeError by rejection: it is to be taken again. */
  async take(sync: Fields, since: string | undefined): Promise<readonly KeptEvent[]> {
    const { contacts, directs, invitations, passing } = this.#parts;
    for (const event of list(fields(sync['account_data'])['events'])) {
      if (event['type'] === 'm.direct') contacts.tell(directs.take(fields(event['content'])));
    }
    const rooms = fields(sync['rooms']);
    const kept: KeptEvent[] = [];
    for (const [roomId, raw] of Object.entries(fields(rooms['invite']))) {
      kept.push(...(await invitations.take(roomId, fields(raw))));
    }
    for (const [roomId, raw] of Object.entries(fields(rooms['join']))) {
      kept.push(...((await this.#safely(roomId, () => this.#takeRoom(roomId, fields(raw), since))) ?? []));
    }
    for (const [roomId, raw] of Object.entries(fields(rooms['leave']))) await this.#takeLeft(roomId, fields(raw));
    for (const raw of list(fields(sync['presence'])['events'])) passing.presence(roomEvent(raw));
    this.#parts.rooms.turned();
    return kept;
  }

  async #takeRoom(roomId: string, raw: Fields, since: string | undefined): Promise<readonly KeptEvent[]> {
    const { me, rooms, directs, contacts, invitations, passing } = this.#parts;
    const state = list(fields(raw['state'])['events']).map(roomEvent);
    const timelineRaw = fields(raw['timeline']);
    const timeline = list(timelineRaw['events']).map(roomEvent);
    const joinedAt = timeline.findLastIndex((event) => isOwnJoin(event, me.userId));
    const ownJoin = timeline[joinedAt] ?? state.find((event) => isOwnJoin(event, me.userId));
    await rooms.settled(roomId, ownJoin !== undefined);
    const comings = [...state, ...timeline].filter(({ type }) => type === 'm.room.member');
    if (comings.length > 0) directs.changed(roomId);
    const learnt =
      rooms.conversationOf(roomId) === undefined ? directs.learn(roomId, [...state, ...timeline]) : undefined;
    if (learnt !== undefined) contacts.tell([learnt]);
    if ([...state, ...timeline].some(({ type }) => type === 'm.room.encryption')) rooms.nowEncrypted(roomId);
    const heard = await this.#placeOf(roomId);
    if (heard === undefined) return directs.has(roomId) ? invitations.crowded(roomId, comings) : [];
    for (const event of state) if (heard.room !== undefined) me.emitAll(heard.room.apply(event));
    const isGap = timelineRaw['limited'] === true && (joinedAt < 0 || heard.isDirect);
    const gap = (): Promise<readonly RoomEvent[]> => this.#missed(heard, text(timelineRaw['prev_batch']), since);
    const missed = isGap ? ((await this.#safely(roomId, gap)) ?? []) : [];
    // What was said in a room before she came is history, but in a direct chat she was meant.
    const isHers = ({ at }: RoomEvent): boolean => heard.isDirect || at >= (ownJoin?.at ?? 0);
    const from = joinedAt >= 0 && !heard.isDirect ? joinedAt : 0;
    const kept = await this.#heard([...missed.filter(isHers), ...timeline.slice(from)], heard);
    return [...kept, ...passing.take(list(fields(raw['ephemeral'])['events']), heard)];
  }

  async #heard(events: readonly RoomEvent[], heard: Heard): Promise<readonly KeptEvent[]> {
    const { me, hearing } = this.#parts;
    const kept: KeptEvent[] = [];
    for (const event of events) {
      if (event.stateKey !== undefined) {
        me.emitAll(heard.room?.apply(event) ?? []);
        continue;
      }
      if (heard.room?.told.has(event.id) === true) continue;
      const told = await this.#safely(heard.roomId, () => hearing.hear(event, heard));
      if (told !== undefined) kept.push({ id: event.id, event: told });
    }
    return kept;
  }

  /** What can never be taken must not hold up all that is behind it. @throws BridgeError by rejection where trying again may help. */
  async #safely<T>(roomId: string, take: () => Promise<T>): Promise<T | undefined> {
    try {
      return await take();
    } catch (error) {
      if (error instanceof BridgeError && WORTH_TRYING.has(error.code)) throw error;
      this.#parts.me.host.log.error('something of a room on Matrix could not be taken', { room: roomId, error });
      return undefined;
    }
  }

  async #missed(heard: Heard, from: string, since: string | undefined): Promise<readonly RoomEvent[]> {
    const { me, history } = this.#parts;
    const { events, isAll } = await history.missed(heard.roomId, { from, to: since });
    if (!isAll) {
      const where = heard.room?.name ?? heard.conversation;
      me.emit({
        kind: 'told',
        account: me.account.key,
        text: words`More was said in ${where} than can be shown here.`,
      });
    }
    // Who came and went in the gap is not told.
    if (heard.room !== undefined) {
      const joined = await me.api.get('rooms', heard.roomId, 'joined_members');
      me.emitAll(heard.room.fill(fields(joined['joined'])));
    }
    return events;
  }

  async #placeOf(roomId: string): Promise<Heard | undefined> {
    const { me, rooms, directs } = this.#parts;
    const conversation = rooms.conversationOf(roomId);
    if (conversation !== undefined) {
      const room = rooms.at(roomId);
      const participant = (person: string): Participant => room?.participant(person) ?? me.stranger(person);
      return { roomId, conversation, room, isDirect: false, participant };
    }
    const person = await directs.personIn(roomId);
    if (person === undefined) return undefined;
    const participant = (who: string): Participant => me.stranger(who);
    return { roomId, conversation: directWith(person.id), room: undefined, isDirect: true, participant };
  }

  /** She is out of it: by herself with another client, or put out. */
  async #takeLeft(roomId: string, raw: Fields): Promise<void> {
    const { me, rooms, directs } = this.#parts;
    directs.changed(roomId);
    await rooms.settled(roomId, false);
    const conversation = rooms.conversationOf(roomId);
    const events = [...list(fields(raw['state'])['events']), ...list(fields(raw['timeline'])['events'])].map(roomEvent);
    const last = events.findLast(({ type, stateKey }) => type === 'm.room.member' && stateKey === me.userId);
    if (conversation === undefined || last === undefined) return;
    const by = rooms.at(roomId)?.nickOf(last.sender) ?? me.stranger(last.sender).nick;
    await rooms.closed(roomId);
    const reason = text(last.content['reason']);
    const said = reason === '' ? {} : { text: reason };
    if (me.isMe(last.sender)) return me.emit({ kind: 'closed', conversation, why: 'left', ...said });
    const why = text(last.content['membership']) === 'ban' ? 'banned' : 'ejected';
    me.emit({ kind: 'closed', conversation, why, by, ...said });
  }
}

function isOwnJoin({ type, stateKey, content, before }: RoomEvent, userId: string): boolean {
  if (type !== 'm.room.member' || stateKey !== userId || content['membership'] !== 'join') return false;
  return before['membership'] !== 'join';
}
