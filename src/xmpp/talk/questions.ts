// Fields of a form (XEP-0004) as questions that are asked one at a time, and what is written in return as their answers.

import { BridgeError } from '../../model/errors.ts';
import { joined, type Text, words } from '../../model/words.ts';
import type { Translator } from '../feature.ts';
import { isOpen } from '../forms.ts';
import type { Element } from '../xml.ts';
import { CANCEL, isOneOf } from './vocabulary.ts';

export interface Question {
  readonly name: string;
  readonly label: string;
  readonly help: string | undefined;
  readonly type: string;
  readonly isRequired: boolean;
  readonly choices: readonly Choice[];
  /** Other answers than these are taken too. */
  readonly isOpen: boolean;
  /** What the form holds now. */
  readonly value: readonly string[];
}
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Leaves a field as it is. */
export const KEEP = '-';
// No numbers: whoever has forgotten what was asked sends one to choose from a list.
const YES = [words`yes`, words`on`, 'y', 'true'];
const NO = [words`no`, words`off`, 'n', 'false'];
const UNASKED: ReadonlySet<string> = new Set(['hidden', 'fixed']);

export function questionsOf(form: Element): readonly Question[] {
  return form
    .elements('field')
    .filter(({ attrs }) => attrs['var'] !== undefined && !UNASKED.has(attrs['type'] ?? ''))
    .map((field) => ({
      name: field.attrs['var'] ?? '',
      label: field.attrs['label'] ?? field.attrs['var'] ?? '',
      help: field.childText('desc'),
      type: field.attrs['type'] ?? 'text-single',
      isRequired: field.child('required') !== undefined,
      choices: field.elements('option').map((option) => {
        const value = option.childText('value') ?? '';
        return { value, label: option.attrs['label'] ?? value };
      }),
      isOpen: isOpen(field),
      value: field.elements('value').map((value) => value.text()),
    }));
}

/** The only one that there is, for a question that has to be answered: yes will do for it, and no for none. */
const onlyChoice = ({ choices, isRequired, type }: Question): Choice | undefined =>
  isRequired && choices.length === 1 && !type.endsWith('-multi') ? choices[0] : undefined;

export const isRefusal = (question: Question, text: string, translate: Translator): boolean =>
  onlyChoice(question) !== undefined && isOneOf(text, NO, translate);

export const isSecret = ({ type }: Question): boolean => type === 'text-private';
const isMany = ({ type }: Question): boolean => type.endsWith('-multi');

/** As it is asked. `isKnown`: there is an answer already, though it may not be shown. */
export function askedAs(question: Question, isKnown: boolean): Text {
  const { label, help, choices, isRequired } = question;
  const lines: Text[] = [/[.?!:]$/.test(label) ? label : `${label}:`];
  if (help !== undefined) lines.push(help);
  choices.forEach((choice, at) => lines.push(`${at + 1}. ${choice.label}`));
  if (question.type === 'boolean') lines.push(words`Answer yes or no.`);
  if (choices.length > 0 && isMany(question)) lines.push(words`You may send several numbers, such as: 1, 3`);
  if (choices.length === 0 && isMany(question)) lines.push(words`All lines go into one message.`);
  if (isSecret(question))
    lines.push(words`Your answer stays in the history of your chats: delete it there afterwards.`);
  const now = shownValue(question);
  if (isSecret(question)) {
    if (isKnown) lines.push(words`Send ${KEEP} to leave it as it is.`);
    else if (!isRequired) lines.push(words`Send ${KEEP} if there is none, or to leave it as it is.`);
  } else if (isRequired && choices.length === 1) lines.push(words`Send 1, or “${CANCEL}”.`);
  else if (now !== '') lines.push(words`Now: ${now}. Send ${KEEP} to leave it so.`);
  else if (!isRequired) lines.push(words`Send ${KEEP} to leave it out.`);
  return joined(lines, '\n');
}

/** The present value as a person reads it; empty: there is none, or it is a secret. */
export function shownValue(question: Question): Text {
  const { type, value, choices } = question;
  if (isSecret(question)) return '';
  if (type === 'boolean')
    return value.length === 0 ? '' : ['1', 'true'].includes(value[0] ?? '') ? words`yes` : words`no`;
  return value
    .filter((one) => one !== '')
    .map((one) => choices.find((choice) => choice.value === one)?.label ?? one)
    .join(', ');
}

/** @throws BridgeError `malformed` with `field`: what is wrong, without what was written. */
export function answerTo(question: Question, text: string, isKnown: boolean, translate: Translator): readonly string[] {
  const written = text.trim();
  if (written === KEEP || written === '') return kept(question, isKnown);
  if (question.type === 'boolean') return [yesOrNo(question, written, translate) ? '1' : '0'];
  const only = onlyChoice(question);
  if (only !== undefined && isOneOf(written, YES, translate)) return [only.value];
  if (question.choices.length > 0) {
    const parts = isMany(question) ? written.split(/[,;\n]+/).filter((part) => part.trim() !== '') : [written];
    return parts.map((part) => chosen(question, part));
  }
  if (isMany(question)) return text.split('\n').map((line) => line.trim());
  return [isSecret(question) ? text : written];
}

function kept(question: Question, isKnown: boolean): readonly string[] {
  if (isSecret(question) && (isKnown || !question.isRequired)) return [''];
  if (!isSecret(question) && question.value.some((value) => value !== '')) return question.value;
  if (question.isRequired) throw wrong(question, words`“${question.label}” is needed: it can’t be left out.`);
  return [''];
}

function yesOrNo(question: Question, written: string, translate: Translator): boolean {
  if (isOneOf(written, YES, translate)) return true;
  if (isOneOf(written, NO, translate)) return false;
  throw wrong(question, words`“${question.label}” is a question of yes or no.`);
}

function chosen(question: Question, part: string): string {
  const { choices } = question;
  const word = part.trim().toLowerCase().replace(/\.$/, '');
  const byText = choices.find(({ value, label }) => value.toLowerCase() === word || label.toLowerCase() === word);
  const found = byText ?? (/^\d+$/.test(word) ? choices[Number(word) - 1] : undefined);
  if (found !== undefined) return found.value;
  if (question.isOpen) return part.trim();
  const numbers = choices.length === 1 ? '1' : words`1 to ${choices.length}`;
  throw wrong(question, words`“${question.label}” is none of these. Send a number (${numbers}).`);
}

function wrong({ name }: Question, text: Text): BridgeError {
  return new BridgeError('malformed', text, { field: name });
}
