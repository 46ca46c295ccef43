// Which texts the network has from this account, and what became of those that nobody here knows yet: a state may be told before the answer
// to the request, or of a text whose request was never answered.

import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Host, KeptEvent } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { isFinal, type State, toldOf } from './statuses.ts';

type Owner = Pick<Account, 'user' | 'key'>;

const SENT = 'sent/';
const EARLY = 'early/';
/** A request without an answer has been looked for by then, or the text is none of hers: a former user of the number sent it. */
const EARLY_MS = 10 * 60_000;
/** The bridge gives a text its name as soon as it hears of it. */
const NAMED_MS = 250;
const FORGET_MS = 7 * 86_400_000;
const NAMED_MOST = 5_000;

interface Early {
  readonly state: State;
  readonly conversation: ConversationId;
}

export class Outgoing {
  readonly #host: Host;
  readonly #owner: Owner;
  readonly #state: KeyValue;
  /** Named to the bridge, in this life of the session or in one before. */
  readonly #named = new Set<string>();
  /** Of those, without a final state yet: when they were sent. */
  readonly #open = new Map<string, number>();
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
  sent(sid: string): void {
    const at = this.#host.clock.now();
    this.#name(sid, at);
    this.#quietly(this.#state.put(SENT + sid, String(at)));
    for (const [key, early] of this.#early) if (early.state.sid === sid) this.#arm(key, early, NAMED_MS);
  }

  /** When the oldest was sent that has no final state yet; undefined: there is none. */
  get oldestOpen(): number | undefined {
    return this.#open.values().next().value;
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
    for (const [key, at] of rows.toSorted(([, one], [, other]) => Number(one) - Number(other))) {
      if (Number(at) > old) this.#name(key.slice(SENT.length), Number(at));
      else this.#quietly(this.#state.delete(key));
    }
    for (const [key, value] of await this.#state.list(EARLY)) this.#arm(key, JSON.parse(value) as Early, EARLY_MS);
  }

  #name(sid: string, at: number): void {
    this.#open.set(sid, at);
    this.#named.add(sid);
    const [oldest = ''] = this.#named;
    if (this.#named.size > NAMED_MOST) this.#named.delete(oldest);
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
    await this.#host.keep(this.#owner, events);
    if (!isFinal(state) || !this.#open.delete(state.sid)) return;
    this.#quietly(this.#state.delete(SENT + state.sid));
  }

  /** Nothing is lost by it: it is found again by the next process. */
  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#host.log.warn('a note about a text could not be kept', { error }));
  }
}
