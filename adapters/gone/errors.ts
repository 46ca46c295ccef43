// The one thing that a network that is gone has to say.

import { BridgeError } from '../../src/model/errors.ts';

export interface End {
  readonly title: string;
  /** `2024-06-26`. */
  readonly since: string;
  readonly text: string;
}

export function gone({ title, since, text }: End): BridgeError {
  return new BridgeError('gone', `${title} ended on ${since}. ${text}`.trim());
}
