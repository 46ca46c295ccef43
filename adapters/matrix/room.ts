// One open room as one account sees it: state events go in, and what changed comes out as events of the model.

import type { Avatar, Conversation, GroupTraits, Participant, Topic } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { type ConversationId, conversationId, type ParticipantId, participantId } from '../../src/model/ids.ts';
import { type Fields, fields, type RoomEvent, text } from './fields.ts';
import { Levels } from './levels.ts';
import type { People } from './people.ts';
import { nameAfter } from './room-names.ts';

/** Beyond that only those who speak or have a rank are listed (XEP-0045 clients can't do with more). */
const MOST_LISTED = 1_000;

export interface RoomParts {
  readonly id: ConversationId;
  readonly roomId: string;
  readonly self: string;
  readonly people: People;
}

export class MatrixRoom implements Conversation {
  readonly kind = 'group';
  readonly id: ConversationId;
  readonly roomId: string;
  readonly self: ParticipantId;
  readonly participants = new Map<ParticipantId, Participant>();
  readonly levels = new Levels();
  topic: Topic | undefined;
  isEncrypted = false;
  /** `mxc:` address of its picture, which is looked at by others (pictures.ts); empty: it has none. */
  pictureUrl = '';
  avatar: Avatar | undefined;
  /** When the state of the snapshot was set: what the sync may still bring is older. */
  readonly #asOf = new Map<string, number>();
  readonly #people: People;
  #name = '';
  #alias = '';
  #joinRule = 'invite';

  constructor({ id, roomId, self, people }: RoomParts) {
    this.id = id;
    this.roomId = roomId;
    this.self = participantId(self);
    this.#people = people;
  }

  get name(): string {
    return this.#name || this.#alias || nameAfter(this.#others(), this.participants.size - 1) || this.id;
  }

  *#others(): Iterable<string> {
    for (const { id, nick } of this.participants.values()) if (id !== this.self) yield nick;
  }

  get traits(): GroupTraits {
    const level = this.levels.of(this.self);
    return {
      membersOnly: this.isMembersOnly,
      hidden: this.isMembersOnly,
      moderated: this.levels.toSend('m.room.message') > this.levels.of(''),
      topicOpen: level >= this.levels.toSetState('m.room.topic'),
    };
  }

  get isMembersOnly(): boolean {
    return this.#joinRule !== 'public';
  }

  /** As it is before anybody has been told of it. */
  begin(state: readonly RoomEvent[]): void {
    const names = new Map<string, string>();
    for (const event of state) {
      if (event.type !== 'm.room.member') this.apply(event);
      else if (event.content['membership'] === 'join')
        names.set(event.stateKey ?? '', text(event.content['displayname']));
    }
    this.#fill(names);
    for (const { type, stateKey, at } of state) this.#asOf.set(`${type} ${stateKey}`, at);
  }

  /** The sync is behind the snapshot. */
  settled(): void {
    this.#asOf.clear();
  }

  /** Everybody who is there now: `/joined_members`. */
  fill(joined: Fields): readonly AnyEvent[] {
    return this.#fill(new Map(Object.entries(joined).map(([who, one]) => [who, text(fields(one)['display_name'])])));
  }

  /** @returns what is to be told, with the room changed already. */
  apply(event: RoomEvent): readonly AnyEvent[] {
    const { content, stateKey } = event;
    if ((this.#asOf.get(`${event.type} ${stateKey}`) ?? -1) >= event.at) return [];
    if (event.type === 'm.room.member') return this.#member(event);
    if (stateKey !== '') return [];
    switch (event.type) {
      case 'm.room.topic':
        return this.setTopic(text(content['topic']), event.sender, event.at);
      case 'm.room.name':
        return this.#configured(() => (this.#name = text(content['name'])));
      case 'm.room.canonical_alias':
        return this.#configured(() => (this.#alias = text(content['alias'])));
      case 'm.room.avatar':
        this.pictureUrl = text(content['url']);
        return [];
      case 'm.room.join_rules':
        this.#joinRule = text(content['join_rule']);
        return [{ kind: 'configured', conversation: this.id }];
      case 'm.room.power_levels':
        this.levels.setLevels(content);
        return this.#rerank();
      case 'm.room.create':
        this.levels.setCreation(content, event.sender);
        return [];
      case 'm.room.encryption':
        this.isEncrypted = true;
        return [];
      case 'm.room.tombstone':
        return this.#moved(text(content['replacement_room']));
      default:
        return [];
    }
  }

  setTopic(topic: string, by: string, at: number): readonly AnyEvent[] {
    if (topic === (this.topic?.text ?? '')) return [];
    this.topic = { text: topic, by: this.nickOf(by), ...(at > 0 && { at: new Date(at) }) };
    return [{ kind: 'topicSet', conversation: this.id, topic: this.topic }];
  }

  /** Somebody is called something else from now on. */
  rename(who: string, name: string): readonly AnyEvent[] {
    return this.participants.has(participantId(who)) ? this.#present(who, name) : [];
  }

  /** As she is in the room, or as one hears of her. */
  participant(who: string): Participant {
    return this.participants.get(participantId(who)) ?? this.#people.stranger(who);
  }
  nickOf(who: string): string {
    return this.participant(who).nick;
  }

  #fill(names: ReadonlyMap<string, string>): readonly AnyEvent[] {
    const isMany = names.size > MOST_LISTED;
    const listed = isMany ? new Set<string>([this.self, ...this.levels.named, ...this.participants.keys()]) : names;
    const events: AnyEvent[] = [];
    for (const [who, name] of names) if (listed.has(who)) events.push(...this.#present(who, name));
    for (const who of this.participants.keys()) if (!names.has(who)) events.push(...this.#gone(who, who, {}));
    return events;
  }

  #member(event: RoomEvent): readonly AnyEvent[] {
    const { content, stateKey: who = '', sender } = event;
    const membership = text(content['membership']);
    if (membership === 'join') return this.#present(who, text(content['displayname']));
    // What becomes of herself is told by the homeserver in another place.
    if (who === this.self || !this.participants.has(participantId(who))) return [];
    return membership === 'leave' || membership === 'ban' ? this.#gone(who, sender, content) : [];
  }

  #present(who: string, name: string): readonly AnyEvent[] {
    const now = this.#people.person(who, name, this.levels.rank(who));
    const before = this.participants.get(now.id);
    if (before === now || (before?.nick === now.nick && before.rank === now.rank)) return [];
    this.participants.set(now.id, now);
    if (before === undefined) return [{ kind: 'joined', conversation: this.id, who: now }];
    return [{ kind: 'changed', conversation: this.id, before, now }];
  }

  #gone(who: string, sender: string, content: Fields): readonly AnyEvent[] {
    const gone = this.participant(who);
    this.participants.delete(gone.id);
    const reason = text(content['reason']);
    const said = reason === '' ? {} : { text: reason };
    if (sender === who) return [{ kind: 'left', conversation: this.id, who: gone, why: 'left', ...said }];
    const why = text(content['membership']) === 'ban' ? 'banned' : 'ejected';
    return [{ kind: 'left', conversation: this.id, who: gone, why, by: this.nickOf(sender), ...said }];
  }

  /** Everybody's rank anew. */
  #rerank(): readonly AnyEvent[] {
    return [...this.participants.values()].flatMap(({ id, nick }) => this.#present(id, nick));
  }

  #configured(change: () => unknown): readonly AnyEvent[] {
    const before = this.name;
    change();
    return this.name === before ? [] : [{ kind: 'configured', conversation: this.id }];
  }

  #moved(to: string): readonly AnyEvent[] {
    return to.startsWith('!') ? [{ kind: 'moved', conversation: this.id, to: conversationId(to) }] : [];
  }
}
