// What one stanza takes of a list (CORE-12): servers leave out what is longer, or end the stream over it.

import type { Element } from './xml.ts';

/** Bytes of a stanza as it is written. */
const MOST_BYTES = 60 * 1024;
/** Of it for what stands around a list: two addresses, an id, a title. */
const AROUND_BYTES = 8 * 1024;
/** As it is written. */
export const LIST_BYTES = MOST_BYTES - AROUND_BYTES;

/** As it is written. */
export const bytesOf = (element: Element): number => Buffer.byteLength(element.toString());

/** So many of these, from the first or back from the last, fit into one stanza; one at the least. */
export function fitting(elements: readonly Element[], fromLast = false): number {
  let bytes = 0;
  let fits = 0;
  for (const element of fromLast ? elements.toReversed() : elements) {
    bytes += bytesOf(element);
    if (bytes > LIST_BYTES && fits > 0) break;
    fits++;
  }
  return fits;
}

/** In pieces for one stanza each, in order: at most so many, and none where there is nothing. */
export function pieces<T>(all: readonly T[], most: number, elementOf: (one: T) => Element): readonly (readonly T[])[] {
  const cut: T[][] = [];
  let bytes = 0;
  for (const one of all) {
    const piece = cut.at(-1);
    const own = bytesOf(elementOf(one));
    bytes += own;
    if (piece !== undefined && piece.length < most && bytes <= LIST_BYTES) piece.push(one);
    else {
      cut.push([one]);
      bytes = own;
    }
  }
  return cut;
}
