// The archive of rooms of a network that keeps one itself: pages of it by the query `history`, nothing is kept here. The query goes by ids
// alone; for a time the pages are read backwards from the newest, up to a certain number of messages.

import type { Archive, Archived, ArchivePage, ArchiveQuery } from '../model/archive.ts';
import type { Message } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import { type ConversationId, messageId, type UserId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type { Bridge, Clock, MessageIds } from '../model/ports.ts';
import { words } from '../model/words.ts';

const ASKED_AT_ONCE = 100;
/** How far back it is read where a time is asked for. */
const MOST_BACK = 2_000;

export interface ToldArchiveOptions {
  readonly network: Network;
  readonly bridge: Pick<Bridge, 'ask'>;
  readonly ids: Pick<MessageIds, 'xmpp'>;
  readonly clock: Clock;
}

type Where = Pick<Message, 'id'> | undefined;

export class ToldArchive implements Archive {
  readonly #options: ToldArchiveOptions;

  constructor(options: ToldArchiveOptions) {
    this.#options = options;
  }

  has(_user: UserId, room: ConversationId): boolean {
    return this.#options.network.placeOf(room)?.kind === 'group';
  }

  async page(user: UserId, room: ConversationId, query: ArchiveQuery): Promise<ArchivePage> {
    const { after, limit, last = false } = query;
    const wanted = (all: readonly Archived[]): readonly Archived[] => all.filter((one) => isWanted(one, query));
    if (after !== undefined && !last) {
      const { items, complete } = await this.#forwards(user, room, query);
      return { items: wanted(items).slice(0, limit), complete };
    }
    const enough = (all: readonly Archived[]): boolean => last && wanted(all).length > limit;
    const items = wanted(await this.#backwards(user, room, query, enough));
    return {
      items: last ? items.slice(-limit || items.length) : items.slice(0, limit),
      complete: items.length <= limit,
    };
  }

  async find(user: UserId, room: ConversationId, ids: readonly string[]): Promise<readonly Archived[]> {
    const wanted = new Set(ids);
    const hits = (all: readonly Archived[]): readonly Archived[] => all.filter(({ id }) => wanted.has(id));
    return hits(await this.#backwards(user, room, {}, (all) => hits(all).length === wanted.size));
  }

  keepsOf(): boolean {
    return false;
  }
  rooms(): Promise<readonly ConversationId[]> {
    return Promise.resolve([]);
  }
  forget(): Promise<void> {
    return Promise.resolve();
  }

  /** From behind `after` on, until it is enough for a page. */
  async #forwards(user: UserId, room: ConversationId, query: ArchiveQuery): Promise<ArchivePage> {
    const { after = '', before, to, limit } = query;
    const items: Archived[] = [];
    let from: Where = { id: messageId(after) };
    for (;;) {
      const { messages, complete } = await this.#ask(user, room, { after: from.id });
      for (const one of messages) {
        if (one.id === before || one.at > (to ?? one.at)) return { items, complete: true };
        items.push(one);
        if (items.filter((item) => isWanted(item, query)).length > limit) return { items, complete: false };
      }
      from = messages.at(-1)?.event.message;
      if (complete || from === undefined) return { items, complete: true };
    }
  }

  /** Oldest first, from `before` or the newest back to `after`, `from`, or the beginning. */
  async #backwards(
    user: UserId,
    room: ConversationId,
    { before, after, from }: Pick<ArchiveQuery, 'before' | 'after' | 'from'>,
    isEnough: (all: readonly Archived[]) => boolean,
  ): Promise<readonly Archived[]> {
    let items: readonly Archived[] = [];
    let upTo: Where = before === undefined ? undefined : { id: messageId(before) };
    for (;;) {
      const { messages, complete } = await this.#ask(user, room, upTo === undefined ? {} : { before: upTo.id });
      const start = after === undefined ? -1 : messages.findIndex(({ id }) => id === after);
      items = [...messages.slice(start + 1), ...items];
      const oldest = messages[0];
      if (start !== -1 || isEnough(items)) return items;
      if (complete || oldest === undefined || items.length >= MOST_BACK || oldest.at < (from ?? oldest.at)) {
        if (after === undefined) return items;
        throw new BridgeError('not-found', words`There is no such message in the archive.`);
      }
      upTo = oldest.event.message;
    }
  }

  async #ask(
    user: UserId,
    room: ConversationId,
    bounds: { readonly before?: Message['id']; readonly after?: Message['id'] },
  ): Promise<{ readonly messages: readonly Told[]; readonly complete: boolean }> {
    const { network, bridge, ids, clock } = this.#options;
    const account = network.accountOf(room);
    const ask = { kind: 'history', account, conversation: room, limit: ASKED_AT_ONCE, ...bounds } as const;
    try {
      const { messages, complete } = await bridge.ask(user, ask);
      const told = messages.map((message): Told => {
        const name = ids.xmpp(user, room, message.id);
        const at = message.at ?? new Date(clock.now());
        const event = { kind: 'said', conversation: room, message } as const;
        return { id: message.id, at, event, ...(name !== undefined && { name }) };
      });
      return { messages: told, complete };
    } catch (thrown) {
      // XEP-0313 4.3: who is not in a private room is not let in by its archive either.
      if (thrown instanceof BridgeError && thrown.code === 'not-joined')
        throw new BridgeError('forbidden', words`You are not in this room.`);
      throw thrown;
    }
  }
}

type Told = Archived & { readonly event: { readonly kind: 'said'; readonly message: Message } };

function isWanted(one: Archived, { from, to, matches }: ArchiveQuery): boolean {
  if ((from !== undefined && one.at < from) || (to !== undefined && one.at > to)) return false;
  return matches === undefined || matches(one);
}
