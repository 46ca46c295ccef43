// The state of a user's accounts in words, for the gateway's presence and for whoever asks.

import type { UserId } from '../model/ids.ts';
import type { AccountState } from '../model/ports.ts';
import { joined, type Text, words } from '../model/words.ts';
import type { FeatureHost } from './feature.ts';

/** What to send to be signed in. */
export const LOGIN = words`login`;
export const NOT_SIGNED_IN = words`Not signed in.`;
export const SIGNED_OFF = words`You have signed off.`;

/** Of an account, or of a server that she is on without one. */
export interface TitledState extends AccountState {
  readonly title: string;
}

export function titledStates({ bridge, desk, gateway }: FeatureHost, user: UserId): readonly TitledState[] {
  const titles = new Map(desk.accounts(user).map(({ key, title }) => [key, title]));
  return bridge.accountStates(user).map((state) => {
    const { account } = state;
    return { ...state, title: titles.get(account) ?? (account === '' ? gateway.network.title : account) };
  });
}

/** Of one; the same as long as nothing happens. */
export function stateText({ state, title, nick = title, error, retryAfterMs }: TitledState): Text {
  switch (state) {
    case 'online':
      return words`Signed in as ${nick}.`;
    case 'connecting':
      return error === undefined ? words`Signing in…` : inVain(error.text, retryAfterMs);
    case 'waiting':
      return inVain(error?.text ?? '', retryAfterMs);
    case 'failed':
      return joined([words`Could not sign in.`, error?.text ?? ''], ' ');
    case 'offline':
      return error?.text ?? NOT_SIGNED_IN;
    default:
      return state satisfies never;
  }
}

/** Why nobody signs her in whose presence the gateway does not get. */
export const unseenText = (domain: string): Text =>
  words`${domain} may not see whether you are there, so it does not sign you in by itself. “${LOGIN}” signs you in now, and has it ask you again.`;

/** Of all of them; which is which is said where there are several. */
export function stateTexts(states: readonly TitledState[]): Text {
  const [only] = states;
  if (only !== undefined && states.length === 1) return stateText(only);
  const sorted = states.toSorted((one, other) => (one.title < other.title ? -1 : 1));
  return joined(sorted.map(stateLine), ' · ');
}

export const stateLine = (one: TitledState): Text => joined([one.title, stateText(one)], ': ');

const MINUTE_MS = 60_000;

/** No more exact than that, so that it stays the same from try to try. */
function inVain(why: Text, retryAfterMs = 0): Text {
  return retryAfterMs < MINUTE_MS
    ? words`Not connected, trying again in less than a minute. ${why}`
    : words`Not connected, trying again in a few minutes. ${why}`;
}
