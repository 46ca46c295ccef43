// Who has asked for no more texts: what is understood so, and who it was. The law of several countries wants it minded; Twilio refuses
// such texts too (21610).

import type { ConversationId } from '../../src/model/ids.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { type Words, words } from '../../src/model/words.ts';

export type Change = 'stopped' | 'started';

const STOP = new Set('STOP STOPALL UNSUBSCRIBE CANCEL END QUIT'.split(' '));
const START = new Set('START YES UNSTOP'.split(' '));
const PREFIX = 'opt-out/';

/** A word counts only where it is all of the text; what the network has understood counts more. */
export function changeIn(body: string, understood: string | undefined): Change | undefined {
  const word = (understood ?? body).trim().toUpperCase();
  if (STOP.has(word)) return 'stopped';
  return START.has(word) ? 'started' : undefined;
}

export function wordsFor(change: Change, nick: string): Words {
  return change === 'stopped'
    ? words`${nick} has asked for no more texts (STOP). Nothing you write there is sent until they text START.`
    : words`${nick} takes texts again (START).`;
}

/** What stands in the account's state for it. */
export function stateOf(conversation: ConversationId, change: Change): Record<string, string> {
  return { [PREFIX + conversation]: change };
}

/** Of one account, in memory as in its state. */
export class OptOuts {
  readonly #stopped = new Set<ConversationId>();

  async load(state: KeyValue): Promise<void> {
    for (const [key, change] of await state.list(PREFIX)) {
      this.apply(key.slice(PREFIX.length) as ConversationId, change === 'stopped' ? 'stopped' : 'started');
    }
  }

  apply(conversation: ConversationId, change: Change): void {
    if (change === 'stopped') this.#stopped.add(conversation);
    else this.#stopped.delete(conversation);
  }

  has(conversation: ConversationId): boolean {
    return this.#stopped.has(conversation);
  }
}
