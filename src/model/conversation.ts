// What is talked about: bodies, messages, people and the conversations they are in. Data only, no behaviour.

import type { ConversationId, MessageId, ParticipantId } from './ids.ts';
import { inEnglish, type Text, type Words } from './words.ts';

/** A marked stretch of a text; `start` and `end` are offsets in code points, end exclusive. */
export interface Span {
  readonly style: Style;
  readonly start: number;
  readonly end: number;
  /** Address of a `link`, the mentioned person's id for a `mention`. */
  readonly value?: string;
}
export type Style = 'strong' | 'emphasis' | 'strike' | 'code' | 'quote' | 'link' | 'mention';

export interface Attachment {
  readonly url: string;
  readonly name?: string;
  readonly mediaType?: string;
  readonly bytes?: number;
  readonly width?: number;
  readonly height?: number;
  /** Lower-case hex. */
  readonly sha256?: string;
}

/** The message answered: as it was named, who wrote it, and what it said (for networks without replies). */
export interface Reference {
  readonly target: Target;
  readonly author?: ParticipantId;
  readonly quote?: string;
}

/**
 * A message that an edit, retraction, reaction or reply is about. As the XMPP side named it until it is performed; `network`
 * once the lane has found the network's ids (one message may have been cut into several).
 */
export type Target =
  | { readonly by: 'id' | 'stanza-id'; readonly value: string }
  | { readonly by: 'network'; readonly ids: readonly MessageId[] };

export interface Body {
  readonly kind: 'text' | 'action' | 'notice';
  /** Alone it must always read well; all else only adds. */
  readonly text: string;
  /** Where nobody but the gateway says it: `text` for readers of other languages too. */
  readonly words?: Words;
  readonly spans?: readonly Span[];
  readonly attachments?: readonly Attachment[];
  readonly replyTo?: Reference;
  readonly thread?: string;
  readonly subject?: string;
  /** BCP 47. */
  readonly lang?: string;
}

/** What the gateway says of somebody's message, in place of it or beside it. */
export function bodyOfWords(kind: Body['kind'], words: Words): Body {
  return { kind, text: inEnglish(words), words };
}

export interface Message {
  readonly id: MessageId;
  readonly from: Participant;
  /** Written by the user, here or with another client of hers. */
  readonly own: boolean;
  readonly body: Body;
  /** When it was written, if that is not now. */
  readonly at?: Date;
}

export interface Presence {
  readonly show: 'online' | 'chat' | 'away' | 'xa' | 'dnd' | 'offline';
  readonly status?: string;
  /** Idle since. */
  readonly since?: Date;
}
export const ONLINE: Presence = { show: 'online' };

/** Standing in a conversation, highest first: IRC `~ & @ % +` and none, Matrix power levels, XEP-0045 5.1 and 5.2. */
export type Rank = 'owner' | 'admin' | 'moderator' | 'helper' | 'voiced' | 'member' | 'muted' | 'outcast' | 'none';

export interface Avatar {
  /** Lower-case hex SHA-1 of the picture's bytes. */
  readonly sha1: string;
  readonly mediaType: string;
  readonly url: string;
}

/** Immutable, so that one object can stand for a person in every conversation and every user's view. */
export interface Participant {
  readonly id: ParticipantId;
  readonly nick: string;
  readonly rank: Rank;
  readonly presence: Presence;
  /** The network's own long address, such as an IRC `nick!user@host`. */
  readonly address?: string;
  readonly avatar?: Avatar;
  /**
   * What stands for the person in this conversation whatever she is called there; left out, it is the id. For networks where the id goes
   * with the nick: of those who are there at the same time no two have the same.
   */
  readonly identity?: string;
}

export interface Topic {
  readonly text: string;
  readonly by?: string;
  readonly at?: Date;
}

/** What a group lets people do; drives disco (XEP-0045 6.4) before and after joining. */
export interface GroupTraits {
  readonly membersOnly?: boolean;
  readonly moderated?: boolean;
  readonly hidden?: boolean;
  readonly passwordProtected?: boolean;
  /** The user may set the topic. */
  readonly topicOpen?: boolean;
}

/**
 * A conversation as one user sees it. Its one owner is the session that opened it, which changes it in place *before* it
 * emits the event that tells of the change; everyone else only reads.
 */
export interface Conversation {
  readonly id: ConversationId;
  readonly kind: 'direct' | 'group';
  readonly name: string;
  readonly topic?: Topic | undefined;
  readonly traits?: GroupTraits;
  readonly avatar?: Avatar | undefined;
  readonly self: ParticipantId;
  readonly participants: ReadonlyMap<ParticipantId, Participant>;
}

export interface Contact {
  readonly conversation: ConversationId;
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly presence?: Presence;
}

export interface Profile {
  readonly name?: string;
  readonly nick?: string;
  readonly note?: Text;
  /** Address in URI form (`irc:`, `tel:`, `matrix:`). */
  readonly uris?: readonly string[];
  readonly avatar?: Avatar;
  readonly idleSince?: Date;
  readonly software?: string;
}
