// What the tests of the store write: names that nobody else uses, and texts that trip the careless.

import type { Write } from '../../src/model/stores.ts';

/** Keys in the order of code units, with all that trips globs, encodings and C strings. */
export const ODD_KEYS = [
  '\u0000',
  ' ',
  '%_',
  '*',
  '/a/b',
  '?',
  '[a-z]',
  '\\',
  'a',
  'a\u0000b',
  'ab',
  '{tag}rest',
  '~',
  '\u00e9t\u00e9',
  '\u0950',
  '\ud55c\uae00',
  '\ud83d\ude00 smile',
  '\udc80\udcff',
  '\ue000 private',
  '\ufeffmark',
  '\uffff',
];

let number = 0;
/** A name that no other test uses. */
export const fresh = (kind: string): string => `${kind} ${++number}`;
export const range = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index);
export const put = (table: string, key: string, value = key): Write => ({ op: 'put', table, key, value });
export const append = (log: string, id: string, at = 1, value = id): Write => ({ op: 'append', log, id, at, value });
export const add = (queue: string, id: string, lane = id): Write => ({ op: 'add', queue, id, lane, due: 0, value: id });
