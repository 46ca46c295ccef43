// The whole ledger of a run: what was noted as it happened, and what the echo server's journal and the people on IRC add to it.

import type { NetworkRecord } from '../support/echo-server-records.ts';
import type { Ledger, Shown, Spoken } from './ledger.ts';
import { tokenIn } from './tokens.ts';

export interface Sources {
  readonly noted: Ledger;
  readonly journal: readonly NetworkRecord[];
  readonly users: readonly string[];
  /** A date of this machine, in milliseconds since the run began. */
  sinceBegin(date: number): number;
}

export function collected(sources: Sources): Ledger {
  const { noted, journal, users } = sources;
  const spoken: Spoken[] = [...noted.spoken];
  const shown: Shown[] = [...noted.shown];
  for (const record of journal) {
    if (record.t !== 'message') continue;
    const token = tokenIn(record.text)?.text;
    if (token === undefined) continue;
    const at = sources.sinceBegin(record.at);
    const hearers = record.for.map(([account]) => account);
    if (hearers.length > 0) spoken.push({ token, at, hearers });
    if (record.txn !== undefined) shown.push({ token, at, hearer: 'echo', delayed: false, history: false });
  }
  spoken.push(...betweenUsers(noted.shown, users));
  return { ...noted, spoken, shown };
}

/** What a user says in a channel all others of ours there are to see too, once IRC has taken it. */
function betweenUsers(shown: readonly Shown[], users: readonly string[]): readonly Spoken[] {
  const found = new Map<string, Spoken>();
  for (const { hearer, token: text, at } of shown) {
    const token = tokenIn(text);
    if (token === undefined || !hearer.startsWith('irc:') || !users.includes(token.sender)) continue;
    if (token.place !== 'verona' || found.has(text)) continue;
    found.set(text, { token: text, at, hearers: users.filter((user) => user !== token.sender) });
  }
  return [...found.values()];
}
