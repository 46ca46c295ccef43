// Finding one's way in a schema: what is allowed at a path, and which path an environment variable means.

import { z } from 'zod';
import type { KeyPath } from './config-error.ts';
import { type Override, parseVariable } from './config-source.ts';

/** The schema without its default or optionality. */
export function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner;
}

/** The schema of what stands at a path; undefined where the path leads out of it. */
export function schemaAt(schema: unknown, path: KeyPath): unknown {
  let at = unwrapped(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = unwrapped(Reflect.get(at.shape, step));
    else if (at instanceof z.ZodArray) at = unwrapped(at.element);
    else if (at instanceof z.ZodRecord) at = unwrapped(at.valueType);
    else return undefined;
  }
  return at;
}

/** Keys that may stand at a path. */
export function allowedKeys(schema: unknown, path: KeyPath): readonly string[] {
  const at = schemaAt(schema, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** What stands in plain data at a path. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  let at = data;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

/** `secretsKey` is `SECRETS_KEY`. */
export function variableName(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

/** The path that the rest of a variable's name means in this schema; entries of lists count from 0. */
export function pathOfVariable(schema: unknown, data: unknown, name: string): KeyPath | undefined {
  for (const [step, rest] of stepsInto(unwrapped(schema), data, name)) {
    if (rest === undefined) return [step];
    const deeper = pathOfVariable(schemaAt(schema, [step]), valueAt(data, [step]), rest);
    if (deeper !== undefined) return [step, ...deeper];
  }
  return undefined;
}

type Step = readonly [step: string | number, rest: string | undefined];

/** Every first step that the name may begin with, and what is left of the name behind it. */
function stepsInto(at: unknown, data: unknown, name: string): readonly Step[] {
  if (at instanceof z.ZodArray) {
    const [, digits, rest] = /^(\d{1,4})(?:_(.+))?$/.exec(name) ?? [];
    // The one behind the last is a new one.
    return digits !== undefined && Array.isArray(data) && Number(digits) <= data.length ? [[Number(digits), rest]] : [];
  }
  return keysInto(at, data).flatMap((key): readonly Step[] => {
    const prefix = variableName(key);
    if (name === prefix) return [[key, undefined]];
    return name.startsWith(`${prefix}_`) ? [[key, name.slice(prefix.length + 1)]] : [];
  });
}

function keysInto(at: unknown, data: unknown): readonly string[] {
  if (at instanceof z.ZodObject) return Object.keys(at.shape);
  return at instanceof z.ZodRecord && typeof data === 'object' && data !== null ? Object.keys(data) : [];
}

/** Variables as overrides; those that mean no key of this schema are left over. */
export function overridesFrom(
  schema: z.ZodType,
  data: unknown,
  variables: readonly (readonly [variable: string, key: string, value: string])[],
): { readonly found: readonly Override[]; readonly left: readonly string[] } {
  const found: Override[] = [];
  const left: string[] = [];
  for (const [variable, key, text] of variables) {
    const path = pathOfVariable(schema, data, key);
    if (path === undefined) left.push(variable);
    else if (text !== '') found.push({ variable, path, value: valueOf(schemaAt(schema, path), text) });
  }
  return { found, left };
}

function valueOf(schema: unknown, text: string): unknown {
  if (!(schema instanceof z.ZodType) || schema.safeParse(text).success) return text;
  const parsed = parseVariable(text);
  const wantsText = schema instanceof z.ZodString || schema instanceof z.ZodEnum;
  return schema.safeParse(parsed).success || !wantsText ? parsed : text;
}
