// What the schema finds wrong, in sentences for the one who wrote the file. Values of keys are never repeated: they may be secrets.

import type { z } from 'zod';
import { type KeyPath, type Problem, pathText } from './config-error.ts';
import type { Source } from './config-source.ts';
import { nearest } from './config-suggest.ts';
import { allowedKeys, valueAt } from './config-walk.ts';

/** A file of noise would make thousands. */
const MAX_UNKNOWN = 50;

type Issue = z.core.$ZodIssue;

/** Part of the file that a schema was held against. */
export interface Part {
  readonly source: Source;
  readonly schema: z.ZodType;
  /** Where in the file the part begins. */
  readonly base: KeyPath;
}

export function explain(part: Part, issues: readonly Issue[]): readonly Problem[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(part, issue) : [wrongValue(part, issue)],
  );
}

function unknownKeys({ source, schema, base }: Part, issue: Issue & { code: 'unrecognized_keys' }): readonly Problem[] {
  const inside = keyPath(issue.path);
  const allowed = allowedKeys(schema, inside);
  return issue.keys.slice(0, MAX_UNKNOWN).map((key) => {
    const path = [...base, ...inside, key];
    const guess = nearest(key, allowed);
    const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
    const list = allowed.length === 0 ? 'nothing is' : allowed.join(', ');
    return { ...source.locate(path), text: `${pathText(path)}: unknown key; allowed here: ${list}${hint}` };
  });
}

function wrongValue({ source, base }: Part, issue: Issue): Problem {
  const path = [...base, ...keyPath(issue.path)];
  return {
    ...source.locate(path),
    text: `${pathText(path) || 'the file'}: ${complaint(issue, valueAt(source.data, path))}`,
  };
}

const keyPath = (path: readonly PropertyKey[]): KeyPath =>
  path.map((step) => (typeof step === 'number' ? step : String(step)));

function complaint(issue: Issue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') return 'is missing';
  if (value === null && issue.path.length === 0) return 'is empty';
  if (value === null) return 'has no value: give one, or leave the key out';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindNames[issue.expected] ?? issue.expected}, not ${kindOf(value)}${quoteHint(issue.expected, value)}`;
    case 'invalid_value':
      return choiceComplaint(issue.values.map(String), value);
    case 'too_small':
      return issue.origin === 'number' ? `must be at least ${issue.minimum}` : 'must not be empty';
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `must look like ${issue.pattern ?? 'something else'}` : issue.message;
    case 'invalid_key':
      return 'must have a name';
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'custom':
      return issue.message;
    default:
      return issue satisfies never;
  }
}

function choiceComplaint(allowed: readonly string[], value: unknown): string {
  const guess = typeof value === 'string' ? nearest(value, allowed) : undefined;
  return `must be one of ${allowed.join(', ')}${guess === undefined ? '' : `; did you mean ${guess}?`}`;
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

function kindOf(value: unknown): string {
  return kindNames[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}

function quoteHint(expected: string, value: unknown): string {
  return expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')
    ? ' (put it in quotes)'
    : '';
}
