// What a Matrix person has been told: her /sync, read when somebody waits for something in it.

import { type Json, list, object, text } from './matrix-http.ts';

export interface MatrixEvent {
  readonly id: string;
  readonly room: string;
  readonly type: string;
  readonly sender: string;
  readonly content: Json;
  readonly stateKey: string | undefined;
  readonly redacts: string | undefined;
  readonly at: number;
}

/** One answer of the server, or nothing where it was not there. */
type Ask = (since: string | undefined, waitMs: number) => Promise<Json | undefined>;

const DEADLINE_MS = 15_000;
const POLL_MS = 2_000;

export class MatrixSync {
  /** Timelines of all rooms as they came; each event once. */
  readonly events: MatrixEvent[] = [];
  readonly #ids = new Set<string>();
  readonly #state = new Map<string, MatrixEvent>();
  readonly #joined = new Set<string>();
  readonly #invites = new Map<string, string>();
  readonly #typing = new Map<string, readonly string[]>();
  readonly #receipts = new Map<string, string>();
  readonly #ask: Ask;
  #since: string | undefined;
  #running: Promise<void> | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** The first answer of `look` that is something. @throws Error at the deadline. */
  async until<T>(what: string, look: () => T | undefined, deadlineMs = DEADLINE_MS): Promise<T> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms\n${this.#lately()}`);
      this.#running ??= this.#read().finally(() => {
        this.#running = undefined;
      });
      await this.#running;
    }
  }

  /** State of a room as the newest event said it. */
  state(room: string, type: string, key = ''): Json | undefined {
    return this.#state.get(`${room} ${type} ${key}`)?.content;
  }
  isIn(room: string): boolean {
    return this.#joined.has(room);
  }
  /** Rooms to which this person invites her. */
  invitedBy(user: string): readonly string[] {
    return [...this.#invites].flatMap(([room, by]) => (by === user ? [room] : []));
  }
  typing(room: string): readonly string[] {
    return this.#typing.get(room) ?? [];
  }
  /** The event up to which somebody has read. */
  readBy(room: string, user: string): string | undefined {
    return this.#receipts.get(`${room} ${user}`);
  }

  async #read(): Promise<void> {
    const answer = await this.#ask(this.#since, this.#since === undefined ? 0 : POLL_MS);
    if (answer === undefined) return;
    const rooms = object(answer['rooms']);
    for (const [room, joined] of Object.entries(object(rooms['join']))) this.#joinedRoom(room, object(joined));
    for (const [room, left] of Object.entries(object(rooms['leave']))) {
      this.#joined.delete(room);
      this.#invites.delete(room);
      this.#timeline(room, object(left));
    }
    for (const [room, invited] of Object.entries(object(rooms['invite']))) this.#invited(room, object(invited));
    this.#since = text(answer['next_batch']);
  }

  #joinedRoom(room: string, joined: Json): void {
    this.#joined.add(room);
    this.#invites.delete(room);
    for (const raw of list(object(joined['state'])['events'])) this.#keepState(eventIn(room, object(raw)));
    this.#timeline(room, joined);
    for (const raw of list(object(joined['ephemeral'])['events'])) this.#ephemeral(room, object(raw));
  }

  #timeline(room: string, part: Json): void {
    for (const raw of list(object(part['timeline'])['events'])) {
      const event = eventIn(room, object(raw));
      this.#keepState(event);
      if (this.#ids.has(event.id)) continue;
      this.#ids.add(event.id);
      this.events.push(event);
    }
  }

  #keepState(event: MatrixEvent): void {
    if (event.stateKey !== undefined) this.#state.set(`${event.room} ${event.type} ${event.stateKey}`, event);
  }

  #ephemeral(room: string, event: Json): void {
    const content = object(event['content']);
    if (event['type'] === 'm.typing') this.#typing.set(room, list(content['user_ids']).map(text));
    if (event['type'] !== 'm.receipt') return;
    for (const [id, kinds] of Object.entries(content)) {
      for (const user of Object.keys(object(object(kinds)['m.read']))) this.#receipts.set(`${room} ${user}`, id);
    }
  }

  #invited(room: string, invited: Json): void {
    const members = list(object(invited['invite_state'])['events']).map((raw) => eventIn(room, object(raw)));
    const own = members.findLast(({ type, content }) => type === 'm.room.member' && content['membership'] === 'invite');
    this.#invites.set(room, own?.sender ?? '');
  }

  #lately(): string {
    const shown = this.events
      .slice(-10)
      .map(({ type, sender, content }) => `${type} ${sender} ${JSON.stringify(content)}`);
    return `the last it was told:\n${shown.join('\n')}`;
  }
}

export function eventIn(room: string, raw: Json): MatrixEvent {
  const { state_key: key, redacts } = raw;
  const content = object(raw['content']);
  const at = raw['origin_server_ts'];
  return {
    id: text(raw['event_id']),
    room,
    type: text(raw['type']),
    sender: text(raw['sender']),
    content,
    stateKey: typeof key === 'string' ? key : undefined,
    // From room version 11 on it stands in the content.
    redacts: typeof redacts === 'string' ? redacts : text(content['redacts']) || undefined,
    at: typeof at === 'number' ? at : 0,
  };
}
