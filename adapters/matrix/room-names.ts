// What a room without a name of its own is called: after those who are there (client-server API, 13.2.2.5).

const MOST_NAMED = 3;

/** `names`: of some of the others, `others`: how many there are. Empty where there is nobody. */
export function nameAfter(names: Iterable<string>, others: number): string {
  const named: string[] = [];
  for (const name of names) if (named.push(name) === MOST_NAMED) break;
  const more = Math.max(0, others - named.length);
  if (more > 0 && named.length > 0) return `${named.join(', ')} (+${more})`;
  return named.join(', ');
}
