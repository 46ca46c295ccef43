// The long poll of one account (client-server API, 6.4): its token is stored together with what was kept, never before.

import { BridgeError } from '../../src/model/errors.ts';
import { words } from '../../src/model/words.ts';
import type { Directs } from './directs.ts';
import { type Fields, text } from './fields.ts';
import { FIRST, following } from './filters.ts';
import type { Intake, Span } from './intake.ts';
import { lostSince } from './lost-token.ts';
import type { Me } from './me.ts';
import type { Rooms } from './rooms.ts';

const SINCE = 'since';
/** When the homeserver gave it, milliseconds since the epoch. */
const SINCE_AT = 'since-at';
/** An idle account writes its token no more often than that: an older one brings nothing anew that was kept. */
const STORE_EVERY_MS = 300_000;
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** Beyond what the homeserver was asked to wait. */
const ANSWER_MS = 30_000;

export interface SyncParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
  readonly intake: Intake;
}

interface Token {
  readonly value: string;
  readonly at: number;
}

export class Sync {
  readonly #parts: SyncParts;
  readonly #me: Me;
  readonly #intake: Intake;
  /** The homeserver's name for it, or the whole of it where that has none. */
  #filter: string;
  #since: Token | undefined;
  #stored: string | undefined;
  #storedAt = Number.NEGATIVE_INFINITY;
  #failingSince: number | undefined;
  #failures = 0;
  /** The homeserver did not know the last token, and gave this one. */
  #isNew = false;
  #paused = false;
  #resume: () => void = () => {};
  #stopPressure: () => void = () => {};

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#me = parts.me;
    this.#intake = parts.intake;
    this.#filter = following(parts.me.settings.presence);
  }

  /** Finds the place to go on from. @throws BridgeError by rejection. */
  async begin(): Promise<void> {
    const { state, api, userId } = this.#me;
    const named = await api.post(['user', userId, 'filter'], JSON.parse(this.#filter)).catch(() => undefined);
    this.#filter = text(named?.['filter_id']) || this.#filter;
    const since = await state.get(SINCE);
    this.#stored = since;
    if (since === undefined) await this.#first();
    else this.#since = { value: since, at: Number(await state.get(SINCE_AT)) || this.#me.host.clock.now() };
    const { pressure } = this.#me.host;
    this.#paused = pressure.paused;
    this.#stopPressure = pressure.onChange((paused) => {
      this.#paused = paused;
      if (!paused) this.#resume();
    });
  }

  /** Runs until the session ends or the homeserver is lost; `lost` hears why, once. Never rejects. */
  async run(lost: (error: BridgeError) => void): Promise<void> {
    while (!this.#me.hasEnded) {
      await this.#whilePaused();
      if (this.#me.hasEnded) return;
      try {
        await this.#turn();
        this.#failingSince = undefined;
        this.#failures = 0;
      } catch (thrown) {
        if (this.#me.hasEnded) return;
        const error = asBridgeError(thrown);
        if (!(await this.#isPatientWith(error))) {
          lost(error);
          return;
        }
      }
    }
  }

  stop(): void {
    this.#stopPressure();
    this.#resume();
  }

  /** What was passed over until now is so in a later life too. @throws BridgeError by rejection. */
  async store(): Promise<void> {
    if (this.#since !== undefined && this.#since.value !== this.#stored) await this.#keep([], this.#since);
  }

  /** Nothing of what was said before counts as new; invitations that wait do. */
  async #first(): Promise<void> {
    const at = this.#me.host.clock.now();
    const sync = await this.#ask(FIRST, undefined, 0);
    await this.#take(sync, { value: text(sync['next_batch']), at }, { since: undefined });
  }

  async #turn(): Promise<void> {
    const since = this.#since?.value;
    const { clock } = this.#me.host;
    let sync: Fields;
    try {
      sync = await this.#ask(this.#filter, since, this.#failures > 0 ? 0 : this.#me.settings.pollMs);
    } catch (error) {
      if (!isForgotten(error) || this.#isNew || this.#since === undefined) throw error;
      await this.#lost(this.#since, error);
      return;
    }
    const at = clock.now();
    if (this.#me.hasEnded) return;
    const value = text(sync['next_batch']);
    if (value === '') throw new BridgeError('network-down', words`The homeserver does not answer as it should.`);
    await this.#take(sync, { value, at }, { since });
    this.#isNew = false;
  }

  /** From where the homeserver is now, with what it still tells of the time since the token that it has forgotten. */
  async #lost(since: Token, error: unknown): Promise<void> {
    const { host } = this.#me;
    host.log.warn('the homeserver does not know the sync token any more', { error });
    const at = host.clock.now();
    // Synapse repeats for two minutes what it has answered to the very same question.
    const first = await this.#ask(FIRST, undefined, at % 1_000);
    const { sync, kept } = await lostSince(this.#parts, first);
    await this.#take(sync, { value: text(sync['next_batch']), at }, { since: undefined, afterMs: since.at }, kept);
    this.#isNew = true;
  }

  async #take(sync: Fields, token: Token, span: Span, more: Parameters<Me['keep']>[0] = []): Promise<void> {
    const { me } = this.#parts;
    const kept = [...(await this.#intake.take(sync, span)), ...more];
    if (me.hasEnded) return;
    const isOld = me.host.clock.monotonic() - this.#storedAt >= STORE_EVERY_MS;
    const isNew = token.value !== this.#stored;
    const isDue = isNew && (isOld || this.#parts.rooms.isPassing);
    if (kept.length > 0 || isDue) await this.#keep(kept, token);
    this.#since = token;
    await this.#intake.settled();
  }

  async #keep(kept: Parameters<Me['keep']>[0], { value, at }: Token): Promise<void> {
    await this.#me.keep(kept, { [SINCE]: value, [SINCE_AT]: String(at) });
    this.#stored = value;
    this.#storedAt = this.#me.host.clock.monotonic();
  }

  #ask(filter: string, since: string | undefined, waitMs: number): Promise<Fields> {
    const { api, presence } = this.#me;
    const query = {
      filter,
      timeout: String(waitMs),
      set_presence: presence,
      ...(since !== undefined && { since }),
    };
    return api.request({ method: 'GET', path: ['sync'], query, timeoutMs: waitMs + ANSWER_MS, once: true });
  }

  /** Waits where trying again may help. @returns false where the session is lost. */
  async #isPatientWith(error: BridgeError): Promise<boolean> {
    const { clock } = this.#me.host;
    if (error.code === 'bad-credentials') return false;
    if (error.code === 'rate-limited') {
      await this.#pause(error.details.retryAfterMs ?? 1_000);
      return true;
    }
    const now = clock.monotonic();
    this.#failingSince ??= now;
    const forMs = now - this.#failingSince;
    if (forMs >= this.#me.settings.patienceMs) return false;
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)] ?? 0;
    await this.#pause(Math.min(wait, this.#me.settings.patienceMs - forMs));
    return true;
  }

  async #whilePaused(): Promise<void> {
    while (this.#paused && !this.#me.hasEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resume = resolve;
      await promise;
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.#me.host.clock.after(ms, resolve);
    this.#resume = resolve;
    await promise;
    stop();
  }
}

/** Synapse says M_UNKNOWN, which elsewhere is any defect; of a sync nothing else than its token is wrong that was right before. */
const OF_A_TOKEN: ReadonlySet<unknown> = new Set(['M_UNKNOWN', 'M_UNKNOWN_POS', 'M_INVALID_PARAM']);
function isForgotten(error: unknown): boolean {
  if (!(error instanceof BridgeError)) return false;
  const { networkCode } = error.details;
  return networkCode === 'M_UNKNOWN_POS' || (error.code === 'internal' && OF_A_TOKEN.has(networkCode));
}

function asBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return new BridgeError('internal', words`What Matrix sent could not be taken.`, { cause: thrown });
}
