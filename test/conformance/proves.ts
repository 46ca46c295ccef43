// How tests name the requirements that they prove.

import { test } from 'vitest';
import { isUnmet } from './expectation.ts';
import type { RequirementId } from './requirements.ts';
import { SABOTAGES, type SabotageName } from './sabotages.ts';
import { type Surroundings, World } from './world.ts';

/** Set: each test is run on the spoilt gateway as well, and has to fail there. */
export const UNDER_SABOTAGE = process.env['VIADUCT_SABOTAGE'] === '1';
const PATIENCE_MS = 5_000;
/** A test that goes red waits this long for what does not come. */
const SHORT_PATIENCE_MS = 1_500;

/** Spoilt runs mostly wait. */
const run = UNDER_SABOTAGE ? test.concurrent : test;

/** Which sabotages break each requirement; a list of ids: every sabotage of the proof breaks each of them. */
export type Proven =
  | readonly RequirementId[]
  | Readonly<Partial<Record<RequirementId, SabotageName | readonly SabotageName[]>>>;

export interface Proof extends Surroundings {
  /** Of a list of ids: one or several, each of which it has to notice. */
  readonly sabotage?: SabotageName | readonly SabotageName[];
  /** Shown in part, or by nothing that a sabotage could take away. */
  readonly claims?: readonly RequirementId[];
}

type Play = (world: World) => Promise<void>;

/**
 * A test that drives the running gateway, stanza in to stanza out. It proves its requirements only if it goes red under each of
 * their sabotages, which `npm run conformance -- --sabotage` tries. Red is an expectation that failed, nothing else.
 */
export function conformance(proven: Proven, name: string, proof: Proof, play: Play): void {
  const { ids, sabotages } = provenBy(proven, proof);
  const { claims: claimed = [], sabotage: _, ...surroundings } = proof;
  const also = claimed.length === 0 ? '' : ` claims [${claimed.join(' ')}]`;
  const title = `${name} [${ids.join(' ')}] {${sabotages.join('; ')}}${also}`;
  run(title, { timeout: 60_000 }, async () => {
    const world = await World.open({ ...surroundings, patienceMs: PATIENCE_MS });
    try {
      await play(world);
    } finally {
      await world.close();
    }
  });
  if (!UNDER_SABOTAGE) return;
  run.each(sabotages)(`${name}: red under "%s"`, { timeout: 60_000 }, async (one) => {
    const world = await World.open({ ...surroundings, patienceMs: SHORT_PATIENCE_MS, sabotage: SABOTAGES[one] });
    try {
      if (!(await goesRed(world, play))) throw new Error(`"${one}" was not noticed by: ${title}`);
    } finally {
      await world.close();
    }
  });
}

function provenBy(proven: Proven, { sabotage = [] }: Proof): { ids: readonly string[]; sabotages: SabotageName[] } {
  if (isList(proven)) return { ids: proven, sabotages: [sabotage].flat() };
  return { ids: Object.keys(proven), sabotages: [...new Set(Object.values(proven).flat())] };
}
const isList = (proven: Proven): proven is readonly RequirementId[] => Array.isArray(proven);

/** @throws what went wrong besides expectations: that is no proof. */
async function goesRed(world: World, play: Play): Promise<boolean> {
  try {
    await play(world);
    return false;
  } catch (error) {
    if (isUnmet(error)) return true;
    throw error;
  }
}

/** The title of a test that shows a requirement in another way: it is claimed, not proved. */
export function claims(ids: readonly RequirementId[], title: string): string {
  return `${title} [${ids.join(' ')}]`;
}
