// What was asked of the server and is not answered yet: found again by label, by command and target, or by an error numeric.

import { BridgeError } from '../../src/model/errors.ts';
import type { Clock } from '../../src/model/ports.ts';
import { words } from '../../src/model/words.ts';
import { canAnswer, MESSAGES, numericError } from './errors.ts';
import type { Fold } from './casemapping.ts';

const SWEEP_MS = 1000;

export interface Request {
  /** The IRC command sent. */
  readonly command: string;
  /** Folded channel or nick; empty for none. */
  readonly target: string;
  /** Folded nick, where there is one beside the channel. */
  readonly other?: string;
  /** Taken for done already, but a refusal may still come. */
  readonly isLate?: boolean;
  /** The server has agreed; only what belongs to it is missing. */
  readonly isGranted?: boolean;
  /** By the monotonic clock. */
  readonly deadlineMs: number;
  fail(error: BridgeError): void;
  /** The connection is gone. */
  lost(error: BridgeError): void;
  /** Nothing came in time. */
  expire(): void;
}

export interface Question {
  readonly command: string;
  readonly target: string;
  readonly other?: string;
  readonly timeoutMs: number;
}

/** A request with one answer. */
export class Pending<Answer> implements Request {
  readonly command: string;
  readonly target: string;
  readonly other?: string;
  readonly deadlineMs: number;
  isGranted = false;
  readonly promise: Promise<Answer>;
  readonly #requests: Requests;
  readonly #resolvers: PromiseWithResolvers<Answer>;

  constructor(requests: Requests, question: Question, nowMs: number) {
    this.command = question.command;
    this.target = question.target;
    if (question.other !== undefined) this.other = question.other;
    this.deadlineMs = nowMs + question.timeoutMs;
    this.#requests = requests;
    this.#resolvers = Promise.withResolvers<Answer>();
    this.promise = this.#resolvers.promise;
  }
  done(answer: Answer): void {
    this.#requests.delete(this);
    this.#resolvers.resolve(answer);
  }
  fail(error: BridgeError): void {
    this.#requests.delete(this);
    this.#resolvers.reject(error);
  }
  lost(error: BridgeError): void {
    this.fail(error);
  }
  expire(): void {
    this.fail(new BridgeError('timeout', words`The server did not answer.`));
  }
}

// Which answers an error about a nick or a command may be for, although it does not name what we named.
const NICK_NUMERICS: ReadonlySet<string> = new Set(['431', '432', '433', '435', '436', '437', '438', '447', '484']);
const COMMAND_NUMERICS: ReadonlySet<string> = new Set(['263', '421', '461', '524']);
// Those that name nobody, and the command that each of them is for.
const UNNAMED: Readonly<Record<string, RegExp>> = { '411': MESSAGES, '412': MESSAGES, '472': /^MODE$/ };

export class Requests {
  readonly #open = new Set<Request>();
  readonly #clock: Clock;
  #stopSweep: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  ask<Answer>(question: Question): Pending<Answer> {
    const pending = new Pending<Answer>(this, question, this.#clock.monotonic());
    this.add(pending);
    return pending;
  }

  add(request: Request): void {
    this.#open.add(request);
    this.#stopSweep ??= this.#clock.after(SWEEP_MS, () => this.#sweep());
  }
  delete(request: Request): void {
    this.#open.delete(request);
  }

  /** The oldest of that command for that target. */
  find(command: string, target: string, other?: string): Request | undefined {
    for (const request of this.#open) {
      const fits = request.command === command && request.target === target;
      if (fits && (other === undefined || request.other === other)) return request;
    }
    return undefined;
  }

  /** Fails the request that an error numeric is about. @returns false where it is about none. */
  refuse(numeric: string, params: readonly string[], fold: Fold): boolean {
    const request = this.#refused(numeric, params, fold);
    // There was nothing to say, and so nothing went wrong.
    if (numeric === '412') request?.expire();
    else request?.fail(numericError(numeric, params.at(-1) ?? '', request.command));
    return request !== undefined;
  }

  #refused(numeric: string, params: readonly string[], fold: Fold): Request | undefined {
    if (COMMAND_NUMERICS.has(numeric)) return this.byCommand(params[1]?.toUpperCase() ?? '');
    const unnamed = UNNAMED[numeric];
    if (unnamed !== undefined) return this.#answered(({ command }) => unnamed.test(command));
    const named = new Set(params.slice(1, -1).map(fold));
    if (params.length === 2) named.add(fold(params[1] ?? ''));
    const answered = this.#answered((request) => isNamedIn(named, request) && canAnswer(numeric, request.command));
    return answered ?? (NICK_NUMERICS.has(numeric) ? this.byCommand('NICK') : undefined);
  }

  // What waits is answered in order. Of what was taken for done the newest is meant: the server had agreed to the others.
  #answered(fits: (request: Request) => boolean): Request | undefined {
    let late: Request | undefined;
    for (const request of this.#open) {
      if (request.isGranted === true || !fits(request)) continue;
      if (request.isLate !== true) return request;
      late = request;
    }
    return late;
  }

  /** What an answer to that command is about, if it is about any of those folded names. */
  about(command: string, named?: ReadonlySet<string>): Request | undefined {
    return this.#answered(
      (request) => request.command === command && (named === undefined || isNamedIn(named, request)),
    );
  }

  byCommand(command: string): Request | undefined {
    for (const request of this.#open) if (request.command === command) return request;
    return undefined;
  }

  loseAll(error: BridgeError): void {
    this.#stopSweep?.();
    this.#stopSweep = undefined;
    for (const request of this.#open) request.lost(error);
    this.#open.clear();
  }

  #sweep(): void {
    this.#stopSweep = undefined;
    const now = this.#clock.monotonic();
    for (const request of this.#open) {
      if (request.deadlineMs > now) continue;
      this.#open.delete(request);
      request.expire();
    }
    if (this.#open.size > 0) this.#stopSweep ??= this.#clock.after(SWEEP_MS, () => this.#sweep());
  }
}

const isNamedIn = (named: ReadonlySet<string>, { target, other }: Request): boolean =>
  named.has(target) || (other !== undefined && named.has(other));
