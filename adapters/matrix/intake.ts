// One answer of `/sync`: what of it concerns the open rooms and the direct chats, in order, as events to be kept and events that pass.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import type { EventOf } from '../../src/model/events.ts';
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
import type { Pictures } from './pictures.ts';
import type { MatrixRoom } from './room.ts';
import type { Rooms } from './rooms.ts';
import { comingIn, isMembership, isOwnJoin, type Timeline, timelineOf } from './timeline.ts';

export interface IntakeParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
  readonly contacts: Contacts;
  readonly hearing: Hearing;
  readonly history: History;
  readonly invitations: Invitations;
  readonly passing: Passing;
  readonly pictures: Pictures;
}

interface Heard extends Place {
  /** Undefined where nobody has opened it yet, and for direct chats. */
  readonly room: MatrixRoom | undefined;
  readonly isDirect: boolean;
}

/** Where what is taken begins and ends. */
export interface Span {
  /** The token that it was asked with; undefined where there is none, or none that the homeserver knows. */
  readonly since: string | undefined;
  /** Older things are known already, milliseconds since the epoch; where there is no token. */
  readonly afterMs?: number;
}

interface Gap {
  readonly events: readonly RoomEvent[];
  /** What is to be told of it. */
  readonly kept: readonly KeptEvent[];
}
const NO_GAP: Gap = { events: [], kept: [] };

const WORTH_TRYING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'timeout',
  'network-down',
  'rate-limited',
  'bad-credentials',
]);

export class Intake {
  readonly #parts: IntakeParts;
  /** Rooms that she is out of, by what is taken now; with what was open of them. */
  readonly #left = new Map<string, MatrixRoom | undefined>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * What is to be kept of it. Until `settled` is called it counts as not taken, and may be taken again.
   * @throws BridgeError by rejection: it is to be taken again.
   */
  async take(sync: Fields, span: Span): Promise<readonly KeptEvent[]> {
    const { contacts, directs, hearing, invitations, passing } = this.#parts;
    hearing.begin();
    this.#left.clear();
    for (const event of list(fields(sync['account_data'])['events'])) {
      if (event['type'] === 'm.direct') contacts.tell(directs.take(fields(event['content'])));
    }
    const rooms = fields(sync['rooms']);
    const at = text(sync['next_batch']);
    const kept: KeptEvent[] = [];
    for (const [roomId, raw] of Object.entries(fields(rooms['invite']))) {
      kept.push(...(await invitations.take(roomId, fields(raw))));
    }
    for (const [roomId, raw] of Object.entries(fields(rooms['join']))) {
      kept.push(...(await this.#safely(roomId, [], () => this.#takeRoom(roomId, fields(raw), { ...span, at }))));
    }
    for (const [roomId, raw] of Object.entries(fields(rooms['leave']))) {
      kept.push(...(await this.#takeLeft(roomId, timelineOf(fields(raw)), span)));
    }
    for (const raw of list(fields(sync['presence'])['events'])) passing.presence(roomEvent(raw));
    return kept;
  }

  /** What was taken is kept. @throws BridgeError by rejection: some of the bookkeeping waits for the next time. */
  async settled(): Promise<void> {
    const { hearing, rooms } = this.#parts;
    hearing.settled();
    for (const [roomId, room] of this.#left) if (rooms.at(roomId) === room) await rooms.closed(roomId);
    this.#left.clear();
    await rooms.turned();
  }

  async #takeRoom(roomId: string, raw: Fields, span: Span & { readonly at: string }): Promise<readonly KeptEvent[]> {
    const { me, rooms, directs, contacts, invitations, passing } = this.#parts;
    const timeline = timelineOf(raw);
    const all = [...timeline.state, ...timeline.events];
    await rooms.settled(
      roomId,
      all.some((event) => isOwnJoin(event, me.userId)),
    );
    await directs.invites.forget(roomId);
    const comings = all.filter(isMembership);
    if (comings.length > 0) directs.changed(roomId);
    const learnt = rooms.conversationOf(roomId) === undefined ? directs.learn(roomId, all) : undefined;
    if (learnt !== undefined) contacts.tell([learnt]);
    if (all.some(({ type }) => type === 'm.room.encryption')) rooms.nowEncrypted(roomId);
    const ephemeral = list(fields(raw['ephemeral'])['events']);
    const open = this.#openRoom(roomId);
    if (open !== undefined) {
      const kept = await this.#heardInRoom(open, timeline, span);
      return [...kept, ...passing.take(ephemeral, open)];
    }
    const direct = await this.#heardInDirect(roomId, timeline, span);
    if (direct === undefined) return [];
    if (!direct.isStill) return [...direct.kept, ...invitations.crowded(roomId, comings)];
    return [...direct.kept, ...passing.take(ephemeral, direct.place)];
  }

  /** She is out of it: by herself with another client, or put out. */
  async #takeLeft(roomId: string, timeline: Timeline, span: Span): Promise<readonly KeptEvent[]> {
    const { me, rooms, directs } = this.#parts;
    await rooms.settled(roomId, false);
    await directs.invites.forget(roomId);
    const open = this.#openRoom(roomId);
    const kept = await this.#safely(roomId, [], async () => {
      if (open !== undefined) return await this.#heardInRoom(open, timeline, span);
      return (await this.#heardInDirect(roomId, timeline, span))?.kept ?? [];
    });
    directs.changed(roomId);
    const all = [...timeline.state, ...timeline.events];
    const last = all.findLast((event) => isMembership(event) && event.stateKey === me.userId);
    if (open === undefined || last === undefined) return kept;
    this.#left.set(roomId, open.room);
    // Kept like what was said before it, so that it comes behind that.
    return [...kept, { id: `closed/${roomId}/${last.id || last.at}`, event: this.#closed(open, last) }];
  }

  #closed({ conversation, participant }: Heard, { sender, content }: RoomEvent): EventOf<'closed'> {
    const reason = text(content['reason']);
    const said = reason === '' ? {} : { text: reason };
    if (this.#parts.me.isMe(sender)) return { kind: 'closed', conversation, why: 'left', ...said };
    const why = text(content['membership']) === 'ban' ? 'banned' : 'ejected';
    return { kind: 'closed', conversation, why, by: participant(sender).nick, ...said };
  }

  async #heardInRoom(heard: Heard, timeline: Timeline, span: Span): Promise<readonly KeptEvent[]> {
    const { me, rooms } = this.#parts;
    const { roomId } = heard;
    for (const event of timeline.state) this.#apply(event, heard.room);
    const isFresh = rooms.isFresh(roomId);
    const coming = isFresh ? comingIn(timeline.events, me.userId) : -1;
    const gap = coming < 0 ? await this.#missed(heard, timeline, span) : NO_GAP;
    // What was said before she came is history.
    const cameAt = isFresh ? (timeline.state.find((event) => isOwnJoin(event, me.userId))?.at ?? 0) : 0;
    const missed = gap.events.filter(({ at }) => at >= cameAt);
    return [...gap.kept, ...(await this.#heard([...missed, ...timeline.events.slice(Math.max(0, coming))], heard))];
  }

  async #heardInDirect(
    roomId: string,
    timeline: Timeline,
    span: Span & { readonly at?: string },
  ): Promise<{ readonly kept: readonly KeptEvent[]; readonly isStill: boolean; readonly place: Heard } | undefined> {
    const { me, directs } = this.#parts;
    const person = directs.personOf(roomId);
    if (person === undefined) return undefined;
    const participant = (who: string): Participant => me.stranger(who);
    const place = { roomId, conversation: directWith(person), room: undefined, isDirect: true, participant };
    const gap = await this.#missed(place, timeline, span);
    const isSame = !timeline.isLimited && ![...timeline.state, ...timeline.events].some(isMembership);
    const events = [...gap.events, ...timeline.events];
    const heard = await directs.heard(roomId, events, { isSame, at: span.at });
    if (heard === undefined) return undefined;
    const kept = await this.#heard(heard.events, place);
    return { kept: kept.length > 0 || heard.isStill ? [...gap.kept, ...kept] : [], isStill: heard.isStill, place };
  }

  async #heard(events: readonly RoomEvent[], heard: Heard): Promise<readonly KeptEvent[]> {
    const { rooms, hearing } = this.#parts;
    const kept: KeptEvent[] = [];
    for (const event of events) {
      if (event.stateKey !== undefined) {
        this.#apply(event, heard.room);
        continue;
      }
      if (rooms.isTold(heard.roomId, event.id)) continue;
      const told = await this.#safely(heard.roomId, undefined, () => hearing.hear(event, heard));
      if (told !== undefined) kept.push({ id: event.id, event: told });
    }
    return kept;
  }

  #apply(event: RoomEvent, room: MatrixRoom | undefined): void {
    if (room === undefined) return;
    this.#parts.me.emitAll(room.apply(event));
    if (event.type === 'm.room.avatar') void this.#parts.pictures.show(room);
  }

  /** What can never be taken must not hold up all that is behind it. @throws BridgeError by rejection where trying again may help. */
  async #safely<T>(roomId: string, otherwise: T, take: () => Promise<T>): Promise<T> {
    try {
      return await take();
    } catch (error) {
      if (error instanceof BridgeError && WORTH_TRYING.has(error.code)) throw error;
      this.#parts.me.host.log.error('something of a room on Matrix could not be taken', { room: roomId, error });
      return otherwise;
    }
  }

  /** What lies before the timeline and was left out of it. */
  async #missed(heard: Heard, { isLimited, before: from }: Timeline, { since, afterMs }: Span): Promise<Gap> {
    if (!isLimited) return NO_GAP;
    const { me, history } = this.#parts;
    const { roomId, isDirect, room } = heard;
    const missing = { from: from === '' ? undefined : from, to: since, afterMs, isDirect };
    const none = { events: [], isAll: true };
    const { events, isAll } = await this.#safely(roomId, none, () => history.missed(roomId, missing));
    if (room !== undefined) await this.#safely(roomId, undefined, () => this.#fill(room));
    if (isAll) return { events, kept: [] };
    const where = room?.name ?? heard.conversation;
    const more = words`More was said in ${where} than can be shown here.`;
    const event = { kind: 'told', account: me.account.key, text: more } as const;
    return { events, kept: [{ id: `gap/${roomId}/${from || (events[0]?.id ?? '')}`, event }] };
  }

  /** Who came and went in a gap is not told, and who is there now is. */
  async #fill(room: MatrixRoom): Promise<void> {
    const { me } = this.#parts;
    const joined = await me.api.get('rooms', room.roomId, 'joined_members');
    me.emitAll(room.fill(fields(joined['joined'])));
  }

  /** A room that was opened, in this life or in an earlier one. */
  #openRoom(roomId: string): Heard | undefined {
    const { me, rooms } = this.#parts;
    const conversation = rooms.conversationOf(roomId);
    if (conversation === undefined) return undefined;
    const room = rooms.at(roomId);
    const participant = (person: string): Participant => room?.participant(person) ?? me.stranger(person);
    return { roomId, conversation, room, isDirect: false, participant };
  }
}
