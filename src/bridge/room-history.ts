// How much of what was said before a client that comes into a room is shown (XEP-0045 7.2.13): the smallest result of all its limits.

import type { HistoryLimits } from '../model/commands.ts';
import type { Message } from '../model/conversation.ts';
import type { Waiting } from './waiting.ts';
import type { RoomRing } from './room-ring.ts';

/** Where nothing is asked for. */
const DEFAULT_STANZAS = 20;
const MOST_STANZAS = 500;
/** What a stanza has besides its text: addresses, ids, stamps. */
const FRAME_CHARACTERS = 400;

/** On its way here at the most. */
const COMING_MS = 10_000;

export const NO_HISTORY: HistoryLimits = { maxStanzas: 0 };

/** How many a network is to be asked for; 0: nothing is wanted. */
export function mostOf({ maxStanzas, maxChars, seconds, since }: HistoryLimits = {}): number {
  if (maxStanzas === 0 || seconds === 0 || (maxChars !== undefined && maxChars < FRAME_CHARACTERS)) return 0;
  const isOpen = maxChars === undefined && seconds === undefined && since === undefined;
  const most = maxStanzas ?? (isOpen ? DEFAULT_STANZAS : MOST_STANZAS);
  const fitting = maxChars === undefined ? most : Math.ceil(maxChars / FRAME_CHARACTERS);
  return Math.min(most, fitting, MOST_STANZAS);
}

/** The newest of them that the limits let through, oldest first. */
export function within(
  messages: readonly Message[],
  limits: HistoryLimits | undefined,
  now: number,
): readonly Message[] {
  const most = mostOf(limits);
  if (most === 0) return [];
  const { maxChars, seconds, since } = limits ?? {};
  const from = Math.max(since?.getTime() ?? 0, seconds === undefined ? 0 : now - seconds * 1_000);
  const recent = messages.filter(({ at }) => (at?.getTime() ?? now) >= from).slice(-most);
  if (maxChars === undefined) return recent;
  let left = maxChars;
  const firstFitting = recent.findLastIndex(({ body }) => (left -= body.text.length + FRAME_CHARACTERS) < 0);
  return recent.slice(firstFitting + 1);
}

export function areSameLimits(one: HistoryLimits | undefined, other: HistoryLimits | undefined): boolean {
  return JSON.stringify(one ?? {}) === JSON.stringify(other ?? {});
}

/**
 * What is shown to a client that comes late: `told` by the network, or what the ring has of the time before it came; and whatever was said
 * since. What the network tells and the ring does not know yet is still on its way here.
 */
export function historyFor(
  ring: RoomRing,
  { command, at, mark = ring.mark }: Waiting,
  told?: readonly Message[],
): readonly Message[] {
  const before = told === undefined ? ring.before(mark) : withoutComing(told, ring, at);
  const ids = new Set(before.map(({ id }) => id));
  return [...within(before, command.history, at), ...ring.since(mark).filter(({ id }) => !ids.has(id))];
}

function withoutComing(told: readonly Message[], ring: RoomRing, at: number): readonly Message[] {
  const lastKnown = told.findLastIndex(({ id }) => ring.knows(id));
  if (lastKnown !== -1) return told.slice(0, lastKnown + 1);
  // Nothing has come yet: only the clocks can tell, which may differ, so only what is very new is waited for.
  const from = Math.max(ring.openedAt, at - COMING_MS);
  return told.filter((message) => (message.at?.getTime() ?? 0) < from);
}
