// The long poll of one account (client-server API, 6.4): its token is stored together with what was kept, never before.

import { BridgeError } from '../../src/model/errors.ts';
import { words } from '../../src/model/words.ts';
import { type Fields, text } from './fields.ts';
import { FIRST, following } from './filters.ts';
import type { Intake } from './intake.ts';
import type { Me } from './me.ts';

const SINCE = 'since';
/** An idle account writes its token no more often than that: an older one brings nothing anew that was kept. */
const STORE_EVERY_MS = 300_000;
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** Beyond what the homeserver was asked to wait. */
const ANSWER_MS = 30_000;

export class Sync {
  readonly #me: Me;
  readonly #intake: Intake;
  /** The homeserver's name for it, or the whole of it where that has none. */
  #filter: string;
  #since: string | undefined;
  #storedAt = Number.NEGATIVE_INFINITY;
  #failingSince: number | undefined;
  #failures = 0;
  #paused = false;
  #resume: () => void = () => {};
  #stopPressure: () => void = () => {};

  constructor(me: Me, intake: Intake) {
    this.#me = me;
    this.#intake = intake;
    this.#filter = following(me.settings.presence);
  }

  /** Finds the place to go on from. @throws BridgeError by rejection. */
  async begin(): Promise<void> {
    const { state, api, userId } = this.#me;
    const named = await api.post(['user', userId, 'filter'], JSON.parse(this.#filter)).catch(() => undefined);
    this.#filter = text(named?.['filter_id']) || this.#filter;
    this.#since = await state.get(SINCE);
    if (this.#since === undefined) await this.#first();
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

  /** Nothing of what was said before counts as new; invitations that wait do. */
  async #first(): Promise<void> {
    const sync = await this.#ask(FIRST, undefined, 0);
    const kept = await this.#intake.take(sync, undefined);
    await this.#keep(kept, text(sync['next_batch']));
  }

  async #turn(): Promise<void> {
    const since = this.#since;
    const sync = await this.#ask(this.#filter, since, this.#failures > 0 ? 0 : this.#me.settings.pollMs);
    if (this.#me.hasEnded) return;
    const next = text(sync['next_batch']);
    if (next === '') throw new BridgeError('network-down', words`The homeserver does not answer as it should.`);
    const kept = await this.#intake.take(sync, since);
    const isDue = next !== since && this.#me.host.clock.monotonic() - this.#storedAt >= STORE_EVERY_MS;
    if (kept.length > 0 || isDue) await this.#keep(kept, next);
    this.#since = next;
  }

  async #keep(kept: Parameters<Me['keep']>[0], next: string): Promise<void> {
    if (this.#me.hasEnded) return;
    await this.#me.keep(kept, { [SINCE]: next });
    this.#since = next;
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
    // A token that the homeserver has forgotten: from where it is now.
    if (isForgotten(error)) {
      this.#me.host.log.warn('the homeserver does not know the sync token any more', { error });
      await this.#first().catch(() => undefined);
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

function isForgotten({ code, details }: BridgeError): boolean {
  return details.networkCode === 'M_UNKNOWN_POS' || (code === 'internal' && details.networkCode === 'M_INVALID_PARAM');
}

function asBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return new BridgeError('internal', words`What Matrix sent could not be taken.`, { cause: thrown });
}
