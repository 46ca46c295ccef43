// One room of an echo server as one account sees it, and the reading of what the server says about people and messages.

import {
  type Body,
  type Conversation,
  type Message,
  ONLINE,
  type Participant,
  type Rank,
  type Topic,
} from '../../src/model/conversation.ts';
import {
  type ConversationId,
  conversationId,
  messageId,
  type ParticipantId,
  participantId,
} from '../../src/model/ids.ts';
import { asFields, type Fields, text } from './remote-wire.ts';

export class RemoteRoom implements Conversation {
  readonly kind = 'group';
  readonly id: ConversationId;
  readonly self: ParticipantId;
  readonly participants = new Map<ParticipantId, Participant>();
  topic: Topic | undefined;

  constructor(snapshot: Fields) {
    this.id = conversationId(text(snapshot['room']));
    this.self = participantId(text(snapshot['self']));
    for (const one of list(snapshot['people'])) {
      const who = personIn(one);
      this.participants.set(who.id, who);
    }
    const topic = asFields(snapshot['topic']);
    if (topic !== undefined) this.topic = topicIn(topic);
  }

  get name(): string {
    return this.id;
  }
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map((one) => asFields(one) ?? {}) : [];
}

const RANKS = new Set<string>(['owner', 'moderator', 'member'] satisfies Rank[]);

export function personIn(fields: Fields): Participant {
  const id = text(fields['id']);
  const rank = text(fields['rank']);
  const nick = text(fields['nick']);
  return {
    id: participantId(id),
    nick: nick === '' ? id : nick,
    rank: RANKS.has(rank) ? (rank as Rank) : 'member',
    presence: ONLINE,
  };
}

export function topicIn(fields: Fields): Topic {
  return { text: text(fields['text']), by: text(fields['by']) };
}

/** `self`: whose own messages are marked. */
export function messageIn(fields: Fields, id: string, room: RemoteRoom | undefined, self: string): Message {
  const kind = text(fields['kind']);
  const body: Body = { kind: kind === 'action' || kind === 'notice' ? kind : 'text', text: text(fields['text']) };
  const stranger = personIn(asFields(fields['from']) ?? {});
  const from = room?.participants.get(stranger.id) ?? stranger;
  const message = { id: messageId(id), from, own: from.id === self, body };
  const at = fields['at'];
  return typeof at === 'number' ? { ...message, at: new Date(at) } : message;
}
