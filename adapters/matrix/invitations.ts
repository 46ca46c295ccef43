// Invitations: to rooms, which the user answers; to direct chats, which are taken at once where she has said so.

import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, participantId } from '../../src/model/ids.ts';
import type { KeptEvent } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import type { Directs } from './directs.ts';
import { type Fields, fields, list, type RoomEvent, roomEvent, text } from './fields.ts';
import type { Me } from './me.ts';
import { directWith, serverOf } from './names.ts';

/** Whoever invites from a server that is slow does not hold up everybody else. */
const ACCEPT_MS = 20_000;

export class Invitations {
  readonly #me: Me;
  readonly #directs: Directs;

  constructor(me: Me, directs: Directs) {
    this.#me = me;
    this.#directs = directs;
  }

  async take(roomId: string, raw: Fields): Promise<readonly KeptEvent[]> {
    const events = list(fields(raw['invite_state'])['events']).map(roomEvent);
    const invite = events.findLast(({ type, stateKey }) => type === 'm.room.member' && stateKey === this.#me.userId);
    if (invite === undefined) return [];
    const { sender } = invite;
    const inviter = events.findLast(({ type, stateKey }) => type === 'm.room.member' && stateKey === sender);
    this.#me.people.person(sender, text(inviter?.content['displayname']), 'none');
    this.#me.names.hint(roomId, [serverOf(sender)]);
    return invite.content['is_direct'] === true ? await this.#direct(roomId, invite) : [this.#invited(roomId, invite)];
  }

  /** A direct chat has become that of several people: from now on it is a room. */
  crowded(roomId: string, comings: readonly RoomEvent[]): readonly KeptEvent[] {
    const third = comings.findLast(({ content }) => ['join', 'invite'].includes(text(content['membership'])));
    if (third === undefined || this.#me.isMe(third.stateKey ?? '')) return [];
    const reason = words`This direct chat has more people now; join it as a room.`;
    const inviter = participantId(third.sender);
    const event = { kind: 'invited', conversation: conversationId(roomId), by: third.sender, inviter, reason } as const;
    return [{ id: `crowd/${roomId}`, event }];
  }

  #invited(roomId: string, { sender, content, id, at }: RoomEvent): KeptEvent {
    const reason = text(content['reason']);
    const event = {
      kind: 'invited',
      conversation: conversationId(roomId),
      by: sender,
      inviter: participantId(sender),
      ...(reason !== '' && { reason }),
    } as const;
    return { id: `invite/${roomId}/${id || `${sender}/${at}`}`, event };
  }

  async #direct(roomId: string, { sender, id, at }: RoomEvent): Promise<readonly KeptEvent[]> {
    const me = this.#me;
    // It waits before she is asked: her answer may come in another life of the process.
    await this.#directs.invites.add(roomId, sender);
    if (me.prefers('acceptDirects', false) && (await this.#accepted(sender))) return [];
    const event = { kind: 'asked', conversation: directWith(sender), who: me.stranger(sender) } as const;
    return [{ id: `asked/${roomId}/${id || at}`, event }];
  }

  async #accepted(person: string): Promise<boolean> {
    const abort = new AbortController();
    const stop = this.#me.host.clock.after(ACCEPT_MS, () => abort.abort());
    try {
      await this.#directs.invites.accept(person, abort.signal);
      return true;
    } catch (error) {
      if (this.#me.hasEnded || !(error instanceof BridgeError)) throw error;
      // It stands no more.
      if (error.code === 'not-found') return true;
      this.#me.host.log.warn('an invitation to a direct chat could not be taken', { error });
      return false;
    } finally {
      stop();
    }
  }
}
