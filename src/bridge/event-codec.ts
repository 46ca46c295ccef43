// Events as they lie in the inbox, there and back; a snapshot of a conversation is never kept, since it is made anew.

import { BridgeError } from '../model/errors.ts';
import { type AnyEvent, EVENT_KINDS } from '../model/events.ts';
import type { AccountKey, UserId } from '../model/ids.ts';
import { words } from '../model/words.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';

export interface KeptFor {
  readonly user: UserId;
  readonly key: AccountKey;
}

const KINDS: ReadonlySet<unknown> = new Set(EVENT_KINDS);

/** @throws BridgeError `internal` for events that can't be kept. */
export function encodeEvent({ user, key }: KeptFor, event: AnyEvent): string {
  try {
    return toTaggedJson({ user, key, event });
  } catch (error) {
    throw new BridgeError('internal', words`An event of the kind "${event.kind}" can't be kept.`, { cause: error });
  }
}

/** Undefined for what is no event. */
export function decodeEvent(text: string): (KeptFor & { readonly event: AnyEvent }) | undefined {
  try {
    const kept = fromTaggedJson(text) as Partial<KeptFor> & { readonly event?: Partial<AnyEvent> };
    const isOne = typeof kept.user === 'string' && typeof kept.key === 'string' && KINDS.has(kept.event?.kind);
    return isOne ? (kept as KeptFor & { readonly event: AnyEvent }) : undefined;
  } catch {
    return undefined;
  }
}
