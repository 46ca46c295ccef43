// What a user may set of one room alone. Most of it is what she may set of the account too, which counts wherever she says nothing else; all
// of it stands in the settings of the account, so that it ends with it.

import { BridgeError } from '../model/errors.ts';
import type { Answer, Answers, ChoiceField, Field } from '../model/form.ts';
import type { Network } from '../model/network.ts';
import { type Text, words } from '../model/words.ts';
import { checkedAnswers } from './answers.ts';
import type { PreferenceName } from './preferences.ts';

/** The name in an account's settings under which those of its rooms stand, by conversation. */
export const ROOMS = 'rooms';
/** What she is called there alone, */
export const ROOM_NICK = 'nick';
/** and what she is shown of what was said before. */
export const ROOM_HISTORY = 'history';

const AS_ACCOUNT = 'account';
/** As they are asked of one room, where that differs. */
const FIELDS_OF_ONE: Readonly<Record<string, Pick<Field, 'name' | 'label' | 'help'>>> = {
  stayJoined: { name: 'stayJoined', label: words`Stay in the room when my last client leaves` },
};
const MOST_ROOMS = 1_000;

/** Of the account's preferences those that may differ in a room. */
const IN_ROOMS: ReadonlySet<string> = new Set<PreferenceName>([
  'stayJoined',
  'archive',
  'edits',
  'reactionsInWords',
  'longTexts',
  'language',
]);

const NICK = {
  type: 'text',
  name: ROOM_NICK,
  label: words`My nick in this room`,
  help: words`Left empty: as everywhere.`,
} as const satisfies Field;
const HISTORY: Field = {
  type: 'choice',
  name: ROOM_HISTORY,
  label: words`Earlier messages when I join`,
  choices: [
    { value: 'client', label: words`As many as my client asks for` },
    { value: 'none', label: words`None` },
  ],
  default: 'client',
};

/** The preferences of one room. `preferences`: those of the account, `settings`: what is set there. */
export function roomFields(network: Network, preferences: readonly Field[], settings: Answers): readonly Field[] {
  if (network.roomService === undefined) return [];
  const check = (written: string): Text | undefined => network.nickProblem?.(written);
  const nick = network.capabilities.roomNicks === true ? [{ ...NICK, check }] : [];
  const shared = preferences.filter(({ name }) => IN_ROOMS.has(name));
  // COMPAT(Converse.js 14): what was typed in the form before stays in the first field of this one, if that is for text as well.
  return [HISTORY, ...shared.flatMap((field) => inRoom(field, settings)), ...nick];
}

function inRoom(field: Field, settings: Answers): readonly ChoiceField[] {
  const { name, label, help } = FIELDS_OF_ONE[field.name] ?? field;
  const choices = choicesOf(field);
  const now = settings[name] ?? (field.type === 'map' ? undefined : field.default) ?? false;
  const general = choices.find(({ value }) => value === written(now))?.label ?? '';
  const account = { value: AS_ACCOUNT, label: words`As for the account: ${general}` };
  const own = { type: 'choice', name, label, choices: [account, ...choices], default: AS_ACCOUNT } as const;
  return [help === undefined ? own : { ...own, help }];
}

function choicesOf(field: Field): ChoiceField['choices'] {
  if (field.type === 'choice') return field.choices;
  return [
    { value: written(true), label: words`Yes` },
    { value: written(false), label: words`No` },
  ];
}

const written = (answer: Answer): string => (typeof answer === 'string' ? answer : answer === true ? 'yes' : 'no');

/** What counts in a room, or, without one, for the account; undefined: she has said nothing. */
export function settingIn(settings: Answers, room: string | undefined, name: PreferenceName): Answer | undefined {
  const own = room === undefined ? undefined : roomAnswers(settings, room)[name];
  if (own === undefined || own === AS_ACCOUNT) return settings[name];
  return own === 'yes' ? true : own === 'no' ? false : own;
}

/** Those of one room, as they were set. */
export function roomAnswers(settings: Answers, room: string): Answers {
  const rooms = roomsIn(settings);
  return Object.hasOwn(rooms, room) ? (rooms[room] ?? {}) : {};
}

/** The settings with those of a room. @throws BridgeError `malformed` with `field`, `quota`. */
export function withRoomAnswers(settings: Answers, room: string, fields: readonly Field[], answers: Answers): Answers {
  const checked = checkedAnswers(fields, answers, roomAnswers(settings, room));
  const isOwn = ([name, answer]: readonly [string, Answer]): boolean =>
    fields.some((field) => field.name === name && !('default' in field && field.default === answer));
  const own = Object.fromEntries(Object.entries(checked).filter(isOwn));
  const { [room]: _, ...others } = roomsIn(settings);
  const rooms = Object.keys(own).length === 0 ? others : { ...others, [room]: own };
  const count = Object.keys(rooms).length;
  if (count > MOST_ROOMS)
    throw new BridgeError('quota', words`You have settings of ${MOST_ROOMS} rooms, and can’t have those of more.`);
  const { [ROOMS]: _all, ...rest } = settings;
  return count === 0 ? rest : { ...rest, [ROOMS]: rooms };
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
