// Result sets in pages (XEP-0059): what a client wants of a list, and where the page that it gets lies in it.

import { pageIn } from '../model/pages.ts';
import { words } from '../model/words.ts';
import { StanzaError } from './feature.ts';
import { fitting } from './fitting.ts';
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

/**
 * What stands in the answer to that query: a list that is known as a whole, or what was asked for of it, as far as it fits into one stanza. A
 * list that is asked for without a page and fits has no `<set/>`. `nameOf`: what an item is counted from by.
 * @throws StanzaError bad-request, or item-not-found.
 */
export function pagedItems(query: Element, all: readonly Element[], nameOf: (item: Element) => string): Element[] {
  const wanted = wantedIn(query, Number.MAX_SAFE_INTEGER);
  const { max: limit, ...cursor } = wanted ?? { max: all.length };
  const { from, to } = pageIn(all.length, { ...cursor, limit }, (name) => {
    const at = all.findIndex((item) => nameOf(item) === name);
    if (at < 0) throw noSuchItem();
    return at;
  });
  const isFromLast = cursor.before !== undefined;
  const asked = all.slice(from, to);
  const fits = fitting(asked, isFromLast);
  const items = isFromLast ? asked.slice(asked.length - fits) : asked.slice(0, fits);
  if (wanted === undefined && items.length === all.length) return items;
  return [...items, setElement(placeOf(items, { index: isFromLast ? to - fits : from, count: all.length }, nameOf))];
}

export const noSuchItem = (): StanzaError =>
  new StanzaError('cancel/item-not-found', words`There is no such item to count from.`);

function placeOf(
  items: readonly Element[],
  { index, count }: { readonly index: number; readonly count: number },
  nameOf: (item: Element) => string,
): PagePlace {
  const [first] = items;
  const last = items.at(-1);
  return first === undefined || last === undefined
    ? { count }
    : { count, index, first: nameOf(first), last: nameOf(last) };
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
