// Who is in the room of a direct chat, now and at each of the events in it: what is said there is meant for the user while nobody else is in.

import { BridgeError } from '../../src/model/errors.ts';
import type { Standing } from './direct-list.ts';
import { type Fields, fields, list, type RoomEvent, text } from './fields.ts';
import type { Me } from './me.ts';
import { isMembership } from './timeline.ts';

const PRESENT: ReadonlySet<string> = new Set(['join', 'invite']);

export interface Members {
  readonly isIn: boolean;
  /** In the room, or invited into it; the user is none of them. */
  readonly others: ReadonlySet<string>;
  readonly standing: Standing;
}

/** What was heard in a direct chat. */
export interface HeardDirect {
  /** While nobody else was there, in order. */
  readonly events: readonly RoomEvent[];
  /** Whether it is a direct chat behind them. */
  readonly isStill: boolean;
}

/**
 * `at`: the token of the sync that is to be the last one to count; left out: as it is now, or was when the user left.
 * @returns undefined where that is not for her to know.
 * @throws BridgeError by rejection.
 */
export async function membersOf(
  me: Me,
  roomId: string,
  { person, at }: { readonly person: string; readonly at?: string | undefined },
): Promise<Members | undefined> {
  const found = (at === undefined ? undefined : await ask(me, roomId, at)) ?? (await ask(me, roomId));
  if (found === undefined) return undefined;
  const there = new Map(found.map((member) => [text(member['state_key']), fields(member['content'])] as const));
  const of = (who: string): string => text(there.get(who)?.['membership']);
  const others = new Set([...there.keys()].filter((who) => !me.isMe(who) && PRESENT.has(of(who))));
  const isIn = of(me.userId) === 'join';
  if (others.has(person)) me.people.person(person, text(there.get(person)?.['displayname']), 'none');
  return { isIn, others, standing: standingOf(others, person, of(person) === 'join') };
}

/** Of events in order, with those who are there behind them: the ones that nobody else was there for. */
export function meantForHer(
  events: readonly RoomEvent[],
  { person, others: last, userId }: { readonly person: string; readonly others: ReadonlySet<string>; userId: string },
): readonly RoomEvent[] {
  const others = new Set(last);
  const hers: RoomEvent[] = [];
  for (const event of events.toReversed()) {
    const { stateKey: who = '', before } = event;
    if (!isComing(event, userId)) {
      if (!isCrowd(others, person)) hers.push(event);
    } else if (PRESENT.has(text(before['membership']))) others.add(who);
    else others.delete(who);
  }
  return hers.toReversed();
}

/** Somebody else came or went. */
function isComing(event: RoomEvent, userId: string): boolean {
  return isMembership(event) && event.stateKey !== userId;
}

function isCrowd(others: ReadonlySet<string>, person: string): boolean {
  return others.size > 1 || (others.size === 1 && !others.has(person));
}

function standingOf(others: ReadonlySet<string>, person: string, isJoined: boolean): Standing {
  if (others.size === 0) return 'alone';
  if (isCrowd(others, person)) return 'crowd';
  return isJoined ? 'together' : 'invited';
}

async function ask(me: Me, roomId: string, at?: string): Promise<readonly Fields[] | undefined> {
  const query = { not_membership: 'leave', ...(at !== undefined && { at }) };
  try {
    return list((await me.api.request({ method: 'GET', path: ['rooms', roomId, 'members'], query }))['chunk']);
  } catch (error) {
    if (error instanceof BridgeError && (error.code === 'forbidden' || error.code === 'not-found')) return undefined;
    throw error;
  }
}
