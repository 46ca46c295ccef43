// What a user may set of an account beside what its network asks for: what the bridge does in a network's place, and for everybody. What she
// sets of one room is in room-preferences.ts.

import type { Capabilities } from '../model/capabilities.ts';
import type { Answers, Field } from '../model/form.ts';
import type { Network } from '../model/network.ts';
import { words } from '../model/words.ts';
import { ROOMS } from './room-preferences.ts';

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

/** No language of her own choice. */
export const AS_CLIENT = 'auto';

/** The preferences of an account: the network's own, and those of the bridge that mean something there. */
export function preferenceFields(
  { preferences, capabilities, roomService }: Network,
  languages: readonly string[],
): readonly Field[] {
  const own = new Set(preferences.map(({ name }) => name));
  const shared = [...fieldsOfRooms(capabilities, roomService !== undefined), ...sharedFields(capabilities, languages)];
  return [...preferences, ...shared.filter(({ name }) => !own.has(name))];
}

function fieldsOfRooms({ accepts, answers }: Capabilities, hasRooms: boolean): readonly Field[] {
  const fields: readonly (Field | false)[] = [
    accepts.includes('join') && {
      type: 'boolean',
      name: PREFERENCES.stayJoined,
      label: words`Stay in rooms when my last client leaves`,
      help: words`As long as you are connected there, you are in them, and get what was said when you come back.`,
      default: false,
    },
    // Where the network keeps one, it is the network's.
    hasRooms &&
      !answers.includes('history') && {
        type: 'boolean',
        name: PREFERENCES.archive,
        label: words`Keep a history for my other clients`,
        help: words`As far as this gateway keeps messages at all.`,
        default: true,
      },
    accepts.includes('join') && {
      type: 'boolean',
      name: PREFERENCES.bookmarks,
      label: words`Bookmark the rooms that I am in there`,
      default: true,
    },
  ];
  return fields.filter((field) => field !== false);
}

function sharedFields({ accepts, mayLack = [], text }: Capabilities, languages: readonly string[]): readonly Field[] {
  const can = new Set(accepts.filter((kind) => !mayLack.includes(kind)));
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
        label: words`Send my reactions as text`,
        help: words`Where there are no reactions; otherwise they are dropped.`,
        default: false,
      },
    can.has('say') && {
      type: 'choice',
      name: PREFERENCES.longTexts,
      label: words`When a message is too long`,
      ...((text.lines === 'one' || text.cuts === true) && {
        help: words`One with several lines is too long as well: each is a message there.`,
      }),
      choices: [
        { value: 'split', label: words`Send it in several messages` },
        { value: 'refuse', label: words`Send nothing, and tell me` },
      ],
      default: 'split',
    },
    {
      type: 'choice',
      name: PREFERENCES.language,
      label: words`Language`,
      help: words`Many clients say English whatever you read; then choose here.`,
      choices: [
        { value: AS_CLIENT, label: words`The language of my client` },
        // Each is found by those who read it.
        ...languages.map((tag) => ({ value: tag, label: ownNameOf(tag) })),
      ],
      default: AS_CLIENT,
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
