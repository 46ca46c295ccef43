// Answers to a form, checked against its fields: what a network gets is complete and of the right types.

import { BridgeError } from '../model/errors.ts';
import { type Answer, type Answers, type Field, MASK, problemWith, unmasked } from '../model/form.ts';
import { joined, type Text, words } from '../model/words.ts';
import type { AccountRecord } from './ports.ts';

/** Longer than any honest answer. */
const LONGEST_TEXT = 10_000;

/**
 * The answers to these fields: texts trimmed, numbers and booleans out of their written forms, what is missing as it was
 * `before` or as the default says, and nothing that no field asks for.
 * @throws BridgeError `malformed` with `field`.
 */
export function checkedAnswers(fields: readonly Field[], given: Answers, before: Answers = {}): Answers {
  const checked: Record<string, Answer> = {};
  for (const field of fields) {
    const answer = checkedAnswer(field, given[field.name], before[field.name]);
    if (answer !== undefined) checked[field.name] = answer;
    else if (field.required === true) throw wrong(field, words`“${field.label}” is needed.`);
  }
  return checked;
}

/** The answers without those that are as they were shown: they say nothing of an account that was not. */
export function changedAnswers(fields: readonly Field[], given: Answers, shown: Answers): Answers {
  const values = withoutSecrets(fields, shown);
  const valueOf = (field: Field): Answer => values[field.name] ?? defaultOf(field) ?? '';
  const asShown = fields.filter((field) => JSON.stringify(given[field.name]) === JSON.stringify(valueOf(field)));
  const names = new Set(asShown.map(({ name }) => name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)));
}

/** A form that leaves a field out means "as it was", which is only clear where there is one account. */
export function answersAsGiven(
  form: readonly Field[],
  answers: Answers,
  records: readonly Pick<AccountRecord, 'settings'>[],
): Answers {
  const [only] = records;
  const before = only !== undefined && records.length === 1 ? withoutSecrets(form, only.settings) : {};
  const defaults = form.flatMap((field) =>
    field.type === 'map' || field.default === undefined ? [] : [[field.name, field.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...before, ...answers };
}

/** A secret that is known need not be typed again. */
export function asKept(field: Field, settings: Answers): Field {
  if (field.type !== 'secret' || settings[field.name] === undefined) return field;
  const left = words`Left empty, it stays as it is.`;
  return { ...field, required: false, help: field.help === undefined ? left : joined([field.help, left], ' ') };
}

/** The answers that may be shown again. */
export function withoutSecrets(fields: readonly Field[], answers: Answers): Answers {
  const known = new Map(fields.map((field) => [field.name, field]));
  return Object.fromEntries(
    Object.entries(answers).flatMap(([name, answer]): (readonly [string, Answer])[] => {
      const field = known.get(name);
      if (field?.type === 'secret') return [];
      const mask = field === undefined ? undefined : maskOf(field);
      return [[name, mask === undefined ? answer : linesOf(answer).map(mask).join('\n')]];
    }),
  );
}

const maskOf = (field: Field): ((line: string) => string) | undefined => ('mask' in field ? field.mask : undefined);
const linesOf = (answer: Answer | undefined): readonly string[] =>
  Array.isArray(answer) ? answer : typeof answer === 'string' ? answer.split('\n') : [];

/** What was shown masked, and comes back so, as it was. */
function withMaskedLines(field: Field, given: Answer, before: Answer | undefined): Answer {
  const mask = maskOf(field);
  if (mask === undefined) return given;
  const lines = unmasked(linesOf(given), linesOf(before), mask);
  if (lines.some((line) => line.includes(MASK)))
    throw wrong(field, words`“${field.label}”: write what ${MASK} stands for once more.`);
  return lines.join('\n');
}

function checkedAnswer(field: Field, given: Answer | undefined, before: Answer | undefined): Answer | undefined {
  const missing = given === undefined || (field.type === 'secret' && given === '');
  const answer = missing ? (before ?? defaultOf(field)) : withMaskedLines(field, given, before);
  if (answer === undefined) return undefined;
  const check: (field: never, answer: Answer) => Answer | undefined = checkers[field.type];
  return check(field as never, answer);
}

function defaultOf(field: Field): Answer | undefined {
  return field.type === 'map' ? undefined : field.default;
}

type FieldOf<T extends Field['type']> = Field & { readonly type: T };
type Checkers = {
  readonly [T in Field['type']]: (field: FieldOf<T>, answer: Answer) => Answer | undefined;
};

const checkers = {
  text: (field, answer) => checkedText(field, answer),
  // What a person types in front of or behind a password may belong to it.
  secret: (field, answer) => matched(field, textOf(field, answer)),
  lines: (field, answer) => checkedText(field, Array.isArray(answer) ? answer.join('\n') : answer),
  number: (field, answer) => checkedNumber(field, answer),
  boolean: (field, answer) => {
    if (answer === true || answer === 'true' || answer === '1') return true;
    if (answer === false || answer === 'false' || answer === '0' || answer === '') return false;
    throw wrong(field, words`“${field.label}” is yes or no.`);
  },
  choice: (field, answer) => {
    if (answer === '') return undefined;
    if (field.choices.some(({ value }) => value === answer)) return answer;
    const labels = joined(
      field.choices.map(({ label }) => joined(['“', label, '”'], '')),
      ', ',
    );
    throw wrong(field, words`“${field.label}” is one of: ${labels}.`);
  },
  list: (field, answer) => {
    const items = typeof answer === 'string' ? answer.split('\n') : answer;
    if (!Array.isArray(items) || !items.every((item) => typeof item === 'string'))
      throw wrong(field, words`“${field.label}” is a list of texts.`);
    return items.map((item: string) => item.trim()).filter((item) => item !== '');
  },
  map: (field) => {
    throw wrong(field, words`“${field.label}” can be set by the operator only.`);
  },
} satisfies Checkers;

type TextLike = FieldOf<'text' | 'secret' | 'lines'>;

function checkedText(field: TextLike, answer: Answer): string | undefined {
  return matched(field, textOf(field, answer).trim());
}

function matched(field: TextLike, text: string): string | undefined {
  if (text === '') return undefined;
  const problem = problemWith(field, text);
  if (problem !== undefined) throw wrong(field, problem);
  return text;
}

function textOf(field: TextLike, answer: Answer): string {
  if (typeof answer === 'number') return String(answer);
  if (typeof answer !== 'string') throw wrong(field, words`“${field.label}” is a text.`);
  if (answer.length > LONGEST_TEXT) throw wrong(field, words`“${field.label}” is too long.`);
  // Every network's protocol has lines or headers that such a text would end.
  if (field.type !== 'lines' && /[\0\r\n]/.test(answer)) throw wrong(field, words`“${field.label}” is a single line.`);
  return answer;
}

function checkedNumber(field: FieldOf<'number'>, answer: Answer): number | undefined {
  if (answer === '') return undefined;
  const number = typeof answer === 'string' ? Number(answer.trim()) : answer;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw wrong(field, words`“${field.label}” is a number.`);
  if (field.min !== undefined && number < field.min)
    throw wrong(field, words`“${field.label}” is at least ${field.min}.`);
  if (field.max !== undefined && number > field.max)
    throw wrong(field, words`“${field.label}” is at most ${field.max}.`);
  return number;
}

/** The answer itself is never repeated: it may be a secret in the wrong field. */
function wrong(field: Field, text: Text): BridgeError {
  return new BridgeError('malformed', text, { field: field.name });
}
