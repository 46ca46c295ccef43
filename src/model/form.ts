// Fields that a person or an operator fills in: sign-in forms, preferences, room settings, an adapter's block of the config.

import { type Text, words } from './words.ts';

/** XEP-0077 fields for clients that can't show forms. */
type LegacyName = 'username' | 'password' | 'nick' | 'email' | 'phone' | 'url' | 'key';

interface FieldBase<T extends Text> {
  /** Key of the answer; `[a-zA-Z][a-zA-Z0-9]*`. */
  readonly name: string;
  readonly label: T;
  /** A sentence or two for the one who fills it in. */
  readonly help?: T;
  readonly required?: boolean;
}
export interface TextField<T extends Text = Text> extends FieldBase<T> {
  /** `secret` is never shown again, logged or echoed. `lines` holds several lines. */
  readonly type: 'text' | 'secret' | 'lines';
  readonly default?: string;
  readonly pattern?: RegExp;
  /** Pure. Why such an answer would not do, in a sentence; undefined: it would. */
  readonly check?: (answer: string) => T | undefined;
  readonly legacy?: LegacyName;
  /** Of `lines`. Pure: a line as it may be shown again, `MASK` in place of what is secret. One that comes back so is as it was. */
  readonly mask?: (line: string) => string;
}
export interface NumberField<T extends Text = Text> extends FieldBase<T> {
  readonly type: 'number';
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}
export interface BooleanField<T extends Text = Text> extends FieldBase<T> {
  readonly type: 'boolean';
  readonly default?: boolean;
}
export interface ChoiceField<T extends Text = Text> extends FieldBase<T> {
  readonly type: 'choice';
  readonly choices: readonly { readonly value: string; readonly label: T }[];
  /** Something else may be answered too. */
  readonly open?: true;
  readonly default?: string;
  readonly legacy?: LegacyName;
}
export interface ListField<T extends Text = Text> extends FieldBase<T> {
  readonly type: 'list';
  readonly default?: readonly string[];
}
/** Config only: named entries, each with the same fields (`servers: { libera: { host: ... } }`). */
export interface MapField<T extends Text = Text> extends FieldBase<T> {
  readonly type: 'map';
  readonly of: readonly AnyField<T>[];
}
type AnyField<T extends Text> =
  | TextField<T>
  | NumberField<T>
  | BooleanField<T>
  | ChoiceField<T>
  | ListField<T>
  | MapField<T>;
export type Field = AnyField<Text>;
/** Of the configuration, which speaks English alone. */
export type ConfigField = AnyField<string>;

export type Answer = string | number | boolean | readonly string[] | { readonly [entry: string]: Answers };
/** Answers by field name; a missing one means "as it was" on a change and "the default" otherwise. */
export interface Answers {
  readonly [name: string]: Answer;
}

/** What is wrong with a text that is not empty, in a sentence; undefined: nothing. */
export function problemWith(field: Field, answer: string): Text | undefined {
  if ('pattern' in field && field.pattern?.test(answer) === false) return words`“${field.label}” does not look right.`;
  const problem = 'check' in field ? field.check?.(answer) : undefined;
  return problem && words`“${field.label}” won’t do: ${problem}`;
}

/** Stands for a secret in a text that is shown. */
export const MASK = '********';

/** The lines with those that come back as they were shown, as they were; one that was never shown so stays masked. */
export function unmasked(
  lines: readonly string[],
  known: readonly string[],
  mask: (line: string) => string,
): readonly string[] {
  return lines.map((line) => (line.includes(MASK) ? (known.find((one) => mask(one) === line.trim()) ?? line) : line));
}
