// Which texts the network has from this account, and what became of those that nobody here knows yet: a state may be told before the answer
// to the request, or of a text whose request was never answered.

import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Host, KeptEvent, Part } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { fields, number, text } from './rows.ts';
import { isDelivered, isFinal, type State, toldOf } from './statuses.ts';

type Owner = Pick<Account, 'user' | 'key'>;

const SENT = 'sent/';
const EARLY = 'early/';
/** A request without an answer has been looked for by then, or the text is none of hers: a former user of the number sent it. */
const EARLY_MS = 10 * 60_000;
/** The bridge gives a text its name as soon as it hears of it. */
const NAMED_MS = 250;
/** A part has its name when all of them are taken; where they never are, what becomes of it is told by then. */
const PARTS_MS = 5 * 60_000;
const FORGET_MS = 7 * 86_400_000;
const NAMED_MOST = 5_000;

interface Early {
  readonly state: State;
  readonly conversation: ConversationId;
}

/** A text without a final word yet. */
interface Sent {
  readonly at: number;
  /** The number that it was sent from. */
  readonly from: string;
  readonly part?: Part;
  /** Of a part: it was delivered, and others were not yet. */
  readonly isDelivered?: boolean;
}

export interface NewlySent {
  readonly from: string;
  readonly part?: Part | undefined;
  /** Until the bridge has given it its name. */
  readonly namedInMs?: number;
}

export class Outgoing {
  readonly #host: Host;
  readonly #owner: Owner;
  readonly #state: KeyValue;
  /** Named to the bridge, in this life of the session or in one before. */
  readonly #named = new Set<string>();
  /** Without a final state yet, the oldest first. */
  readonly #open = new Map<string, Sent>();
  readonly #early = new Map<string, Early>();
  readonly #timers = new Map<string, () => void>();
  #loading: Promise<void> | undefined;
  #stopped = false;

  constructor(host: Host, owner: Owner) {
    this.#host = host;
    this.#owner = owner;
    this.#state = host.state(owner);
  }

  /** Resolves when what earlier lives have left is known. @throws BridgeError by rejection. */
  load(): Promise<void> {
    return (this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    }));
  }

  /** The network has it, and the bridge is about to hear of it. */
  sent(sid: string, { from, part, namedInMs = 0 }: NewlySent): void {
    const sent: Sent = { at: this.#host.clock.now(), from, ...(part !== undefined && { part }) };
    this.#open.set(sid, sent);
    this.#quietly(this.#state.put(SENT + sid, JSON.stringify(sent)));
    if (part !== undefined) this.#nameParts(part);
    else this.#nameIn(namedInMs, [sid]);
  }

  /** When the oldest was sent that has no final state yet, by the number that it was sent from. */
  openSince(): ReadonlyMap<string, number> {
    const since = new Map<string, number>();
    for (const { from, at } of this.#open.values()) if (!since.has(from)) since.set(from, at);
    return since;
  }

  isOpen(sid: string): boolean {
    return this.#open.has(sid);
  }

  /** Resolves when nothing of it can be lost any more. @throws BridgeError by rejection. */
  async became(state: State, conversation: ConversationId): Promise<void> {
    const events = toldOf(state, conversation);
    if (events.length === 0) return;
    await this.load();
    if (this.#named.has(state.sid)) await this.#keep(state, events);
    else await this.#wait({ state, conversation });
  }

  stop(): void {
    this.#stopped = true;
    for (const callOff of this.#timers.values()) callOff();
    this.#timers.clear();
  }

  async #load(): Promise<void> {
    const old = this.#host.clock.now() - FORGET_MS;
    const rows = await this.#state.list(SENT);
    const all = rows.map(([key, value]) => [key.slice(SENT.length), sentIn(value)] as const);
    for (const [sid, sent] of all.toSorted(([, one], [, other]) => one.at - other.at)) {
      if (sent.at <= old) this.#quietly(this.#state.delete(SENT + sid));
      else this.#open.set(sid, sent);
    }
    for (const [key, value] of await this.#state.list(EARLY)) this.#arm(key, JSON.parse(value) as Early, EARLY_MS);
    // What was told early of these is told soon.
    for (const [sid, { part }] of this.#open) {
      if (part === undefined) this.#name(sid);
      else this.#nameParts(part);
    }
  }

  #name(sid: string): void {
    this.#named.add(sid);
    const [oldest = ''] = this.#named;
    if (this.#named.size > NAMED_MOST) this.#named.delete(oldest);
    for (const [key, early] of this.#early) if (early.state.sid === sid) this.#arm(key, early, NAMED_MS);
  }

  /** The bridge names them when the last of them is taken. */
  #nameParts(part: Part): void {
    const sids = this.#partsOf(part);
    this.#nameIn(sids.length < part.of ? PARTS_MS : 0, sids);
  }
  #nameIn(ms: number, sids: readonly string[]): void {
    const name = (): void => {
      for (const sid of sids) if (!this.#named.has(sid)) this.#name(sid);
    };
    if (ms === 0) name();
    else this.#timers.set(`naming/${sids.join('/')}`, this.#host.clock.after(ms, name));
  }
  #partsOf({ message }: Part): readonly string[] {
    return [...this.#open].filter(([, { part }]) => part?.message === message).map(([sid]) => sid);
  }

  async #wait(early: Early): Promise<void> {
    const key = `${EARLY}${early.state.sid}/${early.state.status}`;
    if (this.#early.has(key)) return;
    await this.#state.put(key, JSON.stringify(early));
    // Its answer may have come meanwhile.
    this.#arm(key, early, this.#named.has(early.state.sid) ? NAMED_MS : EARLY_MS);
  }

  #arm(key: string, early: Early, ms: number): void {
    this.#timers.get(key)?.();
    this.#early.set(key, early);
    this.#timers.set(
      key,
      this.#host.clock.after(ms, () => this.#tell(key, early)),
    );
  }

  #tell(key: string, early: Early): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    this.#early.delete(key);
    const { state, conversation } = early;
    if (!this.#named.has(state.sid)) {
      this.#quietly(this.#state.delete(key));
      return;
    }
    const kept = this.#keep(state, toldOf(state, conversation)).catch((error: unknown) => {
      if (!this.#stopped) this.#arm(key, early, EARLY_MS);
      throw error;
    });
    this.#quietly(kept.then(() => this.#state.delete(key)));
  }

  async #keep(state: State, events: readonly KeptEvent[]): Promise<void> {
    const { sid } = state;
    const sent = this.#open.get(sid);
    const { part } = sent ?? {};
    if (sent !== undefined && part !== undefined && isDelivered(state)) {
      await this.#partDelivered(sid, sent, events);
      return;
    }
    await this.#host.keep(this.#owner, events);
    if (isFinal(state)) this.#close([sid]);
  }

  /** Nothing is told of it before all parts are: what was delivered until then survives the process. */
  async #partDelivered(sid: string, sent: Sent, events: readonly KeptEvent[]): Promise<void> {
    const { part } = sent;
    if (part === undefined) return;
    const now: Sent = { ...sent, isDelivered: true };
    this.#open.set(sid, now);
    const sids = this.#partsOf(part);
    const isWhole = sids.length === part.of && sids.every((one) => this.#open.get(one)?.isDelivered === true);
    if (!isWhole) {
      await this.#state.put(SENT + sid, JSON.stringify(now));
      return;
    }
    await this.#host.keep(this.#owner, events.map(asWhole));
    this.#close(sids);
  }

  #close(sids: readonly string[]): void {
    for (const sid of sids) if (this.#open.delete(sid)) this.#quietly(this.#state.delete(SENT + sid));
  }

  /** Nothing is lost by it: it is found again by the next process. */
  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#host.log.warn('a note about a text could not be kept', { error }));
  }
}

function asWhole({ id, event }: KeptEvent): KeptEvent {
  return { id, event: event.kind === 'delivered' ? { ...event, whole: true } : event };
}

function sentIn(value: string): Sent {
  const row = fields(value);
  const { message, of } = fields(row['part']);
  return {
    at: number(row['at']),
    from: text(row['from']),
    ...(typeof message === 'string' && { part: { message, of: number(of) } }),
    ...(row['isDelivered'] === true && { isDelivered: true }),
  };
}
