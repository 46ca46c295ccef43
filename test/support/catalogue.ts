// What is wrong with a catalogue, held against the texts that stand in the sources.

import type { CatalogueFile } from '../../src/languages/catalogues.ts';
import type { EnglishText } from './texts.ts';

const SINGLE: ReadonlySet<string> = new Set(['zero', 'one', 'two']);

type Entry = CatalogueFile['texts'][string];

/** One line each, with the key. */
export function complaints(
  language: string,
  { names, texts }: CatalogueFile,
  english: ReadonlyMap<string, EnglishText>,
): readonly string[] {
  const found: string[] = [];
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
  for (const [key, text] of english) {
    const entry = texts[key];
    if (entry === undefined) found.push(`is missing: ${key}`);
    else found.push(...wrongIn(entry, text, needed).map((what) => `${what}: ${key}`));
    const isSame = language !== 'en' && (Object.values(formsOf(entry ?? '')) as readonly string[]).includes(key);
    if (isSame && !names.includes(key)) found.push(`is as in English, and no name: ${key}`);
  }
  for (const key of Object.keys(texts)) if (!english.has(key)) found.push(`stands in no source: ${key}`);
  for (const name of names) if (texts[name] !== name) found.push(`is listed as a name, and is none: ${name}`);
  return found;
}

function wrongIn(entry: Entry, text: EnglishText, needed: readonly string[]): readonly string[] {
  if (typeof text === 'string') {
    if (typeof entry !== 'string') return ['has forms, and counts nothing'];
    return isEqual(holesIn(entry), holesIn(text)) ? [] : ['has other places for arguments'];
  }
  if (typeof entry === 'string') return ['has no forms for one and for many'];
  const found: string[] = [];
  const forms = Object.keys(entry).toSorted();
  if (forms.join() !== needed.join()) found.push(`has the forms ${forms.join(', ')}, and needs ${needed.join(', ')}`);
  const holes = holesIn(text.other);
  for (const [category, form] of Object.entries(entry)) {
    // Where only one number has that form, it need not be said.
    const isRight = SINGLE.has(category) ? isWithin(holesIn(form), holes) : isEqual(holesIn(form), holes);
    if (!isRight) found.push(`has other places for arguments in ${category}`);
  }
  return found;
}

const formsOf = (entry: Entry): Readonly<Record<string, string>> =>
  typeof entry === 'string' ? { entry } : (entry as Readonly<Record<string, string>>);

const holesIn = (text: string): readonly string[] => (text.match(/\{\d+\}/g) ?? []).toSorted();
const isEqual = (one: readonly string[], other: readonly string[]): boolean => one.join() === other.join();
const isWithin = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((hole) => other.includes(hole));
