// What the user says, changes, takes back and answers with a picture: sent under the id of the attempt, so that a retry never doubles it.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Target } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, type MessageId, messageId } from '../../src/model/ids.ts';
import type { Attempt, Receipt } from '../../src/model/network.ts';
import { contentOf, editOf, sayable } from './bodies-out.ts';
import type { Directs } from './directs.ts';
import { isEncrypted, noSuchMessage, notJoined } from './errors.ts';
import { type Fields, text } from './fields.ts';
import type { Me } from './me.ts';
import { personOf } from './names.ts';
import type { OwnSends } from './own-sends.ts';
import type { Reactions } from './reactions.ts';
import type { Rooms } from './rooms.ts';

const DONE: Receipt = { ids: [], outcome: 'accepted' };
/** The client says it again before that (XEP-0085). */
const TYPING_MS = 30_000;

export interface SayingParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
  readonly sends: OwnSends;
  readonly reactions: Reactions;
}

export class Saying {
  readonly #parts: SayingParts;

  constructor(parts: SayingParts) {
    this.#parts = parts;
  }

  /** @throws BridgeError by rejection. */
  async say({ conversation, body }: CommandOf<'say'>, attempt: Attempt | undefined): Promise<Receipt> {
    const roomId = await this.#writable(conversation);
    const { replyTo } = body;
    const answered = replyTo?.target.by === 'network' ? replyTo.target.ids[0] : undefined;
    return await this.#send(roomId, 'm.room.message', contentOf(body, answered), attempt);
  }

  async edit({ conversation, target, body }: CommandOf<'edit'>, attempt: Attempt | undefined): Promise<Receipt> {
    const roomId = await this.#writable(conversation);
    const [first] = idsOf(target);
    if (first === undefined) throw noSuchMessage();
    return await this.#send(roomId, 'm.room.message', editOf(body, first), attempt);
  }

  /** Each part of a message that was cut. */
  async retract(
    { conversation, target }: { readonly conversation: ConversationId; readonly target: Target },
    attempt: Attempt | undefined,
    reason?: string,
  ): Promise<Receipt> {
    const roomId = await this.#existing(conversation);
    for (const [part, id] of idsOf(target).entries())
      await this.#redact(roomId, id, { attempt, part: `.${part}`, reason });
    return DONE;
  }

  /** Only what differs is sent: each picture stands by itself on Matrix. */
  async react({ conversation, target, emoji }: CommandOf<'react'>, attempt: Attempt | undefined): Promise<Receipt> {
    const { me, reactions } = this.#parts;
    const roomId = await this.#existing(conversation);
    const [id] = idsOf(target);
    if (id === undefined) throw noSuchMessage();
    const before = await reactions.of(roomId, id, me.userId);
    const wanted = new Set(emoji);
    for (const one of before) {
      if (wanted.delete(one.key)) continue;
      await this.#redact(roomId, one.id, { attempt, part: `.${one.id}` });
      reactions.removed(one.id);
    }
    for (const key of wanted) await this.#annotate(roomId, id, key, attempt);
    return DONE;
  }

  async type({ conversation, state }: CommandOf<'type'>): Promise<Receipt> {
    const { me } = this.#parts;
    const roomId = await this.#known(conversation);
    if (roomId === undefined) return DONE;
    const typing = state === 'composing';
    const body = typing ? { typing, timeout: TYPING_MS } : { typing };
    await me.api.request({ method: 'PUT', path: ['rooms', roomId, 'typing', me.userId], body, once: true });
    return DONE;
  }

  async display({ conversation, upTo }: CommandOf<'display'>): Promise<Receipt> {
    const { me } = this.#parts;
    const roomId = await this.#known(conversation);
    const id = idsOf(upTo).at(-1);
    if (roomId === undefined || id === undefined) return DONE;
    const kind = me.prefers('readReceipts', true) ? 'm.read' : 'm.read.private';
    await me.api.post(['rooms', roomId, 'receipt', kind, id], {});
    return DONE;
  }

  async #annotate(roomId: string, target: MessageId, key: string, attempt: Attempt | undefined): Promise<void> {
    const { me, reactions } = this.#parts;
    const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } };
    try {
      const { ids } = await this.#send(roomId, 'm.reaction', content, attempt, `.${Buffer.from(key).toString('hex')}`);
      const [id = ''] = ids;
      await reactions.added(roomId, target, { id, sender: me.userId, key });
    } catch (error) {
      // It is there already: what she wanted.
      if (!(error instanceof BridgeError) || error.details.networkCode !== 'M_DUPLICATE_ANNOTATION') throw error;
    }
  }

  async #redact(
    roomId: string,
    id: string,
    {
      attempt,
      part,
      reason,
    }: { readonly attempt: Attempt | undefined; readonly part: string; readonly reason?: string | undefined },
  ): Promise<void> {
    const { me, sends } = this.#parts;
    const path = ['rooms', roomId, 'redact', id, sends.transaction(attempt, part)];
    const sent = await me.api.put(path, reason === undefined ? {} : { reason: sayable(reason) });
    sends.sent(text(sent['event_id']));
  }

  async #send(
    roomId: string,
    type: string,
    content: Fields,
    attempt: Attempt | undefined,
    part = '',
  ): Promise<Receipt> {
    const { me, sends } = this.#parts;
    const path = ['rooms', roomId, 'send', type, sends.transaction(attempt, part)];
    const id = text((await me.api.put(path, content))['event_id']);
    sends.sent(id);
    return { ids: [messageId(id)], outcome: 'accepted' };
  }

  /** The room to say something in: a direct chat is made where there is none. */
  async #writable(conversation: ConversationId): Promise<string> {
    const { directs, rooms } = this.#parts;
    const person = personOf(conversation);
    if (person !== undefined) return await directs.roomWith(person);
    const roomId = rooms.idOf(conversation);
    if (roomId === undefined) throw notJoined();
    if (await rooms.isEncrypted(roomId)) throw isEncrypted();
    return roomId;
  }

  async #known(conversation: ConversationId): Promise<string | undefined> {
    const { directs, rooms } = this.#parts;
    const person = personOf(conversation);
    return person === undefined ? rooms.idOf(conversation) : await directs.find(person);
  }
  async #existing(conversation: ConversationId): Promise<string> {
    const roomId = await this.#known(conversation);
    if (roomId === undefined) throw notJoined();
    return roomId;
  }
}

function idsOf(target: Target): readonly MessageId[] {
  return target.by === 'network' ? target.ids : [];
}
