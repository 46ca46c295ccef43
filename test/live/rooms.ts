// What a person does in rooms and what her client shows her of them, in the words that all clients share.

import type { Browser } from 'playwright-core';
import { until } from '../support/processes.ts';
import type { Login } from './life.ts';

const DEADLINE_MS = 40_000;

/** What a client shows of a room, as it is now. */
export interface RoomView {
  /** Nicks in its list of who is there, as often as they stand there; empty where it shows that its person is not in the room. */
  readonly people: readonly string[];
  /** `nick: text`, as often as it stands there, oldest first. */
  readonly said: readonly string[];
  /** Whatever else it says of the room: who came and went, what became of its person, why she may not come in. */
  readonly notes: readonly string[];
}

/** What clients say in words of their own. */
export type Told = 'nick taken' | 'kicked' | 'banned' | 'let in no more' | 'invited';

/** A client that we did not write, used as a person uses it. Rooms are bare JIDs. What it asks for is not waited for: see `shows`. */
export interface RoomClient {
  /** Also where it has been put out of the room, or where another nick has been refused. */
  enters(room: string, nick: string): Promise<void>;
  leaves(room: string): Promise<void>;
  says(room: string, text: string): Promise<void>;
  /** Another nick in a room in which she is. */
  renames(room: string, nick: string): Promise<void>;
  /** Comes into a room to which she has been invited. */
  accepts(room: string, nick: string): Promise<void>;
  /** Of a client that comes back by itself only into rooms that it was told to keep. */
  keeps?(room: string, nick: string): Promise<void>;
  /** One step back in the archive of the room. */
  readsBack(room: string): Promise<void>;
  /** Resolves when it shows that it has no connection. */
  losesItsLine(): Promise<void>;
  view(room: string): Promise<RoomView>;
  readonly words: Readonly<Record<Told, RegExp>>;
  /** For the report of a failure. */
  transcript(): Promise<string>;
  stop(): Promise<void>;
}

export interface RoomLogin extends Login {
  /** For those which are a page in one. */
  readonly browser: Browser;
}

/** Waits for a client to show it. @throws Error in time, with what it shows. */
export async function shows(
  client: RoomClient,
  room: string,
  what: string,
  isSo: (view: RoomView) => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<RoomView> {
  let last: RoomView | undefined;
  const isNow = async (): Promise<boolean> => {
    last = await client.view(room);
    return isSo(last);
  };
  await until(what, isNow, { deadlineMs, everyMs: 100 }).catch((error: unknown) => {
    throw new Error(`${String(error)}; ${room} is shown as ${JSON.stringify(last, undefined, 1)}`);
  });
  if (last === undefined) throw new Error(`${what}: nothing was asked`);
  return last;
}

export const isInWith =
  (...people: readonly string[]) =>
  (view: RoomView): boolean =>
    view.people.toSorted().join(' ') === people.toSorted().join(' ');

export const isOut = ({ people }: RoomView): boolean => people.length === 0;

export const isTold =
  (words: RegExp) =>
  ({ notes }: RoomView): boolean =>
    notes.some((note) => words.test(note));

export const times = (lines: readonly string[], line: string): number => lines.filter((one) => one === line).length;
