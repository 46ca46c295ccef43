// What others say by tags alone (TAGMSG of IRCv3): that they are typing, and what they think of a message.

import { ONLINE, type Participant } from '../../src/model/conversation.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import { type IrcLine, nickOf, tagOf } from './line.ts';
import type { Reactions } from './reactions.ts';
import type { Handlers, Rooms } from './rooms.ts';
import { answeredIn, REACT, TYPING, UNREACT } from './tags.ts';
import type { Typing } from './typing.ts';
import type { Wire } from './wire.ts';

export class ClientTags {
  readonly #wire: Wire;
  readonly #rooms: Rooms;
  readonly #typing: Typing;
  readonly #reactions: Reactions;

  constructor(wire: Wire, rooms: Rooms, typing: Typing, reactions: Reactions) {
    this.#wire = wire;
    this.#rooms = rooms;
    this.#typing = typing;
    this.#reactions = reactions;
  }

  readonly handlers: Handlers = { TAGMSG: (line) => this.#onTags(line) };

  #onTags(line: IrcLine): void {
    const nick = nickOf(line.source);
    const target = line.params[0] ?? '';
    if (nick === '' || this.#wire.isSelf(nick)) return;
    const heard = this.#by(nick, target);
    if (heard === undefined) return;
    const state = tagOf(line.tags, TYPING);
    if (state !== undefined) this.#typing.heard(heard.conversation, heard.by, state);
    const message = answeredIn(line);
    if (message === undefined) return;
    for (const [tag, on] of [
      [REACT, true],
      [UNREACT, false],
    ] as const) {
      const emoji = tagOf(line.tags, tag);
      if (emoji !== undefined && emoji !== '') this.#reactions.heard({ ...heard, message, emoji, on });
    }
  }

  #by(nick: string, target: string): { readonly conversation: ConversationId; readonly by: Participant } | undefined {
    if (!this.#wire.isChannel(target)) {
      const by = { id: this.#wire.person(nick), nick, rank: 'member', presence: ONLINE } as const;
      return this.#wire.isSelf(target) ? { conversation: this.#wire.conversation(nick), by } : undefined;
    }
    const room = this.#rooms.get(target);
    const by = room?.isOpen === true ? room.member(nick) : undefined;
    return room === undefined || by === undefined ? undefined : { conversation: room.id, by };
  }
}
