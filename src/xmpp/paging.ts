// Result sets in pages (XEP-0059): what a client wants of a list, and where the page that it gets lies in it.

import { words } from '../model/words.ts';
import { StanzaError } from './feature.ts';
import { type Element, el } from './xml.ts';

export const RSM = 'http://jabber.org/protocol/rsm';

/** What a client wants of a list. */
export interface Wanted {
  readonly max: number;
  readonly after?: string;
  /** Empty: the last page. */
  readonly before?: string;
}

/** Where a page lies. */
export interface PagePlace {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  readonly index?: number | undefined;
  readonly count?: number | undefined;
}

/** `most`: so many items a page has at the most, also where no number is said. @throws StanzaError bad-request. */
export function wantedIn(query: Element, most: number): Wanted | undefined {
  const set = query.child('set', RSM);
  if (set === undefined) return undefined;
  const max = Number(set.childText('max') ?? most);
  if (!Number.isInteger(max) || max < 0)
    throw new StanzaError('modify/bad-request', words`A page has a number of items.`);
  const after = set.childText('after');
  const before = set.childText('before');
  return {
    max: Math.min(max, most),
    ...(after !== undefined && after !== '' && { after }),
    ...(before !== undefined && { before }),
  };
}

export function setElement({ first, last, index, count }: PagePlace): Element {
  return el(
    'set',
    { xmlns: RSM },
    first === undefined ? undefined : el('first', { index: index?.toString() }, first),
    last === undefined ? undefined : el('last', {}, last),
    count === undefined ? undefined : el('count', {}, String(count)),
  );
}
