// Who of a big room a user's clients are shown (MUC-18): those who have a say in it from the beginning, others as soon as they do something
// that anybody notices. Whoever is not shown is there all the same: messages to her, lists of the room and questions about her know her.

import type { Conversation, Participant, Rank } from '../model/conversation.ts';
import type { AnyEvent, EventOf } from '../model/events.ts';
import type { ParticipantId } from '../model/ids.ts';

const NOTHING: readonly AnyEvent[] = [];
const PLAIN: ReadonlySet<Rank> = new Set<Rank>(['member', 'muted', 'none']);

/** Who came in before an event, so that all users who hear of it are told in the same words. */
const introductions = new WeakMap<AnyEvent, EventOf<'joined'>>();

export class Listing {
  readonly #most: number;
  #listed: Set<ParticipantId> | undefined;

  /** `most`: people of a room that is shown as a whole. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined: everybody. */
  get listed(): ReadonlySet<ParticipantId> | undefined {
    return this.#listed;
  }

  /** `anew`: nobody has been shown anything of it. */
  open({ participants, self, topic }: Conversation, anew: boolean): void {
    const shown = anew ? undefined : this.#listed;
    if (participants.size <= this.#most && shown === undefined) {
      this.#listed = undefined;
      return;
    }
    this.#listed = new Set([self]);
    for (const { id, nick, rank } of participants.values()) {
      if (!PLAIN.has(rank) || nick === topic?.by || shown?.has(id) === true) this.#listed.add(id);
    }
  }

  /** What her clients are told of it, in this order: whoever is not shown comes in first, or is not worth a word. */
  told(event: AnyEvent, conversation: Conversation | undefined): readonly AnyEvent[] {
    const listed = this.#listed;
    if (listed === undefined || conversation === undefined) return [event];
    switch (event.kind) {
      case 'joined':
        return this.#joined(event, listed);
      case 'left':
        return this.#left(event, listed);
      case 'changed':
        return this.#changed(event, listed);
      case 'said':
      case 'edited':
        return this.#behind(event, conversation.participants.get(event.message.from.id), listed);
      case 'reacted':
      case 'retracted':
        return this.#behind(event, event.by && conversation.participants.get(event.by.id), listed);
      case 'topicSet': {
        const { by } = event.topic;
        const setter = by === undefined ? undefined : named(conversation, by);
        return this.#behind(event, setter, listed);
      }
      case 'typed':
      case 'delivered':
      case 'displayed':
        return listed.has(event.by.id) ? [event] : NOTHING;
      default:
        return [event];
    }
  }

  #joined(event: EventOf<'joined'>, listed: Set<ParticipantId>): readonly AnyEvent[] {
    const { id, rank } = event.who;
    if (PLAIN.has(rank) && !listed.has(id)) return NOTHING;
    listed.add(id);
    return [event];
  }

  /** That somebody was put out is news; that one of thousands went is not. */
  #left(event: EventOf<'left'>, listed: Set<ParticipantId>): readonly AnyEvent[] {
    const isNews = event.why !== 'left' && event.why !== 'lost';
    const told = isNews ? this.#behind(event, event.who, listed) : listed.has(event.who.id) ? [event] : NOTHING;
    listed.delete(event.who.id);
    return told;
  }

  #changed(event: EventOf<'changed'>, listed: Set<ParticipantId>): readonly AnyEvent[] {
    const { before, now } = event;
    if (before.nick === now.nick && before.rank === now.rank && !listed.has(before.id)) return NOTHING;
    const told = this.#behind(event, before, listed);
    listed.delete(before.id);
    listed.add(now.id);
    return told;
  }

  #behind(event: AnyEvent, who: Participant | undefined, listed: Set<ParticipantId>): readonly AnyEvent[] {
    if (who === undefined || listed.has(who.id) || !('conversation' in event)) return [event];
    listed.add(who.id);
    const known = introductions.get(event);
    if (known?.who === who) return [known, event];
    const introduction = { kind: 'joined', conversation: event.conversation, who } as const;
    introductions.set(event, introduction);
    return [introduction, event];
  }
}

function named({ participants }: Conversation, nick: string): Participant | undefined {
  for (const who of participants.values()) if (who.nick === nick) return who;
  return undefined;
}
