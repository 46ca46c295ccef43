// Fields that a person or an operator fills in: sign-in forms, preferences, room settings, an adapter's block of the config.

/** XEP-0077 fields for clients that can't show forms. */
type LegacyName = 'username' | 'password' | 'nick' | 'email' | 'phone' | 'url' | 'key';

interface FieldBase {
  /** Key of the answer; `[a-zA-Z][a-zA-Z0-9]*`. */
  readonly name: string;
  readonly label: string;
  /** A sentence or two for the one who fills it in. */
  readonly help?: string;
  readonly required?: boolean;
}
export interface TextField extends FieldBase {
  /** `secret` is never shown again, logged or echoed. `lines` holds several lines. */
  readonly type: 'text' | 'secret' | 'lines';
  readonly default?: string;
  readonly pattern?: RegExp;
  readonly legacy?: LegacyName;
}
export interface NumberField extends FieldBase {
  readonly type: 'number';
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}
export interface BooleanField extends FieldBase {
  readonly type: 'boolean';
  readonly default?: boolean;
}
export interface ChoiceField extends FieldBase {
  readonly type: 'choice';
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly default?: string;
  readonly legacy?: LegacyName;
}
export interface ListField extends FieldBase {
  readonly type: 'list';
  readonly default?: readonly string[];
}
/** Config only: named entries, each with the same fields (`servers: { libera: { host: ... } }`). */
export interface MapField extends FieldBase {
  readonly type: 'map';
  readonly of: readonly Field[];
}
export type Field = TextField | NumberField | BooleanField | ChoiceField | ListField | MapField;

export type Answer = string | number | boolean | readonly string[] | { readonly [entry: string]: Answers };
/** Answers by field name; a missing one means "as it was" on a change and "the default" otherwise. */
export interface Answers {
  readonly [name: string]: Answer;
}
