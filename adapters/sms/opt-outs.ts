// Who has asked for no more texts: what is understood so, and who it was. The law of several countries wants it minded; Twilio refuses
// such texts too (21610).

import type { ConversationId } from '../../src/model/ids.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { type Words, words } from '../../src/model/words.ts';
import { fields, number, text } from './rows.ts';

export type Change = 'stopped' | 'started';

const STOP = new Set('STOP STOPALL UNSUBSCRIBE CANCEL END QUIT'.split(' '));
const START = new Set('START YES UNSTOP'.split(' '));
const PREFIX = 'opt-out/';
const MOST_SIDS = 20;

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

/** A text that asked for it. */
export interface Asked {
  readonly sid: string;
  /** When it came here, by the provider's clock. Milliseconds since the epoch. */
  readonly at: number;
}

interface Row extends Asked {
  readonly change: Change;
  /** Of the last texts that asked for something, the newest last: copies of them change nothing. */
  readonly sids: readonly string[];
}

/** Of one account, in memory as in its state. */
export class OptOuts {
  readonly #rows = new Map<ConversationId, Row>();

  async load(state: KeyValue): Promise<void> {
    for (const [key, value] of await state.list(PREFIX))
      this.#rows.set(key.slice(PREFIX.length) as ConversationId, rowIn(value));
  }

  has(conversation: ConversationId): boolean {
    return this.#rows.get(conversation)?.change === 'stopped';
  }

  /** The last one that asked for something else: it matters which of the two is older. */
  contradicted(conversation: ConversationId, change: Change, sid: string): Asked | undefined {
    const row = this.#rows.get(conversation);
    return row === undefined || row.change === change || row.sids.includes(sid) ? undefined : row;
  }

  /** What the account's state is to hold of it; undefined: it is a copy. */
  after(conversation: ConversationId, change: Change, { sid, at }: Asked): Record<string, string> | undefined {
    const row = this.#rows.get(conversation);
    if (row?.sids.includes(sid) === true) return undefined;
    const next: Row = { sid, at, change, sids: [...(row?.sids ?? []), sid].slice(-MOST_SIDS) };
    return { [PREFIX + conversation]: JSON.stringify(next) };
  }

  apply(state: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(state))
      this.#rows.set(key.slice(PREFIX.length) as ConversationId, rowIn(value));
  }
}

function rowIn(value: string): Row {
  const row = fields(value);
  const change = row['change'] === 'started' ? 'started' : 'stopped';
  const sids = Array.isArray(row['sids']) ? row['sids'].filter((sid) => typeof sid === 'string') : [];
  return { change, sid: text(row['sid']), at: number(row['at']), sids };
}
