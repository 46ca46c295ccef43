// What may be written to a log: turns any value into plain data that is small and holds no credentials.

import { Secret } from './secret.ts';

const REDACTED = '[redacted]';
const MAX_DEPTH = 4;
const MAX_ENTRIES = 50;
const MAX_TEXT = 2000;
const MAX_CAUSES = 4;
const TELLTALE = /pass(word|phrase|wd)?$|secret|token|credential|authorization|cookie|apikey|privatekey|handshake/i;
/** The password in `scheme://user:password@host`. */
const USERINFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi;

/** A text without passwords in URLs, cut to a length that a log can bear. */
export function loggableText(text: string): string {
  const clean = text.includes('@') ? text.replace(USERINFO, `$1${REDACTED}@`) : text;
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)} [${clean.length - MAX_TEXT} more]` : clean;
}

/** Plain data for a log field. Never throws; cycles end at the depth limit. */
export function loggable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return loggableText(value);
  if (typeof value === 'object' && value !== null) return loggableObject(value, depth);
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  return typeof value === 'function' ? '[function]' : value;
}

function loggableObject(value: object, depth: number): unknown {
  if (value instanceof Secret) return REDACTED;
  if (value instanceof Error) return loggableError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Map) return loggableEntries([...value].slice(0, MAX_ENTRIES), depth);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, MAX_ENTRIES).map((item) => loggable(item, depth + 1));
  }
  return loggableEntries(Object.entries(value).slice(0, MAX_ENTRIES), depth);
}

function loggableEntries(entries: readonly (readonly [unknown, unknown])[], depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    const name = String(key);
    out[name] = TELLTALE.test(name) && value !== undefined ? REDACTED : loggable(value, depth + 1);
  }
  return out;
}

/**
 * Only what is known to be harmless: libraries hang whole requests, commands and sockets on their errors, passwords included.
 */
export function loggableError(error: Error, causes = MAX_CAUSES): Record<string, unknown> {
  const out: Record<string, unknown> = { type: error.name, message: loggableText(error.message) };
  for (const key of ['code', 'syscall', 'condition', 'address', 'port']) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string' || typeof value === 'number') out[key] = value;
  }
  if (error.stack !== undefined) out['stack'] = loggableText(error.stack);
  if (error.cause !== undefined && causes > 0) {
    out['cause'] =
      error.cause instanceof Error ? loggableError(error.cause, causes - 1) : loggable(error.cause, MAX_DEPTH - 1);
  }
  return out;
}
