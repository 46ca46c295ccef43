// Values of the model as text and back: JSON, with dates and errors as objects of one key that no type of the model has.

import { isText, type Text } from '../model/words.ts';
import { BridgeError, ERROR_CODES, type ErrorCode, type ErrorDetails } from '../model/errors.ts';

const DATE = '$date';
const ERROR = '$error';

/** What an error's details keep; the cause is for the log of the process that saw it. */
interface KeptError extends Omit<ErrorDetails, 'cause'> {
  readonly code: ErrorCode;
  readonly text: Text;
}

/** @throws TypeError for what has no such text: maps, sets, functions. */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(tagged(value));
}

/** @throws SyntaxError, or TypeError where a tag holds something else. */
export function fromTaggedJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => untagged(value));
}

function tagged(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('a function can not be kept');
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { [DATE]: value.toISOString() };
  if (value instanceof BridgeError) return { [ERROR]: keptError(value) };
  if (Array.isArray(value)) return value.map(tagged);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('only plain data can be kept');
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tagged(one)]));
}

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (DATE in value) {
    const date = new Date(String(value[DATE]));
    if (Number.isNaN(date.getTime())) throw new TypeError('a date is none');
    return date;
  }
  return ERROR in value ? errorIn(value[ERROR]) : value;
}

function keptError({ code, text, details }: BridgeError): KeptError {
  const { cause: _cause, ...kept } = details;
  return { ...kept, code, text };
}

function errorIn(value: unknown): BridgeError {
  const { code, text, ...details } = value as KeptError;
  if (!ERROR_CODES.includes(code) || !isText(text)) throw new TypeError('an error is none');
  return new BridgeError(code, text, details);
}
