// How tests name the requirements that they prove.

import { test } from 'vitest';
import type { RequirementId } from './requirements.ts';
import { SABOTAGES, type SabotageName } from './sabotages.ts';
import { World } from './world.ts';

/** Set: each test is run on the spoilt gateway as well, and has to fail there. */
export const UNDER_SABOTAGE = process.env['VIADUCT_SABOTAGE'] === '1';
const PATIENCE_MS = 5_000;
/** A test that goes red waits this long for what does not come. */
const SHORT_PATIENCE_MS = 1_500;

/** Spoilt runs mostly wait. */
const run = UNDER_SABOTAGE ? test.concurrent : test;

export interface Proof {
  /** One or several, each of which it has to notice. */
  readonly sabotage: SabotageName | readonly SabotageName[];
  readonly settings?: string;
}

/**
 * A test that drives the running gateway, stanza in to stanza out. It proves its requirements only if it goes red under each of
 * its sabotages, which `npm run conformance -- --sabotage` tries.
 */
export function conformance(
  ids: readonly RequirementId[],
  name: string,
  { sabotage, settings }: Proof,
  play: (world: World) => Promise<void>,
): void {
  const more = settings === undefined ? {} : { settings };
  const names = typeof sabotage === 'string' ? [sabotage] : sabotage;
  const title = `${name} [${ids.join(' ')}] {${names.join('; ')}}`;
  run(title, { timeout: 60_000 }, async () => {
    const world = await World.open({ patienceMs: PATIENCE_MS, ...more });
    try {
      await play(world);
    } finally {
      await world.close();
    }
  });
  if (!UNDER_SABOTAGE) return;
  run.each(names)(`${name}: red under "%s"`, { timeout: 60_000 }, async (one) => {
    if (!(await goesRed(one, more, play))) throw new Error(`"${one}" was not noticed by: ${title}`);
  });
}

async function goesRed(
  name: SabotageName,
  more: { readonly settings?: string },
  play: (world: World) => Promise<void>,
): Promise<boolean> {
  let world: World | undefined;
  try {
    world = await World.open({ patienceMs: SHORT_PATIENCE_MS, sabotage: SABOTAGES[name], ...more });
    await play(world);
    return false;
  } catch {
    return true;
  } finally {
    await world?.close();
  }
}

/** The title of a test that shows a requirement in another way: it is claimed, not proved. */
export function claims(ids: readonly RequirementId[], title: string): string {
  return `${title} [${ids.join(' ')}]`;
}
