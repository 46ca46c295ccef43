// Texts that people read, in whichever language they read them: English stands in the code and is the key of every catalogue.
//
//   throw new BridgeError('not-found', words`There is nobody called ${person} on Matrix.`);
//   note: plural(users.length, words`${users.length} user was told.`, words`${users.length} users were told.`),
//
// What stands between the words is an argument: a name, a number, or other words. Sentences are never glued together of pieces, since
// their order differs between languages. What people or networks say, and names, stay plain strings. After a change `npm run docs` writes
// the list of all texts, and a test says which of them a catalogue lacks.

/** Plain data: it can be kept, and rendered in any language later. */
export interface Words {
  /** English, with `{0}`, `{1}`, ... where the arguments stand. */
  readonly en: string;
  readonly args: readonly (string | number | Words)[];
  /** English has two forms: `en` is the one for many. */
  readonly plural?: { readonly count: number; readonly one: string };
}

/** What is read: words of ours, or what somebody said or is called, as it is. */
export type Text = string | Words;

/** Of what was read from a store. */
export function isText(value: unknown): value is Text {
  if (typeof value !== 'object' || value === null) return typeof value === 'string';
  return 'en' in value && typeof value.en === 'string' && 'args' in value && Array.isArray(value.args);
}

/** The tag of a template literal. */
export function words(parts: TemplateStringsArray, ...args: Words['args']): Words {
  const [first = '', ...rest] = parts;
  return { en: rest.reduce((text, part, at) => `${text}{${at}}${part}`, first), args };
}

/** `one` and `other` have the same arguments in the same order; the number itself is one of them where it is to be read. */
export function plural(count: number, one: Words, other: Words): Words {
  return { ...other, plural: { count, one: one.en } };
}

/** Texts in a row, with nothing to translate between them. */
export function joined(texts: readonly Text[], separator: string): Words {
  return { en: texts.map((_, at) => `{${at}}`).join(separator), args: texts };
}

/** The texts of one language by their English, with their forms by plural category (CLDR) where they count something. */
export type Catalogue = ReadonlyMap<string, string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>>;

/** English where there is no catalogue or it lacks the text. `language` is that of the catalogue, for its rules of plural. */
export function rendered(text: Text, catalogue?: Catalogue, language = 'en'): string {
  if (typeof text === 'string') return text;
  const template = formOf(text, catalogue?.get(text.en), language);
  return template.replaceAll(/\{(\d+)\}/g, (hole, at: string) => {
    const arg = text.args[Number(at)];
    if (arg === undefined) return hole;
    return typeof arg === 'number' ? String(arg) : rendered(arg, catalogue, language);
  });
}

/** Where she wants no message cut. */
export function tooManyMessages(count: number): Words {
  return words`This would be ${count} messages. Send it in parts, or allow that in the settings.`;
}

/** For logs, the operator, and where nothing is known of the reader. */
export function inEnglish(text: Text): string {
  return rendered(text);
}

const RULES = new Map<string, Intl.PluralRules>();

function formOf({ en, plural: counted }: Words, found: ReturnType<Catalogue['get']>, language: string): string {
  if (counted === undefined) return typeof found === 'string' ? found : en;
  if (typeof found === 'object') {
    let rules = RULES.get(language);
    if (rules === undefined) RULES.set(language, (rules = new Intl.PluralRules(language)));
    const form = found[rules.select(counted.count)] ?? found.other;
    if (form !== undefined) return form;
  }
  return counted.count === 1 ? counted.one : en;
}
