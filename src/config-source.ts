// The configuration as it was written: YAML with the line of every key, and the environment variables that override it.

import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parse, parseDocument, visit } from 'yaml';
import type { KeyPath } from './config-error.ts';
import { ConfigError, type Problem } from './config-error.ts';

const MAX_BYTES = 128 * 1024;
const PREFIX = 'VIADUCT_';

/** Plain data, and where each piece of it stands. */
export interface Source {
  readonly file: string;
  readonly data: unknown;
  /** Where a key stands, or the nearest key around it that is there; an environment variable's name if it came from one. */
  locate(path: KeyPath): Place;
}
export type Place = Pick<Problem, 'file' | 'line'>;

/** @throws ConfigError with everything that is wrong as YAML. */
export function readSource(file: string, bytes: Uint8Array): Source {
  if (bytes.length > MAX_BYTES) {
    throw new ConfigError([{ file, line: 1, text: `has ${bytes.length} bytes; ${MAX_BYTES} are allowed` }]);
  }
  const text = decode(file, bytes);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // The library compares each key with each other one.
      uniqueKeys: false,
    });
    const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
    const wrong = [...document.errors, ...document.warnings, ...flawsOf(document)].map((error) => ({
      file,
      line: lineAt(error.pos[0]),
      text: `not YAML as it should be: ${error.message}`,
    }));
    if (wrong.length > 0) throw new ConfigError(wrong);
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return { file, data, locate: (path) => ({ file, line: lineAt(offsetOf(document.contents, path)) }) };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The parser recurses and resolves aliases when asked for data: what it throws then knows no line.
    const why = error instanceof RangeError ? 'nested too deeply' : 'too many aliases';
    throw new ConfigError([{ file, line: 1, text: `not YAML as it should be: ${why}` }], { cause: error });
  }
}

interface Flaw {
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** Aliases that lead nowhere, and keys that are there twice. */
function flawsOf(document: Document.Parsed): readonly Flaw[] {
  const flaws: Flaw[] = [];
  const complain = (node: unknown, message: string): void => {
    const at = startOf(node) ?? 0;
    flaws.push({ message, pos: [at, at] });
  };
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        complain(alias, `no anchor of the name ${alias.source} stands before this`);
    },
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = String(isScalar(key) ? key.value : key);
        if (seen.has(name)) complain(key, 'this key is there already');
        seen.add(name);
      }
    },
  });
  return flaws;
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError([{ file, line: firstBrokenLine(bytes), text: 'not a text in UTF-8' }], { cause });
  }
}

/** A line is broken where decoding it alone gives a replacement character that nobody wrote. */
function firstBrokenLine(bytes: Uint8Array): number {
  let line = 1;
  let from = 0;
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== 0x0a) continue;
    const piece = Buffer.from(bytes.subarray(from, i));
    if (!piece.equals(Buffer.from(piece.toString('utf8'), 'utf8'))) return line;
    from = i + 1;
    line += 1;
  }
  return 1;
}

/** Offset of the deepest part of the path that is there. */
function offsetOf(contents: unknown, path: KeyPath): number {
  let node: unknown = contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (item === undefined) return offset;
      offset = startOf(item) ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** One override: the variable's name and where its value belongs. */
export interface Override {
  readonly variable: string;
  readonly path: KeyPath;
  readonly value: unknown;
}

/** Variables that begin as ours do, without the prefix. */
export function overridingVariables(
  env: NodeJS.ProcessEnv,
): readonly (readonly [variable: string, key: string, value: string])[] {
  return Object.entries(env).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) && value !== undefined
      ? [[variable, variable.slice(PREFIX.length), value] as const]
      : [],
  );
}

/** A variable's text as YAML, where the key wants something else than a text. */
export function parseVariable(text: string): unknown {
  try {
    return parse(text, { prettyErrors: false, maxAliasCount: 0, logLevel: 'silent' });
  } catch {
    return text;
  }
}

/** The source with overrides put in. */
export function withOverrides(source: Source, overrides: readonly Override[]): Source {
  if (overrides.length === 0) return source;
  const data = structuredClone(source.data);
  for (const { path, value } of overrides) put(data, path, value);
  return {
    file: source.file,
    data,
    locate: (path) => {
      const from = overrides.find((override) => override.path.every((step, i) => String(step) === String(path[i])));
      return from === undefined ? source.locate(path) : { file: from.variable, line: 0 };
    },
  };
}

function put(data: unknown, path: KeyPath, value: unknown): void {
  let at = data;
  for (const [i, step] of path.entries()) {
    if (typeof at !== 'object' || at === null) return;
    const last = i === path.length - 1;
    if (!last && typeof Reflect.get(at, step) !== 'object') Reflect.set(at, step, {});
    if (last) Object.defineProperty(at, step, { value, writable: true, enumerable: true, configurable: true });
    at = Reflect.get(at, step);
  }
}
