// What a network reports, past tense. Two tables; every union is derived from them. Events are immutable: the same object may be
// emitted to many users, and its identity is a cache key.

import type { Contact, Conversation, Message, Participant, Topic } from './conversation.ts';
import type { BridgeError } from './errors.ts';
import type { AccountKey, ConversationId, MessageId, ParticipantId } from './ids.ts';
import type { Text } from './words.ts';

export interface ConversationEvents {
  /** The whole snapshot: a MUC join is the rendering of this one event. */
  opened: { readonly snapshot: Conversation; readonly history?: readonly Message[]; readonly created?: boolean };
  closed: {
    /** `excluded`: the room is for members now, and this is none. `shutdown`: the gateway itself ends, and will be back. */
    readonly why: 'left' | 'ejected' | 'banned' | 'excluded' | 'gone' | 'lost' | 'shutdown';
    readonly by?: string;
    readonly text?: Text;
  };
  joined: { readonly who: Participant };
  /** `who` as it was. */
  left: {
    readonly who: Participant;
    readonly why: 'left' | 'ejected' | 'banned' | 'excluded' | 'lost';
    readonly by?: string;
    readonly text?: string;
  };
  /** Nick, rank, presence, avatar. */
  changed: { readonly before: Participant; readonly now: Participant };
  /** `by`: who it was, where that is somebody in the room; `topic.by` is their name. */
  topicSet: { readonly topic: Topic; readonly by?: Participant };
  configured: object;
  moved: { readonly to: ConversationId };
  /** `inviter`: the same as `by`, where it is somebody whom one can talk to. */
  invited: {
    readonly by: string;
    readonly inviter?: ParticipantId;
    readonly reason?: Text;
    readonly password?: string;
  };
  said: { readonly message: Message };
  edited: { readonly target: MessageId; readonly message: Message };
  /** `moderated`: by somebody else than the one who wrote it. */
  retracted: {
    readonly target: MessageId;
    readonly by?: Participant;
    readonly reason?: string;
    readonly moderated?: true;
  };
  reacted: { readonly target: MessageId; readonly by: Participant; readonly emoji: readonly string[] };
  typed: { readonly by: Participant; readonly state: 'composing' | 'paused' | 'active' };
  sent: { readonly target: MessageId };
  /** `whole`: of a message that went out in parts, all of which have been delivered now. */
  delivered: { readonly upTo: MessageId; readonly by: Participant; readonly whole?: true };
  displayed: { readonly upTo: MessageId; readonly by: Participant };
  /** Late, after acceptance. */
  failed: { readonly target: MessageId; readonly error: BridgeError };
  /** Somebody wants to be added. */
  asked: { readonly who: Participant; readonly text?: string };
  /** The other's answer to `add`. `allow: false` may also come later: that person wants no more of it. */
  answered: { readonly allow: boolean; readonly text?: Text };
  /** A contact's presence. */
  appeared: { readonly who: Participant };
}

export interface AccountEvents {
  connected: { readonly nick?: string };
  /** `final`: trying again would not help. */
  disconnected: { readonly error?: BridgeError; readonly final: boolean };
  /** Something the network says to the user herself: message of the day, server notices. */
  told: { readonly text: Text; readonly urgent?: boolean };
  listed: { readonly contacts: readonly Contact[]; readonly complete: boolean };
}

export type ConversationEventKind = keyof ConversationEvents;
export type AccountEventKind = keyof AccountEvents;
export type EventKind = ConversationEventKind | AccountEventKind;

export type EventOf<Kind extends EventKind> = {
  [K in Kind]: K extends ConversationEventKind
    ? { readonly kind: K; readonly conversation: ConversationId } & ConversationEvents[K]
    : K extends AccountEventKind
      ? { readonly kind: K; readonly account: AccountKey } & AccountEvents[K]
      : never;
}[Kind];
export type AnyEvent = EventOf<EventKind>;

const kinds: { readonly [K in EventKind]: true } = {
  opened: true,
  closed: true,
  joined: true,
  left: true,
  changed: true,
  topicSet: true,
  configured: true,
  moved: true,
  invited: true,
  said: true,
  edited: true,
  retracted: true,
  reacted: true,
  typed: true,
  sent: true,
  delivered: true,
  displayed: true,
  failed: true,
  asked: true,
  answered: true,
  appeared: true,
  connected: true,
  disconnected: true,
  told: true,
  listed: true,
};
export const EVENT_KINDS = Object.keys(kinds) as readonly EventKind[];
