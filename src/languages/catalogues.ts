// The languages that there are: one file each beside this one, named by its BCP 47 tag, read at start.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '../model/words.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SUFFIX = '.json';

/** A catalogue as it lies in its file. */
export interface CatalogueFile {
  /** Texts that are the same in English, such as names. */
  readonly names: readonly string[];
  /** By their English; what counts something by plural category. */
  readonly texts: Readonly<Record<string, string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>>>;
}

/** The tags of all. */
export const LANGUAGES: readonly string[] = namesIn(FOLDER).map((name) => name.slice(0, -SUFFIX.length));

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort();
}

/** By language. @throws Error where a file is no catalogue. */
export function readCatalogues(folder = FOLDER): ReadonlyMap<string, CatalogueFile> {
  return new Map(
    namesIn(folder).map((name) => {
      const file: unknown = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
      if (!isCatalogue(file)) throw new Error(`${name} is no catalogue: it needs "names" and "texts"`);
      return [name.slice(0, -SUFFIX.length), file];
    }),
  );
}

/** As texts are looked up. @throws Error where a file is no catalogue. */
export function loadCatalogues(): ReadonlyMap<string, Catalogue> {
  const files = [...readCatalogues()];
  return new Map(files.map(([language, { texts }]) => [language, new Map(Object.entries(texts))]));
}

function isCatalogue(file: unknown): file is CatalogueFile {
  if (typeof file !== 'object' || file === null || !('names' in file) || !('texts' in file)) return false;
  return Array.isArray(file.names) && typeof file.texts === 'object' && file.texts !== null;
}
