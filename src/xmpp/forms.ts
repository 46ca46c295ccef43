// Data forms (XEP-0004): fields of the model as forms, and submitted forms as answers.

import { BridgeError } from '../model/errors.ts';
import { type Answer, type Answers, type ChoiceField, type Field, unmasked } from '../model/form.ts';
import type { Typed } from '../model/ports.ts';
import { type Text, words } from '../model/words.ts';
import type { Translator } from './feature.ts';
import { fitting } from './fitting.ts';
import { type Element, el } from './xml.ts';

export const FORMS = 'jabber:x:data';

export interface FormTexts {
  readonly title: Text;
  readonly instructions?: Text;
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
  translate: Translator,
): Element {
  return el(
    'x',
    { xmlns: FORMS, type: 'form' },
    el('title', {}, translate(title)),
    instructions === undefined ? undefined : el('instructions', {}, translate(instructions)),
    el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, formType)),
    ...fields.map((field) => fieldElement(field, values[field.name], translate)),
  );
}

/** With nothing to fill in. */
export function pictureField(label: string, media: Element): Element {
  return el('field', { var: 'picture', type: 'fixed', label }, media);
}

function fieldElement(field: Field, value: Answer | undefined, translate: Translator): Element {
  const shown = field.type === 'secret' ? undefined : (value ?? ('default' in field ? field.default : undefined));
  // A secret that is kept already may be left empty.
  const required = field.required === true && !(field.type === 'secret' && value !== undefined);
  const element = el(
    'field',
    { var: field.name, type: TYPES[field.type], label: translate(field.label) },
    field.help === undefined ? undefined : el('desc', {}, translate(field.help)),
    required ? el('required') : undefined,
    ...valueTexts(shown).map((text) => el('value', {}, text)),
    ...(field.type === 'choice' ? optionsOf(field, translate) : []),
    field.type === 'choice' && field.open === true ? openElement() : undefined,
  );
  return 'mask' in field && field.mask !== undefined ? masked(element, field.mask) : element;
}

/** As many as fit. */
function optionsOf({ choices }: ChoiceField, translate: Translator): readonly Element[] {
  const options = choices.map(({ label, value }) => el('option', { label: translate(label) }, el('value', {}, value)));
  return options.slice(0, fitting(options));
}

/** XEP-0122 3.2.2 */
const VALIDATE = 'http://jabber.org/protocol/xdata-validate';
const openElement = (): Element => el('validate', { xmlns: VALIDATE, datatype: 'xs:string' }, el('open'));
export const isOpen = (field: Element): boolean => field.child('validate', VALIDATE)?.child('open') !== undefined;

type Mask = (line: string) => string;
/** Of the fields of forms that are being filled in. */
const masks = new WeakMap<Element, Mask>();

function masked(field: Element, mask: Mask): Element {
  masks.set(field, mask);
  return field;
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
      if (!truth && !['0', 'false', ''].includes(first))
        throw wrong(field, words`“${field.label}” must be yes or no (1 or 0).`);
      return truth;
    }
    case 'number': {
      const number = Number(first.trim());
      if (first.trim() === '' || !Number.isFinite(number))
        throw wrong(field, words`“${field.label}” must be a number.`);
      return number;
    }
    case 'list':
      return values.map((value) => value.trim()).filter((value) => value !== '');
    case 'lines':
      return values.join('\n');
    case 'map':
      throw wrong(field, words`“${field.label}” must be left out here.`);
    case 'secret':
      return first;
    case 'text':
    case 'choice':
      return first.trim();
    default:
      return field satisfies never;
  }
}

/** COMPAT(old clients): some leave out what kind of form it is. */
export const isSubmitted = ({ attrs: { type = 'submit' } }: Element): boolean => type === 'submit';

/** It asks for nothing. */
export function isBlank(form: Element): boolean {
  return form.elements('field').every(({ attrs }) => attrs['type'] === 'hidden' || attrs['type'] === 'fixed');
}

function wrong(field: Field, text: Text): BridgeError {
  return new BridgeError('malformed', text, { field: field.name });
}

/** What was typed into a submitted form, by field. */
export function typedInto(form: Element): Typed {
  const fields = form.elements('field').filter(({ attrs }) => attrs['var'] !== undefined);
  return Object.fromEntries(
    fields.map((field) => [field.attrs['var'] ?? '', field.elements('value').map((value) => value.text())]),
  );
}

/** As it was submitted. */
export function submittedForm(typed: Typed): Element {
  const fields = Object.entries(typed).map(([name, values]) =>
    el('field', { var: name }, ...values.map((text) => el('value', {}, text))),
  );
  return el('x', { xmlns: FORMS, type: 'submit' }, ...fields);
}

const isSecret = ({ name, attrs }: Element): boolean => name === 'field' && attrs['type'] === 'text-private';

/** The form with what was typed, secrets aside; where these are still known they need not be typed again. */
export function refilledForm(form: Element, typed: Typed, secretsAreKnown = false): Element {
  const children = form.elements().map((child) => {
    const values = child.name === 'field' ? typed[child.attrs['var'] ?? ''] : undefined;
    if (values === undefined || child.attrs['type'] === 'hidden') return child;
    if (!isChoosable(child, values)) return child;
    if (!isSecret(child)) {
      const rest = child.elements().filter(({ name }) => name !== 'value');
      const mask = masks.get(child) ?? ((text: string): string => text);
      return masked(el('field', child.attrs, ...rest, ...values.map((text) => el('value', {}, mask(text)))), mask);
    }
    if (!secretsAreKnown || values.join('') === '') return child;
    return el('field', child.attrs, ...child.elements().filter(({ name }) => name !== 'required'));
  });
  return el('x', form.attrs, ...children);
}

/** The form with this field in place of the one of the same name. */
export function withField(form: Element, field: Element): Element {
  const children = form.elements().map((one) => (one.attrs['var'] === field.attrs['var'] ? field : one));
  return el('x', form.attrs, ...children);
}

/** Clients can show no value of a list that is none of its options. */
function isChoosable(field: Element, values: readonly string[]): boolean {
  const options = field.elements('option').map((option) => option.childText('value'));
  return options.length === 0 || isOpen(field) || values.every((value) => options.includes(value));
}

// COMPAT(Converse.js 14, profanity 0.13): they show no note beside a form.
/** The form with a text before its instructions. */
export function introducedForm(form: Element, text: string): Element {
  const instructions = form.childText('instructions');
  const [title, ...rest] = form.elements().filter(({ name }) => name !== 'instructions');
  const both = instructions === undefined ? text : `${text}\n\n${instructions}`;
  return el('x', form.attrs, title, el('instructions', {}, both), ...rest);
}

/** Secrets left empty are those typed before, unless anything else was changed: a password must not go somewhere else. */
export function withKnownSecrets(form: Element, typed: Typed, before: Typed): Typed {
  const fields = form.elements('field').filter(({ attrs }) => attrs['type'] !== 'hidden');
  const names = (secret: boolean): string[] =>
    fields.filter((field) => isSecret(field) === secret).map(({ attrs }) => attrs['var'] ?? '');
  const given = (name: string, answers: Typed): string => (answers[name] ?? []).join('\n').trim();
  const whole = unmaskedIn(fields, typed, before);
  if (names(false).some((name) => given(name, whole) !== given(name, before))) return typed;
  const left = names(true).filter((name) => given(name, typed) === '' && before[name] !== undefined);
  return { ...whole, ...Object.fromEntries(left.map((name) => [name, before[name] ?? []])) };
}

function unmaskedIn(fields: readonly Element[], typed: Typed, before: Typed): Typed {
  const lines = fields.flatMap((field) => {
    const [name, mask] = [field.attrs['var'] ?? '', masks.get(field)];
    return mask === undefined ? [] : [[name, unmasked(typed[name] ?? [], before[name] ?? [], mask)] as const];
  });
  return { ...typed, ...Object.fromEntries(lines) };
}
