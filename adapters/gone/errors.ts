// The one thing that a network that is gone has to say.

import { BridgeError } from '../../src/model/errors.ts';
import { joined, words } from '../../src/model/words.ts';

export interface End {
  readonly title: string;
  /** `2024-06-26`. */
  readonly since: string;
  readonly text: string;
}

export function gone({ title, since, text }: End): BridgeError {
  const ended = words`${title} ended on ${since}.`;
  return new BridgeError('gone', text === '' ? ended : joined([ended, text], ' '));
}
