// Which faults come when: a pure function of the seed, so that a seed brings the same faults again.

import type { NetworkName } from './tokens.ts';
import { between, type Random, seeded, shuffled } from './random.ts';

/** What a fault happens to; two of one target never overlap. */
export type Target =
  | 'gateway'
  | 'limits'
  | 'xmpp'
  | 'irc'
  | 'echo'
  | 'echo-manners'
  | 'sms'
  | 'sms-manners'
  | 'matrix'
  | 'matrix-link'
  | 'store'
  | 'link'
  | 'irc-link'
  | 'clock';

export interface FaultKind {
  readonly target: Target;
  /** How often, compared with the others. */
  readonly weight: number;
  /** The gateway's process goes on running. */
  readonly leavesAlive: boolean;
  /** Least and most, in milliseconds; of the soak run where it is longer. */
  readonly lasts: readonly [number, number];
  readonly soak?: readonly [number, number];
  readonly only?: { readonly network?: NetworkName; readonly store?: 'embedded' | 'redis' };
}

const S = 1_000;

export const FAULTS = {
  'gateway-kill': { target: 'gateway', weight: 5, leavesAlive: false, lasts: [0, 2 * S] },
  'gateway-stop': { target: 'gateway', weight: 2, leavesAlive: true, lasts: [5 * S, 10 * S], soak: [5 * S, 40 * S] },
  'gateway-end': { target: 'gateway', weight: 1, leavesAlive: false, lasts: [0, 1 * S] },
  'xmpp-end': { target: 'xmpp', weight: 2, leavesAlive: true, lasts: [0, 3 * S] },
  'xmpp-kill': { target: 'xmpp', weight: 2, leavesAlive: true, lasts: [0, 3 * S] },
  'irc-end': { target: 'irc', weight: 1, leavesAlive: true, lasts: [0, 3 * S], only: { network: 'irc' } },
  'irc-kill': { target: 'irc', weight: 2, leavesAlive: true, lasts: [0, 3 * S], only: { network: 'irc' } },
  'echo-kill': { target: 'echo', weight: 3, leavesAlive: true, lasts: [0, 6 * S], only: { network: 'echo' } },
  'echo-refuse': {
    target: 'echo-manners',
    weight: 1,
    leavesAlive: true,
    lasts: [2 * S, 5 * S],
    only: { network: 'echo' },
  },
  'echo-delay': {
    target: 'echo-manners',
    weight: 2,
    leavesAlive: true,
    lasts: [4 * S, 8 * S],
    only: { network: 'echo' },
  },
  'echo-mute': {
    target: 'echo-manners',
    weight: 1,
    leavesAlive: true,
    lasts: [3 * S, 8 * S],
    only: { network: 'echo' },
  },
  'echo-duplicate': {
    target: 'echo-manners',
    weight: 2,
    leavesAlive: true,
    lasts: [5 * S, 9 * S],
    only: { network: 'echo' },
  },
  'echo-drop': { target: 'echo', weight: 1, leavesAlive: true, lasts: [0, 0], only: { network: 'echo' } },
  'redis-kill': { target: 'store', weight: 3, leavesAlive: true, lasts: [0, 4 * S], only: { store: 'redis' } },
  'store-full': { target: 'store', weight: 2, leavesAlive: true, lasts: [3 * S, 8 * S] },
  'disk-full': { target: 'store', weight: 1, leavesAlive: true, lasts: [2 * S, 5 * S], only: { store: 'embedded' } },
  'clock-jump': { target: 'clock', weight: 1, leavesAlive: true, lasts: [4 * S, 10 * S] },
  'few-descriptors': { target: 'limits', weight: 1, leavesAlive: true, lasts: [4 * S, 8 * S] },
  'link-half-open': { target: 'link', weight: 2, leavesAlive: true, lasts: [3 * S, 12 * S], soak: [3 * S, 45 * S] },
  'link-cut': { target: 'link', weight: 2, leavesAlive: true, lasts: [0, 0] },
  'link-slow': { target: 'link', weight: 1, leavesAlive: true, lasts: [4 * S, 8 * S] },
  'link-pieces': { target: 'link', weight: 1, leavesAlive: true, lasts: [4 * S, 8 * S] },
  'irc-half-open': {
    target: 'irc-link',
    weight: 1,
    leavesAlive: true,
    lasts: [3 * S, 10 * S],
    only: { network: 'irc' },
  },
  'irc-slow': { target: 'irc-link', weight: 1, leavesAlive: true, lasts: [4 * S, 8 * S], only: { network: 'irc' } },
  'sms-kill': { target: 'sms', weight: 1, leavesAlive: true, lasts: [0, 5 * S], only: { network: 'sms' } },
  'sms-hang-before': {
    target: 'sms-manners',
    weight: 1,
    leavesAlive: true,
    lasts: [2 * S, 5 * S],
    only: { network: 'sms' },
  },
  'sms-hang-after': {
    target: 'sms-manners',
    weight: 2,
    leavesAlive: true,
    lasts: [2 * S, 5 * S],
    only: { network: 'sms' },
  },
  'sms-refuse': {
    target: 'sms-manners',
    weight: 1,
    leavesAlive: true,
    lasts: [2 * S, 5 * S],
    only: { network: 'sms' },
  },
  'sms-double': {
    target: 'sms-manners',
    weight: 1,
    leavesAlive: true,
    lasts: [4 * S, 8 * S],
    only: { network: 'sms' },
  },
  'sms-reorder': {
    target: 'sms-manners',
    weight: 1,
    leavesAlive: true,
    lasts: [4 * S, 8 * S],
    only: { network: 'sms' },
  },
  'matrix-kill': { target: 'matrix', weight: 1, leavesAlive: true, lasts: [0, 3 * S], only: { network: 'matrix' } },
  'matrix-half-open': {
    target: 'matrix-link',
    weight: 1,
    leavesAlive: true,
    lasts: [3 * S, 10 * S],
    only: { network: 'matrix' },
  },
  'matrix-cut': { target: 'matrix-link', weight: 2, leavesAlive: true, lasts: [0, 0], only: { network: 'matrix' } },
  'matrix-slow': {
    target: 'matrix-link',
    weight: 1,
    leavesAlive: true,
    lasts: [4 * S, 8 * S],
    only: { network: 'matrix' },
  },
  'irc-pieces': { target: 'irc-link', weight: 1, leavesAlive: true, lasts: [4 * S, 8 * S], only: { network: 'irc' } },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
export const faultKind = (name: FaultName): FaultKind => FAULTS[name];

export interface PlannedFault {
  readonly name: FaultName;
  /** After the one before. */
  readonly gapMs: number;
  readonly forMs: number;
  /** Decides what else there is to decide, 0 to 1. */
  readonly chance: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly count: number;
  readonly networks: readonly string[];
  readonly store: 'embedded' | 'redis';
  readonly soak: boolean;
  /** Only these; all, where it is empty. */
  readonly only: readonly string[];
}

const GAP_MS = [2 * S, 6 * S] as const;

export function schedule(options: ScheduleOptions): readonly PlannedFault[] {
  const random = seeded(options.seed);
  const names = possible(options);
  if (names.length === 0) throw new Error('none of the wanted faults is possible in this setting');
  // Every kind comes before any comes again: a short run sees as many as it can.
  const plan: FaultName[] = [];
  while (plan.length < options.count) plan.push(...deal(random, names));
  return plan.slice(0, options.count).map((name) => {
    const { lasts, soak } = faultKind(name);
    const [least, most] = options.soak ? (soak ?? lasts) : lasts;
    return { name, gapMs: between(random, ...GAP_MS), forMs: between(random, least, most), chance: random() };
  });
}

function possible({ networks, store, only }: ScheduleOptions): readonly FaultName[] {
  return FAULT_NAMES.filter((name) => {
    const limits = faultKind(name).only;
    if (only.length > 0 && !only.includes(name)) return false;
    if (limits?.store !== undefined && limits.store !== store) return false;
    return limits?.network === undefined || networks.includes(limits.network);
  });
}

/** Each kind once in random order, the heavier ones again in between. */
function deal(random: Random, names: readonly FaultName[]): readonly FaultName[] {
  const again = names.flatMap((name) => Array.from({ length: faultKind(name).weight - 1 }, () => name));
  return [...shuffled(random, names), ...shuffled(random, again)];
}
