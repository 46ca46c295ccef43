// Pages of a list that is known as a whole.

import { BridgeError } from './errors.ts';
import type { AnswerTo, DirectoryEntry } from './queries.ts';
import { words } from './words.ts';

/** What is wanted of a list. */
interface Asked {
  readonly limit: number;
  readonly after?: string;
  /** Empty: the last page. */
  readonly before?: string;
}

/** Where a page lies in a list of so many; it is `whole` where nothing is left on the far side. @throws what `indexOf` throws. */
export function pageIn(
  count: number,
  { limit, after, before }: Asked,
  indexOf: (name: string) => number,
): { readonly from: number; readonly to: number; readonly whole: boolean } {
  const least = after === undefined ? 0 : indexOf(after) + 1;
  const most = before === undefined || before === '' ? count : indexOf(before);
  const from = before === undefined ? least : Math.max(least, most - limit);
  const to = Math.max(from, Math.min(from + limit, most));
  return { from, to, whole: to - from >= most - least };
}

/** Entries are counted from by the id of their conversation. @throws BridgeError `not-found` where that is on no list. */
export function directoryPage(all: readonly DirectoryEntry[], asked: Asked): AnswerTo<'directory'> {
  const { from, to } = pageIn(all.length, asked, (name) => {
    const index = all.findIndex(({ conversation }) => conversation === name);
    if (index < 0) throw new BridgeError('not-found', words`The list has no such entry any more.`);
    return index;
  });
  const entries = all.slice(from, to);
  const [first] = entries;
  const last = entries.at(-1);
  return {
    entries,
    total: all.length,
    ...(last !== undefined && to < all.length && { next: last.conversation }),
    ...(first !== undefined && from > 0 && { previous: first.conversation }),
  };
}
