// Channel modes: reading MODE lines by what the server announced (PREFIX, CHANMODES), ranks, and what modes let people do.

import type { GroupTraits, Rank } from '../../src/model/conversation.ts';
import type { Features } from './isupport.ts';

export interface ModeChange {
  readonly on: boolean;
  readonly mode: string;
  readonly param?: string;
}

/** The single changes of `+ov-k nick nick2 key`; a mode whose parameter is missing is left out. */
export function readModes(features: Features, letters: string, params: readonly string[]): ModeChange[] {
  const changes: ModeChange[] = [];
  let on = true;
  let next = 0;
  for (const mode of letters) {
    if (mode === '+' || mode === '-') {
      on = mode === '+';
      continue;
    }
    if (!takesParam(features, mode, on)) {
      changes.push({ on, mode });
      continue;
    }
    const param = params[next++];
    if (param !== undefined) changes.push({ on, mode, param });
    else if (!on) changes.push({ on, mode });
  }
  return changes;
}

function takesParam(features: Features, mode: string, on: boolean): boolean {
  const [lists, always, whenSet] = features.modeKinds;
  return (
    features.prefixModes.includes(mode) ||
    lists.includes(mode) ||
    always.includes(mode) ||
    (on && whenSet.includes(mode))
  );
}

const RANKS: Readonly<Record<string, Rank>> = { q: 'owner', a: 'admin', o: 'admin', h: 'helper', v: 'voiced' };

/** The rank of the highest of somebody's signs, which stand highest first. */
export function rankOf(features: Features, signs: string): Rank {
  const at = signs === '' ? -1 : features.prefixSigns.indexOf(signs.charAt(0));
  if (at < 0) return 'member';
  const mode = features.prefixModes.charAt(at);
  // Networks have prefixes of their own, such as one for their staff.
  return RANKS[mode] ?? (at < features.prefixModes.indexOf('o') ? 'admin' : 'helper');
}

/** Signs after one of their modes changed, highest first. */
export function withSign(features: Features, signs: string, change: ModeChange): string {
  const sign = features.prefixSigns.charAt(features.prefixModes.indexOf(change.mode));
  let out = '';
  for (const each of features.prefixSigns) {
    if (each === sign ? change.on : signs.includes(each)) out += each;
  }
  return out;
}

/** Modes that give a rank, best first; empty where the server has none for it. */
export function modeFor(features: Features, rank: Rank): string {
  const wanted: Readonly<Partial<Record<Rank, string>>> = {
    owner: 'q',
    admin: 'o',
    moderator: 'o',
    helper: 'h',
    voiced: 'v',
  };
  const mode = wanted[rank] ?? '';
  return mode !== '' && features.prefixModes.includes(mode) ? mode : '';
}

/** The MODE letters that bring somebody with `signs` to `mode` (empty: to no rank), without touching lower ones. */
export function rankChange(features: Features, signs: string, mode: string): string {
  const target = mode === '' ? features.prefixModes.length : features.prefixModes.indexOf(mode);
  let off = '';
  for (let i = 0; i < target; i++) {
    if (signs.includes(features.prefixSigns.charAt(i))) off += features.prefixModes.charAt(i);
  }
  const on = mode !== '' && !signs.includes(features.prefixSigns.charAt(target)) ? mode : '';
  return `${off === '' ? '' : `-${off}`}${on === '' ? '' : `+${on}`}`;
}

const SIMPLE = 'imnpstk';

/** The simple modes that matter to us, after a change. */
export function withMode(modes: string, change: ModeChange): string {
  if (!SIMPLE.includes(change.mode)) return modes;
  const others = modes.replaceAll(change.mode, '');
  return change.on ? others + change.mode : others;
}

export function traitsOf(modes: string, rank: Rank): GroupTraits {
  return {
    membersOnly: modes.includes('i'),
    moderated: modes.includes('m'),
    hidden: modes.includes('s') || modes.includes('p'),
    passwordProtected: modes.includes('k'),
    topicOpen: !modes.includes('t') || rank === 'owner' || rank === 'admin' || rank === 'helper',
  };
}
