// What is between a user and one of our addresses, and how it changes (RFC 6121 3 and A.2, seen from the server of the contact).

import type { UserId } from '../../model/ids.ts';
import type { Subscription, SubscriptionBook } from '../../model/ports.ts';

const NONE: Subscription = { state: 'none' };

export function subscriptionOf(book: SubscriptionBook, user: UserId, local: string): Subscription {
  return book.of(user).get(local) ?? NONE;
}

/** The user gets the contact's presence. */
export const isFrom = ({ state }: Subscription): boolean => state === 'from' || state === 'both';
/** We get hers. */
export const isTo = ({ state }: Subscription): boolean => state === 'to' || state === 'both';

export function withFrom(now: Subscription): Subscription {
  return { ...without(now, 'pending'), state: isTo(now) ? 'both' : 'from' };
}
export function withTo(now: Subscription): Subscription {
  return { ...without(now, 'asked', 'refused', 'withdrawn'), state: isFrom(now) ? 'both' : 'to' };
}
export function withoutFrom(now: Subscription): Subscription {
  return { ...without(now, 'pending', 'withdrawn', 'taken'), state: isTo(now) ? 'to' : 'none' };
}
/** She does not want us to have it, and is not asked again. */
export function refused(now: Subscription): Subscription {
  const left = without(now, 'asked', 'taken');
  if (!isTo(now)) return { ...left, state: isFrom(now) ? 'from' : 'none', refused: true };
  return isFrom(now) ? { ...left, state: 'from', withdrawn: true } : { ...left, state: 'none' };
}

export function without(now: Subscription, ...keys: readonly (keyof Subscription)[]): Subscription {
  const left = Object.entries(now).filter(([key]) => !keys.some((one) => one === key));
  return { ...(Object.fromEntries(left) as Partial<Subscription>), state: now.state };
}
