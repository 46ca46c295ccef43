// What was said in rooms while the clients that were told to come back are on their way: shown when they are there, let go when they do not
// come.

import type { AnyEvent } from '../model/events.ts';
import type { ConversationId, MessageId, UserId } from '../model/ids.ts';
import type { BridgeContext } from './context.ts';
import type { Room } from './room.ts';

interface Kept {
  readonly event: AnyEvent;
  readonly confirmed: () => void;
}
interface Waiting {
  readonly kept: Kept[];
  readonly stopTimer: () => void;
}

const MOST_KEPT = 1_000;

export class Awaited {
  readonly #context: BridgeContext;
  readonly #user: UserId;
  readonly #rooms = new Map<ConversationId, Waiting>();

  constructor(context: BridgeContext, user: UserId) {
    this.#context = context;
    this.#user = user;
  }

  /** Clients have been told to come back into the room. */
  expect(id: ConversationId): void {
    const { keeping, clock, timing } = this.#context;
    if (keeping === undefined || this.#rooms.has(id)) return;
    const stopTimer = clock.after(timing.returnGraceMs, () => this.#letGo(id));
    this.#rooms.set(id, { kept: [], stopTimer });
  }

  /** @returns false where nobody is awaited in the room. */
  keep(id: ConversationId, event: AnyEvent, confirmed: () => void): boolean {
    const waiting = this.#rooms.get(id) ?? this.#pending(id);
    if (waiting === undefined) return false;
    waiting.kept.push({ event, confirmed });
    if (waiting.kept.length > MOST_KEPT) waiting.kept.shift()?.confirmed();
    return true;
  }

  /** The network itself tells what was said before: that is not said twice. */
  told(id: ConversationId, ids: readonly MessageId[]): void {
    const waiting = this.#rooms.get(id);
    if (waiting === undefined || ids.length === 0) return;
    const known = new Set(ids);
    const all = waiting.kept.splice(0);
    for (const one of all) {
      if (one.event.kind === 'said' && known.has(one.event.message.id)) one.confirmed();
      else waiting.kept.push(one);
    }
  }

  /** Somebody may have come. */
  changed({ id, state, joined, conversation }: Room): void {
    if (state === 'lost' || state === 'opening') this.expect(id);
    const waiting = this.#rooms.get(id);
    if (waiting === undefined || state !== 'open' || joined.length === 0) return;
    this.#rooms.delete(id);
    waiting.stopTimer();
    for (const { event, confirmed } of waiting.kept) {
      this.#context.presenter.present({ user: this.#user, event, conversation, to: joined, confirmed });
    }
  }

  /** Her turn to be told has not come yet. */
  #pending(id: ConversationId): Waiting | undefined {
    if (this.#context.returning.untold(this.#user, id).length === 0) return undefined;
    this.expect(id);
    return this.#rooms.get(id);
  }

  #letGo(id: ConversationId): void {
    const waiting = this.#rooms.get(id);
    this.#rooms.delete(id);
    for (const { confirmed } of waiting?.kept ?? []) confirmed();
  }
}
