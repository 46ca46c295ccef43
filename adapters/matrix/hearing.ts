// One event of a conversation on its way in: what was said, changed, taken back or answered with a picture, as an event to be kept.

import { bodyOfWords, type Message, type Participant } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { type ConversationId, type MessageId, messageId } from '../../src/model/ids.ts';
import { words } from '../../src/model/words.ts';
import { bodyOf, relationOf } from './bodies-in.ts';
import { fields, type RoomEvent, text } from './fields.ts';
import type { Me } from './me.ts';
import type { OwnSends } from './own-sends.ts';
import type { Reactions } from './reactions.ts';

/** Where it was heard. */
export interface Place {
  readonly roomId: string;
  readonly conversation: ConversationId;
  readonly participant: (person: string) => Participant;
}

/** What came later than this after it was written says when it was. */
const LATE_MS = 10_000;

export class Hearing {
  readonly #me: Me;
  readonly #sends: OwnSends;
  readonly #reactions: Reactions;
  /** Rooms of which it was said that they can't be read. */
  readonly #unreadable = new Set<string>();
  /** The same, in what is not kept yet. */
  readonly #unreadableNow = new Set<string>();

  constructor(me: Me, sends: OwnSends, reactions: Reactions) {
    this.#me = me;
    this.#sends = sends;
    this.#reactions = reactions;
  }

  /** What follows may have been heard before, and not have been kept. */
  begin(): void {
    this.#unreadableNow.clear();
    this.#reactions.begin();
  }
  /** What was heard since is kept. */
  settled(): void {
    for (const roomId of this.#unreadableNow) this.#unreadable.add(roomId);
    this.#unreadableNow.clear();
    this.#reactions.settled();
  }

  /** Undefined for what need not be told. @throws BridgeError by rejection. */
  async hear(event: RoomEvent, place: Place): Promise<AnyEvent | undefined> {
    if (event.id === '' || event.isRedacted || this.#sends.has(event)) return undefined;
    switch (event.type) {
      case 'm.room.message':
      case 'm.sticker':
        return this.#said(event, place);
      case 'm.reaction':
        return await this.#reacted(event, place);
      case 'm.room.redaction':
        return await this.#redacted(event, place);
      case 'm.room.encrypted':
        return this.#encrypted(event, place);
      default:
        return undefined;
    }
  }

  /** A message of before as it stands now, with its time. */
  asHistory(event: RoomEvent, place: Place): Message | undefined {
    if (event.isRedacted || relationOf(event)?.type === 'm.replace') return undefined;
    const body = bodyOf(event, event.edited) ?? bodyOf(event);
    return body === undefined ? undefined : { ...this.#message(event, place, body), at: new Date(event.at) };
  }

  #said(event: RoomEvent, place: Place): AnyEvent | undefined {
    const { conversation } = place;
    const relation = relationOf(event);
    if (relation?.type === 'm.replace') {
      const body = bodyOf(event, fields(event.content['m.new_content']));
      if (body === undefined) return undefined;
      const target = messageId(relation.target);
      return { kind: 'edited', conversation, target, message: this.#message(event, place, body) };
    }
    const body = bodyOf(event);
    return body === undefined ? undefined : { kind: 'said', conversation, message: this.#message(event, place, body) };
  }

  #message(event: RoomEvent, place: Place, body: Message['body']): Message {
    const message = {
      id: messageId(event.id),
      from: place.participant(event.sender),
      own: this.#me.isMe(event.sender),
      body,
    };
    const isLate = event.at > 0 && this.#me.host.clock.now() - event.at > LATE_MS;
    return isLate ? { ...message, at: new Date(event.at) } : message;
  }

  async #reacted(event: RoomEvent, place: Place): Promise<AnyEvent | undefined> {
    const relation = relationOf(event);
    if (relation?.type !== 'm.annotation') return undefined;
    const { roomId, conversation } = place;
    const { id, sender } = event;
    const reaction = { id, sender, key: relation.key };
    const emoji = await this.#reactions.added(roomId, relation.target, reaction);
    return { kind: 'reacted', conversation, target: messageId(relation.target), by: place.participant(sender), emoji };
  }

  async #redacted(event: RoomEvent, place: Place): Promise<AnyEvent | undefined> {
    if (event.redacts === '') return undefined;
    const { conversation } = place;
    const reaction = this.#reactions.removed(event.redacts);
    if (reaction !== undefined) {
      const { target, sender, keys: emoji } = reaction;
      return { kind: 'reacted', conversation, target: messageId(target), by: place.participant(sender), emoji };
    }
    const reason = text(event.content['reason']);
    const target: MessageId = messageId(event.redacts);
    const by = place.participant(event.sender);
    const { type, author } = await this.#redactedEvent(place.roomId, event.redacts);
    // Nobody was told of it in this life, and it is no message.
    if (type === 'm.reaction') return undefined;
    const moderated = author !== undefined && author !== event.sender ? { moderated: true as const } : {};
    return { kind: 'retracted', conversation, target, by, ...moderated, ...(reason !== '' && { reason }) };
  }

  /** Empty where that can't be known: it only decides how it is told. */
  async #redactedEvent(roomId: string, id: string): Promise<{ readonly type?: string; readonly author?: string }> {
    try {
      const event = await this.#me.api.get('rooms', roomId, 'event', id);
      const author = text(event['sender']);
      return { type: text(event['type']), ...(author !== '' && { author }) };
    } catch (error) {
      this.#me.host.log.debug('what was taken back is not known', { error });
      return {};
    }
  }

  /** Once: all that follows is as unreadable. */
  #encrypted(event: RoomEvent, place: Place): AnyEvent | undefined {
    const { roomId } = place;
    if (this.#unreadable.has(roomId) || this.#unreadableNow.has(roomId)) return undefined;
    this.#unreadableNow.add(roomId);
    const body = bodyOfWords('notice', words`[Encrypted messages: they can't be read here.]`);
    return { kind: 'said', conversation: place.conversation, message: this.#message(event, place, body) };
  }
}
