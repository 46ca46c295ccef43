// Reactions by client tags (IRCv3 `+draft/react`, `+draft/unreact`): one at a time on IRC, whole sets here.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId, MessageId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { DONE } from './rooms.ts';
import { passesOn, REACT, REPLY, withTags, UNREACT } from './tags.ts';
import type { Wire } from './wire.ts';

/** Sets that are known, the oldest forgotten first, and reactions of one person to one message. */
const MOST_SETS = 1_000;
const MOST_EMOJI = 20;
const MOST_CHARACTERS = 64;

interface Heard {
  readonly conversation: ConversationId;
  readonly by: Participant;
  readonly message: MessageId;
  readonly emoji: string;
  readonly on: boolean;
}

export class Reactions {
  readonly #wire: Wire;
  readonly #sets = new Map<string, ReadonlySet<string>>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The whole set that the user has on a message from now on. @throws BridgeError. */
  react(
    place: { readonly conversation: ConversationId; readonly name: string },
    message: MessageId,
    wanted: readonly string[],
  ): Receipt {
    if (!passesOn(this.#wire.features, this.#wire.caps, REACT))
      throw new BridgeError('unsupported', words`This server has no reactions.`);
    if (this.#wire.isOwnId(message)) throw new BridgeError('not-found', words`That message is not known any more.`);
    const key = `${place.conversation} ${message} `;
    const before = this.#sets.get(key) ?? new Set<string>();
    const now = new Set(wanted.filter(isReaction).slice(0, MOST_EMOJI));
    const write = (tag: string, emoji: string): void =>
      this.#wire.send(withTags({ [tag]: emoji, [REPLY]: message }, `TAGMSG ${place.name}`));
    for (const emoji of before) if (!now.has(emoji)) write(UNREACT, emoji);
    for (const emoji of now) if (!before.has(emoji)) write(REACT, emoji);
    this.#keep(key, now);
    return DONE;
  }

  heard({ conversation, by, message, emoji, on }: Heard): void {
    const key = `${conversation} ${message} ${by.id}`;
    const now = new Set(this.#sets.get(key));
    if (!isReaction(emoji) || now.has(emoji) === on || (on && now.size >= MOST_EMOJI)) return;
    if (on) now.add(emoji);
    else now.delete(emoji);
    this.#keep(key, now);
    this.#wire.emit({ kind: 'reacted', conversation, target: message, by, emoji: [...now] });
  }

  #keep(key: string, now: ReadonlySet<string>): void {
    this.#sets.delete(key);
    if (now.size > 0) this.#sets.set(key, now);
    const [oldest = ''] = this.#sets.keys();
    if (this.#sets.size > MOST_SETS) this.#sets.delete(oldest);
  }
}

const isReaction = (emoji: string): boolean => emoji.trim() !== '' && emoji.length <= MOST_CHARACTERS;
