// The end of sessions: one after the other, so that the next one of an account begins when the network has let go of the one before.

import type { CloseReason, Session } from '../model/network.ts';
import type { BridgeContext } from './context.ts';

const CLOSE_WITHIN_MS = 5_000;

export class SessionClosing {
  readonly #context: Pick<BridgeContext, 'clock' | 'log'>;
  readonly #onDone: () => void;
  #done: Promise<void> = Promise.resolve();
  #underWay = false;

  /** `onDone` runs whenever nothing is being closed any more. */
  constructor(context: Pick<BridgeContext, 'clock' | 'log'>, onDone: () => void) {
    this.#context = context;
    this.#onDone = onDone;
  }

  get underWay(): boolean {
    return this.#underWay;
  }
  /** Resolves when all that was to be closed has been, or has taken too long; never rejects. */
  get done(): Promise<void> {
    return this.#done;
  }

  close(session: Session, reason: CloseReason, text?: string): void {
    const before = this.#done;
    const { promise: tooLong, resolve: giveUp } = Promise.withResolvers<void>();
    const stopTimer = this.#context.clock.after(CLOSE_WITHIN_MS, giveUp);
    const done = Promise.race([Promise.all([before, this.#close(session, reason, text)]), tooLong]).then(() => {
      stopTimer();
      if (this.#done !== done) return;
      this.#underWay = false;
      this.#onDone();
    });
    this.#underWay = true;
    this.#done = done;
  }

  async #close(session: Session, reason: CloseReason, text: string | undefined): Promise<void> {
    try {
      await session.close(reason, text);
    } catch (thrown) {
      this.#context.log.warn('a session did not close in good order', { error: thrown });
    }
  }
}
