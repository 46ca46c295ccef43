// What a user may set of an account, and of a room in it, beside what its network asks for: what the bridge does in a network's place, and for
// everybody.

import type { Capabilities } from '../model/capabilities.ts';
import type { Answers, Field } from '../model/form.ts';
import type { Network } from '../model/network.ts';
import { words } from '../model/words.ts';
import { checkedAnswers } from './answers.ts';

/** Preferences with these names mean something to the bridge, whichever network offers them. */
export const PREFERENCES = {
  /** The session stays when the user is offline, and begins with the gateway. */
  stayConnected: 'stayConnected',
  /** A room stays joined when the last client has left it. */
  stayJoined: 'stayJoined',
  /** Reactions are said in words where the network has none. */
  reactionsInWords: 'reactionsInWords',
  /** The network sees whether she is away, or there at all. */
  mirrorPresence: 'mirrorPresence',
  /** What becomes of a correction where the network has none. */
  edits: 'edits',
  /** What becomes of a text that is longer than a message of the network. */
  longTexts: 'longTexts',
  /** What is said may be kept for her other clients. */
  archive: 'archive',
  /** Rooms that she is in on the network come into her bookmarks. */
  bookmarks: 'bookmarks',
  /** Of all texts from here. */
  language: 'language',
} as const;
export type PreferenceName = keyof typeof PREFERENCES;

/** The name in an account's settings under which those of its rooms stand, by conversation. */
const ROOMS = 'rooms';

/** Of a room: what she is called there alone. */
export const ROOM_NICK = 'nick';

/** The preferences of an account: the network's own, and those of the bridge that mean something there. */
export function preferenceFields(
  { preferences, capabilities }: Network,
  languages: readonly string[],
): readonly Field[] {
  const own = new Set(preferences.map(({ name }) => name));
  return [...preferences, ...sharedFields(capabilities, languages).filter(({ name }) => !own.has(name))];
}

/** The preferences of one room. */
export function roomFields({ roomService, capabilities }: Network): readonly Field[] {
  if (roomService === undefined) return [];
  const nick: Field = {
    type: 'text',
    name: ROOM_NICK,
    label: words`What I am called there`,
    help: words`Left empty: as everywhere.`,
  };
  return [
    ...(capabilities.roomNicks === true ? [nick] : []),
    {
      type: 'choice',
      name: PREFERENCES.stayJoined,
      label: words`When my last client leaves`,
      choices: [
        { value: 'account', label: words`As for all rooms of the account` },
        { value: 'yes', label: words`Stay in the room` },
        { value: 'no', label: words`Leave the room` },
      ],
      default: 'account',
    },
    {
      type: 'choice',
      name: 'history',
      label: words`Earlier messages when I come in`,
      choices: [
        { value: 'client', label: words`As my client asks` },
        { value: 'none', label: words`None` },
      ],
      default: 'client',
    },
  ];
}

function sharedFields({ accepts, text }: Capabilities, languages: readonly string[]): readonly Field[] {
  const can = new Set(accepts);
  const fields: readonly (Field | false)[] = [
    can.has('appear') && {
      type: 'boolean',
      name: PREFERENCES.mirrorPresence,
      label: words`Others see whether I am there or away`,
      default: true,
    },
    can.has('say') &&
      !can.has('edit') && {
        type: 'choice',
        name: PREFERENCES.edits,
        label: words`When I correct a message`,
        help: words`This network can’t change what was sent.`,
        choices: [
          { value: 'again', label: words`Send the new text, marked with *` },
          { value: 'refuse', label: words`Send nothing, and tell me` },
        ],
        default: 'again',
      },
    can.has('say') &&
      !can.has('react') && {
        type: 'boolean',
        name: PREFERENCES.reactionsInWords,
        label: words`Say my reactions in words`,
        help: words`This network has no reactions; otherwise they are dropped.`,
        default: false,
      },
    can.has('say') && {
      type: 'choice',
      name: PREFERENCES.longTexts,
      label: words`When a message is too long`,
      ...(text.lines === 'one' && {
        help: words`One with several lines is too long as well: each is a message there.`,
      }),
      choices: [
        { value: 'split', label: words`Send it in several` },
        { value: 'refuse', label: words`Send nothing, and tell me` },
      ],
      default: 'split',
    },
    {
      type: 'boolean',
      name: PREFERENCES.archive,
      label: words`Keep a history for my other clients`,
      help: words`As far as this gateway keeps messages at all.`,
      default: true,
    },
    can.has('join') && {
      type: 'boolean',
      name: PREFERENCES.bookmarks,
      label: words`Put rooms that I am in there into my bookmarks`,
      default: true,
    },
    {
      type: 'choice',
      name: PREFERENCES.language,
      label: words`Language`,
      choices: [
        { value: 'auto', label: words`As my client says` },
        // Each is found by those who read it.
        ...languages.map((tag) => ({ value: tag, label: ownNameOf(tag) })),
      ],
      default: 'auto',
    },
  ];
  return fields.filter((field) => field !== false);
}

const ownNameOf = (language: string): string =>
  new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;

/** The network has to be told: something other than the bridge's own preferences changed. */
export function isChangeForNetwork(before: Answers, after: Answers): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of [...Object.keys(PREFERENCES), ROOMS]) names.delete(name);
  return [...names].some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** Those of one room, as they were set. */
export function roomAnswers(settings: Answers, room: string): Answers {
  return roomsIn(settings)[room] ?? {};
}

/** The settings with those of a room. @throws BridgeError `malformed` with `field`. */
export function withRoomAnswers(settings: Answers, room: string, fields: readonly Field[], answers: Answers): Answers {
  const checked = checkedAnswers(fields, answers, roomAnswers(settings, room));
  return { ...settings, [ROOMS]: { ...roomsIn(settings), [room]: checked } };
}

/** What stays when an account is signed in anew. */
export function keptOver(before: Answers | undefined): Answers {
  const rooms = before?.[ROOMS];
  return rooms === undefined ? {} : { [ROOMS]: rooms };
}

function roomsIn(settings: Answers): { readonly [room: string]: Answers } {
  const rooms = settings[ROOMS];
  return typeof rooms === 'object' && !isList(rooms) ? rooms : {};
}
const isList = (answer: readonly string[] | object): answer is readonly string[] => Array.isArray(answer);
