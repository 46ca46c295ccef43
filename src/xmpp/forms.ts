// Data forms (XEP-0004): fields of the model as forms, and submitted forms as answers.

import { BridgeError } from '../model/errors.ts';
import type { Answer, Answers, Field } from '../model/form.ts';
import { type Element, el } from './xml.ts';

export const FORMS = 'jabber:x:data';

export interface FormTexts {
  readonly title: string;
  readonly instructions?: string;
  /** XEP-0068 FORM_TYPE. */
  readonly formType: string;
}

const TYPES: Readonly<Record<Field['type'], string>> = {
  text: 'text-single',
  secret: 'text-private',
  lines: 'text-multi',
  number: 'text-single',
  boolean: 'boolean',
  choice: 'list-single',
  list: 'text-multi',
  map: 'text-multi',
};

/** A form to fill in; `values` are the present answers, defaults stand in for missing ones, secrets are never filled in. */
export function formElement(
  fields: readonly Field[],
  values: Answers,
  { title, instructions, formType }: FormTexts,
): Element {
  return el(
    'x',
    { xmlns: FORMS, type: 'form' },
    el('title', {}, title),
    instructions === undefined ? undefined : el('instructions', {}, instructions),
    el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, formType)),
    ...fields.map((field) => fieldElement(field, values[field.name])),
  );
}

function fieldElement(field: Field, value: Answer | undefined): Element {
  const shown = field.type === 'secret' ? undefined : (value ?? ('default' in field ? field.default : undefined));
  // A secret that is kept already may be left empty.
  const required = field.required === true && !(field.type === 'secret' && value !== undefined);
  return el(
    'field',
    { var: field.name, type: TYPES[field.type], label: field.label },
    field.help === undefined ? undefined : el('desc', {}, field.help),
    required ? el('required') : undefined,
    ...valueTexts(shown).map((text) => el('value', {}, text)),
    ...(field.type === 'choice'
      ? field.choices.map((choice) => el('option', { label: choice.label }, el('value', {}, choice.value)))
      : []),
  );
}

function valueTexts(value: Answer | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'boolean') return [value ? '1' : '0'];
  if (typeof value === 'object') return Array.isArray(value) ? value : [];
  return String(value).split('\n');
}

/**
 * Answers out of a submitted form: trimmed, unknown fields left out, a missing one missing and an empty one empty.
 * @throws BridgeError malformed, with `field`, for what can't be of the field's type.
 */
export function readForm(form: Element, fields: readonly Field[]): Answers {
  const answers: Record<string, Answer> = {};
  for (const field of fields) {
    const given = form.elements('field').find((one) => one.attrs['var'] === field.name);
    if (given !== undefined) {
      answers[field.name] = readAnswer(
        field,
        given.elements('value').map((value) => value.text()),
      );
    }
  }
  return answers;
}

/** @throws BridgeError malformed, with `field`. */
export function readAnswer(field: Field, values: readonly string[]): Answer {
  const [first = ''] = values;
  switch (field.type) {
    case 'boolean': {
      const truth = ['1', 'true'].includes(first);
      if (!truth && !['0', 'false', ''].includes(first)) throw wrong(field, 'yes or no (1 or 0)');
      return truth;
    }
    case 'number': {
      const number = Number(first.trim());
      if (first.trim() === '' || !Number.isFinite(number)) throw wrong(field, 'a number');
      return number;
    }
    case 'list':
      return values.map((value) => value.trim()).filter((value) => value !== '');
    case 'lines':
      return values.join('\n');
    case 'map':
      throw wrong(field, 'left out here');
    case 'secret':
      return first;
    case 'text':
    case 'choice':
      return first.trim();
    default:
      return field satisfies never;
  }
}

function wrong(field: Field, expected: string): BridgeError {
  return new BridgeError('malformed', `"${field.label}" must be ${expected}.`, { field: field.name });
}
