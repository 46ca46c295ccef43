// What was said before, from the homeserver's archive (`/messages`, `/context`): for a join, for a question, and for what a sync left out.

import type { HistoryLimits } from '../../src/model/commands.ts';
import type { Message } from '../../src/model/conversation.ts';
import type { AnswerTo, QueryOf } from '../../src/model/queries.ts';
import { list, type RoomEvent, roomEvent, text } from './fields.ts';
import { MESSAGES, MISSED, MISSED_IN_DIRECT } from './filters.ts';
import type { Hearing, Place } from './hearing.ts';
import type { Me } from './me.ts';

const DEFAULT = 20;
const MOST = 500;
const PAGE = 100;

interface Page {
  readonly events: readonly RoomEvent[];
  /** Undefined: there is no more. */
  readonly end: string | undefined;
}

interface PageOptions {
  readonly dir: 'b' | 'f';
  readonly limit: number;
  readonly filter: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Between two tokens of the sync, or up to the end; without the older one as far back as that time, milliseconds since the epoch. */
export interface Missing {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly afterMs?: number | undefined;
  readonly isDirect: boolean;
}

export class History {
  readonly #me: Me;
  readonly #hearing: Hearing;

  constructor(me: Me, hearing: Hearing) {
    this.#me = me;
    this.#hearing = hearing;
  }

  /** XEP-0045 7.2.13: the last ones, oldest first. @throws BridgeError by rejection. */
  async before(place: Place, limits: HistoryLimits = {}): Promise<readonly Message[]> {
    const { maxStanzas, maxChars, seconds, since } = limits;
    const now = this.#me.host.clock.now();
    const from = Math.max(since?.getTime() ?? 0, seconds === undefined ? 0 : now - seconds * 1_000);
    const limit = Math.min(MOST, maxStanzas ?? (from > 0 ? MOST : DEFAULT));
    if (limit === 0 || maxChars === 0 || seconds === 0) return [];
    const { events } = await this.#pages(place.roomId, { dir: 'b', limit, filter: MESSAGES }, from);
    return this.#messages(events.filter(({ at }) => at >= from).toReversed(), place);
  }

  /** @throws BridgeError by rejection. */
  async answer(place: Place, asked: QueryOf<'history'>): Promise<AnswerTo<'history'>> {
    const { before, after, limit } = asked;
    const anchor = after ?? before;
    const dir = after === undefined ? 'b' : 'f';
    const from = anchor === undefined ? undefined : await this.#token(place.roomId, anchor, dir);
    const { events, end } = await this.#pages(place.roomId, { dir, limit, filter: MESSAGES, from });
    const inOrder = dir === 'b' ? events.toReversed() : events;
    return { messages: this.#messages(inOrder, place), complete: end === undefined };
  }

  /** What a sync has left out, oldest first. `isAll`: nothing older is missing. @throws BridgeError by rejection. */
  async missed(
    roomId: string,
    { from, to, afterMs = 0, isDirect }: Missing,
  ): Promise<{ readonly events: readonly RoomEvent[]; readonly isAll: boolean }> {
    const limit = this.#me.settings.backfill;
    if (limit === 0) return { events: [], isAll: false };
    const filter = isDirect ? MISSED_IN_DIRECT : MISSED;
    const { events, end } = await this.#pages(roomId, { dir: 'b', limit, filter, from, to }, afterMs);
    const wanted = events.filter(({ at }) => at >= afterMs);
    const isAll = end === undefined || wanted.length < Math.min(limit, events.length) || events.length < limit;
    return { events: wanted.toReversed(), isAll };
  }

  #messages(events: readonly RoomEvent[], place: Place): readonly Message[] {
    return events.flatMap((event) => this.#hearing.asHistory(event, place) ?? []);
  }

  /** Newest first where it goes back. `since`: older ones are of no use. */
  async #pages(roomId: string, options: PageOptions, since = 0): Promise<Page> {
    const events: RoomEvent[] = [];
    let { from } = options;
    for (;;) {
      const limit = Math.min(PAGE, options.limit - events.length);
      const page = await this.#page(roomId, { ...options, from, limit });
      events.push(...page.events);
      const isOld = page.events.some(({ at }) => at < since);
      const isStuck = page.end === undefined || page.end === from;
      if (isStuck || isOld || page.events.length === 0 || events.length >= options.limit) {
        return { events, end: isStuck ? undefined : page.end };
      }
      from = page.end;
    }
  }

  async #page(roomId: string, { dir, limit, filter, from, to }: PageOptions): Promise<Page> {
    const query = {
      dir,
      limit: String(limit),
      filter,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
    const answer = await this.#me.api.request({ method: 'GET', path: ['rooms', roomId, 'messages'], query });
    const end = text(answer['end']);
    return { events: list(answer['chunk']).map(roomEvent), end: end === '' ? undefined : end };
  }

  async #token(roomId: string, event: string, dir: 'b' | 'f'): Promise<string> {
    const path = ['rooms', roomId, 'context', event];
    const context = await this.#me.api.request({ method: 'GET', path, query: { limit: '0' } });
    return text(context[dir === 'b' ? 'start' : 'end']);
  }
}
