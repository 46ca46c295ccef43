// Secrets of the configuration, fetched from where they are kept, and an adapter's settings with them in place.

import { readFileSync } from 'node:fs';
import { type KeyPath, type Problem, pathText } from './config-error.ts';
import type { SecretSource } from './config-schema.ts';
import type { Source } from './config-source.ts';
import type { Answer, Answers, Field } from './model/form.ts';
import { Secret } from './observe/secret.ts';

/** An adapter's settings as the configuration holds them: like `Answers`, but no secret can be printed. */
export interface Settings {
  readonly [name: string]: Answer | Secret | { readonly [entry: string]: Settings };
}

/** Fetches secrets and gathers what goes wrong. */
export class SecretKeeper {
  readonly #source: Source;
  readonly #env: NodeJS.ProcessEnv;
  readonly problems: Problem[] = [];
  /** All that were found, for the log to cut out. */
  readonly found: Secret[] = [];

  constructor(source: Source, env: NodeJS.ProcessEnv) {
    this.#source = source;
    this.#env = env;
  }

  /** Where it can't be had: noted in `problems`, and an empty one. */
  fetch(from: SecretSource, path: KeyPath): Secret {
    const value =
      typeof from === 'string' ? from : 'env' in from ? this.#fromEnv(from.env, path) : this.#fromFile(from.file, path);
    const secret = new Secret(value);
    if (value !== '') this.found.push(secret);
    return secret;
  }

  #fromEnv(name: string, path: KeyPath): string {
    const value = this.#env[name] ?? '';
    if (value === '') this.#complain(path, `the environment variable ${name} is not set`);
    return value;
  }

  #fromFile(file: string, path: KeyPath): string {
    try {
      // Files made with an editor or `echo` end with a line break that is no part of the secret.
      const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (value === '') this.#complain(path, `the file ${file} is empty`);
      return value;
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      this.#complain(path, `the file ${file} can't be read (${why})`);
      return '';
    }
  }

  #complain(path: KeyPath, text: string): void {
    this.problems.push({ ...this.#source.locate(path), text: `${pathText(path)}: ${text}` });
  }

  /** The settings of one adapter, its secrets fetched. `values` has passed the schema of these fields. */
  settings(fields: readonly Field[], values: Readonly<Record<string, unknown>>, path: KeyPath): Settings {
    const out: Record<string, Settings[string]> = {};
    for (const field of fields) {
      const value = values[field.name];
      if (value !== undefined) out[field.name] = this.#setting(field, value, [...path, field.name]);
    }
    return out;
  }

  #setting(field: Field, value: unknown, path: KeyPath): Settings[string] {
    if (field.type === 'secret') return this.fetch(value as SecretSource, path);
    if (field.type !== 'map') return value as Answer;
    const entries = Object.entries(value as Readonly<Record<string, Readonly<Record<string, unknown>>>>);
    return Object.fromEntries(entries.map(([name, entry]) => [name, this.settings(field.of, entry, [...path, name])]));
  }
}

/** What an adapter is made with: secrets in the clear. */
export function revealed(settings: Settings): Answers {
  const out: Record<string, Answer> = {};
  for (const [name, value] of Object.entries(settings)) out[name] = revealedValue(value);
  return out;
}

function revealedValue(value: Settings[string]): Answer {
  if (value instanceof Secret) return value.reveal();
  if (typeof value !== 'object' || isList(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, revealed(entry)]));
}

const isList = (value: object): value is readonly string[] => Array.isArray(value);
