// What passes: who is writing, who has read, who is online. None of it waits for anybody, but that a direct chat was read is kept.

import type { Participant, Presence } from '../../src/model/conversation.ts';
import { messageId } from '../../src/model/ids.ts';
import type { KeptEvent } from '../../src/model/network.ts';
import type { Directs } from './directs.ts';
import { type Fields, fields, number, type RoomEvent, text, texts } from './fields.ts';
import type { Place } from './hearing.ts';
import type { Me } from './me.ts';
import { directWith } from './names.ts';

const SHOWN: Readonly<Record<string, Presence['show']>> = { online: 'online', unavailable: 'away', offline: 'offline' };

interface Where extends Place {
  readonly isDirect: boolean;
  readonly room: object | undefined;
}

export class Passing {
  readonly #me: Me;
  readonly #directs: Directs;
  /** Who is writing, by room; rooms where nobody is stand here not at all. */
  readonly #writing = new Map<string, ReadonlySet<string>>();

  constructor(me: Me, directs: Directs) {
    this.#me = me;
    this.#directs = directs;
  }

  take(events: readonly Fields[], where: Where): readonly KeptEvent[] {
    const kept: KeptEvent[] = [];
    // Nobody is in a room that was not opened yet.
    if (where.room === undefined && !where.isDirect) return kept;
    for (const event of events) {
      const content = fields(event['content']);
      if (event['type'] === 'm.typing') this.#typing(texts(content['user_ids']), where);
      else if (event['type'] === 'm.receipt') kept.push(...this.#read(content, where));
    }
    return kept;
  }

  presence({ sender, content }: RoomEvent): void {
    const me = this.#me;
    if (!me.settings.presence || me.isMe(sender) || !this.#directs.isKnown(sender)) return;
    const show = SHOWN[text(content['presence'])];
    if (show === undefined) return;
    const status = text(content['status_msg']);
    const idleMs = number(content['last_active_ago']);
    const isIdle = show === 'away' && idleMs !== undefined;
    const presence: Presence = {
      show,
      ...(status !== '' && { status }),
      ...(isIdle && { since: new Date(me.host.clock.now() - idleMs) }),
    };
    const who: Participant = { ...me.stranger(sender), presence };
    me.emit({ kind: 'appeared', conversation: directWith(sender), who });
  }

  #typing(now: readonly string[], { roomId, conversation, participant }: Where): void {
    const me = this.#me;
    const before = this.#writing.get(roomId) ?? new Set<string>();
    const others = new Set(now.filter((who) => !me.isMe(who)));
    if (others.size === 0) this.#writing.delete(roomId);
    else this.#writing.set(roomId, others);
    for (const who of others) {
      if (!before.has(who)) me.emit({ kind: 'typed', conversation, by: participant(who), state: 'composing' });
    }
    for (const who of before) {
      if (!others.has(who)) me.emit({ kind: 'typed', conversation, by: participant(who), state: 'paused' });
    }
  }

  #read(content: Fields, { conversation, participant, isDirect }: Where): readonly KeptEvent[] {
    const kept: KeptEvent[] = [];
    for (const [id, receipts] of Object.entries(content)) {
      for (const who of Object.keys(fields(fields(receipts)['m.read']))) {
        if (this.#me.isMe(who)) continue;
        const event = { kind: 'displayed', conversation, upTo: messageId(id), by: participant(who) } as const;
        if (isDirect) kept.push({ id: `read/${who}/${id}`, event });
        else this.#me.emit(event);
      }
    }
    return kept;
  }
}
