// The session of one account of one user: opened when it is needed, restored when it is lost, and the commands that wait meanwhile.

import { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import type { AccountKey } from '../model/ids.ts';
import type { Account, CloseReason, Session } from '../model/network.ts';
import type { AccountState } from '../model/ports.ts';
import { words } from '../model/words.ts';
import type { Attempt } from './attempt.ts';
import { Backoff } from './backoff.ts';
import type { BridgeContext } from './context.ts';
import { failureOf, isLasting, isFinal, notRegistered } from './failures.ts';
import { Grace } from './grace.ts';
import { type Held, HeldQueue } from './held.ts';
import type { KeeperOwner } from './keeper-owner.ts';
import { SessionClosing } from './session-closing.ts';

/** A session that lasted as long was a good one: the next loss is a new story. */
const GOOD_AFTER_MS = 60_000;
/** A person who types does not make us knock more often than this. */
const LEAST_BETWEEN_ATTEMPTS_MS = 5_000;

export class SessionKeeper {
  readonly key: AccountKey;
  readonly #context: BridgeContext;
  readonly #owner: KeeperOwner;
  readonly #held: HeldQueue;
  readonly #backoff: Backoff;
  #state: AccountState;
  #attempt: Attempt | undefined;
  #wantedNick: string | undefined;
  #calledNick: string | undefined;
  #stopRetry: (() => void) | undefined;
  readonly #closing: SessionClosing;
  readonly #grace: Grace;
  #triedAt = Number.NEGATIVE_INFINITY;
  #upAt = 0;

  constructor(key: AccountKey, context: BridgeContext, owner: KeeperOwner) {
    this.key = key;
    this.#context = context;
    this.#owner = owner;
    this.#state = { account: key, state: 'offline' };
    this.#held = new HeldQueue(context.clock, owner.run, context.timing.holdMost);
    this.#grace = new Grace(context.clock, owner.run, () => {
      if (!this.#isNeeded() && this.#state.state === 'online') void this.close('paused');
    });
    this.#closing = new SessionClosing(context, () => owner.run(() => this.#attempt ?? owner.onOffline(key)));
    this.#backoff = new Backoff({ firstMs: context.timing.retryFirstMs, maxMs: context.timing.retryMaxMs });
  }

  get state(): AccountState {
    return this.#state;
  }
  /** Undefined while there is none. */
  get session(): Session | undefined {
    return this.#attempt?.session;
  }
  /** Nothing is going on. */
  get isIdle(): boolean {
    const { state } = this.#state;
    return !this.#closing.underWay && (state === 'offline' || state === 'failed') && this.#held.size === 0;
  }

  /** Nothing would be lost with it; that an account's password is wrong has to be remembered. */
  get isForgettable(): boolean {
    return this.isIdle && (this.#state.state === 'offline' || !this.#isRegistered());
  }

  /** Waits for the session, and opens it if need be. @returns why not, where that is out of the question. */
  hold(held: Held, wantedNick?: string): BridgeError | undefined {
    const { timing } = this.#context;
    const refusal = this.refusal();
    if (refusal !== undefined) return refusal;
    if (this.#attempt === undefined && this.#state.state !== 'waiting') {
      this.#wantedNick = wantedNick;
      if (!this.#isRegistered()) this.#calledNick = undefined;
    }
    // A first sign-in may take its time; what waits for a lost session is soon out of date.
    const again = this.#attempt?.again ?? this.#state.state === 'waiting';
    const forMs = again ? timing.holdMs : timing.connectTimeoutMs;
    if (!this.#held.add(held, held.isJoin === true ? timing.joinHoldMs : forMs)) {
      return new BridgeError('rate-limited', words`Too much is waiting for the connection already.`);
    }
    this.connect();
    return undefined;
  }

  connect(): void {
    const { state } = this.#state;
    if (state === 'connecting' || state === 'online' || this.refusal() !== undefined) return;
    const sinceMs = this.#context.clock.monotonic() - this.#triedAt;
    if (state === 'waiting' && sinceMs < LEAST_BETWEEN_ATTEMPTS_MS) return;
    this.#begin();
  }

  /** What she wants to be called, as far as she has said so. */
  get wantedNick(): string | undefined {
    return this.#calledNick ?? (this.#isRegistered() ? undefined : this.#wantedNick);
  }

  /** She calls herself something else from now on; undefined: what her account says. */
  wantNick(nick: string | undefined): void {
    this.#calledNick = nick;
  }

  /** The user is busy with it: a session that nobody is in stays that long. */
  keepFor(ms: number): void {
    this.#grace.extend(ms);
  }

  /** Somebody may have stopped wanting the session: it ends after the grace time, with her last client whatever was said before. */
  review(isAlone = false): void {
    if (isAlone) this.#grace.shorten(this.#context.timing.graceMs);
    if (this.#isNeeded()) return;
    this.keepFor(this.#context.timing.graceMs);
    if (this.#state.state === 'online') this.#grace.begin();
    else if (this.#state.state === 'waiting' && this.#held.size === 0) void this.close('paused');
  }

  /** Ends it. Resolves when the network has let go, or has taken too long to; never rejects. */
  close(reason: CloseReason, error?: BridgeError): Promise<void> {
    const attempt = this.#attempt;
    this.#end();
    this.#held.fail(error ?? new BridgeError('network-down', words`The connection to the network was closed.`));
    const offline: AccountState = { account: this.key, state: 'offline', ...(error && { error }) };
    // A gateway that ends says goodbye itself.
    if (reason === 'shutdown') this.#state = offline;
    if (this.#state.state !== 'offline') this.#tell(offline);
    if (attempt?.session !== undefined) this.#closing.close(attempt.session, reason, error?.message);
    this.#owner.onOffline(this.key);
    return this.#closing.done;
  }

  /** Her account is another now. @returns whether its session ends for that: the next one goes on with all that was in it. */
  renew(error: BridgeError): boolean {
    const session = this.#attempt?.session;
    const { state } = this.#state;
    if (session?.adopt?.(this.#account()) === true) return false;
    this.#end();
    if (state === 'failed') this.#tell({ account: this.key, state: 'offline' });
    if (state === 'failed' || state === 'offline') return false;
    this.#state = { account: this.key, state: 'waiting', error };
    if (session !== undefined) {
      this.#owner.onDown(this.key, error);
      this.#closing.close(session, 'paused');
    }
    if (this.#owner.isWanted(this.key)) this.#begin();
    else this.#settleDown(error, false);
    return session !== undefined;
  }

  /** What was not sent when the session was lost. */
  takeBack(held: readonly Held[], error: BridgeError): void {
    for (const one of held) {
      if (this.#state.state !== 'waiting' || !this.#held.add(one, this.#context.timing.holdMs)) one.fail(error);
    }
  }

  #isNeeded(): boolean {
    return this.#owner.isWanted(this.key) || this.#owner.isInUse(this.key);
  }

  #isRegistered(): boolean {
    return this.#context.accounts.get(this.#owner.user, this.key) !== undefined;
  }

  /** Why there can be no session. */
  refusal(): BridgeError | undefined {
    const barred = this.#context.refusalOf?.(this.#owner.user);
    if (barred !== undefined) return barred;
    const isRegistered = this.#isRegistered();
    if (!isRegistered && !this.#context.network.guests) return notRegistered(this.#context.network.title);
    const isFresh = this.#context.clock.monotonic() - this.#triedAt < LEAST_BETWEEN_ATTEMPTS_MS;
    const { state, error } = this.#state;
    return state === 'failed' && error !== undefined && isFinal(error, { isRegistered, isFresh }) ? error : undefined;
  }

  #begin(): void {
    const { pacer, clock, timing } = this.#context;
    this.#end();
    const abort = new AbortController();
    const again = this.#state.state === 'waiting' || this.#owner.isReturning(this.key);
    const attempt: Attempt = { abort, again, session: undefined, leaveLine: () => {}, stopTimeout: () => {} };
    this.#attempt = attempt;
    this.#tell({ ...(this.#state.state === 'waiting' && this.#state), account: this.key, state: 'connecting' });
    const tooLong = new BridgeError('timeout', words`The network did not answer in time.`);
    attempt.leaveLine = pacer.run(this.key, () =>
      this.#owner.run(() => {
        if (this.#attempt !== attempt) return;
        this.#triedAt = clock.monotonic();
        attempt.stopTimeout = clock.after(timing.connectTimeoutMs, () =>
          this.#owner.run(() => this.#failed(attempt, tooLong)),
        );
        this.#open(attempt).then(
          (session) => this.#owner.run(() => this.#opened(attempt, session)),
          (thrown: unknown) => this.#owner.run(() => this.#failed(attempt, thrown)),
        );
      }),
    );
  }

  async #open(attempt: Attempt): Promise<Session> {
    const { network } = this.#context;
    if (this.#closing.underWay) await this.#closing.done;
    const emit = (event: AnyEvent): void => this.#owner.run(() => this.#onEvent(attempt, event));
    return await network.openSession(this.#account(), emit, attempt.abort.signal);
  }

  #account(): Account {
    const account = this.#context.accounts.account(this.#owner.user, this.key);
    const { wantedNick } = this;
    return wantedNick === undefined ? account : { ...account, wantedNick };
  }

  #opened(attempt: Attempt, session: Session): void {
    if (this.#attempt !== attempt) {
      this.#closing.close(session, 'paused');
      return;
    }
    attempt.stopTimeout();
    attempt.session = session;
    this.#context.counts.sessionUp(this);
    this.#upAt = this.#context.clock.monotonic();
    const { nick } = this.#state;
    this.#tell({ account: this.key, state: 'online', ...(nick === undefined ? {} : { nick }) });
    this.#owner.onUp(this.key, session);
    for (const held of this.#held.take()) held.resume();
    this.review();
  }

  #failed(attempt: Attempt, thrown: unknown): void {
    if (this.#attempt !== attempt || attempt.session !== undefined) return;
    const error = failureOf(thrown, this.#context.log, 'opening a session');
    const lasting = isLasting(error);
    const tried = this.wantedNick;
    this.#end();
    const next = lasting || !attempt.again ? this.#held.fail(error, tried) : undefined;
    if (next === undefined) return this.#settleDown(error, lasting);
    this.#wantedNick = next;
    this.#begin();
  }

  #onEvent(attempt: Attempt, event: AnyEvent): void {
    if (this.#attempt !== attempt) return;
    if (event.kind === 'connected') {
      const { nick } = event;
      if (nick === undefined || nick === this.#state.nick) return;
      if (attempt.session === undefined) this.#state = { ...this.#state, nick };
      else this.#tell({ ...this.#state, nick });
    } else if (event.kind === 'disconnected') {
      const error = event.error ?? new BridgeError('network-down', words`The connection to the network was lost.`);
      if (attempt.session === undefined) this.#failed(attempt, error);
      else this.#lost(error, event.final);
    } else {
      this.#owner.onEvent(this.key, event);
    }
  }

  #lost(error: BridgeError, final: boolean): void {
    if (this.#context.clock.monotonic() - this.#upAt >= GOOD_AFTER_MS) this.#backoff.reset();
    this.#end();
    this.#context.counts.sessionLost(this);
    const trying = !final && this.#owner.isWanted(this.key);
    this.#state = { account: this.key, state: trying ? 'waiting' : 'offline', error };
    this.#owner.onDown(this.key, error);
    this.#settleDown(error, final);
  }

  /** Tries again later where somebody wants that, and where it may help. */
  #settleDown(error: BridgeError, lasting: boolean): void {
    if (lasting || !this.#owner.isWanted(this.key)) {
      this.#held.fail(error);
      this.#tell({ account: this.key, state: lasting ? 'failed' : 'offline', error });
      this.#owner.onOffline(this.key);
      return;
    }
    const retryAfterMs = this.#backoff.nextMs(error.details.retryAfterMs);
    this.#tell({ account: this.key, state: 'waiting', error, retryAfterMs });
    this.#stopRetry = this.#context.clock.after(retryAfterMs, () => this.#owner.run(() => this.#begin()));
  }

  /** Whatever comes of the present attempt, nobody listens any more. */
  #end(): void {
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    this.#grace.cancel();
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.leaveLine();
    attempt?.stopTimeout();
    if (attempt?.session === undefined) attempt?.abort.abort();
  }

  #tell(state: AccountState): void {
    this.#state = state;
    this.#context.presenter.accountState(this.#owner.user, state);
  }
}
