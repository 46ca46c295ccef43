// Signing up in several steps: turns what a network asks on the way into answers to one request after the other.

import type { Answers, Field } from '../model/form.ts';
import type { UserId } from '../model/ids.ts';
import type { AccountDesk, AccountSummary, Clock, SignInDialog } from '../model/ports.ts';
import type { Picture } from '../model/queries.ts';
import type { Text } from '../model/words.ts';

/** What comes next for the one who signs up. */
export type SignUpTurn =
  /** `wrong`: why her last answers would not do. */
  | { readonly kind: 'ask'; readonly fields: readonly Field[]; readonly text: Text; readonly wrong?: Text }
  /** Something is to be done elsewhere. */
  | { readonly kind: 'show'; readonly text: Text; readonly picture?: Picture }
  | { readonly kind: 'done'; readonly account: AccountSummary }
  | { readonly kind: 'failed'; readonly error: unknown };

export type SignUpEnd = Extract<SignUpTurn, { kind: 'done' | 'failed' }>;

export interface SignUpParts {
  readonly desk: Pick<AccountDesk, 'signUp'>;
  readonly clock: Clock;
  readonly user: UserId;
  /** It has ended by itself, and nobody waits to hear how. */
  endedUnheard(end: SignUpEnd): void;
  /** Its time is over. */
  expired(): void;
}

/** Longer than any honest server takes for its first answer, */
export const SIGN_IN_WITHIN_MS = 25_000;
/** a person for all the steps, */
const DIALOG_MS = 10 * 60_000;
/** and a client for what is done elsewhere, before it is told that it is not done yet. */
const ELSEWHERE_MS = 10_000;

export class SignUp {
  readonly #parts: SignUpParts;
  readonly #end = new AbortController();
  readonly #stopTimer: () => void;
  #ended: Promise<void> = Promise.resolve();
  #last: SignUpTurn = { kind: 'show', text: '' };
  #unheard: SignUpTurn | undefined;
  #listener: ((turn: SignUpTurn | undefined) => void) | undefined;
  #answer: ((answers: Answers) => void) | undefined;

  constructor(parts: SignUpParts) {
    this.#parts = parts;
    this.#stopTimer = parts.clock.after(DIALOG_MS, () => {
      this.#end.abort();
      parts.expired();
    });
  }

  /** What was told last. */
  get last(): SignUpTurn {
    return this.#last;
  }

  /** To be called once. */
  async begin(answers: Answers): Promise<SignUpTurn> {
    this.#ended = this.#run(answers);
    const turn = await this.#next(SIGN_IN_WITHIN_MS);
    if (turn !== undefined) return turn;
    this.#end.abort();
    await this.#ended;
    return this.#next(0).then((last) => last ?? this.#last);
  }

  /** Her answers, where she was asked; undefined: there is nothing new. */
  async goOn(answers: Answers): Promise<SignUpTurn | undefined> {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(answers);
    return this.#next(answer === undefined ? ELSEWHERE_MS : SIGN_IN_WITHIN_MS);
  }

  /** Resolves when nothing of it goes on. */
  async giveUp(): Promise<void> {
    this.#stopTimer();
    this.#end.abort();
    await this.#ended;
  }

  async #run(answers: Answers): Promise<void> {
    const { desk, user } = this.#parts;
    const dialog: SignInDialog = {
      ask: (fields, text, wrong) => {
        const { promise, resolve } = Promise.withResolvers<Answers>();
        this.#answer = resolve;
        this.#tell({ kind: 'ask', fields, text, ...(wrong !== undefined && { wrong: wrong.text }) });
        return promise;
      },
      show: (text, picture) => this.#tell({ kind: 'show', text, ...(picture !== undefined && { picture }) }),
    };
    try {
      const account = await desk.signUp(user, answers, this.#end.signal, dialog);
      this.#ends({ kind: 'done', account });
    } catch (error) {
      this.#ends({ kind: 'failed', error });
    }
  }

  #ends(end: SignUpEnd): void {
    if (this.#listener === undefined && (end.kind === 'done' || !this.#end.signal.aborted))
      this.#parts.endedUnheard(end);
    this.#tell(end);
  }

  #tell(turn: SignUpTurn): void {
    this.#unheard = turn;
    this.#listener?.(this.#heard());
  }

  #heard(): SignUpTurn | undefined {
    const turn = this.#unheard;
    this.#unheard = undefined;
    if (turn !== undefined) this.#last = turn;
    return turn;
  }

  /** Undefined where nothing comes in time. */
  #next(withinMs: number): Promise<SignUpTurn | undefined> {
    if (this.#unheard !== undefined || withinMs === 0) return Promise.resolve(this.#heard());
    const { promise, resolve } = Promise.withResolvers<SignUpTurn | undefined>();
    const stopTimer = this.#parts.clock.after(withinMs, () => this.#listener?.(undefined));
    this.#listener = (turn) => {
      this.#listener = undefined;
      stopTimer();
      resolve(turn);
    };
    return promise;
  }
}
