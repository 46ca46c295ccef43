// What is answered to words that begin nothing: not for ever, since who does not understand and is not understood might be a machine as well.

import type { UserId } from '../../model/ids.ts';
import type { Clock } from '../../model/ports.ts';
import { type Text, words } from '../../model/words.ts';
import type { Translator } from '../feature.ts';
import { BACK, CANCEL, DONE, HELP, isOneOf, STOP } from './vocabulary.ts';

const MOST = 3;
const WITHIN_MS = 60_000;

export class UnknownWords {
  readonly #clock: Clock;
  readonly #times = new Map<UserId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  understood(user: UserId): void {
    this.#times.delete(user);
  }

  /** Undefined: nothing any more, which the last one said. */
  answerTo(user: UserId, text: string, translate: Translator): Text | undefined {
    if (isOneOf(text, [BACK, CANCEL, STOP, DONE], translate))
      return words`Nothing is open that this could be about. Send “${HELP}” to see what I can do.`;
    const times = (this.#times.get(user) ?? 0) + 1;
    this.#times.set(user, times);
    if (times === 1) this.#clock.after(WITHIN_MS, () => this.#times.delete(user));
    if (times > MOST) return undefined;
    if (times < MOST) return words`I did not understand that. Send “${HELP}” to see what I can do.`;
    return words`I did not understand that. For a minute I answer only words that I know now; “${HELP}” lists them.`;
  }
}
