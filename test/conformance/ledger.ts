// Which requirements are proved, claimed or open, out of the titles of all tests.

import { type Requirement, REQUIREMENTS } from './requirements.ts';

export type Standing = 'proved' | 'claimed' | 'open';

export interface NamedTest {
  /** Names of its groups and its own. */
  readonly title: string;
  readonly file: string;
}

export interface Ledger {
  readonly standing: ReadonlyMap<string, Standing>;
  /** Ids that no requirement has, with the test that names them. */
  readonly unknown: readonly { readonly id: string; readonly test: NamedTest }[];
}

/** `a title [CORE-2 20.1.3] {a sabotage; another} claims [CORE-3]`: as proves.ts writes them. */
const PROOF = /\[([^\]]*)\](?: \{([^}]+)\}(?: claims \[([^\]]+)\])?)?$/;
const FAMILY = /\b(?:CORE|COMP|SUB|ESC|MAP|CPIM|GW|PRM|REG|CMD|DSC|MUC|TXT|E2E|CALL)-\d+\b/g;
const PLACE = /^\d+(?:\.\w+)+$/;

/** @param red titles of conformance tests that did not notice one of their sabotages, or failed without any. */
export function ledgerOf(tests: readonly NamedTest[], red: ReadonlySet<string> = new Set()): Ledger {
  const known = new Set(REQUIREMENTS.map(({ id }) => id));
  const standing = new Map<string, Standing>(REQUIREMENTS.map(({ id }) => [id, 'open']));
  const unknown: { readonly id: string; readonly test: NamedTest }[] = [];
  for (const test of tests) {
    const { ids, proves, claims } = namesIn(test.title);
    for (const id of [...ids, ...claims]) {
      if (!known.has(id)) unknown.push({ id, test });
      else if (proves && !claims.includes(id) && !red.has(test.title)) standing.set(id, 'proved');
      else if (standing.get(id) === 'open') standing.set(id, 'claimed');
    }
  }
  return { standing, unknown };
}

export interface Named {
  readonly ids: readonly string[];
  readonly proves: boolean;
  /** Ids that it shows in part only. */
  readonly claims: readonly string[];
}

/** The ids that a title names, and whether it says by which sabotage they can be doubted. */
export function namesIn(title: string): Named {
  const proof = PROOF.exec(title);
  const listed = proof?.[1]?.split(' ').filter((id) => id !== '') ?? [];
  if (proof !== null && listed.every((id) => PLACE.test(id) || id.match(FAMILY)?.[0] === id)) {
    return { ids: listed, proves: proof[2] !== undefined, claims: proof[3]?.split(' ') ?? [] };
  }
  return { ids: [...new Set(title.match(FAMILY))], proves: false, claims: [] };
}

export interface Tally {
  readonly section: string;
  readonly priority: Requirement['priority'];
  readonly proved: number;
  readonly claimed: number;
  readonly open: number;
}

/** One row for each section and priority that it has. */
export function tallies({ standing }: Ledger): readonly Tally[] {
  const rows = new Map<string, Tally>();
  for (const { id, section, priority } of REQUIREMENTS) {
    const key = `${section} ${priority}`;
    const row = rows.get(key) ?? { section, priority, proved: 0, claimed: 0, open: 0 };
    const now = standing.get(id) ?? 'open';
    rows.set(key, { ...row, [now]: row[now] + 1 });
  }
  return [...rows.values()];
}
